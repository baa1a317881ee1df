"""The planner's catalogue from real data: what may win, and what must not."""

import math
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.precompute.catalogue import (
    current_offers,
    planner_catalogue,
)
from generator.precompute.grid import case_plans, grid_cells
from generator.precompute.token_prices import token_price
from generator.registry import Registry, load_registry
from generator.sync.state import Snapshot, State, load_state
from wasm_tools.planner import Question, answer
from wasm_tools.pricing.meters import parse_meter
from wasm_tools.pricing.offers import Evidence, Offer, parse_evidence
from wasm_tools.workload.traffic import Slo, Workload

ROOT = Path(__file__).parents[2]
REGISTRY = ROOT / "data" / "registry"
# Tiny, retired or single-purpose models that are sold and would win every list on price alone.
NEVER_ON_TOP = (
    "llama-3.2-1b-instruct",
    "llama-3.2-3b-instruct",
    "llama-guard-4-12b",
    "gemma-3-4b-it",
    "gemma-3n-e4b-it",
    "mistral-7b-instruct-v0.3",
    "gpt-3.5-turbo",
    "lfm-7b",
    "claude-3-haiku",
    "deepseek-r1-distill-qwen-1.5b",
)


def offer(meter: str, price: str, **changed: Any) -> Offer:
    base = Offer(
        "p", "m", "", "llm", parse_meter(meter), "global", Decimal(price), (Evidence("litellm", Decimal(price)),)
    )
    return replace(base, **changed)


def test_bands_need_both_directions() -> None:
    assert not token_price([offer("input.text.token", "1")]).bands
    assert token_price([offer("input.text.token", "1"), offer("output.text.token", "2")]).bands[0].output == 2


def test_one_sided_band_keeps_the_other_price() -> None:
    offers = [
        offer("input.text.token", "1"),
        offer("output.text.token", "2"),
        offer("input.text.token;above_tokens=1000", "3"),
    ]
    assert [(b.above, b.input, b.output) for b in token_price(offers).bands] == [(0, 1, 2), (1000, 3, 2)]


def test_cache_batch_and_variant_prices_are_not_the_price_of_a_request() -> None:
    others = ("input.text.token;cache=read", "input.text.token;tier=batch", "input.text.token;variant=fast")
    offers = [offer("input.text.token", "5"), offer("output.text.token", "6"), *(offer(m, "0.1") for m in others)]
    price = token_price(offers)
    assert (price.bands[0].input, price.bands[0].cache_read) == (5, Decimal("0.1"))
    assert set(price.prices) == {"standard"}, "a batch price of the input alone is no price of a batch request"


def test_dearest_hours_count() -> None:
    offers = [
        offer("input.text.token", "1"),
        offer("output.text.token", "2"),
        offer("input.text.token;window=0100-0400", "2"),
        offer("output.text.token;window=0100-0400", "4"),
    ]
    price = token_price(offers)
    assert (price.bands[0].input, price.bands[0].output, price.timed) == (2, 4, True)


def test_offer_in_force_is_the_latest_begun_one() -> None:
    offers = [
        offer("input.text.token", "1"),
        offer("input.text.token", "2", effective_from="2026-09-01"),
        offer("input.text.token", "3", effective_from="2027-01-01"),
        offer("output.text.token", "4", effective_to="2026-10-01"),
    ]
    assert [o.price for o in current_offers(offers, "2026-11-20")] == [2]
    assert [o.price for o in current_offers(offers, "2027-01-01")] == [3]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(REGISTRY)


@pytest.fixture(scope="module")
def state() -> State:
    return load_state(ROOT / "data" / "state")


@pytest.fixture(scope="module")
def catalogue(registry: Registry, state: State):
    return planner_catalogue(registry, state, REGISTRY, state.newest_observation)


@pytest.fixture(scope="module")
def winners(registry: Registry, catalogue) -> Counter[str]:
    tops: Counter[str] = Counter()
    for cell in grid_cells(registry, catalogue):
        tops.update(ranking.plans[0][1].model for ranking in cell.rankings.values() if ranking.plans)
    tops.update(case.ranking.plans[0][1].model for case in case_plans(registry, catalogue))
    return tops


def test_ten_models_never_top_a_list(registry: Registry, state: State, winners: Counter[str]) -> None:
    sold = {registry.model_of(o.provider, o.sku) for o in state.offers}
    assert len(NEVER_ON_TOP) == 10
    assert set(NEVER_ON_TOP) <= sold, "a model that nobody sells proves nothing"
    assert not set(NEVER_ON_TOP) & set(winners)


def test_every_winner_is_rated_and_every_list_has_one(registry: Registry, winners: Counter[str]) -> None:
    rated = {c.model for c in registry.capabilities}
    assert set(winners) <= rated
    cells = len(registry.profiles) * len(registry.slo_classes) * len(registry.loads) * 4
    assert winners.total() == cells + len(registry.use_cases)


def test_subscriptions_and_free_prices_are_not_planned_with(registry: Registry, catalogue) -> None:
    kinds = {registry.provider[r.provider].kind for r in catalogue.rates}
    assert "subscription" not in kinds
    assert all(b.input > 0 and b.output > 0 for r in catalogue.rates for b in r.bands)
    assert catalogue.unplanned["subscription plan, not a price per token"] > 0
    assert catalogue.unplanned["no price for both input and output tokens"] > 0


def test_a_looser_bound_never_makes_a_model_dearer_on_rented_gpus(catalogue) -> None:
    """Plans that nearly meet the target once hid a dearer one that meets it."""
    workload, before = Workload(1024, 1024, 1, 2, "small"), dict[str, float]()
    for step in range(12):
        itl = 12 * 1.06**step
        cheapest: dict[str, float] = {}
        for c in answer(Question(workload, Slo(1000, itl, 1000 + 1024 * itl, 95)), catalogue).candidates:
            if c.qualifies and c.kind == "rented":
                cheapest.setdefault(c.model, c.usd_per_month)
        assert not {m: (itl, usd) for m, usd in before.items() if cheapest.get(m, math.inf) > usd * 1.000001}
        before = cheapest
    assert len(before) > 50


def test_unconfirmed_price_far_below_the_others_is_marked(registry: Registry, state: State) -> None:
    before = planner_catalogue(registry, state, REGISTRY, state.newest_observation)
    cheapest = min((r for r in before.rates if r.model == "gpt-oss-120b"), key=lambda r: r.bands[0].input)
    planted = [
        replace(o, price=o.price / 100, evidence=(replace(o.evidence[0], price=o.price / 100),))
        if (o.provider, o.sku) == (cheapest.provider, cheapest.sku)
        else o
        for o in state.offers
    ]
    after = planner_catalogue(registry, replace(state, offers=planted), REGISTRY, state.newest_observation)
    (marked,) = [
        r for r in after.rates if (r.provider, r.sku, r.region) == (cheapest.provider, cheapest.sku, cheapest.region)
    ]
    assert marked.suspect


def total(rate) -> Decimal:
    return rate.bands[0].input + rate.bands[0].output


def test_every_rental_is_an_offer_of_its_kind(state: State, catalogue) -> None:
    promised = {kind: term.commitment for kind, term in catalogue.hosting.terms.items()}
    offered = {(o.provider, o.instance, o.region, o.price, o.commitment) for o in state.gpu_offers}
    assert {"rented", "spot", "reserved-1y", "reserved-3y", "serverless"} <= {r.kind for r in catalogue.rentals}
    for r in catalogue.rentals:
        assert (r.provider, r.instance, r.region, r.price, promised[r.kind]) in offered


def test_peak_of_the_grid_is_a_multiple_of_the_mean(registry: Registry, catalogue) -> None:
    cell = next(grid_cells(registry, catalogue))
    workload = cell.workloads["small"]
    assert workload.peak_qps == pytest.approx(workload.qps * cell.load.peak_factor)
    assert cell.load.peak_factor > 1


def test_price_on_one_old_word_never_wins(registry: Registry, state: State, catalogue) -> None:
    later = planner_catalogue(registry, state, REGISTRY, "2028-01-01")
    single = [r for r in later.rates if len(r.evidence.split()) == 1]
    assert single
    assert all(r.suspect for r in single)
    assert any("not for more than" in r.suspect for r in catalogue.rates)


def test_a_rental_price_that_nobody_has_seen_for_half_a_year_is_not_planned_with(
    registry: Registry, state: State, catalogue
) -> None:
    day = {name: s.observed_at for name, s in state.snapshots.items()}
    for r in catalogue.rentals:
        old = catalogue.hosting.terms[r.kind].max_age_days
        newest = max(day[e.partition("=")[0]] for e in r.evidence.split())
        assert newest >= "2026-05-24" or (old > 180 and r.note)
    assert catalogue.unplanned["rental price not seen for more than 180 days"] > 0


def test_a_gpu_price_without_the_machine_is_not_planned_with(state: State, catalogue) -> None:
    alone = {(o.provider, o.instance) for o in state.gpu_offers if o.host_included == "no"}
    assert alone
    assert not alone & {(r.provider, r.instance) for r in catalogue.rentals}


def test_a_price_that_every_source_has_dropped_never_wins(catalogue) -> None:
    gone = [r for r in catalogue.rates if all("!" in e for e in r.evidence.split())]
    assert gone
    assert all(r.suspect for r in gone)


def test_price_that_the_providers_own_list_lacks_never_wins(registry: Registry, state: State, catalogue) -> None:
    own = {s.id for s in registry.sources if s.complete}
    lost = [r for r in catalogue.rates if r.provider == "openrouter" and not any(f"{s}=" in r.evidence for s in own)]
    assert lost
    assert all(r.suspect for r in lost)


def test_reseller_below_the_developers_price_of_a_closed_model_never_wins(registry: Registry, catalogue) -> None:
    own: dict[str, Decimal] = {}
    for r in catalogue.rates:
        if registry.provider[r.provider].kind == "first_party":
            own[r.model] = min(own.get(r.model, total(r)), total(r))
    closed = {m.id for m in registry.models if m.open_weights == "no"}
    for r in catalogue.rates:
        if r.model in closed and r.model in own and len(r.evidence.split()) == 1 and not r.suspect:
            assert total(r) >= Decimal("0.95") * own[r.model], r
    assert any("developer" in r.suspect for r in catalogue.rates)


def test_price_that_another_source_puts_at_twice_as_much_never_wins(state: State, catalogue) -> None:
    disputed = {
        (r.provider, r.sku, r.region)
        for r in catalogue.rates
        if r.suspect == "another source has a multiple of this price"
    }
    doubled = Counter(
        o.meter.direction
        for o in state.offers
        if (o.provider, o.sku, o.region) in disputed
        and str(o.meter) in ("input.text.token", "output.text.token")
        and max(e.price for e in o.evidence) >= 2 * o.price
    )
    assert doubled["input"] and doubled["output"]


def test_the_evidence_of_both_directions_is_kept() -> None:
    output = offer("output.text.token", "4", evidence=parse_evidence("llmrates=4"))
    price = token_price([offer("input.text.token", "1"), output])
    assert [e.source for e in price.evidence] == ["litellm"]
    assert [e.source for e in price.output_evidence] == ["llmrates"]


@pytest.mark.parametrize(
    ("output", "suspect"),
    [
        ("llmrates=4 models-dev=4", ""),
        ("llmrates=4 models-dev=4 portkey=9", ""),  # two agree
        ("llmrates=4 portkey=8", "another source has a multiple of this price"),
        ("llmrates=4!2026-01-01", "the last payload of every source lacks it"),
    ],
)
def test_the_direction_with_less_support_decides(registry: Registry, state: State, output: str, suspect: str) -> None:
    calibrated = state.model_texts
    confirmed = parse_evidence("llmrates=1 models-dev=1")
    sku = {"provider": "groq", "sku": "openai/gpt-oss-120b"}
    seen = Snapshot("mirror", "", 0, "", "2026-11-20", 1, 1, {}, {})
    state = State(
        model_texts=calibrated,
        snapshots={s.id: seen for s in registry.sources},
        offers=[
            offer("input.text.token", "1", evidence=confirmed, **sku),
            offer("output.text.token", "4", evidence=parse_evidence(output), **sku),
        ],
    )
    got = planner_catalogue(registry, state, REGISTRY, "2026-11-20")
    assert [r.suspect for r in got.rates] == [suspect]


def test_catalogue_holds_measured_curves_of_registered_models_and_gpus(
    registry: Registry, state: State, catalogue
) -> None:
    points = sum(len(c.points) for c in catalogue.curves)
    assert points > 0.95 * len(state.points)
    assert {c.gpu for c in catalogue.curves} <= set(registry.gpu)
    assert all(c.precision for c in catalogue.curves)
