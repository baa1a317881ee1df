"""Promises of hosting on the committed state: every way of renting is there, and its plans cost what they must."""

from collections import Counter
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from generator.precompute.hosting import hosting_facts
from generator.precompute.hosting_offers import fine_tuned_rates, rentals, training_rates
from generator.precompute.token_prices import token_price
from generator.registry import Registry, load_registry
from generator.sync.state import State, load_state
from wasm_tools.planner.hosting_facts import HostingFacts
from wasm_tools.planner.rentals import Rental
from wasm_tools.planner.request_cost import RequestMix, request_cost
from wasm_tools.planner.serverless import ServerlessLoad, serverless_cost
from wasm_tools.planner.training import training_offers

DATA = Path(__file__).parents[2] / "data"
AS_OF = "2026-11-20"
KINDS = {"rented", "spot", "reserved-1y", "reserved-3y", "reserved-3m", "reserved-6m", "community", "marketplace"}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(DATA / "registry")


@pytest.fixture(scope="module")
def facts() -> HostingFacts:
    return hosting_facts(DATA / "registry")


@pytest.fixture(scope="module")
def state() -> State:
    return load_state(DATA / "state")


@pytest.fixture(scope="module")
def rented(registry: Registry, facts: HostingFacts, state: State) -> list[Rental]:
    found = rentals(registry, state.gpu_offers, state.snapshots, facts.terms, 180, AS_OF, Counter())
    return list(found)


def test_every_way_of_renting_is_there(rented: list[Rental]) -> None:
    kinds = Counter(r.kind for r in rented)
    assert KINDS | {"serverless"} <= kinds.keys()
    assert len(rented) > 400 and kinds["serverless"] >= 10
    assert all(r.price > 0 and r.count >= 1 and r.host != "no" for r in rented)


def test_every_provider_of_serverless_gpus_is_described(rented: list[Rental], facts: HostingFacts) -> None:
    assert {r.provider for r in rented if r.kind == "serverless"} <= facts.serverless.keys()


def test_a_serverless_gpu_awake_all_month_costs_its_price_times_730_hours(
    rented: list[Rental], facts: HostingFacts
) -> None:
    load = ServerlessLoad((0.01,), (1,), 5.0, 2.0)
    for rental in (r for r in rented if r.kind == "serverless"):
        terms = facts.serverless_terms(rental.provider)
        kept, asleep = (serverless_cost(rental, terms, load, 1, 20.0, minimum) for minimum in (1, 0))
        assert kept is not None and asleep is not None
        assert kept.usd_per_month == rental.price * 730
        assert 0 < asleep.usd_per_month < kept.usd_per_month


def test_a_longer_commitment_of_one_machine_costs_less_an_hour(rented: list[Rental]) -> None:
    prices = {(r.provider, r.gpu, r.count, r.kind): r.price for r in rented}
    pairs = [
        (price, prices[provider, gpu, number, "reserved-1y"])
        for (provider, gpu, number, kind), price in prices.items()
        if kind == "rented" and (provider, gpu, number, "reserved-1y") in prices
    ]
    # The cheapest region of each kind, so a few comparisons cross regions.
    assert len(pairs) > 20
    assert sum(year < demand for demand, year in pairs) >= 0.9 * len(pairs)


def test_a_fine_tuned_model_and_its_training_are_priced_where_the_catalogue_says(state: State) -> None:
    rates = {r.sku: r for r in fine_tuned_rates(state.offers)}
    assert len(rates) >= 10
    assert rates["ft:gpt-4o-2024-08-06"].surcharge(1_000_000, 1_000_000) == Decimal("6.25")
    assert len(training_rates(state.offers)) >= 20


def test_cached_and_batched_requests_of_a_developer_cost_less(state: State) -> None:
    sku = "claude-3-5-haiku-20241022"
    prices = token_price(o for o in state.offers if (o.provider, o.sku) == ("anthropic", sku)).prices
    assert request_cost(prices, RequestMix(10_000, 1_000)).usd == Decimal("0.012")  # $0.80 and $4
    cached = request_cost(prices, RequestMix(10_000, 1_000, cached_share=Decimal("0.9")))
    assert cached.usd == Decimal("0.00552") and not cached.words


def test_a_training_run_is_ranked_over_real_rentals(
    registry: Registry, rented: list[Rental], facts: HostingFacts
) -> None:
    cards = [registry.gpu_cards[g] for g in {r.gpu for r in rented}]
    offers, left_out = training_offers(8e9, 1e9, cards, rented, facts.terms, 8, facts.value("mfu"))
    assert len(offers) + sum(left_out.values()) == len(rented)
    assert offers and all(a.usd <= b.usd for a, b in pairwise(offers))
    assert all(o.rental.count > 1 and o.gpus >= 8 for o in offers)
