"""Like for like: the list prices of one product at one provider, and the same product and meter elsewhere."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.invoice.billed import BilledLine
from wasm_tools.invoice.price_index import PriceIndex
from wasm_tools.pricing.meters import Meter
from wasm_tools.pricing.offers import Offer, evidence_text

AT_LIST, WITHIN, ABOVE, BELOW, UNKNOWN = "at list", "within list range", "above list", "below list", "unknown"
ONE_WAY = frozenset({"embeddings", "rerank", "moderation", "search"})  # workloads whose output tokens are not billed
_HALF_CENT = Decimal("0.005")
TOLERANCE = Decimal("0.005")  # share of a list price within which a billed price counts as that price


@dataclass(frozen=True, slots=True)
class ListPrice:
    """One published price, USD per display unit of the meter; regions with the same price are one entry."""

    provider: str
    sku: str
    meter: str  # its text form: two prices compare only when these are equal
    direction: str
    regions: tuple[str, ...]
    price: Decimal
    evidence: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one product of a bill can be held against. `reason` is set when its provider lists no usable price.

    `alternatives` are the same product and meter at other providers, cheapest first.
    """

    provider: str
    product: str
    unit: str
    label: str  # of the display unit, "1M tokens"
    list_prices: tuple[ListPrice, ...]
    alternatives: tuple[ListPrice, ...]
    reason: str

    def prices(self) -> tuple[Decimal, ...]:
        """The distinct list prices above zero, lowest first."""
        return tuple(sorted({p.price for p in self.list_prices if p.price > 0}))

    def meters(self) -> frozenset[str]:
        """The meters that the provider lists for the product and unit, free ones included."""
        return frozenset(p.meter for p in self.list_prices)

    def differences(self) -> tuple[Decimal | None, ...]:
        """Of each alternative: its price less the lowest list price of that meter now; None where there is none."""
        lowest = {p.meter: p.price for p in reversed(self.list_prices) if p.price > 0}  # sorted: the lowest stays
        return tuple(p.price - lowest[p.meter] if p.meter in lowest else None for p in self.alternatives)


@dataclass(frozen=True, slots=True)
class Listing:
    """All prices of one product and unit that a line may have been billed by, cheapest first."""

    unit: str
    label: str
    prices: tuple[ListPrice, ...]
    two_way: frozenset[str]  # providers that bill input and output of it, as far as their workload tells


def listing(index: PriceIndex, line: BilledLine, product: str, unit: str, label: str) -> Listing:
    """The prices of a product that agree with everything the line says about its meter."""
    matching = [o for o in index.offers.get((product, unit), ()) if _agrees(o.meter, line)]
    two_way = frozenset(o.provider for o in matching if o.workload not in ONE_WAY)
    return Listing(unit, label, _list_prices(matching), two_way)


def comparison(listed: Listing, line: BilledLine, provider: str, product: str) -> Comparison:
    """The comparison of a product with its prices at `provider` and elsewhere; never another model or unit.

    Where the file does not say which tokens were billed, both directions must be listed: a bill of output tokens held
    against input prices alone would look overpriced.
    """
    own = tuple(p for p in listed.prices if p.provider == provider)
    meters = {p.meter for p in own}
    alternatives = tuple(p for p in listed.prices if p.provider != provider and (not own or p.meter in meters))
    reason = ""
    if not provider:
        reason = f"provider {line.provider!r} is not a name the catalogue knows"
    elif not own:
        reason = f"the catalogue has no price of this model per {listed.label} at this provider"
    elif not any(p.price for p in own):
        reason = "the catalogue lists this model as free at this provider, so there is no price to compare with"
    elif (
        listed.unit == "token"
        and not line.direction
        and provider in listed.two_way
        and len({p.direction for p in own}) == 1
    ):
        reason = "the catalogue lists one token direction only at this provider, so a mixed price cannot be judged"
    return Comparison(provider, product, listed.unit, listed.label, own, alternatives, reason)


def _agrees(meter: Meter, line: BilledLine) -> bool:
    """Whether a line may have been billed by a meter: equal in all that the line states. Nobody bills a gift."""
    return (
        line.direction in ("", meter.direction)
        and line.modality in ("", meter.modality)
        and line.cache in ("", meter.cache)
        and line.tier in ("", meter.tier)
        and meter.variant != "free"
    )


def _list_prices(offers: Iterable[Offer]) -> tuple[ListPrice, ...]:
    """The offers, cheapest first, those that differ in their region only as one."""
    merged: dict[tuple[str, str, Meter, Decimal], list[Offer]] = {}
    for offer in offers:
        merged.setdefault((offer.provider, offer.sku, offer.meter, offer.price), []).append(offer)
    found = [
        ListPrice(
            provider,
            sku,
            str(meter),
            meter.direction,
            tuple(sorted({o.region for o in group if o.region})),
            price,
            evidence_text({e for o in group for e in o.evidence}),
        )
        for (provider, sku, meter, price), group in merged.items()
    ]
    return tuple(sorted(found, key=lambda p: (p.price, p.provider, p.sku, p.meter)))


@dataclass(frozen=True, slots=True)
class PriceBands:
    """Sorted list prices, each widened by the tolerance: a billed price inside a band counts as that price."""

    floors: tuple[Decimal, ...]
    ceilings: tuple[Decimal, ...]

    def verdict(self, effective: Decimal, slack: Decimal = Decimal(0)) -> str:
        """Where a billed price stands. `slack` widens it both ways, by what its rounding may have added or taken."""
        band = bisect_left(self.ceilings, effective - slack)  # the first one that is not too low
        if band < len(self.floors) and self.floors[band] <= effective + slack:
            return AT_LIST
        if band == 0:
            return BELOW
        return ABOVE if band == len(self.floors) else WITHIN


def price_bands(prices: Sequence[Decimal]) -> PriceBands:
    """The bands of list prices, which must be sorted and not empty."""
    return PriceBands(tuple(p * (1 - TOLERANCE) for p in prices), tuple(p * (1 + TOLERANCE) for p in prices))


def rounding_of(amount: Decimal) -> Decimal:
    """USD that rounding may have added to an amount: half of its last written digit, half a cent at most.

    An amount of `5` was not rounded to whole dollars; one of `0.0125` was not rounded to cents.
    """
    exponent = amount.as_tuple().exponent
    return _HALF_CENT if not isinstance(exponent, int) or exponent > -2 else Decimal(5).scaleb(exponent - 1)
