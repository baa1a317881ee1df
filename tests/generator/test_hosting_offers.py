"""Promises of what state says about hosting: one cheapest rental of a kind, unknown kept, fine-tunes."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from generator.precompute.hosting import hosting_facts
from generator.precompute.hosting_offers import fine_tuned_rates, rentals, training_rates
from generator.registry import Registry, load_registry
from generator.sync.state import Snapshot
from wasm_tools.planner.hosting_facts import HostingFacts
from wasm_tools.planner.rentals import Rental
from wasm_tools.pricing.meters import parse_meter
from wasm_tools.pricing.offers import Evidence, GpuOffer, Offer

REGISTRY = Path(__file__).parents[2] / "data" / "registry"
SEEN = {"new": "2026-11-01", "old": "2026-02-26", "older": "2025-06-01"}
SNAPSHOTS = {name: Snapshot("mirror", "", 0, "", day, 0, 0, {}, {}) for name, day in SEEN.items()}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(REGISTRY)


@pytest.fixture(scope="module")
def facts() -> HostingFacts:
    return hosting_facts(REGISTRY)


def gpu_offer(price: str, commitment: str, source: str = "new", **changes: object) -> GpuOffer:
    row = {
        "provider": "neo", "instance": f"i-{price}", "gpu": "", "gpu_name": "h100-sxm", "count": 1, "region": "global",
        "commitment": commitment, "price": Decimal(price), "evidence": (Evidence(source, Decimal(price)),),
    }  # fmt: skip
    return GpuOffer(**{**row, **changes})  # type: ignore[arg-type]


def rented(registry: Registry, facts: HostingFacts, *offers: GpuOffer) -> tuple[list[Rental], Counter[str]]:
    unplanned: Counter[str] = Counter()
    known = (registry.sources[0].model_copy(update={"id": name, "family": name}) for name in SEEN)
    with_sources = replace(registry, sources=(*registry.sources, *known))
    found = rentals(with_sources, offers, SNAPSHOTS, facts.terms, 180, "2026-11-20", unplanned)
    return list(found), unplanned


def test_every_kind_of_renting_becomes_a_rental(registry: Registry, facts: HostingFacts) -> None:
    found, _ = rented(registry, facts, *(gpu_offer("2", t.commitment) for t in facts.terms.values()))
    assert {r.kind for r in found} == facts.terms.keys()


def test_of_one_kind_and_machine_the_cheapest_stays(registry: Registry, facts: HostingFacts) -> None:
    offers = [gpu_offer("3", "spot"), gpu_offer("2", "spot"), gpu_offer("1", "spot", count=8), gpu_offer("4", "1y")]
    found, _ = rented(registry, facts, *offers)
    assert sorted((r.kind, r.count, r.price) for r in found) == [("reserved-1y", 1, 4), ("spot", 1, 2), ("spot", 8, 1)]


def test_what_is_known_of_billing_and_host_is_kept_and_unknown_stays_unknown(
    registry: Registry, facts: HostingFacts
) -> None:
    known = gpu_offer("2", "on_demand", host_included="yes", per_second="yes", scale_to_zero="no")
    (rental,), _ = rented(registry, facts, known)
    assert (rental.host, rental.per_second, rental.scale_to_zero) == ("yes", True, False)
    (rental,), _ = rented(registry, facts, gpu_offer("2", "on_demand"))
    assert (rental.host, rental.per_second, rental.scale_to_zero, rental.note) == ("unknown", None, None, "")


def test_rental_prices_that_cannot_be_planned_with_are_counted(registry: Registry, facts: HostingFacts) -> None:
    offers = [
        gpu_offer("2", "on_demand", host_included="no"),
        gpu_offer("3", "on_demand", "old"),
        gpu_offer("4", "serverless", "older"),
        gpu_offer("5", "on_demand", gpu_name="a GPU of tomorrow"),
        gpu_offer("6", "for as long as it takes"),
        gpu_offer("7", "on_demand", currency="EUR"),
    ]
    found, unplanned = rented(registry, facts, *offers)
    assert not found
    assert unplanned == {
        "GPU price without the machine": 1,
        "rental price not seen for more than 180 days": 1,
        "rental price not seen for more than 365 days": 1,
        "rented GPU not registered": 1,
        "rental terms, price or currency not usable": 2,
    }


def test_an_older_serverless_price_is_kept_with_its_date(registry: Registry, facts: HostingFacts) -> None:
    (rental,), _ = rented(registry, facts, gpu_offer("3.95", "serverless", "old"))
    assert rental.note == "this price was last seen on 2026-02-26"


def offer(sku: str, meter: str, price: str) -> Offer:
    return Offer("vendor", sku, "", "llm", parse_meter(meter), "global", Decimal(price))


def test_a_fine_tuned_model_needs_the_price_of_its_base() -> None:
    offers = [
        offer("m", "input.text.token", "1"), offer("m", "output.text.token", "2"),
        offer("ft:m", "input.text.token", "3"), offer("ft:m", "output.text.token", "5"),
        offer("ft:lost", "input.text.token", "3"), offer("ft:lost", "output.text.token", "5"),
        offer("m", "input.text.token;variant=training", "25"),
    ]  # fmt: skip
    (rate,) = fine_tuned_rates(offers)
    assert rate.surcharge(1_000_000, 1_000_000) == 5
    assert [(r.sku, r.usd) for r in training_rates(offers)] == [("m", 25)]
