"""Two folders change places in one step, where the system can do so; elsewhere in two, of which a crash shows."""

import ctypes
import os
from functools import cache
from pathlib import Path

HERE = -100  # AT_FDCWD: paths are those of the process
EXCHANGE = 2  # RENAME_EXCHANGE


def put_in_place(new: Path, target: Path) -> None:
    """Move the folder `new` to `target`. What was there is then at `new`, or at `target`.old between two renames.

    Linux exchanges the two at once (renameat2), so that there is no moment without a `target`.
    """
    if not target.exists():
        new.rename(target)
    elif not _exchanged(new, target):
        retired = target.with_name(target.name + ".old")
        target.rename(retired)
        new.rename(target)
        retired.rename(new)


def _exchanged(one: Path, other: Path) -> bool:
    renameat2 = _renameat2()
    return renameat2 is not None and not renameat2(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE)


@cache
def _renameat2() -> "ctypes._FuncPointer | None":
    try:
        function = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError):
        return None  # not Linux
    function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return function
