"""The part of Python's standard library that the browser gets: sources of every module but those nobody can use there.

The stock archive holds 559 source files that are compiled at every start. Without the modules below it is half as
large, and as bytecode it starts in half the time. Three modules that the runtime itself imports at its start, and of
which it uses next to nothing here, have short ones in their place (folder `slim`).
"""

import zipfile
from pathlib import Path

from wasm_tools.bundle.failure import BundleError

# Why -> top-level modules and packages, or parts of a package with a slash.
WHY_LEFT_OUT = {
    "no terminal, debugger, test or profiler": (
        "_pyrepl antigravity bdb cProfile cmd code compileall doctest idlelib modulefinder pdb pickletools profile "
        "profiling pstats pty py_compile pyclbr pydoc pydoc_data pyodide/console rlcompleter tabnanny this timeit "
        "trace tracemalloc tty unittest __hello__ __phello__ argparse getopt getpass symtable _ast_unparse"
    ),
    "no process, socket, server or foreign function": (
        "concurrent/interpreters ctypes ftplib http imaplib mailbox multiprocessing netrc poplib pyodide/http "
        "pyodide/_nodesock_transport smtplib socketserver webbrowser wsgiref xmlrpc ipaddress nturl2path sched "
        "asyncio concurrent logging pyodide/webloop queue selectors socket ssl _ssl subprocess _threading_local "
        "urllib/error urllib/request urllib/response urllib/robotparser"
    ),
    "no installation, desktop or database file": (
        "curses dbm distutils ensurepip lib2to3 shelve sqlite3 tkinter turtle venv zipapp colorsys platform sysconfig "
        "importlib/metadata importlib/readers importlib/resources importlib/simple pkgutil runpy tempfile zoneinfo "
        "pyodide/_package_loader pyodide/common "
        "_sysconfigdata__emscripten_wasm32-emscripten"
    ),
    "formats and helpers that the engine does without": (
        "configparser email filecmp fileinput gettext graphlib hmac html mimetypes optparse pathlib/types pickle "
        "plistlib quopri secrets sre_compile sre_constants sre_parse stringprep tarfile tomllib uuid wave xml "
        "_compat_pickle _markupbase"
    ),
    "twins in Python of modules that the runtime has in C": "_pydatetime _pydecimal _pyio",
}
SLIM = Path(__file__).parent / "slim"
IN_PLACE_OF = {
    "asyncio/__init__.py": "asyncio_package.py",
    "pyodide/__init__.py": "pyodide_package.py",
    "pyodide/_package_loader.py": "pyodide_package_loader.py",
}
LEFT_OUT = frozenset(name for names in WHY_LEFT_OUT.values() for name in names.split())
# Encodings that a bill or an archive can come in, and what Python itself starts with; about a hundred stay at home.
NEEDED_ENCODINGS = (
    "__init__ aliases ascii charmap cp1252 cp437 hex_codec iso8859_1 iso8859_15 latin_1 "
    "raw_unicode_escape unicode_escape utf_16 utf_16_be utf_16_le utf_32 utf_8 utf_8_sig"
)
ENCODINGS = frozenset(NEEDED_ENCODINGS.split())


def is_left_out(name: str) -> bool:
    """Whether the browser does without this file; `name` as in the archive, for example `xml/dom/minidom.py`."""
    stem = name.removesuffix(".py")
    parts = stem.split("/")
    if parts[0] == "encodings":
        return parts[-1] not in ENCODINGS
    return any("/".join(parts[: depth + 1]) in LEFT_OUT for depth in range(len(parts)))


def stdlib_sources(archive: Path) -> dict[str, bytes]:
    """Sources by name out of the runtime's `python_stdlib.zip`, sorted. Raises BundleError for a broken archive."""
    try:
        with zipfile.ZipFile(archive) as stock:
            names = sorted(name for name in stock.namelist() if name.endswith(".py") and not is_left_out(name))
            kept = {name: stock.read(name) for name in names}
    except zipfile.BadZipFile:
        raise BundleError(f"{archive} is not a readable archive: remove it and run `make install`.") from None
    return dict(sorted((kept | {name: (SLIM / slim).read_bytes() for name, slim in IN_PLACE_OF.items()}).items()))
