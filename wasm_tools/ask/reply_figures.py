"""The figures in a text that a language model wrote: amounts of money with their unit, other numbers, cited offers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

PRICE, NUMBER = "price", "number"
MILLION_TOKENS, THOUSAND_TOKENS, TOKEN = "1M tokens", "1,000 tokens", "token"
GPU_HOUR, HOUR, OTHER = "GPU-hour", "hour", "other"

_SIGN = r"US\$|\$|€|£|¥|(?:USD|EUR|GBP|CNY|dollars?|euros?)\b"
_DOLLARS = ("US$", "$", "USD", "DOLLAR", "DOLLARS", "CENT", "CENTS", "¢")
_DIGITS = r"\d{1,3}(?:[,\u202f\u00a0]\d{3})+(?:\.\d+)?|0,\d+|\d+,\d{1,2}(?!\d)|\d*\.\d+|\d+"
_FIGURE = re.compile(
    rf"(?P<before>{_SIGN})?\s?(?<![\w.-])(?P<digits>{_DIGITS})\s?(?P<scale>k|m|b|bn|thousand|million|billion)?(?!\w)"
    rf"(?:\s?(?P<after>{_SIGN}|cents?\b|¢|%))?",
    re.IGNORECASE,
)
_SCALES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "b": 9, "bn": 9, "billion": 9}
_SIDE = r"(?:input|output|prompt|completion|cached(?: input)?|in|out)"
_INPUT = ("in", "input", "prompt")
_PERIODS = "month|mo|year|yr|day|week|minute|second"
_PER = r"(?:\bper|/|\bfor(?: each| every)?|\bfor|\beach|\ban?)\s*"
_TOKENS = rf"\\s?(?:{_SIDE}\\b\\s?)?tok(?:ens?)?\\b"
_MAYBE = rf"(?:\s?{_SIDE}\b)?(?:\s?tok(?:ens?)?\b)?"
_MILLION, _THOUSAND = r"(?:1\s?|one\s)?(?:m|million|mio|1,000,000)\b", r"(?:1\s?|one\s)?(?:k|thousand|1,?000)\b"
_UNITS = (
    (MILLION_TOKENS, rf"{_PER}{_MILLION}{_TOKENS}|(?:\bper|/)\s?(?:{_MILLION}{_MAYBE}|mtok\b)"),
    (THOUSAND_TOKENS, rf"{_PER}{_THOUSAND}{_TOKENS}|(?:\bper|/)\s?{_THOUSAND}{_MAYBE}"),
    (GPU_HOUR, rf"{_PER}gpu[\s-]?(?:hour|hr|h)\b"),
    (HOUR, rf"{_PER}(?:hour|hr|h)\b|\bhourly\b"),
    (TOKEN, rf"{_PER}(?:{_SIDE}\s)?token\b"),
    (OTHER, rf"{_PER}(?:{_PERIODS}|request|user|image|page|query|call)\b|\bmonthly\b|\byearly\b"),
)  # fmt: skip
_UNIT = re.compile("|".join(f"(?P<u{n}>{pattern})" for n, (_, pattern) in enumerate(_UNITS)), re.IGNORECASE)
_SIDE_BEHIND = re.compile(rf"^[\s/(]{{0,3}}(?:(?:per|for|of)\s)?({_SIDE})\b", re.IGNORECASE)
_SIDE_BEFORE = re.compile(rf"\b({_SIDE})\b(?:\s(?:price|tokens?|cost|costs|rate|at|is|of|are|for))*[\s:=(]*$", re.I)
_ID = re.compile(r"\b(?:offer|rental)\|[^\s\]`*()<>,;]+")
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_MARKER = re.compile(r"^[ \t]*(?:\d+[.)]|#+|[-*])[ \t]", re.MULTILINE)
_COUNTED = re.compile(
    r"^\s?(?:options?|offers?|choices?|reasons?|steps?|ways?|points?|providers?|rows?|models?)\b", re.I
)
_MOST_COUNTED = 40
_NEAR = 60  # characters in which a word stands next to a figure
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z*\[\"“])|\n")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a reply. `unit` is of a price and empty where none is said; `decimals` are those that are written.

    `side` is input, output or cached where the text says it; `currency` is empty where no sign stands at the number.
    """

    start: int
    end: int
    kind: str
    value: Decimal
    decimals: int
    currency: str = ""
    unit: str = ""
    side: str = ""
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Cited:
    """An offer id in a reply; `known` is the id of a row, or empty."""

    start: int
    end: int
    known: str


def cited_offers(reply: str, ids: Iterable[str]) -> list[Cited]:
    """The offer ids that a reply names, the known ones first looked for whole: some hold spaces."""
    found: list[Cited] = []
    for known in sorted(ids, key=len, reverse=True):
        at = reply.find(known)
        while known and at >= 0:
            if not _inside(at, found):
                found.append(Cited(at, at + len(known), known))
            at = reply.find(known, at + len(known))
    found += [Cited(m.start(), m.end(), "") for m in _ID.finditer(reply) if not _inside(m.start(), found)]
    return sorted(found, key=lambda c: c.start)


def dates_in(reply: str) -> list[tuple[int, int]]:
    """Where ISO dates stand in a reply."""
    return [m.span() for m in _DATE.finditer(reply)]


def figures_in(reply: str, names: Sequence[str], cited: Sequence[Cited]) -> list[Figure]:
    """The figures of a reply, in order; numbers inside of names, ids, dates, list markers and units are none."""
    for c in cited:  # the bars in an id are none of a table
        reply = reply[: c.start] + "_" * (c.end - c.start) + reply[c.end :]
    taken = [m.span() for pattern in (_DATE, _MARKER) for m in pattern.finditer(reply)]
    for name in names:
        taken += [m.span() for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", reply, re.IGNORECASE)]
    units = [m for m in _UNIT.finditer(reply) if not _within(m.start(), taken)]
    taken += [m.span() for m in units]
    found = []
    for m in _FIGURE.finditer(reply):
        at = m.start("digits")
        if not _within(at, taken):
            figure = _figure(reply, m, units)
            small = (
                figure.kind == NUMBER
                and figure.value <= _MOST_COUNTED
                and _COUNTED.match(reply[m.end() : m.end() + _NEAR])
            )
            if not small:
                found.append(figure)
    return found


def sentences(reply: str) -> list[tuple[int, int]]:
    """Where the sentences and lines of a reply stand."""
    ends = [*(m.span() for m in _SENTENCE.finditer(reply)), (len(reply), len(reply))]
    starts = [0, *(end for _, end in ends[:-1])]
    return [(start, end) for start, (end, _) in zip(starts, ends, strict=True) if reply[start:end].strip()]


def _figure(reply: str, m: re.Match[str], units: Sequence[re.Match[str]]) -> Figure:
    digits = re.sub("[\u202f\u00a0]", "", m["digits"])
    comma = re.fullmatch(r"0,\d+|\d+,\d{1,2}", digits) is not None
    plain = digits.replace(",", "." if comma else "")
    scale = _SCALES.get((m["scale"] or "").lower(), 0)
    value = Decimal(plain).scaleb(scale)
    decimals = len(plain.partition(".")[2]) - scale
    sign = (m["before"] or m["after"] or "").upper()
    if sign in ("CENT", "CENTS", "¢"):
        value, decimals = value.scaleb(-2), decimals + 2
    start = m.start("before") if m["before"] else m.start("digits")
    end = m.start() + len(m[0].rstrip())
    if sign == "%":
        return Figure(start, end, NUMBER, value, decimals, percent=True)
    first, last = _line(reply, start)
    behind = next((u for u in units if 0 <= u.start() - end <= 2 and u.end() <= last), None)
    head = _table_head(reply, start)
    headed = _UNIT.search(head)
    priced = any(u is not None and _unit_name(u) not in (OTHER, HOUR) for u in (behind, headed))
    if not sign and not priced:
        return Figure(start, end, NUMBER, value, decimals)
    currency = "USD" if not sign or sign in _DOLLARS else sign
    unit = _unit_name(behind) if behind else _unit_near((first, last), (start, end), units, head)
    side = _side(reply, (first, last), (start, end), behind, head)
    return Figure(start, behind.end() if behind else end, PRICE, value, decimals, currency, unit, side)


def _unit_name(m: re.Match[str]) -> str:
    return next(name for n, (name, _) in enumerate(_UNITS) if m[f"u{n}"] is not None)


def _unit_near(line: tuple[int, int], figure: tuple[int, int], units: Sequence[re.Match[str]], head: str) -> str:
    """The unit that a column is headed with, or the nearest one of the line: "Per 1M tokens: $1 in, $2 out"."""
    if head and (named := _UNIT.search(head)):
        return _unit_name(named)
    inside = [u for u in units if line[0] <= u.start() and u.end() <= line[1]]
    near = min(inside, key=lambda u: min(abs(u.start() - figure[1]), abs(figure[0] - u.end())), default=None)
    return _unit_name(near) if near else ""


def _side(reply: str, line: tuple[int, int], figure: tuple[int, int], unit: re.Match[str] | None, head: str) -> str:
    """Input, output or cached, where the unit, the words next to the figure or the head of its column say it."""
    inside = re.search(rf"\b({_SIDE})\b", unit[0], re.IGNORECASE) if unit else None
    behind = _SIDE_BEHIND.match(reply[unit.end() if unit else figure[1] : line[1]][:_NEAR])
    before = _SIDE_BEFORE.search(reply[max(line[0], figure[0] - _NEAR) : figure[0]])
    headed = re.search(rf"\b({_SIDE})\b", head, re.IGNORECASE)
    found = inside or behind or before or headed
    word = found[1].lower() if found else ""
    return "cached" if word.startswith("cached") else "input" if word in _INPUT else "output" if word else ""


def _table_head(reply: str, at: int) -> str:
    """The head of the column of a Markdown table in which a place stands; empty outside of tables."""
    first, last = _line(reply, at)
    if not reply[first:last].lstrip().startswith("|"):
        return ""
    column = reply[first:at].count("|")
    top = first
    while top > 0:
        above, end = _line(reply, top - 1)
        if not reply[above:end].lstrip().startswith("|"):
            break
        top = above
    cells = reply[top : _line(reply, top)[1]].split("|")
    return cells[column] if top != first and column < len(cells) else ""


def _line(reply: str, at: int) -> tuple[int, int]:
    end = reply.find("\n", at)
    return reply.rfind("\n", 0, at) + 1, len(reply) if end < 0 else end


def _inside(at: int, found: Sequence[Cited]) -> bool:
    return any(c.start <= at < c.end for c in found)


def _within(at: int, taken: Sequence[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in taken)
