"""Promises of the comparison of Pythons: it notices every way in which two runs are apart, and a slice of it runs."""

import shutil
import sys
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.differential.compared import PLANTED, counts, differences
from tests.differential.page import write_page
from tests.differential.runs import LOCK, RUNTIME, Record, in_cpython, in_pyodide
from tests.wasm_tools.test_bundle_wheels import UNREACHABLE, locked
from wasm_tools.bundle.failure import BundleError

ROOT = Path(__file__).parent.parent.parent
SLICE = ("tests/wasm_tools/test_pricing.py", "tests/wasm_tools/test_json_text.py", PLANTED)
RUN: Record = {
    "python": "3.13.0",
    "platform": "linux",
    "optimize": 0,
    "docstrings": True,
    "seconds": 1234,
    "native": {"test_a.py::test_process": "starts another process"},
    "tests": {
        "test_a.py::test_sum": ["passed", ""],
        "test_a.py::test_process": ["passed", ""],
        "test_a.py::test_client": ["skipped", "no client"],
        f"{PLANTED}::test_wrong": ["failed", "assert 1 == 2"],
    },
}


def browser_run() -> Record:
    run = deepcopy(RUN) | {"python": "3.14.2", "platform": "emscripten"}
    run["tests"]["test_a.py::test_process"] = ["skipped", "starts another process"]
    return run


def found(**changed: Any) -> list[str]:
    """Differences after a change of the browser's run: tests by the end of their name, other fields as they are."""
    run = browser_run()
    for name, value in changed.items():
        if name in run:
            run[name] = value
            continue
        (test,) = (test for test in run["tests"] if test.endswith(name)) if name != "test_new" else ("test_a.py::new",)
        run["tests"][test] = value
        if value is None:
            del run["tests"][test]
    return differences({"CPython": RUN, "Pyodide": run})


def test_runs_that_are_alike_have_no_difference() -> None:
    assert found() == []


def test_every_difference_is_named() -> None:
    assert found(test_sum=["failed", "assert 1 == 2"]) == [
        "test_a.py::test_sum failed in Pyodide: assert 1 == 2",
        "test_a.py::test_sum: passed in CPython, failed (assert 1 == 2) in Pyodide",
    ]
    assert found(test_sum=["skipped", "no hands"]) == [
        "test_a.py::test_sum: passed in CPython, skipped (no hands) in Pyodide"
    ]
    assert found(test_client=["skipped", "no thread"]) == [
        "test_a.py::test_client: skipped (no client) in CPython, skipped (no thread) in Pyodide"
    ]
    assert found(test_sum=None) == ["only CPython has test_a.py::test_sum"]
    assert found(test_new=["passed", ""]) == ["only Pyodide has test_a.py::new"]
    assert found(native={})[0] == "Pyodide marks test_a.py::test_process otherwise than CPython"
    assert found(test_process=["skipped", "another reason"])
    assert found(test_process=["passed", ""]) == [], "a mark that is not needed any more is no difference"


def test_a_run_that_leaves_something_out_is_worthless() -> None:
    for changed in ({"optimize": 1}, {"docstrings": False}):
        assert found(**changed) == ["Pyodide leaves out assertions or docstrings"]
    assert found(test_wrong=["passed", ""])[0] == f"Pyodide did not notice {PLANTED}::test_wrong: passed"
    assert "Pyodide did not run the planted tests" in found(test_wrong=None)


def test_the_page_counts_without_what_was_planted(tmp_path: Path) -> None:
    page = tmp_path / "pythons.md"
    write_page(page, {"CPython 3.13.0": RUN, "Pyodide 314.0.7": browser_run()}, date(2026, 11, 27))
    text = page.read_text(encoding="utf-8")
    assert counts(RUN) == {"passed": 2, "skipped": 1}
    assert "| CPython 3.13.0 | 2 | 1 | 1,234 |\n| Pyodide 314.0.7 | 1 | 2 | 1,234 |\n" in text
    assert "| starts another process | 1 |" in text
    assert "the 1 planted test" in text.replace("\n", " ")


def test_compiled_packages_have_the_versions_of_the_build() -> None:
    here, build = locked(LOCK), locked(ROOT / "requirements.lock")
    assert {name: version for name, (version, _) in here.items()} == {name: build[name][0] for name in here}
    assert {len(hashes) for _, hashes in here.values()} == {1}


@pytest.mark.skipif(
    not RUNTIME.is_dir() or shutil.which("node") is None, reason="no Node.js or no node_modules: run `make install`"
)
def test_a_slice_of_the_engines_tests_has_the_same_results_in_pyodide() -> None:
    try:
        browser = in_pyodide(SLICE)
    except BundleError as error:
        if UNREACHABLE.search(str(error)):
            pytest.skip(f"the package index cannot be reached: {error}")
        raise
    here = in_cpython(Path(sys.executable), SLICE)
    assert (browser["platform"], browser["python"][:4]) == ("emscripten", "3.14")
    assert differences({"CPython": here, "Pyodide": browser}) == []
    assert counts(browser)["passed"] > 30
