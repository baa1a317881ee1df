"""Gzip forms of published files, kept in a cache under the checksum of their content."""

import gzip
import hashlib
from pathlib import Path

from wasm_tools.bundle.bytecode import write_whole


def gzipped(data: bytes, cache: Path) -> bytes:
    """`data` as gzip at level 9 without a date or a name, so that equal content gives equal bytes."""
    kept = cache / "gzip" / f"{hashlib.sha256(data).hexdigest()}.gz"
    if not kept.is_file():
        write_whole(kept, gzip.compress(data, compresslevel=9, mtime=0))
    return kept.read_bytes()
