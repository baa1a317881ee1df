"""What to take from a list: the recommendation, close calls, orderings, the Pareto set, near misses, diagnostics."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wasm_tools.catalogues import catalogue, rate, rental, with_rates
from wasm_tools.performance.observations import ApiObservation
from wasm_tools.planner import Limits, Question, Wishes, answer, ranked_plans, ranking_of, ranking_record
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.lists import LISTS, close_calls, five_lists, pareto_set, recommended
from wasm_tools.planner.near_misses import smallest_relaxation
from wasm_tools.planner.plan import Plan
from wasm_tools.planner.ranking import diagnostics
from wasm_tools.workload.traffic import Slo, Workload

LOOSE = Slo(10_000, 1_000, 2_000_000)
CHAT = Workload(1024, 1024, 1, 2, "medium")
WEIGHTS = catalogue().policy.priorities["balanced"]


def never(_: Candidate) -> Plan:
    raise RuntimeError("a candidate that is not shown must not be described")


def candidate(name: str, usd: float, **changed: Any) -> Candidate:
    base = Candidate(
        usd_per_month=usd, id=name, kind="rented", model="m", provider=name, status="met", dependable=True, risk=0.0,
        cost_error=0.0, ttft_ms=100.0, e2e_ms=1000.0, quality=1, score=None, gpus=1, misses=(), describe=never, of=None,
    )  # fmt: skip
    return replace(base, **changed)


SOME = st.lists(
    st.builds(
        candidate,
        st.uuids().map(str),
        st.floats(1, 1e5),
        status=st.sampled_from(["met", "likely", "near", "unknown"]),
        risk=st.floats(0, 1),
        e2e_ms=st.floats(1, 1e5) | st.none(),
        quality=st.integers(0, 3),
        gpus=st.integers(0, 64),
        dependable=st.booleans(),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda c: c.id,
)


def test_the_recommendation_is_the_cheapest_that_qualifies_with_its_risks() -> None:
    risky, sound = candidate("risky", 100, risk=0.5), candidate("sound", 120, risk=0.1)
    assert recommended([risky, sound]) == sound
    assert recommended([risky, replace(sound, status="unknown")]) == risky
    assert recommended([replace(risky, dependable=False), replace(sound, status="near")]) is None


def test_a_close_call_is_what_the_error_bands_cannot_tell_apart() -> None:
    winner = candidate("a", 100, cost_error=0.1)
    near, far = candidate("b", 115, cost_error=0.05), candidate("c", 116, cost_error=0.05)
    assert close_calls(winner, [far, near, winner]) == (near,)
    assert close_calls(winner, [replace(near, status="unknown")]) == ()


@given(SOME, st.integers(0, 24))
@settings(max_examples=200, deadline=None)
def test_taking_a_plan_away_changes_the_order_of_no_others(candidates: list[Candidate], at: int) -> None:
    gone = candidates[at % len(candidates)]
    left = [c for c in candidates if c.id != gone.id]
    for name in LISTS:
        before = [c.id for c in five_lists(candidates, WEIGHTS, 100)[name] if c.id != gone.id]
        assert [c.id for c in five_lists(left, WEIGHTS, 100)[name]] == before
    winner = recommended(candidates)
    if winner is not None and winner.id != gone.id:
        assert recommended(left) == winner


@given(SOME)
@settings(max_examples=200, deadline=None)
def test_no_plan_of_the_pareto_set_is_beaten_and_every_other_one_is(candidates: list[Candidate]) -> None:
    kept = pareto_set(candidates)
    able = [c for c in candidates if c.qualifies and c.e2e_ms is not None]

    def no_worse(a: Candidate, b: Candidate) -> bool:
        return a.usd_per_month <= b.usd_per_month and (a.e2e_ms or 0) <= (b.e2e_ms or 0) and a.quality >= b.quality

    for c in able:
        beaten = any(no_worse(o, c) for o in able if o.id != c.id)
        assert (c in kept) or beaten
        if c in kept:
            same = [o for o in able if o.id != c.id and no_worse(o, c) and not no_worse(c, o)]
            assert not same


def test_lists_are_sorted_by_what_they_name() -> None:
    cheap = candidate("cheap", 10, e2e_ms=900.0, quality=0, gpus=4)
    fast = candidate("fast", 90, e2e_ms=100.0, quality=1, gpus=8)
    good = candidate("good", 80, e2e_ms=800.0, quality=3, gpus=2)
    plain = candidate("plain", 70, e2e_ms=850.0, quality=1, gpus=0, kind="api", status="likely")
    lists = five_lists([cheap, fast, good, plain], WEIGHTS, 1)
    assert {name: found[0].id for name, found in lists.items() if name != "balanced"} == {
        "best_quality": "good", "lowest_cost": "cheap", "lowest_latency": "fast", "simplest": "plain",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("priority", "winner"), [("low_cost", "cheap"), ("low_latency", "fast"), ("high_quality", "good")]
)
def test_priorities_have_their_effect_on_the_balanced_list(priority: str, winner: str) -> None:
    able = [
        candidate("cheap", 100, e2e_ms=4000.0, quality=1),
        candidate("fast", 800, e2e_ms=250.0, quality=1),
        candidate("good", 900, e2e_ms=4000.0, quality=3),
    ]
    assert five_lists(able, catalogue().policy.priorities[priority], 1)["balanced"][0].id == winner


def test_the_relaxation_that_helps_most_is_the_smallest_of_the_fewest() -> None:
    missed = [(("ttft", 1.5), ("itl", 1.05)), (("ttft", 1.3),), (("itl", 1.2),), (("itl", 1.1),)]
    found = smallest_relaxation(missed)
    assert found is not None
    assert (found.misses, found.opens, found.words) == ((("itl", 1.1),), 1, "the ITL bound 10 % looser")
    assert smallest_relaxation([]) is None


def test_when_nothing_qualifies_the_answer_names_a_relaxation_that_works() -> None:
    tight = Slo(500, 5, 60_000)
    ranking = ranked_plans(Question(CHAT, tight, Wishes(near_tolerance=0.0)), catalogue())
    assert not ranking.recommended and ranking.relaxation is not None
    factors = {bound: factor * 1.01 for bound, factor in ranking.relaxation.misses}
    looser = Slo(
        tight.ttft_ms * factors.get("ttft", 1),
        tight.itl_ms * factors.get("itl", 1),
        tight.e2e_ms * factors.get("e2e", 1),
    )
    tiny = Workload(1024, 1024, 0.001, 0.001, "medium")
    assert ranked_plans(Question(tiny, looser), catalogue()).recommended


def test_a_near_miss_is_near_with_the_tolerance_and_missed_without() -> None:
    impossible = ranked_plans(Question(CHAT, Slo(5_000, 1, 200_000)), catalogue()).relaxation
    assert impossible is not None
    ((_, factor),) = impossible.misses
    slo = Slo(5_000, factor / 1.1, 200_000)
    with_tolerance = ranked_plans(Question(CHAT, slo, Wishes(near_tolerance=0.3)), catalogue())
    without = ranked_plans(Question(CHAT, slo, Wishes(near_tolerance=0.0)), catalogue())
    assert "near" in {p.slo for _, p in with_tolerance.plans}
    assert {p.slo for _, p in without.plans} <= {"unknown", "met", "likely"}
    assert with_tolerance.recommended == without.recommended


def observed(provider: str, ttft: float, speed: float, requests: int = 500) -> ApiObservation:
    return ApiObservation(
        provider, "open-70b", "global", "openrouter-endpoints", "2026-08-08T15:31Z", 30, requests, ttft / 2, ttft / 1.5,
        ttft / 1.2, ttft, ttft * 2, speed, False, "", "open-70b",
    )  # fmt: skip


def test_an_observed_api_is_likely_at_best_and_an_unseen_one_unknown() -> None:
    cat = with_rates(rate("seen", "open-70b", "0.5", "0.8"), rate("unseen", "open-70b", "0.4", "0.7"))
    cat = replace(cat, observations={("seen", "open-70b", "global"): observed("seen", 400, 60)})
    ranking = ranked_plans(Question(CHAT, Slo(500, 35, 60_000), Wishes(limits=Limits(kinds=("api",)))), cat)
    status = {p.provider: (p.slo, p.prediction.evidence if p.prediction else "") for _, p in ranking.plans}
    assert status == {"seen": ("likely", "observed"), "unseen": ("unknown", "")}
    assert ranking.recommended.startswith("api:seen")
    assert ranking.unverified.startswith("api:unseen")


def test_an_api_that_was_seen_to_miss_the_target_is_left_out() -> None:
    cat = with_rates(rate("slow", "open-70b", "0.1", "0.1"))
    cat = replace(cat, observations={("slow", "open-70b", "global"): observed("slow", 4_000, 60)})
    found = ranked_plans(Question(CHAT, Slo(500, 35, 60_000), Wishes(limits=Limits(kinds=("api",)))), cat)
    assert not found.plans
    assert dict(found.excluded)["misses the TTFT bound"] == 1


def test_capacity_that_can_be_taken_away_is_listed_and_not_recommended() -> None:
    ranking = ranked_plans(Question(CHAT, LOOSE), catalogue())
    spot = next(p for _, p in ranking.plans if p.kind == "spot")
    best = next(p for _, p in ranking.plans if p.id == ranking.recommended)
    assert spot.usd_per_month < best.usd_per_month
    assert best.kind == "rented"


def test_at_most_three_plans_of_one_kind_and_model_one_a_provider() -> None:
    many = with_rates(*(rate(f"host-{n}", "open-70b", "0.5", "0.5") for n in range(9)))
    ranking = ranked_plans(Question(CHAT, LOOSE), many)
    assert sum(p.kind == "api" for _, p in ranking.plans) == 3
    assert ranking.possible >= 9


def test_the_recommendation_is_shown_whatever_its_rank() -> None:
    many = with_rates(*(rate(f"host-{n:02}", "open-70b", "0.0001", "0.0001") for n in range(60)))
    ranking = ranked_plans(Question(Workload(1024, 1024, 0.01, 0.02, "medium"), LOOSE), many, 2)
    assert ranking.recommended in {p.id for _, p in ranking.plans}


def test_equal_costs_are_ordered_by_id() -> None:
    twins = with_rates(rate("zeta", "open-70b", "1", "1"), rate("alpha", "open-70b", "1", "1"))
    only_api = Wishes(limits=Limits(kinds=("api",)))
    ranking = ranked_plans(Question(Workload(10, 10, 1, 1, "medium"), Slo(1, 1, 1), only_api), twins)
    assert [p.provider for _, p in ranking.plans] == ["alpha", "zeta"]


def test_no_result_depends_on_the_order_of_the_data() -> None:
    cat = replace(
        with_rates(*(rate(f"host-{n}", "open-70b", f"0.{n}", "0.8") for n in range(1, 9))),
        rentals=tuple(rental("rented", f"{2 + n / 10:.2f}", f"cloud-{n}", 1 + 7 * (n % 2)) for n in range(8)),
    )
    expected = ranking_record(ranked_plans(Question(CHAT, LOOSE), cat))
    for seed in range(4):
        shuffled = random.Random(seed)
        mixed = replace(
            cat,
            rates=tuple(shuffled.sample(cat.rates, len(cat.rates))),
            deployables=tuple(shuffled.sample(cat.deployables, len(cat.deployables))),
            models=dict(shuffled.sample(list(cat.models.items()), len(cat.models))),
        )
        assert ranking_record(ranked_plans(Question(CHAT, LOOSE), mixed)) == expected


def test_every_provider_has_one_true_reason() -> None:
    cat = replace(
        with_rates(
            rate("host", "open-70b", "0.5", "0.8"), rate("dubious", "open-70b", "0.1", "0.1", suspect="far below")
        ),
        rentals=(rental("rented", "2.50"), rental("rented", "9.00", "farcloud")),
    )
    question = Question(CHAT, LOOSE, Wishes(limits=Limits(without_providers=("farcloud",))))
    found = answer(question, cat)
    rows = {d.provider: (d.status, d.code) for d in diagnostics(found, [p for _, p in ranking_of(found).plans])}
    assert rows == {
        "host": ("included", ""),
        "neocloud": ("included", ""),
        "dubious": ("excluded", "suspect_price"),
        "farcloud": ("excluded", "provider_filtered"),
    }
