"""The reply of an assistant held against the catalogue rows and the specification that it was given.

The reply is text and nothing else: what stands in it changes no row, no figure and no check.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from wasm_tools.ask.reply_figures import (
    GPU_HOUR,
    HOUR,
    MILLION_TOKENS,
    OTHER,
    PRICE,
    THOUSAND_TOKENS,
    TOKEN,
    Cited,
    Figure,
    cited_offers,
    dates_in,
    figures_in,
    sentences,
)
from wasm_tools.pricing.figures import unit_price

MATCHES, ROUNDED, SPECIFICATION = GOOD = ("matches", "rounded", "specification")
WRONG, UNIT, UNKNOWN = BAD = ("wrong", "unit", "unknown")
MOST_OFF = Decimal("0.02")  # of its value: what a figure may be rounded by
MOST_CHARACTERS = 20_000
_SIDES = {"input tokens": "input", "output tokens": "output", "cached input tokens": "cached"}
_SCALE = {MILLION_TOKENS: Decimal(1), THOUSAND_TOKENS: Decimal(1000), TOKEN: Decimal(1_000_000)}


@dataclass(frozen=True, slots=True)
class Known:
    """One price of a row: USD per unit, for a side of the tokens where it is of one."""

    offer: str
    value: Decimal
    unit: str
    side: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check says of a piece of the reply, in code points of it; `offer` is the row that it rests on."""

    start: int
    end: int
    kind: str
    state: str
    said: str
    offer: str = ""


def checked_reply(
    reply: str, fields: Iterable[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], as_of: str
) -> dict[str, Any]:
    """The record of the check: findings in order of the text, and how many figures match, are flagged, name no offer.

    A price has to be that of an offer named with it, else of any row, with its unit; another number has to stand in the
    specification or in a row. `fields` and `rows` are those that the assistant was given, of `as_of`.
    """
    text = reply[:MOST_CHARACTERS]
    known = [k for row in rows for k in _prices(row)]
    cited = cited_offers(text, (str(r["offer"]) for r in rows))
    numbers = frozenset(_numbers([f["value"] for f in fields])) | frozenset(_numbers([_facts(r) for r in rows]))
    figures = figures_in(text, _names(rows), cited)
    found = [
        Finding(c.start, c.end, "offer", MATCHES if c.known else UNKNOWN, "" if c.known else "no such offer", c.known)
        for c in cited
    ]
    for start, end in dates_in(text):
        state, said = (MATCHES, "") if text[start:end] == as_of else (UNKNOWN, f"the rows are of {as_of}")
        found.append(Finding(start, end, "date", state, said))
    sellers = _sellers(rows)
    uncited = 0
    for start, end in sentences(text):
        inside = [f for f in figures if start <= f.start < end]
        named = [c for c in cited if start <= c.start < end and c.known]
        uncited += sum(f.kind == PRICE for f in inside) if not named else 0
        scopes = _scopes(text[start:end], start, [f.start for f in inside], named, sellers)
        found += [_checked(figure, known, scope, numbers) for figure, scope in zip(inside, scopes, strict=True)]
    found.sort(key=lambda f: f.start)
    of_figures = [f for f in found if f.kind != "offer"]
    return {
        "text": text,
        "findings": [
            {"start": f.start, "end": f.end, "text": text[f.start : f.end], "kind": f.kind, "state": f.state,
             "said": f.said, "offer": f.offer}
            for f in found
        ],
        "figures": len(of_figures),
        "matching": sum(f.state in GOOD for f in of_figures),
        "flagged": sum(f.state in BAD for f in found),
        "uncited": uncited,
        "cited": list(dict.fromkeys(c.known for c in cited if c.known)),
    }  # fmt: skip


def _prices(row: Mapping[str, Any]) -> Iterator[Known]:
    """The prices of a row by unit and side; those of whole machines are per hour, too."""
    offer = str(row["offer"])
    if row["unit"] == "USD per GPU-hour":
        price, count = Decimal(str(row["price"])), int(row.get("count") or 1)
        yield Known(offer, price, GPU_HOUR, "")
        yield Known(offer, price * count, HOUR, "")
        return
    yield Known(offer, Decimal(str(row["price"])), MILLION_TOKENS, _SIDES.get(str(row["meter"]), ""))
    for side in ("input", "output"):
        if row.get(side) is not None:
            yield Known(offer, Decimal(str(row[side])), MILLION_TOKENS, side)


def _checked(figure: Figure, known: Sequence[Known], scope: frozenset[str], numbers: frozenset[Decimal]) -> Finding:
    """A figure with what there is to say about it."""

    def finding(state: str, said: str = "", offer: str = "") -> Finding:
        return Finding(figure.start, figure.end, figure.kind, state, said, offer)

    if figure.kind != PRICE or figure.unit == OTHER:
        shares = (figure.value / 100,) if figure.percent else (figure.value,)
        if any(value in numbers for value in shares):
            return finding(SPECIFICATION)
        return finding(UNKNOWN, "stands neither in the specification nor in the rows")
    if figure.currency != "USD":
        return finding(WRONG, "prices of the rows are in US dollars")
    value, close = _in_rows(figure), _near(figure, known)
    inside = [k for k in close if not scope or k.offer in scope]
    right = [k for k in inside if k.unit == _unit(figure) and _same_side(figure, k)]
    for k in right:
        if k.value == value:
            return finding(MATCHES, "", k.offer)
    if right:
        return finding(ROUNDED, f"${unit_price(right[0].value)} in the row", right[0].offer)
    if not figure.unit and inside:
        return finding(UNIT, f"has no unit; the row has it per {inside[0].unit}", inside[0].offer)
    if other := [k for k in inside if k.unit == _unit(figure)]:
        return finding(WRONG, f"is the price of {other[0].side or 'mixed'} tokens", other[0].offer)
    if inside:
        return finding(UNIT, f"is per {inside[0].unit} in the row", inside[0].offer)
    if elsewhere := [k for k in close if k.unit == _unit(figure) and _same_side(figure, k)]:
        return finding(WRONG, f"is the price of another offer, {elsewhere[0].offer}", elsewhere[0].offer)
    if not figure.unit and figure.value in numbers:
        return finding(SPECIFICATION)
    return finding(WRONG, "no row has this price")


def _near(figure: Figure, known: Sequence[Known]) -> list[Known]:
    """The prices that a figure can stand for, exact or rounded to its decimals, whatever the unit, exact ones first."""
    found = []
    for k in known:
        if (value := _in_rows(figure)) == k.value:
            found.append((0, k))
        elif k.value and figure.decimals >= 0 and abs(value - k.value) <= MOST_OFF * k.value:
            step = Decimal(1).scaleb(-figure.decimals)
            exact = k.value / _SCALE.get(figure.unit, Decimal(1))
            if any(exact.quantize(step, way) == figure.value for way in (ROUND_HALF_EVEN, ROUND_HALF_UP)):
                found.append((1, k))
    return [k for _, k in sorted(found, key=lambda f: f[0])]


def _in_rows(figure: Figure) -> Decimal:
    """The value in the unit of the rows."""
    return figure.value * _SCALE.get(figure.unit, Decimal(1))


def _unit(figure: Figure) -> str:
    return MILLION_TOKENS if figure.unit in _SCALE else figure.unit


def _same_side(figure: Figure, known: Known) -> bool:
    return not figure.side or known.side == figure.side


def _scopes(
    sentence: str, at: int, figures: Sequence[int], cited: Sequence[Cited], sellers: Mapping[str, frozenset[str]]
) -> list[frozenset[str]]:
    """The offers that each figure of a sentence is said of: the ids next to it, else those of the seller next to it.

    Where the first name of a sentence stands before its first figure, names go before figures, else behind them.
    Empty where none is named. `figures` are places in the reply, in which the sentence begins `at`.
    """
    places = [(c.start, frozenset({c.known})) for c in cited]
    if not places:
        spoken = sentence.lower()
        places = sorted(
            ((at + m.start(), offers) for name, offers in sellers.items() for m in re.finditer(_whole(name), spoken)),
            key=lambda place: place[0],
        )
    if not places or not figures:
        return [frozenset()] * len(figures)
    between: list[frozenset[str]] = [frozenset()] * (len(figures) + 1)  # before each figure, at the end
    for place, offers in places:
        n = bisect_right(figures, place)
        between[n] |= offers
    if places[0][0] < figures[0]:
        return _nearest(between[:-1])
    return _nearest(reversed(between[1:]))[::-1]


def _nearest(named: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Each entry, or the one before it where it names nothing."""
    found: list[frozenset[str]] = []
    for here in named:
        found.append(here or (found[-1] if found else here))
    return found


def _sellers(rows: Sequence[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """The offers of each seller by its name in small letters."""
    names = {str(r["provider_name"]).lower() for r in rows} - {""}
    return {n: frozenset(str(r["offer"]) for r in rows if str(r["provider_name"]).lower() == n) for n in names}


def _whole(name: str) -> str:
    return rf"(?<!\w){re.escape(name)}(?!\w)"


def _names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names whose digits are no figures: of models, sellers, GPUs and places."""
    fields = ("model", "model_name", "provider", "provider_name", "gpu", "region")
    return sorted({str(r[f]) for r in rows for f in fields if r.get(f)}, key=len, reverse=True)


def _facts(row: Mapping[str, Any]) -> list[Any]:
    return [row.get("age_days"), row.get("count")]


def _numbers(value: Any) -> Iterator[Decimal]:
    """The numbers inside a value of the record, in whatever it holds."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield Decimal(str(value))
