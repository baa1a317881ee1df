"""Promises of workloads with several steps: totals are sums, unknown stays unknown, percentiles are never added."""

import math
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.wasm_tools.catalogues import catalogue, rate, with_rates
from tests.wasm_tools.usage_books import book, row
from wasm_tools.performance.observations import ApiObservation
from wasm_tools.planner.pipeline import AnyStep, LlmStep, Pipeline, Target, UsageStep
from wasm_tools.planner.question import Limits, Question, Wishes
from wasm_tools.planner.ranking import ranked_plans
from wasm_tools.planner.step_times import CallTime, call_percentile, held_percentile, step_slo, typical
from wasm_tools.planner.steps import StepsAnswer, plan_steps
from wasm_tools.planner.steps_record import STEP_COLUMNS, steps_record, steps_table
from wasm_tools.workload.traffic import SECONDS_PER_MONTH, InputError, Slo, Workload

SLO = Slo(2000, 60, 60_000)
BOOKS = {"speech": book(row("ear", "0.36"), row("deaf", "0.90"))}
API = Limits(kinds=("api",))
HEAR = UsageStep("hear", 1, "speech", (("minutes", Decimal("0.5")),))
ANSWER = LlmStep("answer", 2, 1000, 500, SLO)


def steps(*parts: AnyStep, qps: float = 0.1, target: Target | None = None) -> StepsAnswer:
    return plan_steps(Pipeline(parts, qps, 2 * qps, target), catalogue(), BOOKS)


def known(value: Decimal | None) -> Decimal:
    assert value is not None
    return value


def test_a_month_of_use_counts_every_call_exactly() -> None:
    """0.1 requests/s are 262,800 a month; in a quarter of them eight half minutes are 4,380 hours at 0.36 $."""
    (found,) = steps(replace(HEAR, calls=8.0, share=0.25)).steps
    assert known(found.usd()) == Decimal(4380) * Decimal("0.36")
    assert found.recommended is not None
    assert (found.recommended.provider, found.recommended.status) == ("ear", "unknown")


def test_a_language_step_is_what_the_planner_says_of_its_calls() -> None:
    step = replace(ANSWER, calls=3.0, share=0.5)
    (found,) = steps(step).steps
    alone = ranked_plans(Question(Workload(1000, 500, 0.1 * 3 * 0.5, 0.2 * 3 * 0.5, "medium"), SLO), catalogue())
    costs = {plan.id: plan.usd_per_month for _, plan in alone.plans}
    assert found.recommended is not None and found.recommended.plan is not None
    assert found.recommended.plan.id == alone.recommended
    assert known(found.usd()) == costs[alone.recommended]
    assert found.recommended.status == "met"


@pytest.mark.parametrize("verified", [True, False])
def test_totals_are_the_sums_of_the_steps(verified: bool) -> None:
    answer = steps(HEAR, ANSWER, replace(ANSWER, id="check", stage=3, share=0.25))
    parts = [known(s.usd(verified)) for s in answer.steps]
    assert known(answer.usd(verified)) == sum(parts) and all(p > 0 for p in parts)
    requests = Decimal("0.1") * SECONDS_PER_MONTH
    assert known(answer.usd_per_request(verified)) * requests == pytest.approx(sum(parts))
    if verified:
        assert sum(known(answer.share(s)) for s in answer.steps) == pytest.approx(Decimal(1))


def test_what_may_be_unverified_never_costs_more() -> None:
    answer = steps(HEAR, ANSWER)
    assert known(answer.usd(verified=False)) < known(answer.usd())
    assert answer.steps[1].unverified is not None
    assert answer.steps[1].unverified.status == "unknown"


def test_a_step_without_calls_adds_nothing() -> None:
    none = replace(ANSWER, id="never", stage=1, calls=0.0)
    with_it, without = steps(HEAR, none, ANSWER), steps(HEAR, ANSWER)
    assert with_it.usd() == without.usd() and with_it.usd(verified=False) == without.usd(verified=False)
    assert with_it.typical == without.typical and with_it.status == without.status


@pytest.mark.parametrize(
    "impossible",
    [
        replace(ANSWER, id="no", limits=Limits(models=("closed-xl",), kinds=("rented",))),
        replace(HEAR, id="no", usage=(("images", Decimal(1)),)),
    ],
)
def test_a_step_without_an_answer_makes_the_total_unknown(impossible: AnyStep) -> None:
    answer = steps(HEAR, impossible, ANSWER)
    assert answer.usd() is None and answer.usd(verified=False) is None and answer.usd_per_request() is None
    assert answer.steps[1].why_none and answer.share(answer.steps[0]) is None
    assert not answer.steps[0].why_none and not answer.steps[2].why_none and answer.steps[2].left_out
    assert answer.status == "unknown"
    record = steps_record(answer, {})
    assert record["usd_per_month"] is None and record["usd_per_month_unverified"] is None


def test_the_cheapest_of_all_units_counts() -> None:
    per_image = row("eye", "0.001", meter="input.image.image")
    books = {"speech": book(row("ear", "0.36"), per_image)}
    step = replace(HEAR, usage=(("minutes", Decimal(1)), ("images", Decimal(2))))
    for amount, seller in ((Decimal(2), "eye"), (Decimal(20), "ear")):
        both = replace(step, usage=(step.usage[0], ("images", amount)))
        (found,) = plan_steps(Pipeline((both,), 0.1, 0.1), catalogue(), books).steps
        assert found.recommended is not None and found.recommended.provider == seller
        assert found.possible == 2 and not found.left_out
    (one,) = plan_steps(Pipeline((step,), 0.1, 0.1), catalogue(), BOOKS).steps
    assert one.possible == 2
    (hours,) = plan_steps(Pipeline((HEAR,), 0.1, 0.1), catalogue(), books).steps
    assert hours.possible == 1 and sum(number for _, number in hours.left_out) == 1


def test_unlike_steps_take_different_models() -> None:
    two = with_rates(rate("a", "open-70b", "0.1", "0.1"), rate("b", "closed-xl", "1", "1"))
    member = replace(ANSWER, id="one", stage=1, limits=replace(API, models=("open-70b", "closed-xl")))
    parts = (member, replace(member, id="two", unlike=("one",)), replace(member, id="three", unlike=("one", "two")))
    answer = plan_steps(Pipeline(parts, 0.1, 0.2), two, {})
    assert [s.unverified.product if s.unverified else None for s in answer.steps] == ["open-70b", "closed-xl", None]
    assert answer.usd(verified=False) is None
    assert answer.steps[2].why_none == ("no model is left beside those of one, two",)


def test_calls_that_start_together_need_no_less_than_calls_in_turn() -> None:
    in_turn = replace(ANSWER, calls=16.0, limits=Limits(kinds=("rented",)))
    turn, together = (steps(replace(in_turn, side_by_side=b), qps=0.5).steps[0] for b in (False, True))
    assert turn.recommended and together.recommended
    assert known(together.usd()) >= known(turn.usd())
    assert turn.recommended.plan and together.recommended.plan
    margins = [p.slo_margin for p in (turn.recommended.plan, together.recommended.plan)]
    assert margins[0] != margins[1]


def test_a_share_of_the_target_scales_all_bounds_of_a_call() -> None:
    """Half of 20 s for four calls in turn: 2.5 s each, a factor of 1/24 on 60 s."""
    step = replace(ANSWER, calls=4.0, slo_share=0.5)
    slo = step_slo(step, Target(20_000, 90), 4.0)
    assert slo.e2e_ms == pytest.approx(2500)
    assert slo.ttft_ms == pytest.approx(2000 / 24) and slo.itl_ms == pytest.approx(60 / 24)
    assert step_slo(replace(step, side_by_side=True), Target(20_000, 90), 4.0).e2e_ms == pytest.approx(10_000)
    assert step_slo(ANSWER, Target(20_000), 0.0) == SLO


@pytest.mark.parametrize(
    ("whole", "calls", "each", "held"),
    [(95, 1, 95, 95), (95, 2, 99, 98), (90, 2, 95, 90), (95, 5, 99, 95), (95, 7, 99, 93), (50, 1, 50, 50)],
)
def test_calls_keep_a_percentile_that_surely_keeps_the_whole(whole: int, calls: float, each: int, held: float) -> None:
    assert call_percentile(whole, calls) == each
    assert held_percentile(each, calls) == pytest.approx(held)


def test_means_add_up_over_stages_and_calls_and_the_slowest_of_a_stage_counts() -> None:
    first, beside = replace(ANSWER, id="a", stage=1, calls=3.0), replace(ANSWER, id="b", stage=1)
    last = replace(ANSWER, id="c", stage=2, share=0.5)
    times = [CallTime(ms, "") for ms in (100.0, 250.0, 400.0)]
    assert typical((first, beside, last), times).ms == pytest.approx(max(300, 250) + 0.5 * 400)
    together = replace(first, side_by_side=True)
    assert typical((together, beside, last), times).ms == pytest.approx(max(100, 250) + 0.5 * 400)


def test_a_step_of_unknown_time_makes_the_time_unknown() -> None:
    answer = steps(HEAR, ANSWER)
    time = answer.typical
    assert (time.ms, time.unknown) == (None, ("hear",)) and time.at_least > 0
    stated = steps(replace(HEAR, ms=300.0), ANSWER).typical
    assert stated.ms == pytest.approx(time.at_least + 300)


def test_the_mean_of_a_plan_is_below_its_percentile() -> None:
    (found,) = steps(ANSWER).steps
    assert found.recommended and found.recommended.plan and found.recommended.plan.prediction and found.time
    assert 0.5 * found.recommended.plan.prediction.e2e_ms < found.time.ms < found.recommended.plan.prediction.e2e_ms
    assert found.time.basis == "mean at the peak"


def test_the_time_of_an_api_is_what_was_observed() -> None:
    key = ("host", "open-70b", "global")
    seen = ApiObservation(
        *key, "router", "2026-08-08T15:31Z", 30, 900, 200.0, 250.0, 300.0, 350.0, 600.0, 100.0, reasoning=False
    )
    watched = replace(catalogue(), observations={key: seen})
    step = replace(ANSWER, limits=API)
    (found,) = plan_steps(Pipeline((step,), 0.1, 0.2), watched, {}).steps
    assert found.time == CallTime(200.0 + 499 * 10.0, "observed medians, below the mean")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (lambda: replace(ANSWER, calls=math.nan), "answer.calls"),
        (lambda: replace(ANSWER, calls=-1.0), "answer.calls"),
        (lambda: replace(ANSWER, share=0.0), "answer.share"),
        (lambda: replace(ANSWER, stage=0), "answer.stage"),
        (lambda: replace(ANSWER, slo_share=1.5), "answer.slo_share"),
        (lambda: replace(HEAR, usage=()), "hear.usage"),
        (lambda: replace(HEAR, usage=(("minutes", Decimal("inf")),)), "hear.usage.minutes"),
        (lambda: replace(HEAR, ms=0.0), "hear.ms"),
        (lambda: Target(-1.0), "e2e_ms"),
        (lambda: Target(1.0, 97), "percentile"),
        (lambda: Pipeline((), 1.0, 2.0), "steps"),
        (lambda: Pipeline((replace(ANSWER, calls=0.0),), 1.0, 2.0), "steps"),
        (lambda: Pipeline((ANSWER, ANSWER), 1.0, 2.0), "steps"),
        (lambda: Pipeline((ANSWER,), 2.0, 1.0), "peak_qps"),
        (lambda: Pipeline((ANSWER,), math.inf, math.inf), "qps"),
        (lambda: Pipeline((replace(ANSWER, unlike=("later",)),), 1.0, 1.0), "answer.unlike"),
        (lambda: Pipeline((replace(ANSWER, slo_share=0.5),), 1.0, 1.0), "answer.slo_share"),
        (
            lambda: Pipeline(
                (replace(ANSWER, slo_share=0.6), replace(ANSWER, id="b", stage=3, slo_share=0.6)), 1.0, 1.0, Target(9.0)
            ),
            "slo_share",
        ),
        (lambda: steps(replace(HEAR, workload="smell")), "hear.workload"),
        (lambda: steps(replace(HEAR, usage=(("sniffs", Decimal(1)),))), "hear.unit"),
        (lambda: steps(replace(ANSWER, prompt_tokens=0)), "answer.prompt_tokens"),
    ],
)
def test_wrong_steps_are_refused_by_name(wrong: object, field: str) -> None:
    with pytest.raises(InputError) as refused:
        wrong()  # type: ignore[operator]
    assert refused.value.field == field


def test_records_and_rows_say_the_same() -> None:
    answer = steps(HEAR, replace(ANSWER, slo_share=0.9), target=Target(66_000, 95))
    record = steps_record(answer, {"test": "2026-11-19"})
    rows = [dict(zip(STEP_COLUMNS, cells, strict=True)) for cells in steps_table(answer, {"test": "2026-11-19"})]
    assert record["target"] == {"e2e_ms": 66_000, "percentile": 95, "percentile_held_by_the_parts": 95}
    assert isinstance(record["steps"], list)
    for told, cells in zip(record["steps"], rows, strict=True):
        assert told["usd_per_month"] == cells["usd_per_month"] and told["recommended"]["provider"] == cells["provider"]
    assert [cells["seen"] for cells in rows] == ["2026-11-20", "2026-11-19"]
    cents = sum(Decimal(told["usd_per_month"]) for told in record["steps"])
    assert abs(Decimal(str(record["usd_per_month"])) - cents) <= Decimal("0.01")


def test_wishes_hold_for_their_step_only() -> None:
    answer = steps(replace(ANSWER, id="a", stage=1, limits=API), ANSWER)
    kinds = [s.recommended.kind if s.recommended else None for s in answer.steps]
    assert kinds == [None, "rented"]
    assert answer.steps[0].unverified is not None and answer.steps[0].unverified.kind == "api"
    assert Wishes().limits.kinds == ()
