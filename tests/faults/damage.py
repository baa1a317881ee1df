"""Payloads with wrong content: what a body looks like after each fault, whatever its form (JSON, CSV, YAML)."""

import csv
import io
import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

Damage = Callable[[bytes, int], bytes]  # the good body, how often it was asked before
PRICE = re.compile(r"pric|cost|mtok|prompt|completion|input_per|output_per|cents|usd|hour|nanos|units", re.IGNORECASE)
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
Change = Callable[[Decimal], float | str]


def _number(change: Change, value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return change(Decimal(str(value)))
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return str(change(Decimal(value)))
    return value


def _json_prices(value: Any, change: Change, priced: bool = False) -> Any:
    if isinstance(value, dict):
        return {k: _json_prices(v, change, priced or bool(PRICE.search(k))) for k, v in value.items()}
    if isinstance(value, list):
        return [_json_prices(v, change, priced) for v in value]
    return _number(change, value) if priced else value


def _rows(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode())))


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def is_json(body: bytes) -> bool:
    """Whether the body is a JSON object or list."""
    return body.lstrip()[:1] in (b"{", b"[")


def with_prices(change: Change) -> Damage:
    """Every price changed; everything below a key, or in a column, that sounds like money is one."""

    def damaged(body: bytes, _: int) -> bytes:
        if is_json(body):
            return json.dumps(_json_prices(json.loads(body), change)).encode()
        rows = _rows(body)
        priced = [bool(PRICE.search(name)) or name.endswith("_ms") for name in rows[0]]
        table = [[_number(change, c) if p else c for c, p in zip(r, priced, strict=False)] for r in rows[1:]]
        return _csv([rows[0], *table])

    return damaged


def _keys(value: Any, name: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {name(k): _keys(v, name) for k, v in value.items()}
    return [_keys(v, name) for v in value] if isinstance(value, list) else value


def renamed(body: bytes, _: int) -> bytes:
    """Every field and column under another name."""
    if is_json(body):
        return json.dumps(_keys(json.loads(body), lambda k: f"v2_{k}")).encode()
    rows = _rows(body)
    return _csv([[f"v2_{c}" for c in rows[0]], *rows[1:]])


def without_fields(body: bytes, _: int) -> bytes:
    """No field and no column that sounds like money."""

    def cleared(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: cleared(v) for k, v in value.items() if not PRICE.search(k)}
        return [cleared(v) for v in value] if isinstance(value, list) else value

    if is_json(body):
        return json.dumps(cleared(json.loads(body))).encode()
    rows = _rows(body)
    kept = [n for n, name in enumerate(rows[0]) if not (PRICE.search(name) or name.endswith("_ms"))]
    return _csv([[r[n] for n in kept if n < len(r)] for r in rows])


def collapsed(body: bytes, _: int) -> bytes:
    """A fifth of the rows: of every list and every object of objects that has five or more."""

    def fewer(value: Any) -> Any:
        if isinstance(value, dict):
            inner = all(isinstance(v, dict | list) for v in value.values())
            items = list(value.items())
            kept = items[: max(1, len(items) // 5)] if inner and len(items) >= 5 else items
            return {k: fewer(v) for k, v in kept}
        if isinstance(value, list):
            return [fewer(v) for v in (value[: max(1, len(value) // 5)] if len(value) >= 5 else value)]
        return value

    if is_json(body):
        return json.dumps(fewer(json.loads(body))).encode()
    rows = _rows(body)
    return _csv(rows[: 1 + len(rows) // 5])


def doubled(body: bytes, _: int) -> bytes:
    """Every row twice, the second time a third dearer; objects have every key twice."""
    dearer = with_prices(lambda p: float(p * Decimal("1.3")))(body, 0)
    if is_json(body):
        first, second = json.dumps(json.loads(body)), dearer.decode()
        return f"{first[:-1]}, {second[1:]}".encode()
    return _csv(_rows(body) + _rows(dearer)[1:])


def in_the_future(body: bytes, _: int) -> bytes:
    """Every date in the year 2031."""
    return re.sub(rb"20\d\d(-\d\d-\d\d)", rb"2031\1", body)


def mixed_currencies(body: bytes, _: int) -> bytes:
    """Every second mention of a currency says another one."""
    count = iter(range(10**9))
    return re.sub(rb"USD\b|usd\b", lambda m: b"CNY" if next(count) % 2 else m[0], body)


def other_at_each_read(body: bytes, before: int) -> bytes:
    """A source that changes while it is read: a quarter dearer each time it is asked."""
    return with_prices(lambda p: float(p * Decimal("1.25") ** before))(body, before) if before else body


def cut_in_the_middle(body: bytes, _: int) -> bytes:
    """The first half, sent as if it were whole."""
    return body[: len(body) // 2]


def corrupted(body: bytes, _: int) -> bytes:
    """Bytes in the middle that are no text."""
    middle = len(body) // 2
    return body[:middle] + b'\xff\xfe\x00{,"' + body[middle + 6 :]


DAMAGES: dict[str, Damage] = {
    "half a body": cut_in_the_middle,
    "corrupted text": corrupted,
    "renamed fields": renamed,
    "missing fields": without_fields,
    "row collapse": collapsed,
    "prices x 1000": with_prices(lambda p: float(p * 1000)),
    "prices / 1000": with_prices(lambda p: float(p / 1000)),
    "zeros": with_prices(lambda _: 0.0),
    "negative prices": with_prices(lambda p: -float(p)),
    "NaN": with_prices(lambda _: float("nan")),
    "infinite": with_prices(lambda _: float("inf")),
    "prices in words": with_prices(lambda _: "call us"),
    "duplicates": doubled,
    "future dates": in_the_future,
    "mixed currencies": mixed_currencies,
    "changes between reads": other_at_each_read,
}
