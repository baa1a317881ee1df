"""The runtime as browsers get it, kept in a cache: it takes half a minute to make."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from wasm_tools.bundle import indirect_calls, runtime_script, used_functions, webassembly
from wasm_tools.bundle.bytecode import write_whole
from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.runtime import SCRIPT, STARTER, WASM, Runtime


def small_runtime(runtime: Runtime, terser: Path, cache: Path) -> Runtime:
    """The runtime without what only modules loaded later would need, in a folder of the cache; the same inputs give the
    same bytes.

    Raises BundleError where it is of a form that this does not know.
    """
    key = _key((runtime_script, webassembly), runtime.sha256.encode(), terser.resolve().read_bytes())
    folder = cache / "runtime" / key
    if not all((folder / name).is_file() for name in (STARTER, SCRIPT, WASM)):
        starter, script = ((runtime.folder / name).read_text(encoding="utf-8") for name in (STARTER, SCRIPT))
        wasm = (runtime.folder / WASM).read_bytes()
        small = runtime_script.small_script(script, starter, wasm, terser)
        exporting = _prepared(lambda: runtime_script.with_named_exports(wasm, small.decode(), starter))
        for name, content in ((STARTER, starter.encode()), (SCRIPT, small), (WASM, exporting)):
            write_whole(folder / name, content)
    return replace(runtime, folder=folder, sha256=key)


def whole(wasm: bytes, cache: Path) -> bytes:
    """The runtime with shared indirect calls. Raises BundleError where it holds what this cannot read."""
    return _kept(
        cache, _key((indirect_calls, webassembly), wasm), lambda: indirect_calls.with_shared_indirect_calls(wasm)
    )


def used(wasm: bytes, ran: Iterable[int], cache: Path) -> bytes:
    """The same without the functions that the engine does not use; these `ran`."""
    ran = list(ran)
    key = _key((indirect_calls, used_functions, webassembly), wasm, repr(ran).encode())
    return _kept(
        cache, key, lambda: indirect_calls.with_shared_indirect_calls(used_functions.without_unused(wasm, ran))
    )


def _kept(cache: Path, key: str, make: Callable[[], bytes]) -> bytes:
    path = cache / "wasm" / f"{key}.wasm"
    if not path.is_file():
        write_whole(path, _prepared(make))
    return path.read_bytes()


def _key(makers: Iterable[ModuleType], *content: bytes) -> str:
    digest = hashlib.sha256()
    for data in (*(Path(str(module.__file__)).read_bytes() for module in makers), *content):
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()


def _prepared(make: Callable[[], bytes]) -> bytes:
    try:
        return make()
    except (IndexError, KeyError, ValueError) as reason:
        raise BundleError(
            f"The runtime's WebAssembly cannot be prepared for browsers ({reason}): install the Pyodide that "
            "package-lock.json names with `make install`."
        ) from reason
