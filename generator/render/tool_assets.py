"""What the tool pages take from the engine's bundle: script addresses, download sizes; and their data blocks."""

import json
from collections.abc import Iterable, Sequence

from generator.render.page import EngineStart, SiteData
from wasm_tools.bundle.assemble import archive_name

ENGINE = "assets/engine/"
RUNTIME_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "engine.zip")


def module(data: SiteData, name: str) -> str:
    """The address of a script of the bundle, relative to the site; raises KeyError naming one that is not there."""
    return ENGINE + str(data.bundle["files"][name]["file"])


def modules_of(data: SiteData, *names: str) -> tuple[str, ...]:
    """Addresses of what these scripts import, and what that imports, so that a page can ask for all at once."""
    found = dict.fromkeys(imported for name in names for imported in data.bundle["imports"][name])
    return tuple(module(data, name) for name in found if name not in names)


def engine_start(data: SiteData, packs: Sequence[str]) -> EngineStart:
    """What starts Python with these packs while a page is still arriving."""
    build_id = str(data.bundle["build_id"])
    ahead = (*modules_of(data, "loader.mjs"), module(data, "worker.mjs"), *modules_of(data, "worker.mjs"))
    return EngineStart(
        loader=module(data, "loader.mjs"),
        ahead=tuple(dict.fromkeys(ahead)),
        files=f"{ENGINE}bundle-{build_id}.json",
        build_id=build_id,
        packs=tuple(packs),
    )


def download_bytes(data: SiteData, packs: Iterable[str]) -> int:
    """Bytes that a first visit transfers for Python with these packs, on a host that compresses."""
    files = data.bundle["files"]
    own = [name for pack in packs for name in (f"{pack}.json", archive_name(pack)) if name in files]
    return sum(int(files[name]["gzip_bytes"]) for name in (*RUNTIME_FILES, *own))


def data_block(record: object) -> str:
    """JSON that can stand inside a <script> element."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")
