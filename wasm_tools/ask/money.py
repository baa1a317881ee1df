"""Sums of money of a turn as limits: a month, an hour, a user, a request or 1,000 tokens, in dollars."""

from collections.abc import Iterator
from dataclasses import replace

from wasm_tools.ask.amounts import MONTH, Amount, certainty, given_for
from wasm_tools.ask.book import AskBook
from wasm_tools.ask.mentions import IMPLIED, STATED, UNSURE, Mention
from wasm_tools.ask.numerals import Quantity
from wasm_tools.ask.text import Text

_MONTH_PERIOD = 2_628_000


def money(text: Text, book: AskBook, a: Amount) -> Iterator[Mention]:
    """The limits that a sum of money sets; without a period, or where it is what is paid today, it is asked about."""
    words = text.texts[a.q.last : a.q.last + 6]
    rate = {"USD": 1.0, "CENTS": 100.0}.get(a.q.currency) or book.rates.get(a.q.currency)
    each = given_for(text, book, a)
    if (rate is None and a.q.currency) or each == "gpus":
        no_rate = f"the atlas has no reviewed rate of {a.q.currency}"
        rule = "the price of one GPU is no limit that is planned with" if each == "gpus" else no_rate
        yield Mention("budget", None, *text.chars(a.q.first, a.q.last), UNSURE, rule, ())
        return
    if words[:1] and words[0] in ("per", "/", "for", "a") and "token" in [w.removesuffix("s") for w in words[:5]]:
        start, end = text.chars(a.q.first, max(a.after, a.q.last))
        million = any(w in ("million", "mio", "mn", "m", "1m") for w in words[1:4])
        thousand = any(w in ("thousand", "1k", "k", "1,000", "1000") for w in words[1:4])
        value, state, rule = _in_dollars(a.q, rate or 1)
        value = value / 1000 if million else value if thousand else value * 1000
        yield Mention("budget_1k", value, start, end, state, rule)
        return
    value, state, rule = _in_dollars(_whole(a.q), rate or 1)
    period = max((m.last for m in text.found("period") if a.q.first <= m.first < a.high), default=a.q.last)
    start, end = text.chars(a.q.first, max(a.q.last, period if a.seconds else 0))
    if each == "requests":
        yield Mention("budget_request", value, start, end, state, rule)
        return
    field = "budget_user" if each == "people" else "budget"
    if a.seconds == 3600 and not each:
        yield Mention("budget_hour", value, start, end, state, rule)
    elif a.seconds:
        month = round(value * MONTH / a.seconds, 2 if field == "budget" else 6)
        if a.seconds != MONTH and state == STATED:
            state, rule = IMPLIED, "a twelfth of a year" if a.seconds > MONTH * 4 else "a month of 730 hours"
        if _paid_today(text, a):
            today = ((month, "the limit, too"), (None, "what you pay today, and no limit"))
            yield Mention(field, month, start, end, UNSURE, "said of what is paid today", today)
        else:
            yield Mention(field, month, start, end, state, rule)
    elif {m.meaning for m in text.found("period")} == {_MONTH_PERIOD}:
        yield Mention(field, round(value, 2), start, end, IMPLIED, "for a month, the only period that was said")
    else:
        readings = ((round(value, 2), "for a month"), (round(value / 12, 2), "for a year"))
        yield Mention(field, round(value, 2), start, end, UNSURE, "no period was said; read as a month", readings)


def _whole(q: Quantity) -> Quantity:
    """The sum with a point before three digits read as one of thousands: money has two decimals."""
    return q if q.other is None else replace(q, low=q.other, high=q.other, other=None)


def _in_dollars(q: Quantity, rate: float) -> tuple[float, str, str]:
    """The sum in dollars, of a range its upper end, with how sure it is and why."""
    if q.low != q.high:
        state, rule = IMPLIED, "the upper end of the range"
    elif q.vague:
        state, rule = IMPLIED, certainty(q)[1]
    else:
        state, rule = STATED, ""
    if q.currency not in ("USD", "", "CENTS"):
        state, rule = IMPLIED, "; ".join(filter(None, (rule, f"{rate:g} {q.currency} are a dollar")))
    return q.high / rate, state, rule


def _paid_today(text: Text, a: Amount) -> bool:
    """Whether a sum is what the reader pays now: "we pay $4,000 a month", without a bound."""
    return not a.q.hedge and any(a.low <= m.first and m.last <= a.q.first for m in text.found("paid"))
