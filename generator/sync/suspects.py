"""Statements that look wrong next to what others say: held back with a reason, while the last good value stands.

Looked at are the price lists of one SKU, a list a source. A list is held back when it is off by a power of ten in
every direction (a unit was misread) or when its number is the price in another currency; single prices for the
reasons in suspect_prices.py; announced prices when their scale or currency is not that of the prices in force. Two
lists that contradict each other in such a way are told apart by the families that stand behind each, then by what
other providers charge for the same model, then by the rank of the source. A difference that none of this explains is
a dispute, not an error: both values stay visible.

What is held back is no witness: the lists are judged again without it until nothing changes. So an outage of one
source, or a sync of one alone, does not change what is held back of the others.
"""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from generator.sync.price_lists import (
    MANY_PROVIDERS,
    Both,
    Judge,
    ModelOf,
    Prices,
    Sku,
    both_prices,
    power_of_ten,
    price_lists,
    same,
    without_held,
)  # fmt: skip
from generator.sync.reconcile import Incoming, Key
from generator.sync.source_registry import Source
from generator.sync.state import Quarantined, Snapshot
from generator.sync.suspect_prices import doubtful_prices
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter, price_text
from wasm_tools.pricing.offers import GpuOffer, Offer

CNY_PER_USD = (6.2, 7.7)  # the range of the exchange rate since 2019
FAR = 6.0  # a lone price is suspicious when it is this many times away from the median of other providers and off by a
# power of ten from a price that the developer or two other providers charge
SIBLING_FAR = 5.0  # a price this many times away from all others is held against its siblings in the same list
GPU_FAR = 30.0  # a rental price this many times away from the median of its GPU is a wrong field or a wrong unit
ROUNDS = 6  # lists are judged again so often at most

Why = tuple[Decimal | None, str]  # the price that is expected, the reason


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
    said = price_lists(news, previous, snapshots)
    own = {n.source: _own_lists(n) for n in news}
    open_, suspects = own, dict[str, dict[Key, Why]]()
    judge = Judge(said, sources, snapshots, model_of, developers)
    for _ in range(ROUNDS):
        before = suspects
        suspects = {s: _carried(before.get(s, {}), of) | dict(_suspects(s, of, judge)) for s, of in open_.items()}
        moved = {k[:2] for s, of in suspects.items() for k in of.keys() ^ before.get(s, {}).keys()}
        if not moved:
            break
        judge = judge.on(without_held(said, suspects))
        open_ = _touched(own, moved, model_of)
    kept, held = [], []
    for new in news:
        of_source = suspects[new.source] | dict(_announced_suspects(new, judge))
        held += [_quarantined(new, key, *why) for key, why in of_source.items()]
        statements = {k: s for k, s in new.statements.items() if k not in of_source}
        kept.append(replace(new, statements=statements, held=frozenset(of_source)) if of_source else new)
    return kept, held


def _carried(suspects: Mapping[Key, Why], judged_again: Container[Sku]) -> dict[Key, Why]:
    return {k: why for k, why in suspects.items() if (k[0], k[1], k[3], k[4]) not in judged_again}


def _touched(
    own: Mapping[str, Mapping[Sku, Prices]], moved: set[tuple[str, str]], model_of: ModelOf
) -> dict[str, dict[Sku, Prices]]:
    """The lists that are held against something that moved: the same id, its model, or an id of the same provider."""
    models = {model for pair in moved if (model := model_of(*pair))}
    names: dict[str, list[str]] = {}
    for provider, name in moved:
        names.setdefault(provider, []).append(name)

    def touched(sku: Sku) -> bool:
        provider, name = sku[:2]
        return model_of(provider, name) in models or any(
            name.startswith(other) or other.startswith(name) for other in names.get(provider, ())
        )

    again = {sku for sku in {sku for of in own.values() for sku in of} if touched(sku)}
    return {source: {sku: prices for sku, prices in of.items() if sku in again} for source, of in own.items()}


def _own_lists(new: Incoming, day: str = "") -> dict[Sku, Prices]:
    """What a source says about each SKU: the prices in force, or those announced for a day."""
    lists: dict[Sku, Prices] = {}
    for (provider, name, meter, region, currency, announced), s in new.statements.items():
        if announced == day:
            lists.setdefault((provider, name, region, currency), {})[meter] = s.price
    return dict(sorted(lists.items()))


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


def _suspects(source: str, lists: Mapping[Sku, Prices], judge: Judge) -> Iterator[tuple[Key, Why]]:
    family = judge.family(source)
    for sku, own in lists.items():
        provider, name, region, currency = sku
        said = judge.lists.by_sku.get(sku, {})
        peers = {s: said[s] for s in said if s != source and judge.family(s) != family}
        before = judge.lists.previous.get(sku, {}).get(source)
        found: dict[Meter, Why] = {}
        if why := _scale_error(source, sku, own, peers, before, judge) or _currency_error(sku, own, peers, judge):
            reason, reference = why
            found = {m: (reference.get(m), reason) for m in own if m.unit == "token"}
        for meter, expected, reason in doubtful_prices(source, sku, own, peers, judge):
            found.setdefault(meter, (expected, reason))
        for meter, doubt in found.items():
            yield (provider, name, meter, region, currency, ""), doubt


def _announced_suspects(new: Incoming, judge: Judge) -> Iterator[tuple[Key, Why]]:
    """Announced prices whose scale or currency is not that of the prices in force, by any source, for the same SKU.

    A cache price may fall to a tenth; it is held back only together with its list.
    """
    for day in sorted({key[-1] for key in new.statements} - {""}):
        for sku, own in _own_lists(new, day).items():
            provider, name, region, currency = sku
            now = judge.lists.by_sku.get(sku, {})
            best = [s for s in (new.source, *judge.best_first(now)) if s in now]
            if why := _currency_error(sku, own, now, judge):
                for meter in (m for m in own if m.unit == "token"):
                    yield (provider, name, meter, region, currency, day), (why[1].get(meter), why[0])
                continue
            off: dict[Meter, tuple[str, int]] = {}
            for meter, price in own.items():
                stating = next((s for s in best if now[s].get(meter)), "")
                if stating and price and (n := power_of_ten((float(price),), (float(now[stating][meter]),))):
                    off[meter] = stating, n
            for meter, (stating, n) in off.items():
                if meter.cache == "none" or replace(meter, cache="none") in off:
                    reason = f"announced at 10^{n} times the price in force that {stating} states"
                    yield (provider, name, meter, region, currency, day), (now[stating][meter], reason)


def _median(others: Mapping[str, Both]) -> Both | None:
    """Median input and output price of enough providers, else None."""
    if len(others) < MANY_PROVIDERS:
        return None
    return statistics.median(p[0] for p in others.values()), statistics.median(p[1] for p in others.values())


def _scale_error(
    source: str, sku: Sku, own: Prices, peers: Mapping[str, Prices], before: Prices | None, judge: Judge
) -> tuple[str, Prices] | None:
    if (not peers and judge.rank(source) < 2) or (mine := both_prices(own)) is None:
        return None
    stated = {s: b for s, p in peers.items() if (b := both_prices(p)) is not None}
    off = {s: n for s, b in stated.items() if b != mine and (n := power_of_ten(mine, b))}
    if stated and not off:
        return _sibling_error(source, sku, mine, stated, peers, judge)
    if not off and (stated or judge.rank(source) < 2):
        return None
    far = any(judge.may_be_far(sku, m, p, FAR) for m, p in zip((TEXT_INPUT, TEXT_OUTPUT), mine, strict=True))
    elsewhere = judge.others(sku) if off or far else {}
    market = _median(elsewhere)
    for other in judge.best_first(off):
        if not _other_is_right(source, mine, other, stated, market, judge):
            continue
        return f"10^{off[other]} times the price that {other} states, in both directions", peers[other]
    if stated or judge.rank(source) < 2:
        return None
    last = both_prices(before) if before else None
    if last and before and (n := power_of_ten(mine, last)):
        return f"10^{n} times the price that it stated itself before, in both directions", before
    if market is None or min(max(m / x, x / m) for m, x in zip(mine, market, strict=True)) < FAR:
        return None
    counts = Counter(elsewhere.values())
    for provider, theirs in sorted(elsewhere.items()):
        own_model = provider in judge.developers
        if (own_model or counts[theirs] > 1) and (n := power_of_ten(mine, theirs)):
            return f"10^{n} times the price at {provider}, far from all other providers of the model", {}
        if own_model and _is_exchange_rate(mine, theirs):
            return f"the price at {provider} times the exchange rate of the yuan: CNY read as USD", {}
    return None


def _sibling_error(
    source: str,
    sku: Sku,
    mine: Both,
    stated: Mapping[str, Both],
    peers: Mapping[str, Prices],
    judge: Judge,
) -> tuple[str, Prices] | None:
    """A price far from all others that is a power of ten off from a sibling in its own list (PE-03)."""
    if not all(
        max(m / t, t / m) >= SIBLING_FAR for theirs in stated.values() for m, t in zip(mine, theirs, strict=True)
    ):
        return None
    for other, both in judge.siblings(source, sku):
        if n := power_of_ten(mine, both):
            best = judge.best_first(stated)[0]
            return f"10^{n} times the price of {other} in the same list, far from what {best} states", peers[best]
    return None


def _is_exchange_rate(mine: Both, theirs: Both) -> bool:
    ratios = [m / t for m, t in zip(mine, theirs, strict=True)]
    return same(*ratios) and all(CNY_PER_USD[0] <= r <= CNY_PER_USD[1] for r in ratios)


def _other_is_right(
    source: str,
    mine: Both,
    other: str,
    stated: Mapping[str, Both],
    market: Both | None,
    judge: Judge,
) -> bool:
    """Which of two lists that differ by a power of ten has the wrong unit."""
    theirs = stated[other]
    behind_me = {judge.family(s) for s, b in stated.items() if same(b[0], mine[0]) and same(b[1], mine[1])}
    behind_them = {judge.family(s) for s, b in stated.items() if same(b[0], theirs[0]) and same(b[1], theirs[1])}
    if len(behind_me) + 1 != len(behind_them):
        return len(behind_them) > len(behind_me) + 1
    if market is not None:
        distance = [abs(math.log(sum(x) / sum(market))) for x in (mine, theirs)]
        if not math.isclose(*distance, rel_tol=0.05):
            return distance[0] > distance[1]
    return (judge.rank(other), -judge.days_newer(other, source), other) < (judge.rank(source), 0, source)


def _currency_error(sku: Sku, own: Prices, peers: Mapping[str, Prices], judge: Judge) -> tuple[str, Prices] | None:
    """A price in CNY that was read as USD: some source states the same number in CNY."""
    provider, name, region, currency = sku
    if currency != "USD" or not judge.is_in_cny(sku) or (mine := both_prices(own)) is None:
        return None
    regions = {region, "global", "cn"}
    in_cny = [p for r in regions for p in judge.lists.by_sku.get((provider, name, r, "CNY"), {}).values()]
    if not any((b := both_prices(p)) and same(b[0], mine[0]) and same(b[1], mine[1]) for p in in_cny):
        return None
    for other in judge.best_first(peers):
        theirs = both_prices(peers[other])
        if theirs and all(CNY_PER_USD[0] <= m / t <= CNY_PER_USD[1] for m, t in zip(mine, theirs, strict=True)):
            return f"the number is the price in CNY; {other} states it in USD", peers[other]
    return None


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
