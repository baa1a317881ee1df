"""Promises of mixes: one deployment that every class can live with, and bills that are exact for each class."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.wasm_tools.catalogues import catalogue
from wasm_tools.performance.lengths import fixed_lengths
from wasm_tools.performance.observations import ApiObservation
from wasm_tools.planner.mixed_question import api_status, mixed_question
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
    assert round(0.9 * 1000 + 0.1 * 150_000) < 100_000


def test_a_tighter_class_never_raises_what_a_replica_carries() -> None:
    loose = capacities(CHAT, REPORT)
    tight = capacities(replace(CHAT, slo=Slo(150, 20, 60_000)), REPORT)
    assert loose and tight
    assert all(tight[name] <= rate + 1e-9 for name, rate in loose.items() if name in tight)
    assert any(tight.get(name, 0.0) < rate for name, rate in loose.items())


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
        assert api_status(mixed_question([CHAT, late], QPS, PEAK), seen).status == status


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
