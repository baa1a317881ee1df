"""Lines of a ledger told apart into what they say: in the form in which they are written, or in any other of JSON.

Lines as `ledger.line_of` writes them are matched many at once, in half of the time that parsing them as JSON takes.
Where one line of a part has another form (other order, escapes, torn), the part is parsed as one JSON list, and where
that fails, line by line. Between two lines stands a line break, so that no torn text runs on into the next.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from wasm_tools.invoice.remembered import Remembered
from wasm_tools.json_text import loads
from wasm_tools.spend.ledger import REASONING, START, TOKEN_CLASSES, VERSION

CLASSES = (*TOKEN_CLASSES, REASONING)
WORDS = ("provider", "model", "endpoint", "tier")
FIRST = 5  # places before those of the classes in the numbers of a cell
INDEX = {name: FIRST + at for at, name in enumerate(CLASSES)}
UNKNOWN = -1  # a latency that is not told
BLANK = ""  # what an empty line says
MOST = 10**15  # tokens of one call, and what no call has
_LONGEST = (1 << 31) - 1  # ms
_SAMPLE, _FIRST_LINES = 1 << 16, 8
_YEARS = range(2000, 2100)
_TEXT = rb'"[^"\\\n]*"'
_WRITTEN = re.compile(
    rb'^\{"v": ?1, ?"ts": ?"([^"\\\n]{13}:\d\d(?::\d\d(?:\.\d+)?)?)Z", ?((?:"provider": ?%(text)s, ?)?'
    rb'(?:"model": ?%(text)s, ?)?(?:"endpoint": ?%(text)s, ?)?(?:"tier": ?%(text)s, ?)?)'
    rb'"tokens": ?\{([^{}\n]*)\}, ?(?:"requests": ?([1-9]\d{0,8}), ?)?(?:"latency_ms": ?(\d{1,9}), ?)?'
    rb'(?:"tags": ?(\{[^{}\\\n]*\}), ?)?(?:"request_id": ?"([^"\\\n]*)", ?)?"status": ?(%(text)s)'
    rb'(?:, ?"cost_reported": ?%(text)s)?\}$' % {b"text": _TEXT},
    re.MULTILINE,
)
_IN_TOKENS = b'abcdefghijklmnopqrstuvwxyz_0123456789:," '

Said = tuple[str, str, str, str, str, tuple[tuple[str, str], ...]]  # provider, model, endpoint, tier, status, tags
# kind, hour ("2026-09-01T10"), places and counts of its tokens, requests, latency, mark (empty without an id)
Told = tuple[Any, str, tuple[int, ...], Sequence[int], int, int, bytes]


class Refused(ValueError):
    """Why a line is no call, in words."""


class LineReader:
    """Lines of one ledger. `kind` makes of what a call says of itself whatever its calls are added up in."""

    def __init__(self, kind: Callable[[Said], Any]) -> None:
        self._kinds: Remembered[tuple[Any, ...], Any] = Remembered(lambda place: kind(_said(place)))
        self._written: Remembered[tuple[bytes, ...], Any] = Remembered(lambda place: kind(_said(_texts(*place))))
        self._hours: Remembered[str, str] = Remembered(_hour)
        self._stamps: Remembered[bytes, str] = Remembered(lambda stamp: _hour(stamp.decode("ascii")))
        self._shapes: Remembered[tuple[str, ...], tuple[int, ...]] = Remembered(_shape)
        self._forms: Remembered[tuple[bytes, ...], tuple[int, ...]] = Remembered(_form)
        self.torn = 0  # lines that stand behind torn text

    def calls(self, part: bytes) -> Iterable[Told | str]:
        """What each line of a part of whole lines says, or why it is kept aside."""
        count = part.count(b"\n") + (not part.endswith(b"\n"))
        found = _WRITTEN.findall(part)
        if len(found) == count:
            try:
                return self._as_written(found)
            except (LookupError, ValueError):  # some line is not quite what it looks like
                return map(self._told_alone, lines_of(part))
        try:
            records = loads(b"[" + part.rstrip().replace(b"\n", b",\n") + b"]")
        except (ValueError, RecursionError):
            records = ()
        if len(records) == count:
            return map(self._told, records)
        return map(self._told_alone, lines_of(part))

    def _as_written(self, found: Sequence[tuple[bytes, ...]]) -> Iterable[Told]:
        """Column by column, which is faster than line by line."""
        kinds, stamps, forms = self._written, self._stamps, self._forms
        ts, words, tokens, requests, latencies, tags, ids, status = zip(*found, strict=True)
        parts = [text.replace(b":", b",").split(b",") if text else [] for text in tokens]
        counts = [list(map(int, part[1::2])) for part in parts]
        if b"".join(tokens).translate(None, _IN_TOKENS) or max(map(max, filter(None, counts)), default=0) >= MOST:
            raise Refused("tokens")
        return zip(
            [kinds[place] for place in zip(words, status, tags, strict=True)],
            [stamps[text[:13]] for text in ts],
            [forms[tuple(part[::2])] for part in parts],
            counts,
            [int(text) if text else 1 for text in requests],
            [int(text) if text else UNKNOWN for text in latencies],
            [text and text + when for text, when in zip(ids, ts, strict=True)],
            strict=True,
        )

    def _told_alone(self, line: bytes) -> Told | str:
        if not line.strip():
            return BLANK
        self.torn += line.rfind(START) > 0
        return self._told(record_of(line))

    def _told(self, record: Any) -> Told | str:
        """A record as a call; a text where it is none."""
        try:
            get = record.get
            ts, tokens, tags, request = get("ts"), get("tokens"), get("tags"), get("request_id")
            if get("v") != VERSION:
                return f"v is {get('v')!r}, this reader knows {VERSION}"
            counts, requests, latency = tokens.values(), get("requests", 1), get("latency_ms")
            total = sum(counts)
            if type(total) is not int or (counts and not 0 <= min(counts) <= max(counts) < MOST):
                return "a count of tokens is not a whole number that a call can have"
            if type(requests) is not int or requests < 1:
                return "requests is not a whole number"
            if latency is None:
                latency = UNKNOWN
            elif type(latency) is not int or not 0 <= latency <= _LONGEST:
                return "latency_ms is not a whole number"
            place = tuple(map(get, WORDS))
            return (
                self._kinds[*place, get("status"), tuple(tags.items()) if tags else ()],
                self._hours[ts[:13] if ts[-1] == "Z" else ts],
                self._shapes[tuple(tokens)],
                counts,
                requests,
                latency,
                f"{request}{ts[:-1]}".encode() if request else b"",
            )
        except (AttributeError, LookupError, TypeError, ValueError):
            return _reason(record)


def record_of(line: bytes) -> Any:
    """The record of a line, None where it is not JSON; of torn text with a whole line written after it, that line."""
    start = line.rfind(START)
    for text in (line, line[start:]) if start > 0 else (line,):
        try:
            return loads(text)
        except (ValueError, RecursionError):
            continue
    return None


def is_ledger(data: bytes) -> bool:
    """Whether one of the first lines of a file is a call of a ledger."""
    for line in data[:_SAMPLE].splitlines()[:_FIRST_LINES]:
        record = record_of(line)
        if isinstance(record, dict) and "v" in record and "tokens" in record:
            return True
    return False


def lines_of(part: bytes) -> list[bytes]:
    """The lines of a part of a ledger."""
    return part.removesuffix(b"\n").split(b"\n")


def _hour(stamp: str) -> str:
    """The hour in UTC of a time, or of its first 13 letters where they are in UTC."""
    when = datetime.fromisoformat(stamp)
    when = when.astimezone(UTC) if when.tzinfo else when
    if "T" not in stamp or when.year not in _YEARS:
        raise ValueError(stamp)
    return f"{when:%Y-%m-%dT%H}"


def _shape(names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(INDEX[name] for name in names)


def _form(names: tuple[bytes, ...]) -> tuple[int, ...]:
    return tuple(INDEX[json.loads(name)] for name in names)


def _texts(words: bytes, status: bytes, tags: bytes) -> tuple[Any, ...]:
    said = json.loads(b"{%b}" % words.rstrip(b", "))
    return *(said.get(name) for name in WORDS), json.loads(status), tuple(json.loads(tags).items()) if tags else ()


def _said(place: tuple[Any, ...]) -> Said:
    *words, tags = place
    said = dict(tags)
    if not all(isinstance(word, str) for word in (*(word or "" for word in words), *said, *said.values())):
        raise Refused("a name is not a text")
    provider, model, endpoint, tier, status = (word or "" for word in words)
    return provider, model, endpoint, tier, status, tuple(sorted(said.items()))


def _reason(record: Any) -> str:
    """What is wrong with a record, in words."""
    if not isinstance(record, dict):
        return "not a JSON object: a torn line, or no ledger"
    ts, tokens = record.get("ts"), record.get("tokens")
    if not isinstance(tokens, dict):
        return "tokens is missing" if tokens is None else "tokens is not an object"
    unknown = [name for name in tokens if name not in INDEX]
    if unknown:
        return f"{unknown[0][:40]!r} is not a class of tokens"
    if not all(isinstance(count, int) for count in tokens.values()):
        return "a count of tokens is not a whole number"
    try:
        _hour(str(ts))
    except ValueError:
        return f"ts is not a time ({str(ts)[:40]!r})"
    return "a name is not a text"
