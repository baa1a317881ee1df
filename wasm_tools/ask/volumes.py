"""How much of a workload other than a language model a month brings, in the units that its offers are ranked by."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from wasm_tools.ask.amounts import DAY, MONTH, Amount, certainty, has_role, said
from wasm_tools.ask.book import AskBook
from wasm_tools.ask.mentions import IMPLIED, STATED, UNSURE, Mention
from wasm_tools.ask.text import Text

_TIMES = {3_600_000.0: "hours", 60_000.0: "minutes", 1000.0: "seconds"}
DIGITS = 6
BUSINESS = "business-hours"
_MEASURES = frozenset({"tokens", "words", "milliseconds", "characters", "pages"})


def product(text: Text, book: AskBook, amounts: Sequence[Amount], task: str) -> Iterator[Mention]:
    """Items times what each of them has: 20 episodes a week, 45 minutes each; 30 clips of 8 seconds a day."""
    items = [a for a in amounts if a.dimension in ("requests", "people") and not a.q.currency]
    measures = [a for a in amounts if a.dimension in _MEASURES and a.q.hedge != "at_most"]
    if len(items) != 1 or len(measures) != 1:
        return
    item, measure = items[0], measures[0]
    both = item.seconds and measure.seconds
    each = has_role(text, measure, "each", 6)
    if both or not (each or (item.dimension == "requests" and 0 <= measure.q.first - item.after <= 1)):
        return
    whole = replace(measure.q, low=measure.q.low * item.q.low, high=measure.q.high * item.q.high)
    made = replace(measure, q=whole, seconds=item.seconds or measure.seconds)
    for m in volume(text, book, made, task):
        start = min(m.start, text.chars(item.q.first, item.after)[0])
        end = max(m.end, text.chars(item.q.first, item.after)[1])
        rule = "so many, times what each of them has"
        yield (
            replace(m, start=start, end=end)
            if m.state == UNSURE
            else replace(m, start=start, end=end, state=IMPLIED, rule=rule)
        )


def volume(text: Text, book: AskBook, a: Amount, task: str) -> Iterator[Mention]:
    """`usage` and `unit` of a workload; a number without a period is asked about, another dimension is none of it."""
    counts = book.counts.get(task, {})
    dimension = a.dimension
    if dimension == "milliseconds" and a.unit is not None:
        dimension = _TIMES.get(a.unit.scale, "")
    if not dimension and a.seconds and a.q.value > 1:
        dimension = next(iter(counts))
    if dimension not in counts or a.q.currency:
        return
    unit, worth = counts[dimension]
    start, end = said(text, a)
    state, rule = certainty(a.q)
    months = MONTH / a.seconds if a.seconds else 1.0
    value = a.q.value * months / worth
    readings: tuple[tuple[float, str], ...] = ()
    if not a.seconds:
        state, rule = UNSURE, "no period was said; read as a month"
        readings = ((value, "a month"), (value * 730 / 24, "a day"), (value / 12, "a year"))
    elif a.seconds != MONTH and state == STATED:
        rule = "counted for a month of 730 hours"
    if a.seconds and a.seconds < DAY and BUSINESS in {f.value for f in text.meanings("fill") if f.field == "pattern"}:
        state, rule = UNSURE, "whether the rate holds in office hours alone; read as around the clock"
        readings = ((value, "around the clock"), (value / 3, "eight hours a day"))
    for m in text.found("variant"):
        workload, old, new = m.meaning
        if workload == task and m.first not in text.negated:
            unit = unit.replace(old, new)
    yield Mention("usage", float(f"{value:.{DIGITS}g}"), start, end, state, rule, readings)
    yield Mention("unit", unit, start, end)
