"""What the tool pages take from the engine's bundle: script addresses, download sizes; and their data blocks."""

import json
from collections.abc import Iterable, Sequence

from generator.render.page import EngineStart, SiteData
from wasm_tools.bundle.assemble import archive_name

ENGINE = "assets/engine/"
RUNTIME_FILES = ("pyodide.mjs", "pyodide.asm.mjs")


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
    return EngineStart(
        worker=module(data, "worker.mjs"),
        ahead=(*modules_of(data, "worker.mjs"), *(module(data, name) for name in RUNTIME_FILES)),
        files=f"{ENGINE}bundle-{build_id}.json",
        needed=needed(data, packs),
        packs=tuple(packs),
    )


def needed(data: SiteData, packs: Sequence[str]) -> str:
    """What of the list of the engine's files a first visit with these packs needs, in the form of that list."""
    start = data.bundle["starts"]["used"]
    files = {
        name: {"file": entry["file"], "bytes": entry["bytes"]}
        for name, entry in data.bundle["files"].items()
        if name in (*RUNTIME_FILES, *start.values(), *own_files(data, packs))
    }
    kept = {name: data.bundle[name] for name in ("build_id", "lock")}
    return json.dumps({**kept, "packs": list(packs), "starts": {"used": start}, "files": files}, separators=(",", ":"))


def own_files(data: SiteData, packs: Iterable[str]) -> list[str]:
    """The names of the packs' files and of the parts of the engine that come with them."""
    return [name for p in packs for name in (f"{p}.json", archive_name(p)) if name in data.bundle["files"]]


def download_bytes(data: SiteData, packs: Iterable[str]) -> int:
    """Bytes that a first visit transfers for Python with these packs, on a host that compresses."""
    files = data.bundle["files"]
    own = own_files(data, packs)
    first = data.bundle["starts"]["used"].values()
    return sum(int(files[name]["gzip_bytes"]) for name in (*RUNTIME_FILES, *first, *own))


def data_block(record: object) -> str:
    """JSON that can stand inside a <script> element."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")
