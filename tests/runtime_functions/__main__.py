"""`make functions`: which functions of the runtime run, recorded in wasm_tools/bundle/used_functions.json.

Runs the engine's tests in the browser's Python under Node (`tests/differential`), and what pages do besides
(`visits.mjs`), with a runtime that notes them.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.differential.__main__ import TESTS
from tests.differential.runs import ROOT, RUNTIME, RunFailed, in_pyodide
from tests.runtime_functions.counting import counting
from wasm_tools.bundle.assemble import ENGINE_PLACE, archive_name, engine_archives
from wasm_tools.bundle.engine_sources import engine_sources
from wasm_tools.bundle.memory import memory
from wasm_tools.bundle.runtime import installed_runtime
from wasm_tools.bundle.used_functions import write_record

HERE = Path(__file__).parent
WASM = "pyodide.asm.wasm"


def main(tests: list[str]) -> int:
    """Run, record, say how many functions there are; the exit code."""
    wasm = (RUNTIME / WASM).read_bytes()
    with tempfile.TemporaryDirectory() as scratch:
        folder, ran = Path(scratch) / "runtime", Path(scratch) / "ran.json"
        shutil.copytree(RUNTIME, folder)  # Node would follow links back
        (folder / WASM).write_bytes(counting(wasm))
        os.environ |= {"NODE_OPTIONS": f"--import {(HERE / 'counted.mjs').as_uri()}", "RAN": str(ran)}
        visits(folder, Path(scratch))
        print(f"{len(json.loads(ran.read_text(encoding='utf-8')))} functions ran in visits", flush=True)
        record = in_pyodide(tests or TESTS, folder)
        numbers = json.loads(ran.read_text(encoding="utf-8"))
    write_record(wasm, numbers)
    print(f"{len(numbers)} functions ran in these and {len(record['tests'])} tests")
    return 0


def visits(folder: Path, scratch: Path) -> None:
    """Start as the build and as pages do, from the bundle's files made with this runtime."""
    runtime = installed_runtime(folder)
    library, archives = engine_archives(engine_sources(ROOT), runtime, "node", scratch)
    name = archive_name("")
    made = memory(library, archives[name], ENGINE_PLACE.format(name), runtime, "node", scratch)
    settings = {"runtime": str(folder), "lock": runtime.lock}
    for part, content in (("library", made.library), ("engine", made.engine), ("memory", made.difference)):
        path = scratch / f"{part}.bin"
        path.write_bytes(content)
        settings[part] = str(path)
    told = scratch / "settings.json"
    told.write_text(json.dumps(settings), encoding="utf-8")
    subprocess.run(["node", str(HERE / "visits.mjs"), str(told)], check=True, timeout=600)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except RunFailed as error:
        sys.exit(str(error))
