"""Single prices that look wrong: a misread unit, a swapped pair, an impossible cache price, another meter's price."""

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from generator.sync.price_lists import MANY_PROVIDERS, Judge, Prices, Sku, both_prices, power_of_ten, same
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter

MUCH_NEWER_DAYS = 30  # of two lists this far apart one may know another price of the same meter
ALIKE = 2.0  # a price within this factor of what one or two other providers charge is of their scale
VERY_FAR = 30.0  # a lone text price this many times away from the median of its model is a wrong field or unit …
FAR_TOO = 6.0  # … and so is the price of the other direction, when it is this many times away on the same side
CACHE_ABOVE = 1.1  # a cached token never costs more than a fresh one; a tenth is left for averages over hosts
FAR_ABOVE = 3.0  # a lone cache price so many times above every other list's input price belongs to another model
CACHE_BELOW = 0.005  # the deepest discount there has been leaves 0.8 % of the input price

Doubt = tuple[Meter, Decimal | None, str]  # the meter, the price that is expected, the reason


def doubtful_prices(source: str, sku: Sku, own: Prices, peers: Mapping[str, Prices], judge: Judge) -> Iterator[Doubt]:
    """The prices of one list that are held back one by one. A meter may come more than once: the first counts."""
    if peers and (disputed := _disputed(own, peers)):
        yield from _swapped(source, own, peers, judge)
        yield from _off_by_ten(source, sku, own, peers, disputed, judge)
        yield from _misfiled(source, own, peers, disputed, judge)
    yield from _impossible_caches(source, own, peers, judge)
    yield from _very_far(source, sku, own, peers, judge)


def _disputed(own: Prices, peers: Mapping[str, Prices]) -> list[Meter]:
    """The meters for which some peer states another price."""
    return [
        meter
        for meter, price in own.items()
        if any((theirs := p.get(meter)) is not None and theirs != price for p in peers.values())
    ]


def _swapped(source: str, own: Prices, peers: Mapping[str, Prices], judge: Judge) -> Iterator[Doubt]:
    """Input and output the wrong way round: of two such lists the one whose input is dearer, unless more say so."""
    mine = both_prices(own)
    if mine is None or mine[0] <= mine[1] or same(*mine) or judge.rank(source) == 0:
        return
    stated = {s: b for s, p in peers.items() if (b := both_prices(p)) is not None}
    turned = [s for s, b in stated.items() if same(b[0], mine[1]) and same(b[1], mine[0])]
    agreeing = {judge.family(s) for s, b in stated.items() if same(b[0], mine[0]) and same(b[1], mine[1])}
    if turned and len({judge.family(s) for s in turned}) >= 1 + len(agreeing):
        best = judge.best_first(turned)[0]
        for meter in (TEXT_INPUT, TEXT_OUTPUT):
            yield meter, peers[best][meter], f"input and output are the other way round at {best}"


def _off_by_ten(
    source: str, sku: Sku, own: Prices, peers: Mapping[str, Prices], disputed: Iterable[Meter], judge: Judge
) -> Iterator[Doubt]:
    """One price of any unit that is a power of ten away from what a peer states for the same meter."""
    for meter in disputed:
        mine = float(own[meter])
        off = {s: power_of_ten((mine,), (float(p[meter]),)) for s, p in peers.items() if meter in p}
        for other in judge.best_first(s for s, n in off.items() if n):
            if _peer_is_right(source, sku, meter, own, other, peers, judge):
                yield meter, peers[other][meter], f"10^{off[other]} times the price that {other} states for this meter"
                break


def _peer_is_right(
    source: str, sku: Sku, meter: Meter, own: Prices, other: str, peers: Mapping[str, Prices], judge: Judge
) -> bool:
    """Which of two prices a power of ten apart has the wrong unit: families, then the market, then rank.

    Prices may really fall to a tenth, caches above all. So a cache price counts only where both lists have the same
    base price, and never by the market, and one direction of tokens only where the lists agree on the other one, as
    far as they state it, or where two families stand against one. Whole lists are judged elsewhere.
    """
    mine, theirs = float(own[meter]), float(peers[other][meter])
    cached = meter.cache != "none"
    a, b = both_prices(own), both_prices(peers[other])
    if meter in (TEXT_INPUT, TEXT_OUTPUT) and a and b and power_of_ten(a, b):
        return False
    if cached and not _agree(replace(meter, cache="none"), meter, own, peers[other]):
        return False
    behind_me = {judge.family(s) for s, p in peers.items() if meter in p and same(float(p[meter]), mine)}
    behind_them = {judge.family(s) for s, p in peers.items() if meter in p and same(float(p[meter]), theirs)}
    behind_me.add(judge.family(source))
    if len(behind_me) != len(behind_them):
        return len(behind_them) > len(behind_me)
    companion = replace(meter, direction="output" if meter.direction == "input" else "input")
    if meter.unit == "token" and not cached and not _agree(companion, meter, own, peers[other], missing=True):
        return False
    if not cached:
        farther = _farther(sku, meter, (mine, behind_me), (theirs, behind_them), judge)
        if farther is not None:
            return farther
    if meter.unit == "token" and not cached and not _agree(companion, meter, own, peers[other]):
        return False
    return judge.rank(other) < judge.rank(source)


def _agree(meter: Meter, doubted: Meter, own: Prices, theirs: Prices, missing: bool = False) -> bool:
    """Whether two lists state one price for `meter`, or prices as far apart as those for the doubted one."""
    if meter not in own or meter not in theirs:
        return missing
    a, b = float(own[meter]), float(theirs[meter])
    apart = power_of_ten((float(own[doubted]),), (float(theirs[doubted]),))
    return same(a, b) or power_of_ten((a,), (b,)) == apart


def _farther(
    sku: Sku, meter: Meter, mine: tuple[float, set[str]], theirs: tuple[float, set[str]], judge: Judge
) -> bool | None:
    """Whether my price is farther from what other providers charge for the model than theirs; None: nobody can tell.

    Both come with the families behind them. One or two other providers count as well, where the better price is near
    them or the two are a hundred times apart; then no family is a witness for the price that it states itself.
    """

    def away(price: float, median: float) -> float:
        return abs(math.log(price / median))

    def impartial(family: str, price: float) -> bool:
        for_me = away(mine[0], price) < away(theirs[0], price)
        return family not in (mine[1] if for_me else theirs[1])

    prices = judge.elsewhere(sku, meter)
    many = len(prices) >= MANY_PROVIDERS
    if not many:
        prices = judge.elsewhere(sku, meter, impartial)
    if not prices:
        return None
    median = statistics.median(prices)
    me, them = away(mine[0], median), away(theirs[0], median)
    if math.isclose(me, them, rel_tol=0.05):
        return None
    if many or min(me, them) <= math.log(ALIKE) or abs(math.log10(mine[0] / theirs[0])) > 1.5:
        return me > them
    return None


def _impossible_caches(source: str, own: Prices, peers: Mapping[str, Prices], judge: Judge) -> Iterator[Doubt]:
    """A cached text token that costs more than a fresh one, or next to nothing, on the word of one family."""
    for meter, price in own.items():
        if meter.cache != "read" or (meter.modality, meter.unit) != ("text", "token"):
            continue
        stated = [float(p[meter]) for p in peers.values() if meter in p]
        cached = float(price)
        if any(same(s, cached) for s in stated):
            continue
        base = replace(meter, cache="none")
        fresh = float(own.get(base, 0))
        if fresh and cached > CACHE_ABOVE * fresh:
            yield meter, None, "a cached token dearer than a fresh one in the same list"
        elif fresh and cached < CACHE_BELOW * fresh:
            yield meter, None, f"a cached token below {CACHE_BELOW:.1%} of the price of a fresh one in the same list"
        elif not stated and judge.rank(source) >= 2:
            others = {s: float(p[base]) for s, p in peers.items() if base in p}
            if len({judge.family(s) for s in others}) > 1 and cached > FAR_ABOVE * max(others.values()):
                yield meter, None, f"a cached token {FAR_ABOVE:g} times as dear as a fresh one in all other lists"


def _very_far(source: str, sku: Sku, own: Prices, peers: Mapping[str, Prices], judge: Judge) -> Iterator[Doubt]:
    """A text price of an aggregator that nobody confirms, many times away from other providers of the model.

    Caches are left out: after a price cut of the developer a gateway may charge the old price, fifty times the new one.
    """
    if judge.rank(source) < 2:
        return
    times: dict[Meter, tuple[float, float]] = {}
    for meter in (TEXT_INPUT, TEXT_OUTPUT):
        price = float(own.get(meter, 0))
        if not price or any(meter in p for p in peers.values()):
            continue
        if judge.may_be_far(sku, meter, price, FAR_TOO):
            prices = judge.elsewhere(sku, meter)
            if len(prices) >= MANY_PROVIDERS and (median := statistics.median(prices)):
                times[meter] = price / median, median
    extreme = [t for t, _ in times.values() if t > VERY_FAR or t < 1 / VERY_FAR]
    for meter, (t, median) in times.items() if extreme else ():
        if t > FAR_TOO if extreme[0] > 1 else t < 1 / FAR_TOO:
            yield meter, None, f"{t:.3g} times the median of its model at other providers, ${median:.3g}"


def _misfiled(
    source: str, own: Prices, peers: Mapping[str, Prices], disputed: Iterable[Meter], judge: Judge
) -> Iterator[Doubt]:
    """Prices that others state for another modality, context band or tier of the same SKU."""
    for meter in disputed:
        if meter.unit != "token" or meter.variant:
            continue
        price = own[meter]
        stating = [(s, p) for s, p in peers.items() if meter in p]
        if not stating or any(same(float(price), float(p[meter])) for _, p in stating):
            continue
        for other in judge.best_first(s for s, _ in stating):
            prices = peers[other]
            if judge.rank(other) > judge.rank(source) or judge.days_newer(source, other) > MUCH_NEWER_DAYS:
                continue
            long_ago = judge.days_newer(other, source) > MUCH_NEWER_DAYS
            taken_for = min(
                (m for m, p in prices.items() if p == price and _confusable(m, meter, prices, long_ago)), default=None
            )
            if taken_for is not None and own.get(taken_for, price) == price:
                yield meter, prices[meter], f"the price of {taken_for} at {other}"
                break


def _confusable(a: Meter, b: Meter, prices: Prices, long_ago: bool) -> bool:
    """Whether meter `a` may be taken for `b`: they differ in exactly one of modality, context band and tier.

    A tier counts where it is a discount or surcharge as its name says: a batch price above the standard one belongs
    to another host. Among lists that are far apart in time only the modality counts: the base price of then may be the
    batch price of now.
    """
    if long_ago and a.modality == b.modality:
        return False
    if (a.direction, a.unit, a.cache, a.window, a.variant) != (b.direction, b.unit, b.cache, b.window, b.variant):
        return False
    if (a.modality != b.modality) + (a.above_tokens != b.above_tokens) + (a.tier != b.tier) != 1:
        return False
    cheaper = {"batch": True, "flex": True, "priority": False}.get(a.tier if a.tier != b.tier else "")
    return cheaper is None or (prices[a] < prices[b]) == cheaper
