"""`python -m tests.differential PYTHON…`: the engine's tests in these CPythons and in Pyodide, compared.

Writes content/project/pythons.md. Ends with 1 and the differences when the runs are not alike.
"""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.differential.compared import PLANTED, differences
from tests.differential.page import write_page
from tests.differential.runs import ROOT, RUNTIME, Record, RunFailed, in_cpython, in_pyodide
from wasm_tools.bundle.runtime import installed_runtime

TESTS = ("tests/wasm_tools", PLANTED)


def timed(run: Callable[[], Record]) -> Record:
    """The record with the seconds that the run took."""
    began = time.monotonic()
    return {**run(), "seconds": round(time.monotonic() - began)}


def main(pythons: list[str]) -> int:
    """Run, compare, write; the exit code."""
    with ThreadPoolExecutor(2) as pool:
        browser, *natives = pool.map(
            timed, [partial(in_pyodide, TESTS), *(partial(in_cpython, Path(p).absolute(), TESTS) for p in pythons)]
        )
    version = installed_runtime(RUNTIME).version
    records = {f"CPython {r['python']}": r for r in natives} | {f"Pyodide {version}": browser}
    found = differences(records)
    print(*found or ["no difference"], sep="\n")
    if not found:
        write_page(ROOT / "content" / "project" / "pythons.md", records, datetime.now(UTC).date())
    return bool(found)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except RunFailed as error:
        sys.exit(str(error))
