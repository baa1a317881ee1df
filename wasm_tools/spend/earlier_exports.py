"""Exports of the earlier trackers as ledgers: LLMLab (CSV, JSON) and forecost (CSV, JSON).

Their tokens have no cache state: input counts as uncached. Their costs are left out, as they come from price tables of
their own, with a default for what those did not know. What LLMLab answered from its own cache was no call.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from wasm_tools.invoice.decoding import utf8_of
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.json_text import loads
from wasm_tools.spend.ledger import Call, line_of


@dataclass(frozen=True, slots=True)
class Format:
    """Columns of an export. `answered` says which rows were answered without a call; `id` and `tags` may be absent."""

    name: str
    time: str
    inputs: str
    outputs: str
    id: str = ""
    latency: str = ""
    answered: str = ""
    tags: str = ""

    @property
    def required(self) -> set[str]:
        """The columns by which it is recognised."""
        return {self.time, "provider", "model", self.inputs, self.outputs}

    def is_answered(self, row: Mapping[str, Any]) -> bool:
        """Whether a row was answered from a cache of the tracker: no call was made."""
        return bool(self.answered) and str(row.get(self.answered)).casefold() in _YES


FORMATS = (
    Format("llmlab", "created_at", "input_tokens", "output_tokens", "id", "latency_ms", "cache_hit", "tags"),
    Format("forecost", "timestamp", "tokens_in", "tokens_out"),
)
_HEAD = 1 << 16  # bytes in which the names of the columns are
_TOLD = 20  # rows that are not read, by number
_YES = frozenset({"true", "1", "yes"})


@dataclass(frozen=True, slots=True)
class Earlier:
    """An export read: its calls, rows that were no call, and rows that could not be read with the reason."""

    format: str
    calls: tuple[Call, ...]
    answered: int
    failed: tuple[tuple[int, str], ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What became of rows that are no calls."""
        notes = [f"export of {self.format}: the cache state of its input is not known, its costs are left out"]
        if self.answered:
            notes.append(f"{self.answered} rows were answered from a cache of its own: no calls")
        return (*notes, *(f"row {row} is not read: {reason}" for row, reason in self.failed[:_TOLD]))

    @property
    def ledger(self) -> bytes:
        """The calls as a ledger."""
        return b"".join(map(line_of, self.calls))


def earlier(data: bytes) -> Earlier | None:
    """The calls in an export of an earlier tracker; None for any other file."""
    head = data[:_HEAD]
    if not any(all(name.encode() in head for name in f.required) for f in FORMATS):
        return None
    rows = _rows(data)
    found = next((f for f in FORMATS if rows and f.required <= set(rows[0])), None)
    return None if found is None else _read(rows, found)


def _rows(data: bytes) -> Sequence[Mapping[str, Any]]:
    try:
        text = utf8_of(data)[0].decode()
    except (InvoiceError, UnicodeDecodeError):
        return ()
    if text.lstrip()[:1] not in ("[", "{"):
        return list(csv.DictReader(io.StringIO(text)))
    try:
        said = loads(text)
    except (ValueError, RecursionError):
        return ()
    lists = said.values() if isinstance(said, dict) else (said,)
    rows = next((rows for rows in lists if isinstance(rows, list)), [])
    return rows if all(isinstance(row, dict) for row in rows) else ()


def _read(rows: Iterable[Mapping[str, Any]], found: Format) -> Earlier:
    calls, failed, answered = [], [], 0
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        if found.is_answered(row):
            answered += 1
            continue
        try:
            calls.append(call_of(row, found, _id(row, found, seen)))
        except ValueError as error:
            failed.append((number, str(error)))
    return Earlier(found.name, tuple(calls), answered, tuple(failed))


def call_of(row: Mapping[str, Any], found: Format, request_id: str = "") -> Call:
    """The call that a row tells of; raises ValueError naming the column that cannot be read."""
    tokens = {
        name: _count(row, column)
        for name, column in (("input_uncached", found.inputs), ("output", found.outputs))
        if row.get(column) not in (None, "")
    }
    said = row.get(found.tags) or ()
    tags = said.split(",") if isinstance(said, str) else said if isinstance(said, list | tuple) else ()
    return Call(
        _time(row, found.time),
        provider=str(row.get("provider") or ""),
        model=str(row.get("model") or ""),
        tokens=tokens,
        latency_ms=_milliseconds(row, found.latency),
        tags={name: "yes" for tag in tags if (name := str(tag).strip())},
        request_id=request_id,
    )


def _count(row: Mapping[str, Any], column: str) -> int:
    try:
        count = int(str(row[column]))
    except ValueError:
        raise ValueError(f"{column} is not a whole number ({str(row[column])[:40]!r})") from None
    if count < 0:
        raise ValueError(f"{column} is below 0")
    return count


def _milliseconds(row: Mapping[str, Any], column: str) -> int | None:
    said = row.get(column)
    try:
        return None if said in (None, "") else round(float(str(said)))
    except (ValueError, OverflowError):
        raise ValueError(f"{column} is not a number ({str(said)[:40]!r})") from None


def _time(row: Mapping[str, Any], column: str) -> str:
    said = str(row.get(column)).strip()
    try:
        when = datetime.fromisoformat(said.removesuffix(" UTC"))
        when = when.astimezone(UTC) if when.tzinfo else when
    except (ValueError, OverflowError):
        raise ValueError(f"{column} is not a time ({said[:40]!r})") from None
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03}Z"


def _id(row: Mapping[str, Any], found: Format, seen: dict[str, int]) -> str:
    """The same for the same row of the same export, so that reading it twice counts it once."""
    own = row.get(found.id) if found.id else None
    if own:
        return f"{found.name}-{own}"
    digest = sha256(json.dumps([str(value) for value in row.values()]).encode()).hexdigest()[:24]
    seen[digest] = seen.get(digest, 0) + 1
    return f"{found.name}-{digest}-{seen[digest]}"
