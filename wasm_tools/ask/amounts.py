"""Numbers of a turn with their units: people, requests, tokens, times, money, shares, machines."""

from collections.abc import Iterator
from dataclasses import dataclass

from wasm_tools.ask.book import AskBook, Unit
from wasm_tools.ask.mentions import IMPLIED, STATED, UNSURE, Mention
from wasm_tools.ask.numerals import Quantity
from wasm_tools.ask.text import Text, pauses
from wasm_tools.ask.words import PAUSES

MONTH = 730 * 3600.0
DAY = 86400.0
MEASURES = frozenset(
    {"tokens", "words", "pages", "milliseconds", "characters", "percent", "token_rate", "request_rate"}
)
_STOPS = PAUSES | {
    "for", "in", "on", "with", "to", "and", "or", "per", "a", "an", "at", "is", "are", "who", "that", "which", "each",
    "every", "from", "by", "/", "-", "when", "if", "while", "need", "will", "would", "using", "via", "during", "has",
    "have", "they", "we", "our", "it", "as", "out", "output", "within", "under", "below",
}  # fmt: skip
_ADJECTIVES = 3
_PAUSE_COST = 6


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with what it counts. `after` is the word behind its unit, `low` and `high` the words around it.

    `seconds` is the period that was said, 0 for none.
    """

    q: Quantity
    unit: Unit | None
    after: int
    low: int
    high: int
    seconds: float
    tail: int  # the word behind unit and period

    @property
    def dimension(self) -> str:
        """The dimension of the unit, or nothing."""
        return self.unit.dimension if self.unit else ""


def amounts_of(text: Text, book: AskBook) -> list[Amount]:
    """The numbers of a turn with unit, period and the words that may say more about them."""
    found: list[Amount] = []
    for n, q in enumerate(text.quantities):
        first, last = text.sentence(q.first)
        low = max(first, text.quantities[n - 1].last if n else 0)
        high = min(last, text.quantities[n + 1].first if n + 1 < len(text.quantities) else last)
        units = _units(text, book, q, high)
        unit, after = units[-1] if units else (None, q.last)
        seconds, tail = _period(text, q, unit, after, low, high)
        if not seconds and len(units) > 1 and unit is not None and unit.dimension == "requests":
            unit, after = next((u for u in units if u[0].dimension == "people"), (unit, after))  # "50 chat users"
        found.append(Amount(q, unit, after, low, high, seconds, max(tail, after)))
    return found


def _units(text: Text, book: AskBook, q: Quantity, high: int) -> list[tuple[Unit, int]]:
    """The units behind a number, over adjectives, with the words behind them; a measure ends the row."""
    at = q.last
    while at < high and text.texts[at] in ("of", "the", "different"):
        at += 1
    found: list[tuple[Unit, int]] = []
    for place in range(at, min(at + _ADJECTIVES, high)):
        if text.texts[place] in _STOPS or place in text.name_words:
            break
        two = " ".join(text.texts[place : place + 2])
        for length, words in ((2, (two,) if " " in two else ()), (1, (text.texts[place], text.singles[place]))):
            unit = next((book.units[w] for w in words if w in book.units), None)
            if unit is not None:
                found.append((unit, place + length))
                break
        if found and found[-1][0].dimension in MEASURES:
            break
    return found


def _period(text: Text, q: Quantity, unit: Unit | None, after: int, low: int, high: int) -> tuple[float, int]:
    """Seconds of the period that belongs to a number, and the word behind it: behind its unit, or an adverb before."""
    if unit is not None and unit.seconds:
        return unit.seconds, after
    best = (99, 0.0, after)
    measure = unit is not None and unit.dimension in ("tokens", "words", "pages")
    for match in text.found("period"):
        if match.first >= q.last and match.first < high:
            far = match.first - after + _PAUSE_COST * pauses(text, after, match.first)
            if match.first < after:
                continue
        elif match.last <= q.first and match.first >= low and match.last - match.first == 1:
            far = q.first - match.last + 2 + _PAUSE_COST * pauses(text, match.last, q.first)
        else:
            continue
        limit = 4 if measure else 8 if unit is not None or q.currency else 2
        if far <= limit and far < best[0]:
            best = (far, match.meaning, match.last)
    return best[1], best[2]


def nearest(text: Text, a: Amount, *roles: str) -> str:
    """Which of some roles stands nearest to a number, between its neighbours; nothing where none does."""
    best = (99, "")
    for match in text.found("role"):
        if match.meaning not in roles or match.last <= a.low or match.first >= a.high:
            continue
        if match.last <= a.q.first:
            joined = "and" in text.texts[match.last : a.q.first]
            far = a.q.first - match.last + 2 * joined + _PAUSE_COST * pauses(text, match.last, a.q.first)
        elif match.first >= a.q.last:
            far = max(match.first - a.tail, 0) + _PAUSE_COST * pauses(text, a.q.last, match.first)
        else:
            continue
        best = min(best, (far, match.meaning))
    return best[1]


def has_role(text: Text, a: Amount, role: str, reach: int = 99) -> bool:
    """Whether a role stands near a number, up to so many words away and before the next pause."""
    for match in text.found("role"):
        if match.meaning != role:
            continue
        if match.last <= a.q.first and match.last > a.q.first - reach and match.first >= a.low:
            if not pauses(text, match.last, a.q.first):
                return True
        elif (
            match.first >= a.q.last
            and match.first < min(a.after + reach, a.high)
            and not pauses(text, a.q.last, match.first)
        ):
            return True
    return False


def given_for(text: Text, book: AskBook, a: Amount) -> str:
    """The dimension of one of which a number is said: "$40 per engineer a month", "5 cents a conversation"."""
    for place in range(a.q.last, min(a.q.last + 7, a.high)):
        word = text.texts[place]
        if word in PAUSES:
            break
        if word in ("per", "/", "each", "every") or (word == "a" and place == a.q.last):
            following = (*text.texts[place + 1 : place + 2], *text.singles[place + 1 : place + 2])
            unit = next((book.units[w] for w in following if w in book.units), None)
            if unit is not None and unit.dimension in ("people", "requests", "gpus"):
                return unit.dimension
    return ""


def said(text: Text, a: Amount, last: int = 0) -> tuple[int, int]:
    """Where a number with its unit stands in the turn."""
    return text.chars(a.q.first, max(a.after, a.q.last, last))


def certainty(q: Quantity) -> tuple[str, str]:
    """How surely a number is what was said, and why."""
    if q.vague:
        return UNSURE, "a plural without a number; the middle of what it usually means"
    if q.other is not None:
        return UNSURE, "the point may separate thousands or decimals"
    if q.low != q.high:
        return IMPLIED, "the middle of the range"
    if q.hedge == "at_most":
        return IMPLIED, "the upper bound that was said"
    if q.hedge == "at_least":
        return IMPLIED, "the lower bound that was said"
    return STATED, ""


def people(text: Text, a: Amount) -> Iterator[Mention]:
    """Users, and that all of them are active at a time where it was said so."""
    start, end = said(text, a)
    value = a.q.value
    state, rule = certainty(a.q)
    readings: tuple[tuple[float, str], ...] = ()
    if a.q.other is not None:  # nobody has fractions of users
        value, state, rule = a.q.other, STATED, ""
    if state == UNSURE:
        readings = tuple((v, f"{v:,.0f}") for v in (value / 3, value, value * 3) if v >= 1)
        readings = tuple((float(f"{v:.1g}"), f"{float(f'{v:.1g}'):,.0f}") for v, _ in readings)
    whole: float = int(value) if float(value).is_integer() else value
    yield Mention("users", whole, start, end, state, rule, readings)
    if has_role(text, a, "concurrent", 3):
        yield Mention("active", 1.0, start, end, IMPLIED, "concurrent users are all active at the same time")


def bare_people(text: Text, a: Amount) -> bool:
    """Whether a number without a unit counts people: "team of 50", "users: 500"."""
    if a.unit is not None or a.q.currency or a.seconds:
        return False
    return any(m.meaning == "team" and 0 <= a.q.first - m.last <= 1 for m in text.found("role"))


def requests(text: Text, a: Amount, counted: frozenset[str]) -> Iterator[Mention]:
    """A rate of requests; without a period it is asked about. `counted` are fields known already."""
    start, end = said(text, a)
    state, rule = certainty(a.q)
    if a.seconds:
        period_end = max((m.last for m in text.found("period") if a.q.first <= m.first < a.high), default=a.after)
        start, end = said(text, a, period_end)
        each = has_role(text, a, "each", 6) or _each_before(text, a)
        field = "qps_each" if each else "qps"
        if field == "qps" and has_role(text, a, "peak", 3):
            field = "peak_qps"
        yield Mention(field, a.q.value / a.seconds, start, end, state, rule)
    elif a.q.value >= 1 and has_role(text, a, "concurrent", 6):
        rule = "so many at the same time, each as an active user"
        yield Mention("users", round(a.q.value), start, end, IMPLIED, rule)
        yield Mention("active", 1.0, start, end, IMPLIED, rule)
    elif a.q.value > 1 and not counted:
        readings = ((a.q.value / MONTH, "a month"), (a.q.value / DAY, "a day"), (a.q.value / 3600, "an hour"))
        yield Mention("qps", a.q.value / MONTH, start, end, UNSURE, "no period was said; read as a month", readings)


def _each_before(text: Text, a: Amount) -> bool:
    first, _ = text.sentence(a.q.first)
    return any(
        m.meaning == "each" and first <= m.first < a.q.first and a.q.first - m.last <= 4 for m in text.found("role")
    )
