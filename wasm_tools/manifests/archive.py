"""Zip archives that are the same bytes for the same files, wherever they are made.

Entries are stored, since deflate differs between builds of zlib: sorted by path, with the earliest time a zip can hold,
fixed modes and no extra fields. `zipfile` of the standard library is left out of the browser.
"""

import re
import zlib
from collections.abc import Mapping

from wasm_tools.manifests.runtimes import ManifestError

_DATE = 1 << 5 | 1  # 1980-01-01, 00:00
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_UNIX = 3 << 8 | 20  # made by Unix, version 2.0
FILE_MODE, SCRIPT_MODE = 0o100644, 0o100755


def stored_zip(folder: str, files: Mapping[str, str]) -> bytes:
    """The archive of `files` (text by path) under one top folder; `.sh` files are executable.

    Raises ManifestError for a path that is not plain ASCII names, or that leads out of the folder.
    """
    body, directory = bytearray(), bytearray()
    for path, text in sorted(files.items()):
        if not _PATH.fullmatch(path) or not _PATH.fullmatch(folder):
            raise ManifestError(f"archive: {folder}/{path} is not a plain path; use letters, digits, dot and hyphen")
        name, data = f"{folder}/{path}".encode("ascii"), text.encode()
        mode = SCRIPT_MODE if path.endswith(".sh") else FILE_MODE
        # Both headers share: version needed, flags, stored, time, date, checksum, two sizes, length of name and extra.
        shared = b"".join(
            (
                _little(20, 2), _little(0, 2), _little(0, 2), _little(0, 2), _little(_DATE, 2),
                _little(zlib.crc32(data), 4), _little(len(data), 4), _little(len(data), 4),
                _little(len(name), 2), _little(0, 2),
            )
        )  # fmt: skip
        # Then: comment, disk, text or binary, mode, and where the local header is.
        directory += b"PK\x01\x02" + _little(_UNIX, 2) + shared + bytes(6) + _little(mode << 16, 4)
        directory += _little(len(body), 4) + name
        body += b"PK\x03\x04" + shared + name + data
    count = _little(len(files), 2)
    end = b"PK\x05\x06" + bytes(4) + count * 2 + _little(len(directory), 4) + _little(len(body), 4) + bytes(2)
    return bytes(body + directory + end)


def _little(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")
