"""Promises of mixes: one deployment that every class can live with, and bills that are exact for each class."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.wasm_tools.catalogues import catalogue
from wasm_tools.performance.lengths import fixed_lengths
from wasm_tools.performance.observations import ApiObservation
from wasm_tools.planner.mixed_question import api_status, mixed_question, observed_mix
from wasm_tools.planner.question import Limits, Question, Wishes
from wasm_tools.planner.ranking import ranked_plans
from wasm_tools.workload.mixes import RequestClass
from wasm_tools.workload.traffic import SECONDS_PER_MONTH, InputError, Slo, Workload

SLO = Slo(2000, 60, 60_000)
CHAT = RequestClass("chat", 0.75, fixed_lengths(800, 200), SLO)
REPORT = RequestClass("report", 0.25, fixed_lengths(1600, 1800), Slo(5000, 60, 200_000), streaming=False)
HOSTED = Wishes(limits=Limits(kinds=("rented",)))
QPS, PEAK = 2.0, 4.0


def plans(question: Question) -> dict[str, Decimal]:
    return {plan.id: plan.usd_per_month for _, plan in ranked_plans(question, catalogue(), 50).plans}


def capacities(*classes: RequestClass) -> dict[str, float]:
    """Requests per second of a replica by configuration."""
    found = ranked_plans(mixed_question(classes, QPS, PEAK, wishes=HOSTED), catalogue(), 50).plans
    return {p.id: p.configuration.requests_per_second for _, p in found if p.configuration}


def test_a_mix_of_one_class_is_the_plain_question() -> None:
    plain = Question(Workload(800, 200, QPS, PEAK, "medium", lengths=CHAT.lengths), SLO)
    mix = mixed_question([replace(CHAT, share=1.0)], QPS, PEAK)
    assert plans(mix) == plans(plain) and len(plans(plain)) > 2
    first, second = (ranked_plans(q, catalogue()) for q in (mix, plain))
    assert (first.recommended, first.close, first.pareto) == (second.recommended, second.close, second.pareto)


def test_two_halves_of_one_class_are_the_class() -> None:
    halves = (replace(CHAT, id="a", share=0.5), replace(CHAT, id="b", share=0.5))
    assert plans(mixed_question(halves, QPS, PEAK)) == plans(mixed_question([replace(CHAT, share=1.0)], QPS, PEAK))


def test_an_api_bills_each_class_by_its_own_lengths_and_its_own_price_band() -> None:
    """closed-xl: 2 and 10 $/1M, beyond 100,000 prompt tokens 4 and 20; the mean prompt is below the band."""
    short = RequestClass("short", 0.9, fixed_lengths(1000, 100), SLO)
    long = RequestClass("long", 0.1, fixed_lengths(150_000, 100), SLO)
    question = mixed_question(
        [short, long], 0.1, 0.2, wishes=Wishes(limits=Limits(kinds=("api",), models=("closed-xl",)))
    )
    (usd,) = plans(question).values()
    each = Decimal("0.9") * (2 * 1000 + 10 * 100) + Decimal("0.1") * (4 * 150_000 + 20 * 100)
    assert usd == each / 1_000_000 * Decimal("0.1") * SECONDS_PER_MONTH
    ((_, plan),) = ranked_plans(question, catalogue()).plans
    assert "class long pays $4 and $20 for the length of its prompts" in plan.reasons
    assert not any("class short" in reason for reason in plan.reasons)
    assert round(0.9 * 1000 + 0.1 * 150_000) < 100_000


def test_a_tighter_class_never_raises_what_a_replica_carries() -> None:
    loose = capacities(CHAT, REPORT)
    tight = capacities(replace(CHAT, slo=Slo(150, 20, 60_000)), REPORT)
    assert loose and tight
    assert all(tight[name] <= rate + 1e-9 for name, rate in loose.items() if name in tight)
    assert any(tight.get(name, 0.0) < rate for name, rate in loose.items())


def test_what_was_found_for_one_mix_is_not_said_of_another() -> None:
    """The same mean lengths and the same tightest bounds, once on the short class and once on the long one."""
    tight, loose = Slo(2000, 60, 40_000), Slo(2000, 60, 200_000)
    short, long = replace(CHAT, share=0.5), replace(REPORT, share=0.5, streaming=True)
    first = capacities(replace(short, slo=tight), replace(long, slo=loose))
    second = capacities(replace(short, slo=loose), replace(long, slo=tight))
    assert first and first != second


def test_what_is_not_streamed_has_an_end_to_end_bound_only() -> None:
    hasty = Slo(1e-3, 1e-3, 200_000)
    assert capacities(CHAT, replace(REPORT, slo=hasty)) == capacities(CHAT, REPORT)
    assert capacities(CHAT, replace(REPORT, slo=hasty, streaming=True)) == {}
    mix = mixed_question([CHAT, replace(REPORT, slo=hasty)], QPS, PEAK, wishes=HOSTED)
    found = ranked_plans(mix, catalogue()).plans
    assert found and all(plan.slo_margin is not None and plan.slo_margin >= 0 for _, plan in found)


def test_the_way_to_the_machines_counts_for_every_class() -> None:
    """Of the 2,000 ms that the chat may wait 1,999 are spent on the way: no replica answers in one."""
    near = mixed_question([CHAT, REPORT], QPS, PEAK, wishes=HOSTED)
    assert plans(near) and not plans(replace(near, network_ms=1999.0))
    with pytest.raises(InputError, match="way"):
        replace(near, network_ms=2000.0)
    unwatched = mixed_question([replace(CHAT, share=1.0, streaming=False)], QPS, PEAK, wishes=HOSTED)
    assert plans(replace(unwatched, network_ms=5000.0))  # no first token is waited for


def test_the_classes_bounds_are_no_looser_than_those_of_the_question() -> None:
    """Cold starts are judged by the question's bounds; what is not streamed counts by its end-to-end bound."""
    hasty = replace(REPORT, slo=Slo(1, 1, 30_000))
    assert mixed_question([CHAT, hasty], QPS, PEAK).slo == Slo(2000, 60, 30_000)
    assert mixed_question([replace(hasty, share=1.0)], QPS, PEAK).slo == Slo(30_000, 30_000, 30_000)


def test_a_replica_without_room_for_the_longest_class_is_no_plan() -> None:
    """Two GPUs have room for requests of the mean, about 9,800 tokens, but not for one of 900,000."""
    wide = replace(
        catalogue(), models={**catalogue().models, "open-70b": replace(catalogue().models["open-70b"], context=10**6)}
    )
    slow = Slo(10**7, 10**4, 10**8)
    short, long = RequestClass("short", 0.99, fixed_lengths(800, 200), slow), fixed_lengths(900_000, 200)

    def widths(*classes: RequestClass) -> set[int]:
        question = mixed_question(classes, 0.0001, 0.0002, wishes=HOSTED)
        found = ranked_plans(question, wide, 50).plans
        return {p.configuration.tensor_parallel for _, p in found if p.configuration}

    alone = widths(replace(short, share=1.0))
    mixed = widths(short, RequestClass("long", 0.01, long, slow))
    assert 2 in alone and 2 not in mixed


def test_the_shown_times_are_those_of_the_class_with_the_least_to_spare() -> None:
    found = ranked_plans(mixed_question([CHAT, REPORT], QPS, PEAK, wishes=HOSTED), catalogue()).plans
    for _, plan in found:
        assert plan.slo_margin is not None and plan.prediction is not None
        bounds = [
            1 - plan.prediction.e2e_ms / 200_000,
            1 - max(plan.prediction.e2e_ms / 60_000, plan.prediction.ttft_ms / 2000, plan.prediction.itl_ms / 60),
        ]
        assert any(plan.slo_margin == pytest.approx(margin) for margin in bounds)
        assert plan.slo_margin >= 0


def test_the_order_of_the_classes_changes_nothing() -> None:
    there, back = mixed_question([CHAT, REPORT], QPS, PEAK), mixed_question([REPORT, CHAT], QPS, PEAK)
    assert plans(there) == plans(back)


def test_a_model_must_hold_the_longest_class() -> None:
    """tiny-1b holds 8,192 tokens, the mean has 5,700."""
    long = RequestClass("long", 0.5, fixed_lengths(10_000, 400), SLO)
    wishes = Wishes(limits=Limits(models=("tiny-1b",)))
    mix = mixed_question([replace(CHAT, share=0.5), long], 0.1, 0.2, "small", wishes)
    assert mix.workload.prompt_tokens + mix.workload.output_tokens < 8192
    assert not plans(mix) and plans(mixed_question([replace(CHAT, share=1.0)], 0.1, 0.2, "small", wishes))


def test_an_api_is_as_likely_as_for_its_hardest_class() -> None:
    seen = ApiObservation(
        "host", "open-70b", "global", "router", "2026-08-08T15:31Z", 30, 900, 200.0, 250.0, 300.0, 350.0, 600.0, 100.0,
        reasoning=False,
    )  # fmt: skip
    assert api_status(mixed_question([CHAT, REPORT], QPS, PEAK), seen).status == "likely"
    hard = replace(CHAT, slo=Slo(300, 60, 60_000))
    found = api_status(mixed_question([REPORT, hard], QPS, PEAK), seen)
    assert found.status == "near" and found.reason.startswith("class chat")
    # The report takes 350 ms and 1,799 tokens of 10 ms: 18.34 s.
    for e2e_ms, status in ((18_400, "likely"), (18_000, "near"), (10_000, "missed")):
        late = replace(REPORT, slo=Slo(1, 1, e2e_ms))
        question = mixed_question([CHAT, late], QPS, PEAK)
        found = api_status(question, seen)
        assert (found.status, found.misses) == observed_mix(question, seen)
        assert found.status == status
        assert found.misses == (() if status == "likely" else (("e2e", pytest.approx(18_340 / e2e_ms)),))


@pytest.mark.parametrize(
    ("classes", "field"),
    [
        ([], "classes"),
        ([CHAT], "share"),
        ([CHAT, replace(REPORT, id="chat")], "classes"),
        ([CHAT, CHAT, REPORT], "classes"),
    ],
)
def test_a_mix_that_is_none_is_refused(classes: list[RequestClass], field: str) -> None:
    with pytest.raises(InputError) as refused:
        mixed_question(classes, QPS, PEAK)
    assert refused.value.field == field
