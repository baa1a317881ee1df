"""Offers counted once: the spellings, dated snapshots and aliases of one model at one provider are one offer.

An offer is one price of one meter of one model at one provider in one region. `gpt-4o`, `gpt-4o-2024-08-06` and
`openai/gpt-4o` at the same price are one; `gpt-4o-2024-05-13`, which costs more, is another. So the price is part of
the identity, and the name is the one that `Registry.base_of` gives.

A price of zero counts only where a source says in words that the offer is free (`variant=free`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from generator.registry import Registry
from generator.sync.price_fields import FREE
from wasm_tools.pricing.meters import Meter
from wasm_tools.pricing.offers import Offer


class OfferIdentity(NamedTuple):
    """What makes an offer another one than the next. `model` is the base name, registered or not."""

    provider: str
    model: str
    meter: Meter
    region: str
    currency: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much there is of one workload: offers, (provider, model) pairs, providers."""

    offers: int
    pairs: int
    providers: int

    def __str__(self) -> str:
        return f"{self.offers:,}/{self.pairs:,}/{self.providers:,}"


@dataclass(frozen=True)
class DistinctOffers:
    """Offers by identity, each with its workload. Its length is the number of offers to publish."""

    workload_of: Mapping[OfferIdentity, str]

    def __len__(self) -> int:
        return len(self.workload_of)

    def __int__(self) -> int:
        return len(self.workload_of)

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Which provider sells which model."""
        return frozenset((o.provider, o.model) for o in self.workload_of)

    @cached_property
    def providers(self) -> frozenset[str]:
        """Who sells anything."""
        return frozenset(o.provider for o in self.workload_of)

    @cached_property
    def free(self) -> frozenset[OfferIdentity]:
        """The offers among them that are free of charge."""
        return frozenset(o for o in self.workload_of if not o.price)

    @cached_property
    def meters(self) -> frozenset[tuple[str, str, Meter]]:
        """What is billed at all: offers without regions, currencies and the prices of single snapshots."""
        return frozenset((o.provider, o.model, o.meter) for o in self.workload_of)

    @cached_property
    def by_workload(self) -> dict[str, Coverage]:
        """The coverage of each workload, in alphabetical order."""
        of: dict[str, list[OfferIdentity]] = {}
        for offer, workload in self.workload_of.items():
            of.setdefault(workload, []).append(offer)
        return {
            workload: Coverage(
                len(offers), len({(o.provider, o.model) for o in offers}), len({o.provider for o in offers})
            )
            for workload, offers in sorted(of.items())
        }


def offer_identity(offer: Offer, registry: Registry) -> OfferIdentity:
    """The identity under which an offer is counted."""
    return OfferIdentity(
        offer.provider,
        registry.base_of(offer.provider, offer.sku),
        offer.meter,
        offer.region or "global",
        offer.currency,
        offer.price,
    )


def distinct_offers(offers: Iterable[Offer], registry: Registry) -> DistinctOffers:
    """The offers to count; a zero that nobody calls free is none. Of two workloads for one identity the first stays."""
    found: dict[OfferIdentity, str] = {}
    for offer in offers:
        if offer.price or offer.meter.variant == FREE:
            found.setdefault(offer_identity(offer, registry), offer.workload)
    return DistinctOffers(found)
