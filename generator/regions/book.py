"""All that the page, the files and the command say about regions, from published prices: one answer for the three."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from generator.exchange import listed_prices
from generator.nightly import Inputs
from generator.offer_grades import OfferGrades
from generator.precompute.catalogue import current_offers, published_offers
from generator.precompute.hosting import LatencyRow, latency_rows
from generator.regions.places import Places, load_places
from generator.regions.spreads import About, Compared, Spread, compared
from generator.regions.zones import ZoneCost, zone_costs
from generator.registry import Registry
from generator.sync.facts import facts_of_skus
from generator.sync.state import State
from wasm_tools.planner.surcharges import round_trip_ms
from wasm_tools.pricing.offers import GpuOffer, Offer


@dataclass(frozen=True)
class RegionBook:
    """Prices by region on one date. Offers and rentals are the published ones, with model and GPU resolved."""

    registry: Registry
    state: State
    offers: Sequence[Offer]
    rentals: Sequence[GpuOffer]
    as_of: str
    folder: Path  # of the registry
    grades: OfferGrades

    @cached_property
    def places(self) -> Places:
        """Where the regions lie."""
        return load_places(self.folder)

    @cached_property
    def compared(self) -> Compared:
        """The spreads of all products."""
        listed = listed_prices(current_offers(self.state.offers, self.as_of), self.registry.exchange_rates, self.as_of)
        facts = facts_of_skus(self.state.facts, self.registry.source)

        def currency(offer: Offer) -> str:
            return listed[offer.key].offer.currency if offer.key in listed else offer.currency

        def ended(offer: Offer) -> bool:
            known = facts.get((offer.provider, offer.sku))
            return known is not None and (
                known.status == "dead" or (bool(known.retires_on) and known.retires_on <= self.as_of)
            )

        return compared(self.offers, self.rentals, About(self.state.snapshots, self.places, currency, ended))

    @cached_property
    def zone_costs(self) -> list[ZoneCost]:
        """What each zone costs at each seller."""
        return zone_costs(self.compared.spreads, self.places)

    @cached_property
    def latencies(self) -> tuple[LatencyRow, ...]:
        """Measured round trips between areas."""
        return latency_rows(self.folder)

    @cached_property
    def _between(self) -> Mapping[tuple[str, str], float]:
        return {(r.here, r.there): r.round_trip_ms for r in self.latencies}

    def round_trip(self, spread: Spread) -> float | None:
        """The round trip in ms between the areas of the cheapest and the dearest region; None where it is not known."""
        here, there = (self._area(p.region) for p in (spread.cheapest, spread.dearest))
        return round_trip_ms(self._between, here, there) if here and there else None

    def _area(self, region: str) -> str:
        place = self.places.get(region)
        return place.area if place else ""


def region_book(at: Inputs) -> RegionBook:
    """The book of a checkout's committed prices."""
    published = published_offers(at.registry, at.state.offers, at.as_of)
    offers = sorted((replace(o, model=at.registry.model_of(o.provider, o.sku)) for o in published), key=lambda o: o.key)
    rentals = (replace(g, gpu=at.registry.gpu_of(g.gpu_name)) for g in at.state.gpu_offers)
    folder = at.places.registry
    grades = OfferGrades(at.registry, at.state, offers, at.as_of, folder)
    return RegionBook(at.registry, at.state, offers, sorted(rentals, key=lambda g: g.key), at.as_of, folder, grades)
