"""What the tool pages take from the engine's bundle: script addresses, download sizes; and their data blocks."""

import json
from collections.abc import Iterable

from generator.render.page import SiteData

ENGINE = "assets/engine/"
RUNTIME_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "engine.zip")


def module(data: SiteData, name: str) -> str:
    """The address of a script of the bundle, relative to the site; raises KeyError naming one that is not there."""
    return ENGINE + str(data.bundle["files"][name]["file"])


def download_bytes(data: SiteData, packs: Iterable[str]) -> int:
    """Bytes that a first visit transfers for Python with these packs, on a host that compresses."""
    names = (*RUNTIME_FILES, *(f"{pack}.json" for pack in packs))
    return sum(int(data.bundle["files"][name]["gzip_bytes"]) for name in names)


def data_block(record: object) -> str:
    """JSON that can stand inside a <script> element."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")
