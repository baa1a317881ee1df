"""What the tool pages take from the engine's bundle: script addresses, download sizes; and their data blocks."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from generator.render.page import SiteData
from wasm_tools.bundle.assemble import archive_name

WEB = Path(__file__).parents[2] / "wasm_tools" / "web"
IMPORTED = re.compile(r'^(?:import|export|\}) .*?from "\./(\w+\.mjs)";', re.MULTILINE)
ENGINE = "assets/engine/"
RUNTIME_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "engine.zip")


def module(data: SiteData, name: str) -> str:
    """The address of a script of the bundle, relative to the site; raises KeyError naming one that is not there."""
    return ENGINE + str(data.bundle["files"][name]["file"])


def modules_of(data: SiteData, *names: str) -> tuple[str, ...]:
    """Addresses of what these scripts import, and what that imports, so that a page can ask for all at once."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        text = (WEB / waiting.pop()).read_text(encoding="utf-8")
        new = [name for name in IMPORTED.findall(text) if name not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return tuple(module(data, name) for name in sorted(found.keys() - set(names)))


def download_bytes(data: SiteData, packs: Iterable[str]) -> int:
    """Bytes that a first visit transfers for Python with these packs, on a host that compresses."""
    files = data.bundle["files"]
    own = [name for pack in packs for name in (f"{pack}.json", archive_name(pack)) if name in files]
    return sum(int(files[name]["gzip_bytes"]) for name in (*RUNTIME_FILES, *own))


def data_block(record: object) -> str:
    """JSON that can stand inside a <script> element."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")
