"""Bytecode archives made by the browser's own Python under Node, kept in a cache under a hash of all inputs."""

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wasm_tools.bundle.bytecode_zip import FIXED_DATE
from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.runtime import Runtime

HERE = Path(__file__).parent
COMPILER, ARCHIVER, IMPORTER = HERE / "compile.mjs", HERE / "bytecode_zip.py", HERE / "import_check.mjs"
TIMEOUT_S = 300


def bytecode_archive(sources: Mapping[str, bytes], prefix: str, runtime: Runtime, node: str, cache: Path) -> bytes:
    """A stored zip of `sources` as -OO bytecode. `prefix` is the archive's place in the browser, for tracebacks.

    Takes some seconds, or none when the cache holds it. Raises BundleError for a missing Node or a syntax error.
    """
    key = key_of(runtime, [COMPILER, ARCHIVER], prefix, sources)
    kept = cache / "bytecode" / f"{key}.zip"
    if kept.is_file():
        return kept.read_bytes()
    with tempfile.TemporaryDirectory() as scratch:
        given, made = Path(scratch, "sources.zip"), Path(scratch, "bytecode.zip")
        given.write_bytes(_source_archive(sources))
        run_node(node, [COMPILER, runtime.folder, ARCHIVER, given, prefix, made], "compile the Python sources")
        archive = made.read_bytes()
    write_whole(kept, archive)
    return archive


@dataclass(frozen=True, slots=True)
class Imported:
    """All engine modules imported: what failed, in the words of Python, by module; the dataclasses' code by archive."""

    failures: Mapping[str, str]
    methods: Mapping[str, bytes]


def imported(
    names: Mapping[str, Sequence[str]], library: bytes, engine: Mapping[str, bytes], runtime: Runtime, node: str,
    cache: Path,
) -> Imported:  # fmt: skip
    """Import the modules of each archive of the engine, given under its place, in the browser's Python."""
    archives = {"names": json.dumps(names).encode(), "library": library, **engine}
    kept = cache / "imports" / f"{key_of(runtime, [IMPORTER], runtime.lock, archives)}.json"
    if not kept.is_file():
        with tempfile.TemporaryDirectory() as scratch:
            library_zip = Path(scratch, "python_stdlib.zip")
            library_zip.write_bytes(library)
            for place, archive in engine.items():
                Path(scratch, Path(place).name).write_bytes(archive)
            places = [IMPORTER, runtime.folder, library_zip, Path(scratch)]
            printed = run_node(node, [*places, runtime.lock, json.dumps(names)], "import the engine")
            write_whole(kept, printed.encode())
    found = json.loads(kept.read_text(encoding="utf-8"))
    methods = {place: base64.b64decode(code) for place, code in found["methods"].items()}
    return Imported(found["failures"], methods)


def with_entry(archive: bytes, name: str, data: bytes) -> bytes:
    """The archive with one more file at its end, stored and dated like the others."""
    buffer = io.BytesIO(archive)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_STORED) as opened:
        entry = zipfile.ZipInfo(name, FIXED_DATE)
        entry.create_system = 3
        entry.external_attr = 0o100644 << 16
        opened.writestr(entry, data)
    return buffer.getvalue()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody, not even a build beside this one, ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(scratch).chmod(0o644)
    Path(scratch).replace(path)


def key_of(runtime: Runtime, scripts: Sequence[Path], prefix: str, content: Mapping[str, bytes]) -> str:
    """A hash over the runtime, scripts that are run in it, and what they are given."""
    digest = hashlib.sha256(f"{runtime.version} {runtime.sha256} {prefix}".encode())
    for script in scripts:
        digest.update(script.read_bytes())
    for name in sorted(content):
        digest.update(f"\0{name}\0{hashlib.sha256(content[name]).hexdigest()}".encode())
    return digest.hexdigest()


def _source_archive(sources: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(sources):
            archive.writestr(name, sources[name])
    return buffer.getvalue()


def run_node(node: str, arguments: Sequence[str | Path], purpose: str) -> str:
    """What Node.js prints. Raises BundleError, which names the purpose."""
    program = shutil.which(node)
    if program is None:
        raise BundleError(
            f"Node.js ({node}) is not there to {purpose}: run `make install`, which brings it where it is missing."
        )
    command = [program, *map(str, arguments)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise BundleError(f"Node.js did not {purpose} within {TIMEOUT_S} seconds: run the build again.") from None
    if done.returncode != 0:
        raise BundleError(f"Node.js could not {purpose}: {_last_error(done.stderr)}.")
    return done.stdout


def _last_error(text: str) -> str:
    """The line of a traceback that says what is wrong, with the place before it when there is one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [number for number, line in enumerate(lines) if line.split(":")[0].endswith("Error")]
    if not errors:
        return lines[-1].rstrip(".") if lines else "it gave no reason"
    last = errors[-1]
    place = next((line for line in reversed(lines[:last]) if line.startswith("File ")), "")
    return f"{place} {lines[last]}".strip().rstrip(".")
