"""A pytest plugin that writes what became of each test as JSON, the same way in every Python.

Load it with `-p tests.differential.recording`; the environment variable `RECORD` names the file. Random examples come
from the tests themselves, so that every Python sees the same ones, and time counts for nothing.
"""

import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import hypothesis
import pytest

BROWSERS_PYTHON = sys.platform == "emscripten"
hypothesis.settings.register_profile(
    "differential", derandomize=True, database=None, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
)
hypothesis.settings.load_profile("differential")

outcomes: dict[str, tuple[str, str]] = {}
native: dict[str, str] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Remember the tests that need a native Python, with the reason."""
    for item in items:
        if mark := item.get_closest_marker("native"):
            (native[item.nodeid],) = mark.args


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave them out where there is none."""
    if BROWSERS_PYTHON and item.nodeid in native:
        pytest.skip(native[item.nodeid])


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A module that cannot be imported is a test that is broken."""
    if report.failed:
        outcomes[report.nodeid] = ("not collected", _last_line(report))
    elif report.skipped:
        outcomes[report.nodeid] = ("skipped", _reason(report))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Passed, failed (also by a fixture) or skipped with its reason; the first that is not a pass stands."""
    if hasattr(report, "wasxfail"):
        found = (f"expected failure {report.outcome}", report.wasxfail)
    elif report.failed:
        found = ("failed", _last_line(report))
    elif report.skipped:
        found = ("skipped", _reason(report))
    else:
        found = ("passed", "")
    if outcomes.get(report.nodeid, ("passed", ""))[0] == "passed":
        outcomes[report.nodeid] = found


def pytest_sessionfinish() -> None:
    """Write the record."""
    record = {
        "python": platform.python_version(),
        "platform": sys.platform,
        "optimize": sys.flags.optimize,
        "docstrings": bool(json.dumps.__doc__),
        "tests": {test: list(outcomes[test]) for test in sorted(outcomes)},
        "native": dict(sorted(native.items())),
    }
    Path(os.environ["RECORD"]).write_text(json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8")


def _reason(report: pytest.CollectReport | pytest.TestReport) -> str:
    place: Any = report.longrepr
    return str(place[2]).removeprefix("Skipped: ")


def _last_line(report: pytest.CollectReport | pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = str(crash.message if crash else report.longrepr).strip().splitlines()
    return (lines[0] if crash else lines[-1]) if lines else ""
