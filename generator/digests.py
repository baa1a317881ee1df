"""Digests of folders: whether inputs are the same as last time."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def folder_digest(folders: Iterable[Path], pattern: str) -> str:
    """A digest of the names and contents of all files below the folders. Compiled code is not content."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob(pattern) if p.is_file() and p.suffix != ".pyc"):
            digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
