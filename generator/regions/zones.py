"""What it costs to stay in a zone: the cheapest place there against the cheapest place anywhere, product by product."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from generator.groups import grouped
from generator.regions.places import Places, zone_of
from generator.regions.spreads import MOVING, RegionPrice, Spread, above


@dataclass(frozen=True, slots=True)
class ZoneCost:
    """One zone at one seller. Shares are above the cheapest place of the same product: 0.1 is a tenth more."""

    provider: str
    kind: str
    zone: str
    regions: tuple[str, ...]  # those of the zone with a price that is compared
    prices: tuple[RegionPrice, ...]  # the cheapest in the zone, one a product
    least: Decimal
    median: Decimal
    most: Decimal
    sources: tuple[str, ...]
    observed_at: str  # of the oldest of them


def cheapest_in(spread: Spread, zone: str, places: Places) -> RegionPrice | None:
    """The cheapest price of a product in a zone; None where none is stated."""
    return next((p for p in (*spread.prices, *spread.restricted) if zone_of(p.region, places) == zone), None)


def zone_costs(spreads: Iterable[Spread], places: Places) -> list[ZoneCost]:
    """Every zone of every seller by provider, kind and zone; prices of the day are not in it."""
    found: list[tuple[tuple[str, str, str], tuple[Spread, RegionPrice]]] = []
    for spread in spreads:
        if spread.product.terms == MOVING:
            continue
        for zone in {zone_of(p.region, places) for p in (*spread.prices, *spread.restricted)} - {""}:
            price = cheapest_in(spread, zone, places)
            if price:
                found.append(((spread.product.provider, spread.product.kind, zone), (spread, price)))
    return [_cost(*key, of, places) for key, of in sorted(grouped(found).items(), key=lambda item: item[0])]


def _cost(provider: str, kind: str, zone: str, found: list[tuple[Spread, RegionPrice]], places: Places) -> ZoneCost:
    shares = [above(price.price, spread.cheapest.price) for spread, price in found]
    every = {p.region for spread, _ in found for p in (*spread.prices, *spread.restricted)}
    regions = {r for r in every if zone_of(r, places) == zone}
    return ZoneCost(
        provider,
        kind,
        zone,
        tuple(sorted(regions)),
        tuple(price for _, price in found),
        min(shares),
        Decimal(median(shares)),
        max(shares),
        tuple(sorted({spread.source for spread, _ in found})),
        min(spread.observed_at for spread, _ in found),
    )
