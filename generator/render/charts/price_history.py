"""How the price of a model went: input and output price of one seller as steps, from the recorded price changes.

One seller a chart, because the lowest price of all sellers jumps whenever one of them states a wrong figure for a day.
The developer's own price comes first; else the cheapest seller of today whose price has changed is shown. What is drawn
ends at today's price, or is not drawn: then the events belong to something else.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from generator.change_kinds import Change
from generator.render.charts.record import Axis, Chart, Point, Series
from generator.render.formats import percent, plural, price
from generator.render.site_index import SiteIndex, Sku
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter

LARGEST_STEP = 10  # a price that changes by more is taken for a wrong unit or a wrong name, and nothing is drawn
SELLERS_TRIED = 5
WIDE = 20  # ratio of the prices from which a log axis is needed

ChangesOf = Mapping[tuple[str, str, str, str], Sequence[Change]]  # by provider, SKU, region and meter, oldest first
Steps = list[tuple[str, float]]  # day and price from that day on


def price_history(
    name: str, own: Sequence[Sku], cheapest: Sequence[Sku], changes: ChangesOf, index: SiteIndex
) -> Chart | None:
    """The history of the developer's own SKUs, else of the cheapest sellers; None where no price ever changed."""
    for sku in (*own, *cheapest[:SELLERS_TRIED]):
        found = {m: steps_of(sku, m, changes, index) for m in (TEXT_INPUT, TEXT_OUTPUT)}
        if all(found.values()) and any(len(steps) > 1 for steps in found.values()):
            return _chart(name, sku, found, sku in own, index)
    return None


def steps_of(sku: Sku, meter: Meter, changes: ChangesOf, index: SiteIndex) -> Steps:
    """The prices of a SKU since it was last listed; empty where they are not known, not ours or not credible."""
    offer = sku.offer(meter)
    if offer is None or offer.key in index.listed:  # converted prices move with the exchange rate
        return []
    steps: Steps = []
    for change in changes.get((sku.provider, sku.sku, sku.region, str(meter)), ()):
        e = change.event
        if e.kind == "ended" or e.currency != "USD":
            steps = []
        elif change.kind == "restated" and steps:  # the price was so all along, only stated otherwise
            steps[-1] = (steps[-1][0], float(e.new))
        elif e.new:
            steps.append((e.date, float(e.new)))
    prices = [p for _, p in steps]
    credible = all(0 < a <= b * LARGEST_STEP and b <= a * LARGEST_STEP for a, b in pairwise(prices))
    ends_today = bool(prices) and prices[-1] == float(offer.price)
    return steps if credible and ends_today and prices[0] > 0 else []


def _chart(name: str, sku: Sku, found: Mapping[Meter, Steps], own: bool, index: SiteIndex) -> Chart:
    seller, as_of = index.provider_name(sku.provider), index.data.as_of
    prices = [p for steps in found.values() for _, p in steps]
    lines = tuple(
        Series(word, "steps", _points(found[meter], as_of), colour, dashed=colour == 2, ended=True)
        for word, meter, colour in (("Input", TEXT_INPUT, 1), ("Output", TEXT_OUTPUT, 2))
    )
    changes = sorted({day for steps in found.values() for day, _ in steps[1:]})
    first = min(steps[0][0] for steps in found.values())
    said = "; ".join(_words(word, found[meter]) for word, meter in (("input", TEXT_INPUT), ("output", TEXT_OUTPUT)))
    return Chart(
        id="price-history",
        title=f"{name}: price at {seller} over time",
        summary=f"{'The developer’s own' if own else 'The'} price of {sku.sku} at {seller},"
        f" {plural(len(changes), 'change')} since {first}: {said}. A change happened on its day or"
        " after the stored price list before it.",
        x=Axis("", "date"),
        y=Axis("$ per 1M tokens", "log" if max(prices) > WIDE * min(prices) else "linear", form="usd",
               zero=max(prices) <= WIDE * min(prices)),
        series=lines,
        sources=f"Price events of {plural(len(changes) + 1, 'day')}, read from the sources of this price",
        as_of=as_of,
    )  # fmt: skip


def _points(steps: Steps, until: str) -> tuple[Point, ...]:
    """The steps with the price of the last one carried on to the day of the build."""
    carried = steps if steps[-1][0] >= until else [*steps, (until, steps[-1][1])]
    return tuple(Point(day, value) for day, value in carried)


def _words(what: str, steps: Steps) -> str:
    first, last = Decimal(repr(steps[0][1])), Decimal(repr(steps[-1][1]))
    if len(steps) == 1:
        return f"{what} {price(last)} throughout"
    change = last / first - 1
    how = f"{percent(float(abs(change)))} {'more' if change > 0 else 'less'}" if change else "the same again"
    return f"{what} {price(first)} then, {price(last)} now, {how}"
