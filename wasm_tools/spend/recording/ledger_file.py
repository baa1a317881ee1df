"""Appending lines to the ledger: one write of one whole line to a file opened for append, one file a UTC month.

On a local file system such writes do not mix, whoever else writes, so neither locks nor a buffer stand between a call
that was recorded and the disk. A process that is killed within a write may leave a torn line: the next line, of
whichever process, then begins with a line break. Network file systems and power loss are out of scope.
"""

import os
from pathlib import Path

from wasm_tools.spend.ledger import FILE_NAME

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)


class _OpenFile:
    """A descriptor that is closed with its last user, so that no thread writes to one that was closed meanwhile."""

    __slots__ = ("descriptor", "month")

    def __init__(self, path: Path, month: str) -> None:
        self.descriptor = -1
        self.descriptor = os.open(path, _FLAGS, 0o666)
        self.month = month

    def __del__(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)


class LedgerFile:
    """The files of a ledger's folder, opened on demand: anew in a new month and when the file was removed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: _OpenFile | None = None

    def append(self, line: bytes, month: str) -> None:
        """Write a line to the file of a month (`2026-09`). It is in the file when this returns; else OSError."""
        file = self._open
        if file is None or file.month != month:
            file = self._opened(month)
        state = os.fstat(file.descriptor)
        if not state.st_nlink:  # removed: what is written to it now would be lost
            file = self._opened(month)
            state = os.fstat(file.descriptor)
        if state.st_size and _last_byte(file.descriptor, state.st_size) != b"\n":
            line = b"\n" + line
        written = os.write(file.descriptor, line)
        if written != len(line):
            raise OSError(f"only {written} of {len(line)} bytes were written to {self.folder}: is the disk full?")

    def _opened(self, month: str) -> _OpenFile:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._open = file = _OpenFile(self.folder / FILE_NAME.format(month=month), month)
        return file


def _last_byte(descriptor: int, size: int) -> bytes:
    """The last byte of a file. Another thread may move the position meanwhile: at worst an empty line is written."""
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1)
