"""Statements that look wrong next to what others say: held back with a reason, while the last good value stands.

Looked at are the price lists of one SKU, a list a source. A list is held back when it is off by a power of ten in
every direction (a unit was misread), when its number is the price in another currency, or when one of its prices is
what others state for another meter of the same SKU (audio filed as text, a long-context rate as the base rate). Two
lists that contradict each other in such a way are told apart by the families that stand behind each, then by what
other providers charge for the same model, then by the rank of the source. A difference that none of this explains is
a dispute, not an error: both values stay visible.
"""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from generator.sync.reconcile import Incoming, Key
from generator.sync.source_registry import Source
from generator.sync.state import Quarantined, Snapshot
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter, price_text
from wasm_tools.pricing.offers import GpuOffer, Offer

NEAR = 0.02  # two prices are the same when they differ by no more than this share
CNY_PER_USD = (6.2, 7.7)  # the range of the exchange rate since 2019
MANY_PROVIDERS = 3  # so many other providers make a median that a lone price can be held against
FAR = 6.0  # … and is suspicious when it is this many times away from it and off by a power of ten from a price that
# the developer or two other providers charge
MUCH_NEWER_DAYS = 30  # of two lists this far apart one may know another price of the same meter
SIBLING_FAR = 5.0  # a price this many times away from all others is held against its siblings in the same list
GPU_FAR = 30.0  # a rental price this many times away from the median of its GPU is a wrong field or a wrong unit

Sku = tuple[str, str, str, str]  # provider, sku, region, currency
Prices = dict[Meter, Decimal]
ModelOf = Callable[[str, str], str]


@dataclass(slots=True)
class Lists:
    """What every source says about every SKU: the previous evidence, overlaid by the new statements."""

    by_sku: dict[Sku, dict[str, Prices]] = field(default_factory=dict)
    previous: dict[Sku, dict[str, Prices]] = field(default_factory=dict)


def without_suspects(
    news: Iterable[Incoming],
    previous: Iterable[Offer],
    sources: Mapping[str, Source],
    snapshots: Mapping[str, Snapshot],
    model_of: ModelOf,
    developers: Container[str],
) -> tuple[list[Incoming], list[Quarantined]]:
    """The news without suspicious statements, and these with their reasons."""
    news = list(news)
    lists = _lists(news, previous)
    judge = _Judge(lists, sources, snapshots, model_of, developers)
    kept, held = [], []
    for new in news:
        suspects = dict(_suspects(new, judge))
        held += [_quarantined(new, key, *why) for key, why in suspects.items()]
        statements = {k: s for k, s in new.statements.items() if k not in suspects}
        kept.append(replace(new, statements=statements, held=frozenset(suspects)) if suspects else new)
    return kept, held


def _quarantined(new: Incoming, key: Key, expected: Decimal | None, reason: str) -> Quarantined:
    provider, sku, meter, region, currency, _ = key
    return Quarantined(
        source=new.source,
        provider=provider,
        sku=sku,
        meter=str(meter),
        region=region,
        currency=currency,
        price=price_text(new.statements[key].price),
        expected=price_text(expected) if expected is not None else "",
        reason=reason,
    )


def _lists(news: Iterable[Incoming], previous: Iterable[Offer]) -> Lists:
    lists = Lists()
    for o in previous:
        for e in o.evidence:
            if not e.absent_since and not o.effective_from:
                of_sku = lists.previous.setdefault((o.provider, o.sku, o.region, o.currency), {})
                of_sku.setdefault(e.source, {})[o.meter] = e.price
    fresh = {n.source for n in news}
    for sku, said in lists.previous.items():
        for source, prices in said.items():
            if source not in fresh:
                lists.by_sku.setdefault(sku, {})[source] = prices
    for new in news:
        for (provider, name, meter, region, currency, announced), s in new.statements.items():
            if not announced:
                of_sku = lists.by_sku.setdefault((provider, name, region, currency), {})
                of_sku.setdefault(new.source, {})[meter] = s.price
    return lists


@dataclass(slots=True)
class _Judge:
    """What a list is held against."""

    lists: Lists
    sources: Mapping[str, Source]
    snapshots: Mapping[str, Snapshot]
    model_of: ModelOf
    developers: Container[str]  # providers that sell models of their own
    _siblings: dict[tuple[str, str], list[tuple[str, tuple[float, float]]]] | None = None
    _charged: dict[str, dict[str, tuple[float, float]]] | None = None

    def family(self, source: str) -> str:
        known = self.sources.get(source)
        return known.family if known else source

    def rank(self, source: str) -> int:
        known = self.sources.get(source)
        return known.rank if known else 9

    def days_newer(self, a: str, b: str) -> int:
        """By how many days the payload of source `a` is newer than that of `b`."""
        first, second = (date.fromisoformat(self.snapshots[s].observed_at) for s in (a, b))
        return (first - second).days

    def others(self, sku: Sku) -> dict[str, tuple[float, float]]:
        """Input and output price of the same model at other providers, in US dollars; none for an unknown model."""
        if self._charged is None:
            self._charged = self._provider_prices()
        model = self.model_of(sku[0], sku[1]) if sku[3] == "USD" else ""
        return {p: both for p, both in self._charged.get(model, {}).items() if p != sku[0]} if model else {}

    def siblings(self, source: str, sku: Sku) -> list[tuple[str, tuple[float, float]]]:
        """Prices of the ids of one list and provider whose name begins as `sku` does, one of both being the whole."""
        if self._siblings is None:
            self._siblings = {}
            for (provider, name, region, currency), said in self.lists.by_sku.items():
                for stating, prices in said.items() if (region, currency) == ("global", "USD") else ():
                    if (both := _both(prices)) is not None:
                        self._siblings.setdefault((stating, provider), []).append((name, both))
        name = sku[1]
        return [
            (other, both)
            for other, both in self._siblings.get((source, sku[0]), ())
            if other != name and (other.startswith(name) or name.startswith(other))
        ]

    def _provider_prices(self) -> dict[str, dict[str, tuple[float, float]]]:
        """Input and output price of every model at every provider: the median of what sources say."""
        collected: dict[str, dict[str, list[tuple[float, float]]]] = {}
        for (provider, sku, _, currency), said in self.lists.by_sku.items():
            model = self.model_of(provider, sku) if currency == "USD" else ""
            for prices in said.values() if model else ():
                both = _both(prices)
                if both is not None:
                    collected.setdefault(model, {}).setdefault(provider, []).append(both)
        return {
            model: {p: (statistics.median(x[0] for x in v), statistics.median(x[1] for x in v)) for p, v in of.items()}
            for model, of in collected.items()
        }


def _both(prices: Prices) -> tuple[float, float] | None:
    """Plain input and output price, when a list has both."""
    first, second = prices.get(TEXT_INPUT), prices.get(TEXT_OUTPUT)
    return (float(first), float(second)) if first and second else None


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= NEAR * max(a, b)


def _median(others: Mapping[str, tuple[float, float]]) -> tuple[float, float] | None:
    """Median input and output price of enough providers, else None."""
    if len(others) < MANY_PROVIDERS:
        return None
    return statistics.median(p[0] for p in others.values()), statistics.median(p[1] for p in others.values())


def _power_of_ten(a: tuple[float, float], b: tuple[float, float]) -> int:
    """n where `a` is 10**n times `b` in both directions; 0 where it is not."""
    exponents = {round(math.log10(x / y)) for x, y in zip(a, b, strict=True)}
    if len(exponents) != 1 or exponents == {0}:
        return 0
    (n,) = exponents
    return n if all(abs(x / y / 10.0**n - 1) <= NEAR for x, y in zip(a, b, strict=True)) else 0


def _suspects(new: Incoming, judge: _Judge) -> Iterator[tuple[Key, tuple[Decimal | None, str]]]:
    skus = {(p, s, r, c) for p, s, _, r, c, announced in new.statements if not announced}
    for sku in sorted(skus):
        said = judge.lists.by_sku[sku]
        own = said[new.source]
        peers = {s: p for s, p in said.items() if judge.family(s) != judge.family(new.source)}
        before = judge.lists.previous.get(sku, {}).get(new.source)
        why = _scale_error(new.source, sku, own, peers, before, judge) or _currency_error(sku, own, peers, judge)
        provider, name, region, currency = sku
        if why:
            reason, reference = why
            for meter in own:
                if meter.unit == "token":
                    yield (provider, name, meter, region, currency, ""), (reference.get(meter), reason)
        elif peers:
            for meter, (expected, reason) in _misfiled(new.source, own, peers, judge):
                yield (provider, name, meter, region, currency, ""), (expected, reason)


def _scale_error(
    source: str, sku: Sku, own: Prices, peers: Mapping[str, Prices], before: Prices | None, judge: _Judge
) -> tuple[str, Prices] | None:
    mine = _both(own)
    if mine is None:
        return None
    stated = {s: b for s, p in peers.items() if (b := _both(p)) is not None}
    off = {s: n for s, b in stated.items() if (n := _power_of_ten(mine, b))}
    if stated and not off:
        return _sibling_error(source, sku, mine, stated, peers, judge)
    elsewhere = judge.others(sku)
    market = _median(elsewhere)
    for other, n in sorted(off.items(), key=lambda o: judge.rank(o[0])):
        if not _other_is_right(source, mine, other, stated, market, judge):
            continue
        return f"10^{n} times the price that {other} states, in both directions", peers[other]
    if stated or judge.rank(source) < 2:
        return None
    last = _both(before) if before else None
    if last and before and (n := _power_of_ten(mine, last)):
        return f"10^{n} times the price that it stated itself before, in both directions", before
    if market is None or min(max(m / x, x / m) for m, x in zip(mine, market, strict=True)) < FAR:
        return None
    counts = Counter(elsewhere.values())
    for provider, theirs in sorted(elsewhere.items()):
        own_model = provider in judge.developers
        if (own_model or counts[theirs] > 1) and (n := _power_of_ten(mine, theirs)):
            return f"10^{n} times the price at {provider}, far from all other providers of the model", {}
        if own_model and _is_exchange_rate(mine, theirs):
            return f"the price at {provider} times the exchange rate of the yuan: CNY read as USD", {}
    return None


def _sibling_error(
    source: str,
    sku: Sku,
    mine: tuple[float, float],
    stated: Mapping[str, tuple[float, float]],
    peers: Mapping[str, Prices],
    judge: _Judge,
) -> tuple[str, Prices] | None:
    """A price far from all others that is a power of ten off from a sibling in its own list (PE-03)."""
    if not all(
        max(m / t, t / m) >= SIBLING_FAR for theirs in stated.values() for m, t in zip(mine, theirs, strict=True)
    ):
        return None
    for other, both in judge.siblings(source, sku):
        if n := _power_of_ten(mine, both):
            best = min(stated, key=lambda s: (judge.rank(s), s))
            return f"10^{n} times the price of {other} in the same list, far from what {best} states", peers[best]
    return None


def _is_exchange_rate(mine: tuple[float, float], theirs: tuple[float, float]) -> bool:
    ratios = [m / t for m, t in zip(mine, theirs, strict=True)]
    return _same(*ratios) and all(CNY_PER_USD[0] <= r <= CNY_PER_USD[1] for r in ratios)


def _other_is_right(
    source: str,
    mine: tuple[float, float],
    other: str,
    stated: Mapping[str, tuple[float, float]],
    market: tuple[float, float] | None,
    judge: _Judge,
) -> bool:
    """Which of two lists that differ by a power of ten has the wrong unit."""
    theirs = stated[other]
    behind_me = {judge.family(s) for s, b in stated.items() if _same(b[0], mine[0]) and _same(b[1], mine[1])}
    behind_them = {judge.family(s) for s, b in stated.items() if _same(b[0], theirs[0]) and _same(b[1], theirs[1])}
    if len(behind_me) + 1 != len(behind_them):
        return len(behind_them) > len(behind_me) + 1
    if market is not None:
        distance = [abs(math.log(sum(x) / sum(market))) for x in (mine, theirs)]
        if not math.isclose(*distance, rel_tol=0.05):
            return distance[0] > distance[1]
    return (judge.rank(other), -judge.days_newer(other, source), other) < (judge.rank(source), 0, source)


def _currency_error(sku: Sku, own: Prices, peers: Mapping[str, Prices], judge: _Judge) -> tuple[str, Prices] | None:
    """A price in CNY that was read as USD: some source states the same number in CNY."""
    mine = _both(own)
    provider, name, region, currency = sku
    if mine is None or currency != "USD":
        return None
    regions = {region, "global", "cn"}
    in_cny = [p for r in regions for p in judge.lists.by_sku.get((provider, name, r, "CNY"), {}).values()]
    if not any((b := _both(p)) and _same(b[0], mine[0]) and _same(b[1], mine[1]) for p in in_cny):
        return None
    for other, prices in peers.items():
        theirs = _both(prices)
        if theirs and all(CNY_PER_USD[0] <= m / t <= CNY_PER_USD[1] for m, t in zip(mine, theirs, strict=True)):
            return f"the number is the price in CNY; {other} states it in USD", prices
    return None


def _misfiled(
    source: str, own: Prices, peers: Mapping[str, Prices], judge: _Judge
) -> Iterator[tuple[Meter, tuple[Decimal, str]]]:
    """Prices that others state for another modality, context band or tier of the same SKU."""
    for meter, price in own.items():
        if meter.unit != "token" or meter.variant:
            continue
        stating = [(s, p) for s, p in peers.items() if meter in p]
        if not stating or any(_same(float(price), float(p[meter])) for _, p in stating):
            continue
        for other, prices in sorted(stating, key=lambda s: (judge.rank(s[0]), s[0])):
            if judge.rank(other) > judge.rank(source) or judge.days_newer(source, other) > MUCH_NEWER_DAYS:
                continue
            long_ago = judge.days_newer(other, source) > MUCH_NEWER_DAYS
            taken_for = next(
                (m for m, p in prices.items() if p == price and _confusable(m, meter, prices, long_ago)), None
            )
            if taken_for is not None and own.get(taken_for, price) == price:
                yield meter, (prices[meter], f"the price of {taken_for} at {other}")
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


def plausible_rentals(
    news: Mapping[str, Mapping[tuple[str, str, str, str, str], GpuOffer]],
    previous: Iterable[GpuOffer],
    gpu_of: Callable[[str], str],
) -> tuple[dict[str, dict[tuple[str, str, str, str, str], GpuOffer]], list[Quarantined]]:
    """Rental offers without those that are many times away from the median of their GPU, and these with the reason."""
    by_gpu: dict[str, list[float]] = {}
    for offers in ([*previous], *(n.values() for n in news.values())):
        for o in offers:
            if (gpu := gpu_of(o.gpu_name)) and o.currency == "USD":
                by_gpu.setdefault(gpu, []).append(float(o.price))
    medians = {gpu: statistics.median(prices) for gpu, prices in by_gpu.items() if len(prices) >= MANY_PROVIDERS}
    kept: dict[str, dict[tuple[str, str, str, str, str], GpuOffer]] = {}
    held: list[Quarantined] = []
    for source, offers_by_key in news.items():
        kept[source] = {}
        for key, o in offers_by_key.items():
            median = medians.get(gpu_of(o.gpu_name))
            if median and o.currency == "USD" and not median / GPU_FAR <= float(o.price) <= median * GPU_FAR:
                text, meter = price_text(o.price), f"gpu_hour;{o.commitment}"
                reason = f"more than {GPU_FAR:g} times away from the median of its GPU, ${median:.2f}"
                held.append(Quarantined(source, o.provider, o.instance, meter, o.region, o.currency, text, "", reason))
            else:
                kept[source][key] = o
    return kept, held
