"""The same tests in another Python: a CPython with an environment of its own, or Pyodide under Node."""

import json
import os
import subprocess
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.conftest import mirror_path
from wasm_tools.bundle.runtime import installed_runtime
from wasm_tools.bundle.wheels import wheels

ROOT = Path(__file__).parent.parent.parent
RUNTIME = ROOT / "node_modules" / "pyodide"
LOCK = Path(__file__).parent / "pyodide.lock"
HARNESS = Path(__file__).parent / "pyodide_pytest.mjs"
TIMEOUT_S = 3600
# Nothing but what is named here decides about a run, so that it is the same in every Python.
ARGUMENTS = (
    *("-o", "addopts=", "--strict-markers", "--import-mode=importlib", "-q", "--tb=line"),
    *("-p", "tests.differential.recording", "-p", "_hypothesis_pytestplugin", "-p", "no:cacheprovider"),
)
Record = dict[str, Any]


class RunFailed(Exception):
    """A run that left no record: the interpreter died, or pytest could not begin. The message is what it said last."""


def in_cpython(python: Path, tests: Sequence[str]) -> Record:
    """What became of the tests in the CPython of an environment that has the packages of requirements.lock."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record.json"
        command = [str(python), "-m", "pytest", *ARGUMENTS, *tests]
        return _finished(command, record, {**os.environ, **_environment(record), "PYTHONPATH": str(ROOT)})


def in_pyodide(tests: Sequence[str], runtime: Path = RUNTIME) -> Record:
    """The same in Pyodide. Plain packages come from the environment that this Python runs in."""
    packages = Path(sysconfig.get_path("purelib")).resolve()
    mirror = mirror_path()
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record.json"
        beside = [str(mirror.parent.parent.resolve())] if mirror else []
        settings = {
            "runtime": (runtime / "pyodide.mjs").as_uri(),
            "folders": [str(ROOT), folder, *beside, *([] if packages.is_relative_to(ROOT) else [str(packages)])],
            "paths": [str(ROOT), str(packages)],
            "wheels": [str(path) for path in wheels(LOCK, installed_runtime(RUNTIME), ROOT / ".cache" / "bundle")],
            "environment": _environment(record) | ({"ATLAS_MIRROR": str(mirror.resolve())} if mirror else {}),
            "arguments": [*ARGUMENTS, *tests],
        }
        told = Path(folder) / "settings.json"
        told.write_text(json.dumps(settings), encoding="utf-8")
        return _finished(["node", str(HARNESS), str(told)], record, dict(os.environ))


def _environment(record: Path) -> dict[str, str]:
    return {
        "RECORD": str(record),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONOPTIMIZE": "",
        "TZ": "UTC",
    }


def _finished(command: Sequence[str], record: Path, environment: dict[str, str]) -> Record:
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    if not record.is_file():
        lines = [line[:200] for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
        said = "\n".join(lines[-40:])
        raise RunFailed(f"{command[0]} left no record:\n{said}")
    found: Record = json.loads(record.read_text(encoding="utf-8"))
    return found
