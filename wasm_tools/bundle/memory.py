"""What lies in Python's memory once the engine is imported: a first visit puts that back instead of importing it.

Published is the difference to the memory that the runtime starts with, page by page, in little-endian numbers of 32
bits: lengths of head and memory, number of pages, how many of them, the first, have something to differ from, and the
places of all; then the head as the runtime wants it, and the pages. `web/memory_pages.mjs` puts it together again.
"""

import io
import json
import struct
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wasm_tools.bundle.bytecode import key_of, run_node, write_whole
from wasm_tools.bundle.engine_start import METHODS_FILE
from wasm_tools.bundle.runtime import Runtime

SNAPSHOT = Path(__file__).parent / "snapshot.mjs"
PAGE = 1 << 16
HEAD_LENGTH_AT = 4  # in a snapshot of the runtime: a number of 32 bits


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory as published, and the archives that belong to it: what is not imported in it yet."""

    difference: bytes
    library: bytes
    engine: bytes


def memory(library: bytes, engine: bytes, place: str, runtime: Runtime, node: str, cache: Path) -> Memory:
    """The memory of a Python that has imported the engine, which lies at `place`, with archives for later imports."""
    key = key_of(runtime, [SNAPSHOT, Path(__file__)], f"{place} {runtime.lock}", {"library": library, "engine": engine})
    kept = cache / "memory" / key
    names = ("difference.bin", "library.zip", "engine.zip")
    if not all((kept / name).is_file() for name in names):
        made = _made(library, engine, place, runtime, node)
        for name, content in zip(names, made, strict=True):
            write_whole(kept / name, content)
    return Memory(*((kept / name).read_bytes() for name in names))


def _made(library: bytes, engine: bytes, place: str, runtime: Runtime, node: str) -> tuple[bytes, bytes, bytes]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        given = [folder / "library.zip", folder / "engine.zip"]
        later = [folder / "later_library.zip", folder / "later_engine.zip"]
        for path, content in zip(given, (library, engine), strict=True):
            path.write_bytes(content)
        command: list[str | Path] = [SNAPSHOT, runtime.folder, runtime.lock, *given, place, folder]
        imported = set(json.loads(run_node(node, command, "start the engine")))
        rests = [without(archive, lambda name: module_of(name) not in imported) for archive in (library, engine)]
        for path, content in zip(later, rests, strict=True):
            path.write_bytes(content)
        run_node(node, [*command, *later], "take a snapshot of the engine")
        snapshot, initial = (folder / "snapshot.bin").read_bytes(), (folder / "initial.bin").read_bytes()
        return difference(snapshot, initial), rests[0], rests[1]


def difference(snapshot: bytes, initial: bytes) -> bytes:
    """The pages of a snapshot that are not those of the initial memory, each as the difference to its bytes."""
    (head,) = struct.unpack_from("<I", snapshot, HEAD_LENGTH_AT)
    memory = snapshot[head:]
    pages = {}
    for at in range(0, len(memory), PAGE):
        new, old = memory[at : at + PAGE], initial[at : at + PAGE].ljust(PAGE, b"\0")
        if new != old[: len(new)]:
            number = int.from_bytes(new, "little") ^ int.from_bytes(old[: len(new)], "little")
            pages[at // PAGE] = number.to_bytes(PAGE, "little")
    written = len(initial.rstrip(b"\0"))
    mixed = sum(place * PAGE < written for place in pages)
    places = struct.pack(f"<{4 + len(pages)}I", head, len(memory), len(pages), mixed, *pages)
    return places + snapshot[:head] + b"".join(pages.values())


def without(archive: bytes, wanted: Callable[[str], bool]) -> bytes:
    """A stored zip with the entries that are wanted, as they were."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as given, zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as made:
        for entry in given.infolist():
            if entry.filename != METHODS_FILE and wanted(entry.filename):
                made.writestr(entry, given.read(entry))
    return buffer.getvalue()


def module_of(name: str) -> str:
    """The module that a file of an archive holds."""
    return name.removesuffix(".pyc").replace("/", ".").removesuffix(".__init__")
