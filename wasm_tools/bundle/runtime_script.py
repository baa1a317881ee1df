"""The runtime's script and exports without what only libraries loaded later would need: a quarter of it is left.

Pyodide can load further modules of WebAssembly while it runs, and one of those may call anything. So its script names
each of 8,560 exports twice, and brings graphics, sound and sockets in JavaScript. The bundle loads no such module.
Without all that the script is small enough to be published as it is, so that a worker can import it at once.
"""

import re
import subprocess
from pathlib import Path

from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.webassembly import (
    EXPORT,
    IMPORT,
    OF_FUNCTION,
    OF_GLOBAL,
    exported,
    imports,
    joined,
    listed,
    sections_of,
    vector,
)

_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_ASSIGNING = re.compile(
    r"var (?P<names>[\w$,]+);(?P<head>function assignWasmExports\(wasmExports\)\{)(?P<body>[^{}]*)\}"
)
_EXPORT = re.compile(r'(?P<variable>[\w$]+)=Module\["[\w$]+"\]=wasmExports\["(?P<name>[^"]+)"\](?:\.value>>>0)?')
_IMPORTS = re.compile(r"(?P<head>var wasmImports=\{)(?P<body>[\w$:,]+)\}")
_PROPERTY = re.compile(r'(?<![\w$.])(?P<function>[\w$]+)\.(?:sig|isAsync)=(?:"\w*"|true);')
_PUBLISHED = re.compile(r'Module\["(?P<name>[\w$]+)"\]=[\w$]+;')
_ASKED = re.compile(r'(?:Module\??\.|Module\[")([\w$]+)')
_EVAL = re.compile(r"(?<![\w$.])eval\(")


def small_script(script: str, starter: str, wasm: bytes, terser: Path) -> bytes:
    """`pyodide.asm.mjs` with what `wasm` imports and what it and `starter`, which is `pyodide.mjs`, name themselves.

    Raises BundleError where the script is of another form, or with what `terser` (the command) said.
    """
    wanted = {name for _, name, _ in imports(dict(sections_of(wasm))[IMPORT])}
    script = _with_used_exports(script, starter)
    place = _one(_IMPORTS, script)
    listed = [entry for entry in place["body"].split(",") if entry.split(":")[0] in wanted]
    script = script[: place.start("body")] + ",".join(listed) + script[place.end("body") :]
    called = {entry.split(":")[-1] for entry in listed}
    script = _PROPERTY.sub(lambda found: found[0] if found["function"] in called else "", script)
    asked = set(_ASKED.findall(_PUBLISHED.sub("", script))) | set(_WORD.findall(starter))
    script = _PUBLISHED.sub(lambda found: found[0] if found["name"] in asked else "", script)
    # A direct call could see every local name, so none could be left out. The policy of the site allows no call at all.
    return _minified(_EVAL.sub("(0,eval)(", script), terser)


def _with_used_exports(script: str, starter: str) -> str:
    found = _one(_ASSIGNING, script)
    elsewhere = {
        *_WORD.findall(script[: found.start()]),
        *_WORD.findall(script[found.end() :]),
        *_WORD.findall(starter),
    }
    kept, unused = [], set()
    for statement in found["body"].split(";"):
        export = _EXPORT.fullmatch(statement)
        if export and export["variable"] not in elsewhere:
            unused.add(export["variable"])
        else:
            kept.append(statement)
    names = ",".join(name for name in found["names"].split(",") if name not in unused)
    return script[: found.start()] + f"var {names};{found['head']}{';'.join(kept)}}}" + script[found.end() :]


def with_named_exports(wasm: bytes, *scripts: str) -> bytes:
    """The module with those functions and numbers alone as exports that a script names or that it asks for itself."""
    sections = sections_of(wasm)
    content = dict(sections)
    named = {name for module, name, _ in imports(content[IMPORT]) if module.startswith("GOT.")}
    named.update(word for script in scripts for word in _WORD.findall(script))
    found = listed(content[EXPORT], exported)
    kept = [entry for name, kind, entry in found if name in named or kind not in (OF_FUNCTION, OF_GLOBAL)]
    return joined(sections, {EXPORT: vector(kept)})


def _one(pattern: re.Pattern[str], script: str) -> re.Match[str]:
    match list(pattern.finditer(script)):
        case [found]:
            return found
        case others:
            raise BundleError(
                f"The runtime's script has {len(others)} places like {pattern.pattern[:40]!r}, not one: install the "
                "Pyodide that package-lock.json names with `make install`."
            )


def _minified(script: str, terser: Path) -> bytes:
    command = (str(terser.absolute()), "--module", "--compress", "passes=3", "--mangle")
    try:
        made = subprocess.run(command, input=script.encode(), check=True, capture_output=True)
    except FileNotFoundError:
        raise BundleError(f"{terser} is missing: run `npm ci`, which installs what package.json names.") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip()
        raise BundleError(f"The runtime's script could not be made smaller: {said}") from None
    return made.stdout
