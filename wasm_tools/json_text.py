"""JSON that somebody else wrote: read as `json.loads` reads it, and refused where it is nested deeper than anything is.

How deep `json` itself follows differs between Pythons, and in a browser the engine's whole process ends there.
"""

import json
import re
from typing import Any

DEEPEST = 200  # levels; bills, traces and configurations have a dozen at most
_TOO_DEEP = f"JSON that is nested deeper than {DEEPEST} levels"
_OTHERS = bytes(sign for sign in range(256) if sign not in b'[]{}"')
_ALIKE = bytes.maketrans(b"{}", b"[]")
_TEXTS = re.compile(rb'"[^"]*"?')
_PIECE = 1 << 24  # bytes that are copied at a time


def loads(text: str | bytes, **how: Any) -> Any:
    """`json.loads` with the same options. Raises RecursionError for more than `DEEPEST` levels, else ValueError."""
    refuse_deep(text)
    return json.loads(text, **how)


def refuse_deep(text: str | bytes) -> None:
    """Raise RecursionError where brackets of JSON are nested deeper than `DEEPEST` levels.

    Of more than 16 MB, half as many may be too deep already.
    """
    if isinstance(text, str):
        if text.count("[") + text.count("{") <= DEEPEST:
            return
        text = text.encode("utf-8", "surrogatepass")
    elif text.count(b"[") + text.count(b"{") <= DEEPEST:
        return
    left, at = b"", 0
    while at < len(text):
        end = at + _PIECE
        while text[end - 1 : end] == b"\\":  # no escaped sign is cut in two
            end += 1
        piece = text[at:end].replace(b"\\\\", b"").replace(b'\\"', b"")
        left = _unpaired(left + piece.translate(_ALIKE, _OTHERS))
        at = end


def _unpaired(signs: bytes) -> bytes:
    """The brackets and the quote that no later one closes. Each round takes away the innermost level."""
    signs = signs.replace(b'""', b"")  # of most texts no other sign is left
    signs = _TEXTS.sub(lambda found: b"" if len(found[0]) > 1 and found[0].endswith(b'"') else b'"', signs)
    rounds = 0
    while b"[]" in signs and rounds <= DEEPEST:
        signs = signs.replace(b"[]", b"")
        rounds += 1
    if rounds + signs.count(b"[") > DEEPEST:
        raise RecursionError(_TOO_DEEP)
    return signs
