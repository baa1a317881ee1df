"""Puts the bundle together: runtime, stripped standard library, engine, data packs, scripts, and `bundle.json`.

Every name holds a hash of the content, so a host may keep the files for ever; `bundle.json` alone changes under its
name. Our scripts load each other by relative names and keep them inside a hashed folder. Everything large is published
as `.gz` and unpacked in the browser: a first visit then costs the same whatever the host compresses.
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from wasm_tools.bundle.bytecode import bytecode_archive, imported, with_entry
from wasm_tools.bundle.compressed import gzipped
from wasm_tools.bundle.engine_sources import absent_imports, by_part, engine_sources, module_names
from wasm_tools.bundle.engine_start import METHODS_FILE
from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.manifest import FILE_NAME, BundleFile, BundleManifest, build_id
from wasm_tools.bundle.memory import memory
from wasm_tools.bundle.runtime import SCRIPT, STANDARD_LIBRARY, STARTER, WASM, Runtime, installed_runtime
from wasm_tools.bundle.runtime_for_browsers import small_runtime, used, whole
from wasm_tools.bundle.scripts import joined_scripts
from wasm_tools.bundle.stdlib_sources import stdlib_sources
from wasm_tools.bundle.used_functions import recorded

WEB = Path(__file__).parent.parent / "web"
# Where the archives lie in the browser. The first is fixed in the runtime, the others are `python.mjs`'s choice.
LIBRARY_PLACE, ENGINE_PLACE = "/lib/python314.zip", "/lib/{}"
STARTS = {
    "used": {
        "wasm": "pyodide.used.wasm", "library": "later_stdlib.zip", "engine.zip": "later_engine.zip",
        "memory": "memory.bin",
    },
    "whole": {"wasm": "pyodide.asm.wasm", "library": STANDARD_LIBRARY, "engine.zip": "engine.zip"},
}  # fmt: skip
ENGINE_START = Path(__file__).parent / "engine_start.py"
PACK_NAME = re.compile(r"[a-z][a-z0-9_]*")


def assemble(
    engine_dir: Path, runtime_dir: Path, out: Path, packs: Mapping[str, bytes], node: str, cache: Path
) -> BundleManifest:
    """Write the bundle to the folder `out`, replacing an older one, and return its manifest.

    `engine_dir` contains the package `wasm_tools`, `runtime_dir` is `node_modules/pyodide`, `packs` are JSON texts by
    name, `node` is the Node.js command, `cache` keeps compiled archives. The same inputs give the same bytes.
    Raises BundleError, one sentence with a remedy.
    """
    runtime = installed_runtime(runtime_dir)
    sources = engine_sources(engine_dir)
    absent = absent_imports(sources)
    library, archives = engine_archives(sources, runtime, node, cache)
    scripts = joined_scripts(WEB, runtime_dir.parent / ".bin" / "esbuild")
    small = small_runtime(runtime, runtime_dir.parent / ".bin" / "terser", cache)
    wasm, ran = (small.folder / WASM).read_bytes(), recorded((runtime.folder / WASM).read_bytes())
    # These lie beside our scripts, which load them by their names; the hash of the folder covers them.
    beside = [chart_library(runtime_dir), small.folder / STARTER, small.folder / SCRIPT]
    kept = memory(library, archives[archive_name("")], ENGINE_PLACE.format(archive_name("")), small, node, cache)
    content = {
        "pyodide.asm.wasm": ("pyodide-{}.wasm.gz", gzipped(whole(wasm, cache), cache)),
        "pyodide.used.wasm": ("pyodide-used-{}.wasm.gz", gzipped(used(wasm, ran, cache), cache)),
        "memory.bin": ("memory-{}.bin.gz", gzipped(kept.difference, cache)),
        "later_stdlib.zip": ("later-stdlib-{}.zip.gz", gzipped(kept.library, cache)),
        "later_engine.zip": ("later-engine-{}.zip.gz", gzipped(kept.engine, cache)),
        **_folder("web", {**scripts.files, **{path.name: path.read_bytes() for path in beside}}),
        STANDARD_LIBRARY: ("python_stdlib-{}.zip.gz", gzipped(library, cache)),
        **{
            name: (name.replace("_", "-").replace(".zip", "-{}.zip.gz"), gzipped(archive, cache))
            for name, archive in archives.items()
        },
        **{f"{name}.json": (name + "-{}.json.gz", gzipped(packs[name], cache)) for name in _checked_pack_names(packs)},
    }
    files: dict[str, BundleFile] = {}
    with _replaced_folder(out) as scratch:
        for name, (pattern, data) in sorted(content.items()):
            digest = hashlib.sha256(data).hexdigest()
            entry = BundleFile(pattern.format(digest[:12]), len(data), digest, _sent_bytes(pattern, data, cache))
            (scratch / entry.file).parent.mkdir(exist_ok=True)
            (scratch / entry.file).write_bytes(data)
            files[name] = entry
        manifest = BundleManifest(
            build_id=build_id(files, runtime.lock),
            pyodide=runtime.version,
            python=runtime.python,
            files=files,
            packs=tuple(sorted(packs)),
            starts=STARTS,
            imports=scripts.imports,
            absent_imports=absent,
            lock=runtime.lock,
        )
        for name in (FILE_NAME, f"bundle-{manifest.build_id}.json"):  # the newest, and this one for ever
            (scratch / name).write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def engine_archives(
    sources: Mapping[str, bytes], runtime: Runtime, node: str, cache: Path
) -> tuple[bytes, dict[str, bytes]]:
    """The standard library and the engine's archives by name, as bytecode. Raises BundleError."""
    library = bytecode_archive(stdlib_sources(runtime.folder / STANDARD_LIBRARY), LIBRARY_PLACE, runtime, node, cache)
    start = {ENGINE_START.name: ENGINE_START.read_bytes()}
    parts = {ENGINE_PLACE.format(archive_name(pack)): content for pack, content in by_part(sources).items()}
    engine = {
        place: bytecode_archive(content if n else start | content, place, runtime, node, cache)
        for n, (place, content) in enumerate(parts.items())
    }
    names = {place: module_names(content) for place, content in parts.items()}
    tried = imported(names, library, engine, runtime, node, cache)
    _require_imports(tried.failures)
    return library, {Path(p).name: with_entry(engine[p], METHODS_FILE, code) for p, code in tried.methods.items()}


def archive_name(pack: str) -> str:
    """The logical name of the engine's archive that comes with a pack; of the one that every page gets for ''."""
    return f"engine_{pack}.zip" if pack else "engine.zip"


def chart_library(runtime_dir: Path) -> Path:
    """Plotly's basic bundle, installed beside the runtime; BundleError where it is not."""
    path = runtime_dir.parent / "plotly.js-basic-dist-min" / "plotly-basic.min.js"
    if not path.is_file():
        raise BundleError(f"{path} is missing: run `npm ci`, which installs what package.json names.")
    return path


def _folder(stem: str, content: Mapping[str, bytes]) -> dict[str, tuple[str, bytes]]:
    """Files that refer to each other by relative names: they share a folder that carries the hash of all of them."""
    digest = hashlib.sha256()
    for name, data in sorted(content.items()):
        digest.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\n".encode())
    folder = f"{stem}-{digest.hexdigest()[:12]}"
    return {name: (f"{folder}/{name}", data) for name, data in content.items()}


def _sent_bytes(pattern: str, data: bytes, cache: Path) -> int:
    return len(data) if pattern.endswith(".gz") else len(gzipped(data, cache))


def _checked_pack_names(packs: Mapping[str, bytes]) -> list[str]:
    wrong = sorted(name for name in packs if not PACK_NAME.fullmatch(name))
    if wrong:
        raise BundleError(f"{wrong[0]!r} cannot name a data pack: use small letters, digits and underscores.")
    return sorted(packs)


def _require_imports(failures: Mapping[str, str]) -> None:
    if failures:
        broken = "; ".join(f"{name} ({error})" for name, error in sorted(failures.items()))
        raise BundleError(
            f"These engine modules cannot be imported in the browser's Python: {broken}: do without what is left out, "
            "or take it off the list in wasm_tools/bundle/stdlib_sources.py."
        )


class _replaced_folder:
    """A scratch folder beside `out` that takes its place when the block ends well, and vanishes when it does not."""

    def __init__(self, out: Path) -> None:
        if out.is_dir() and any(out.iterdir()) and not (out / FILE_NAME).is_file():
            raise BundleError(f"{out} holds something that is not a bundle: empty it or choose another folder.")
        self._out = out

    def __enter__(self) -> Path:
        self._out.parent.mkdir(parents=True, exist_ok=True)
        self._scratch = Path(tempfile.mkdtemp(prefix=f".{self._out.name}-", dir=self._out.parent))
        self._scratch.chmod(0o755)
        return self._scratch

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            return
        if self._out.exists():
            shutil.rmtree(self._out)
        self._scratch.rename(self._out)
