"""Turns sources into an archive of bytecode. Runs inside Pyodide (see `compile.mjs`), so it knows only Python itself.

Bytecode belongs to one Python version: what the Python of the build machine compiles would not load in the browser.
That is also why `pyodide py-compile` is not used: it writes the bytecode of the interpreter that runs it.
"""

import importlib.util
import io
import marshal
import zipfile

FIXED_DATE = (2000, 1, 1, 0, 0, 0)
UNCHECKED_HASH = (1).to_bytes(4, "little")  # a .pyc that names its source by hash and is never compared with it


def pyc(source: bytes, file_name: str) -> bytes:
    """One module as the content of a `.pyc` file, without docstrings and `assert` (-OO), without a date."""
    code = compile(source, file_name, "exec", dont_inherit=True, optimize=2)
    return importlib.util.MAGIC_NUMBER + UNCHECKED_HASH + importlib.util.source_hash(source) + marshal.dumps(code)


def bytecode_zip(archive: bytes, prefix: str) -> bytes:
    """The same archive with every `x.py` as `x.pyc`, other files as they are: sorted, stored, dated alike.

    Stored, not deflated, because Python reads it at every start and the transport compresses it better as a whole.
    `prefix` is where the archive will lie in the browser; tracebacks show it.
    """
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as given,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as made,
    ):
        for name in sorted(given.namelist()):
            data = given.read(name)
            if name.endswith(".py"):
                name, data = f"{name}c", pyc(data, f"{prefix}/{name}")
            entry = zipfile.ZipInfo(name, FIXED_DATE)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            made.writestr(entry, data)
    return buffer.getvalue()
