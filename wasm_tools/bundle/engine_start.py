"""How the engine comes up in the browser. Lies in the engine's archive beside `wasm_tools`; the worker calls it.

Most of an import of the engine would go into its frozen dataclasses: Python writes the text of their methods and
compiles it, at every start. The text depends on nothing but the class, so the build compiles it once
(`import_check.mjs`) and puts the code into the archive; what is not there is compiled as ever. Their docstrings, which
Python makes up from the signature, nobody can see in a build without docstrings.
"""

import dataclasses
import gc
import marshal
import sys
import zipimport
from collections.abc import Iterable
from importlib import import_module
from types import CodeType, SimpleNamespace
from typing import Any

METHODS_FILE = "dataclass_methods.bin"
# Garbage collections cost more than they find while thousands of lasting records are made, and later while they are
# walked. Nearly all that an answer leaves behind is freed without them.
YOUNG_OBJECTS = 50_000

_run = exec
_known: dict[str, bytes] = {}  # the code of methods by their text, of the archives in `_opened`
_opened: set[str] = set()


def open_engine(archive: str, *parts: str) -> Any:
    """Import the engine's entry from an archive that is on the path already; `parts` are further archives of it."""
    gc.disable()
    for place in (archive, *parts):
        if place not in _opened:  # as in a Python that was put back
            _known.update(marshal.loads(zipimport.zipimporter(place).get_data(f"{place}/{METHODS_FILE}")))
            _opened.add(place)
    use_methods(_known)
    add_parts(parts)
    return import_module("wasm_tools.browser")


def add_parts(places: Iterable[str]) -> None:
    """Let the package be found in further archives, too: it is one package for whoever imports it."""
    package = import_module("wasm_tools")
    package.__path__.extend(folder for p in places if (folder := f"{p}/wasm_tools") not in package.__path__)


def settle() -> None:
    """Declare all that is there now as lasting."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    gc.enable()


def tidy() -> None:
    """Drop what nobody needs any more: worth its time before a snapshot."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def use_later_archives() -> None:
    """Forget what lies in the archives on the path: others with what is not imported yet have taken their places."""
    importer: Any = zipimport
    importer._zip_directory_cache.clear()
    sys.path_importer_cache.clear()


def use_methods(known: dict[str, bytes]) -> None:
    """Let dataclasses take the code of their methods from `known`, by its text."""

    def executed(text: str, *scopes: Any) -> None:
        code = known.get(text)
        _run(text if code is None else marshal.loads(code), *scopes)

    _replace(executed)


def record_methods() -> dict[str, bytes]:
    """What `use_methods` takes: a record that fills while dataclasses are made."""
    seen: dict[str, bytes] = {}

    def executed(text: str, *scopes: Any) -> None:
        code = _without_lines(compile(text, "<dataclass>", "exec", dont_inherit=True, optimize=2))
        # Version 2 writes every object in full: references would depend on what else is in memory.
        seen[text] = marshal.dumps(code, 2)
        _run(code, *scopes)

    _replace(executed)
    return seen


def _without_lines(code: CodeType) -> CodeType:
    """The code without its table of lines, half of its size: the text has no file to look a line up in."""
    inner = (_without_lines(part) if isinstance(part, CodeType) else part for part in code.co_consts)
    return code.replace(co_linetable=b"", co_consts=tuple(inner))


def _replace(executed: Any) -> None:
    module: Any = dataclasses
    module.exec = executed
    module.inspect = SimpleNamespace(unwrap=module.inspect.unwrap, signature=lambda *_, **__: "")
