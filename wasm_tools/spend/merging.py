"""Calls of one ledger added to others: what is there already is left out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wasm_tools.spend.ledger_lines import BLANK, LineReader, lines_of


@dataclass(frozen=True, slots=True)
class Merged:
    """The lines to add by month (`2026-09`), how many they are, and how many were there or are no calls."""

    months: Mapping[str, bytes]
    added: int
    there: int
    kept_aside: int


def merged(data: bytes, others: Iterable[bytes]) -> Merged:
    """The lines of a ledger that none of the others has.

    A call is the same when its id and time are; without an id, when the whole line is, as often as it stands there.
    """
    marks: set[bytes] = set()
    plain: Counter[bytes] = Counter()
    for other in others:
        for line, _, mark in _calls(other):
            if mark:
                marks.add(mark)
            else:
                plain[line] += 1
    months: dict[str, list[bytes]] = {}
    added = there = 0
    for line, month, mark in _calls(data):
        known = mark in marks if mark else plain[line] > 0
        if known:
            plain[line] -= not mark
            there += 1
            continue
        marks.add(mark)
        months.setdefault(month, []).append(line + b"\n")
        added += 1
    lines = sum(1 for line in lines_of(data) if line.strip())
    return Merged({month: b"".join(found) for month, found in months.items()}, added, there, lines - added - there)


def _calls(data: bytes) -> Iterable[tuple[bytes, str, bytes]]:
    """Line, month and mark of every call."""
    if not data.strip():
        return
    for line, told in zip(lines_of(data), LineReader(lambda said: said).calls(data), strict=True):
        if told != BLANK and not isinstance(told, str):
            yield line.strip(), told[1][:7], told[6]
