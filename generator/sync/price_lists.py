"""The price lists that statements are held against: what each source says about each SKU, and what others charge.

A list is what one source states for one SKU, by meter. Of a statement that is held back the last good value of its
source stands in the lists that others are held against, none without one: so a sync of one source alone judges as the
sync of all of them did.
"""

import math
import statistics
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from generator.sync.reconcile import Incoming, Key, offer_key
from generator.sync.source_registry import Source
from generator.sync.state import Snapshot
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter
from wasm_tools.pricing.offers import Offer

NEAR = 0.02  # two prices are the same when they differ by no more than this share
MANY_PROVIDERS = 3  # so many other providers make a median that a lone price can be held against

Sku = tuple[str, str, str, str]  # provider, sku, region, currency
Prices = dict[Meter, Decimal]
Both = tuple[float, float]  # input and output price of text tokens
ModelOf = Callable[[str, str], str]


@dataclass(slots=True)
class Lists:
    """What every source says about every SKU: the previous evidence, overlaid by the new statements."""

    by_sku: dict[Sku, dict[str, Prices]] = field(default_factory=dict)
    previous: dict[Sku, dict[str, Prices]] = field(default_factory=dict)


def price_lists(
    news: Collection[Incoming],
    previous: Iterable[Offer],
    snapshots: Mapping[str, Snapshot],
) -> Lists:
    """The lists in force. Evidence of a price that has begun counts, an announced one does not.

    What the payload that is read again has marked as absent itself still counts as said before: the same payload is no
    confirmation, a later one is.
    """
    lists = Lists()
    fresh = {n.source for n in news}
    for o in sorted(previous, key=lambda o: o.effective_from):
        if o.effective_from and offer_key(o, snapshots)[-1]:
            continue
        of_sku = lists.previous.setdefault((o.provider, o.sku, o.region, o.currency), {})
        for e in o.evidence:
            same = e.source in fresh and e.absent_since == snapshots[e.source].observed_at
            if not e.absent_since or same:
                of_sku.setdefault(e.source, {})[o.meter] = e.price
    for sku, said in lists.previous.items():
        if still := {source: prices for source, prices in said.items() if source not in fresh}:
            lists.by_sku[sku] = still
    for new in news:
        for (provider, name, meter, region, currency, announced), s in new.statements.items():
            if not announced:
                of_sku = lists.by_sku.setdefault((provider, name, region, currency), {})
                of_sku.setdefault(new.source, {})[meter] = s.price
    return lists


def without_held(lists: Lists, held: Mapping[str, Collection[Key]]) -> Lists:
    """The lists with the last good value, or none, in place of what is held back of each source."""
    by_sku = dict(lists.by_sku)
    for source, keys in held.items():
        for provider, name, meter, region, currency, announced in keys:
            if announced:
                continue
            sku = (provider, name, region, currency)
            prices = dict(by_sku[sku].get(source, {}))
            prices.pop(meter, None)
            if (last := lists.previous.get(sku, {}).get(source, {}).get(meter)) is not None:
                prices[meter] = last
            by_sku[sku] = {**by_sku[sku], source: prices}
            if not prices:
                del by_sku[sku][source]
    return Lists(by_sku, lists.previous)


@dataclass(slots=True)
class Judge:
    """What a list is held against."""

    lists: Lists
    sources: Mapping[str, Source]
    snapshots: Mapping[str, Snapshot]
    model_of: ModelOf
    developers: Container[str]  # providers that sell models of their own
    _charged: dict[str, dict[str, Both]] = field(default_factory=dict)
    _skus: dict[str, list[Sku]] | None = None
    _names: dict[str, list[str]] | None = None
    _medians: dict[tuple[str, Meter], dict[str, float]] = field(default_factory=dict)
    _of_meter: dict[tuple[str, Meter], dict[str, list[tuple[str, float]]]] = field(default_factory=dict)
    _ranges: dict[tuple[str, Meter], tuple[float, float]] = field(default_factory=dict)
    _in_cny: frozenset[tuple[str, str]] | None = None

    def on(self, lists: Lists) -> "Judge":
        """The same judge before other lists of the same SKUs."""
        return replace(self, lists=lists, _charged={}, _medians={}, _of_meter={}, _ranges={})

    def family(self, source: str) -> str:
        known = self.sources.get(source)
        return known.family if known else source

    def rank(self, source: str) -> int:
        known = self.sources.get(source)
        return known.rank if known else 9

    def best_first(self, names: Iterable[str]) -> list[str]:
        """Sources by rank, then id: the order in which a peer is named in a reason."""
        return sorted(names, key=lambda s: (self.rank(s), s))

    def days_newer(self, a: str, b: str) -> int:
        """By how many days the payload of source `a` is newer than that of `b`."""
        first, second = (date.fromisoformat(self.snapshots[s].observed_at) for s in (a, b))
        return (first - second).days

    def others(self, sku: Sku) -> dict[str, Both]:
        """Input and output price of the same model at other providers, in US dollars; none for an unknown model."""
        model = self.model_of(sku[0], sku[1]) if sku[3] == "USD" else ""
        if not model:
            return {}
        if model not in self._charged:
            self._charged[model] = self._provider_prices(model)
        return {p: both for p, both in self._charged[model].items() if p != sku[0]}

    def elsewhere(self, sku: Sku, meter: Meter, witness: Callable[[str, float], bool] | None = None) -> list[float]:
        """Price of one meter of the same model at each other provider, in US dollars: the median of what sources say.

        `witness` says which statements count, by their family and price.
        """
        if witness is None:
            model = self.model_of(sku[0], sku[1]) if sku[3] == "USD" else ""
            if not model:
                return []
            if (model, meter) not in self._medians:
                of = self._said_of(sku, meter).items()
                self._medians[model, meter] = {p: statistics.median(price for _, price in said) for p, said in of}
            return [price for provider, price in self._medians[model, meter].items() if provider != sku[0]]
        found = []
        for provider, said in self._said_of(sku, meter).items():
            prices = [p for family, p in said if witness(family, p)] if provider != sku[0] else []
            if prices:
                found.append(statistics.median(prices))
        return found

    def may_be_far(self, sku: Sku, meter: Meter, price: float, times: float) -> bool:
        """Whether a price can be so many times away from the median of its model: a quick look at the extremes."""
        model = self.model_of(sku[0], sku[1]) if sku[3] == "USD" else ""
        if not model:
            return False
        if (model, meter) not in self._ranges:
            prices = [price for said in self._said_of(sku, meter).values() for _, price in said]
            self._ranges[model, meter] = min(prices, default=0.0), max(prices, default=0.0)
        low, high = self._ranges[model, meter]
        return price >= times * low or price <= high / times

    def is_in_cny(self, sku: Sku) -> bool:
        """Whether some source states a price in yuan for the SKU, in any region."""
        if self._in_cny is None:
            self._in_cny = frozenset((p, name) for p, name, _, currency in self.lists.by_sku if currency == "CNY")
        return sku[:2] in self._in_cny

    def siblings(self, source: str, sku: Sku) -> list[tuple[str, Both]]:
        """Prices of the ids of one list and provider whose name begins as `sku` does, one of both being the whole."""
        provider, name, *_ = sku
        found = []
        if self._names is None:
            self._names = {}
            for seller, other, region, currency in self.lists.by_sku:
                if (region, currency) == ("global", "USD"):
                    self._names.setdefault(seller, []).append(other)
        for other in self._names.get(provider, ()):
            if other == name or not (other.startswith(name) or name.startswith(other)):
                continue
            prices = self.lists.by_sku[provider, other, "global", "USD"].get(source)
            if prices and (both := both_prices(prices)) is not None:
                found.append((other, both))
        return sorted(found)

    def _of_model(self) -> dict[str, list[Sku]]:
        if self._skus is None:
            self._skus = {}
            for sku in self.lists.by_sku:
                if sku[3] == "USD" and (model := self.model_of(sku[0], sku[1])):
                    self._skus.setdefault(model, []).append(sku)
        return self._skus

    def _said_of(self, sku: Sku, meter: Meter) -> dict[str, list[tuple[str, float]]]:
        """What each family says about one meter of the model of an SKU, by provider."""
        model = self.model_of(sku[0], sku[1]) if sku[3] == "USD" else ""
        if not model:
            return {}
        if (model, meter) not in self._of_meter:
            found = self._of_meter[model, meter] = {}
            for other in self._of_model().get(model, ()):
                for source, prices in self.lists.by_sku[other].items():
                    if (price := prices.get(meter)) is not None:
                        found.setdefault(other[0], []).append((self.family(source), float(price)))
        return self._of_meter[model, meter]

    def _provider_prices(self, model: str) -> dict[str, Both]:
        """Input and output price of a model at every provider: the median of what sources say."""
        collected: dict[str, list[Both]] = {}
        for sku in self._of_model().get(model, ()):
            for prices in self.lists.by_sku[sku].values():
                if (both := both_prices(prices)) is not None:
                    collected.setdefault(sku[0], []).append(both)
        return {
            p: (statistics.median(x[0] for x in v), statistics.median(x[1] for x in v)) for p, v in collected.items()
        }


def both_prices(prices: Prices) -> Both | None:
    """Input and output price of a list; None where it lacks one."""
    first, second = prices.get(TEXT_INPUT), prices.get(TEXT_OUTPUT)
    return (float(first), float(second)) if first and second else None


def same(a: float, b: float) -> bool:
    """Whether two prices are one but for rounding."""
    return abs(a - b) <= NEAR * max(a, b)


def power_of_ten(a: Iterable[float], b: Iterable[float]) -> int:
    """n where each of `a` is 10**n times its fellow in `b`; 0 where that is not so."""
    ratios = [x / y for x, y in zip(a, b, strict=True)]
    n = round(math.log10(ratios[0]))
    return n if n and all(abs(r / 10.0**n - 1) <= NEAR for r in ratios) else 0
