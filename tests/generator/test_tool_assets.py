"""What a tool page tells of the engine's files: all that a first visit loads with its packs, and nothing else."""

import json
from dataclasses import replace

from generator.render.tool_assets import download_bytes, engine_start
from tests.generator.small_site import small_site

NEEDED = {
    "pyodide.mjs": "web-01/pyodide.mjs", "pyodide.asm.mjs": "web-01/pyodide.asm.mjs", "used.wasm": "used-01.wasm.gz",
    "memory.bin": "memory-01.bin.gz", "invoice.json": "invoice-01.json.gz",
    "engine_invoice.zip": "engine-invoice-01.zip.gz",
}  # fmt: skip
OTHERS = {
    "worker.mjs": "web-01/worker.mjs", "whole.wasm": "whole-01.wasm.gz", "planner.json": "planner-01.json.gz",
    "engine_planner.zip": "engine-planner-01.zip.gz",
}  # fmt: skip
BUNDLE = {
    "build_id": "0123",
    "lock": "{}",
    "files": {n: {"file": file, "bytes": 10, "gzip_bytes": 7, "sha256": "a"} for n, file in (NEEDED | OTHERS).items()},
    "imports": {"worker.mjs": ()},
    "starts": {"used": {"wasm": "used.wasm", "memory": "memory.bin"}, "whole": {"wasm": "whole.wasm"}},
}


def test_a_page_knows_what_its_first_visit_needs() -> None:
    data = replace(small_site(), bundle=BUNDLE)
    start = engine_start(data, ["invoice"])
    needed = json.loads(start.needed)
    assert {name: entry["file"] for name, entry in needed["files"].items()} == NEEDED
    assert needed["starts"] == {"used": BUNDLE["starts"]["used"]}  # type: ignore[index]
    assert (needed["build_id"], needed["lock"], needed["packs"]) == ("0123", "{}", ["invoice"])
    assert start.worker == "assets/engine/web-01/worker.mjs"
    assert start.ahead == ("assets/engine/web-01/pyodide.mjs", "assets/engine/web-01/pyodide.asm.mjs")
    assert download_bytes(data, ["invoice"]) == 7 * len(NEEDED)
