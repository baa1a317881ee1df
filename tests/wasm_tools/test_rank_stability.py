"""The balanced order under the reader's own weights, and how much of what is near keeps its first plan there."""

import math
from dataclasses import replace
from typing import Any

import pytest

from tests.wasm_tools.catalogues import catalogue
from wasm_tools.methods import weights as method
from wasm_tools.planner import Question, answer
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.lists import Weights, balanced_value
from wasm_tools.planner.rank_stability import balanced_order, checked_weights, nearby_weights
from wasm_tools.workload.traffic import InputError, Slo, Workload

QUESTION = Question(Workload(1024, 1024, 1, 2, "medium"), Slo(500, 35, 40_000))
EQUAL = Weights(1.0, 1.0, 1.0, 1.0)


def candidate(name: str, usd: float, ms: float, gpus: int = 1, quality: int = 1) -> Candidate:
    one = answer(QUESTION, catalogue()).candidates[0]
    return replace(
        one, id=name, usd_per_month=usd, e2e_ms=ms, gpus=gpus, quality=quality, risk=0.0, model=name, status="met"
    )


def test_a_plan_that_is_better_in_everything_is_first_under_all_weights() -> None:
    order = balanced_order([candidate("a", 100, 1000), candidate("b", 200, 2000, gpus=2)], EQUAL)
    assert [(b.candidate.id, b.first) for b in order.plans] == [("a", 1.0), ("b", 0.0)]
    assert order.others_first == 0.0
    assert order.nearby == 625 == len(list(nearby_weights(EQUAL)))


def test_two_plans_that_trade_alike_share_the_nearby_weights() -> None:
    # Half the cost against half the time: the heavier of the two weights decides, and the cheaper one wins ties.
    order = balanced_order([candidate("cheap", 100, 2000), candidate("fast", 200, 1000)], EQUAL)
    first = {b.candidate.id: b.first for b in order.plans}
    ties = 5 / 25
    assert first["cheap"] == pytest.approx((1 - ties) / 2 + ties, abs=0.03)
    assert first["cheap"] + first["fast"] == pytest.approx(1.0)


def test_a_dearer_plan_on_fewer_gpus_is_first_where_simplicity_counts() -> None:
    order = balanced_order([candidate("many", 100, 1000, gpus=8), candidate("one", 101, 1000)], EQUAL)
    assert [(b.candidate.id, b.first) for b in order.plans] == [("one", 1.0), ("many", 0.0)]


def test_the_order_and_its_terms_are_those_of_the_balanced_value() -> None:
    found = answer(QUESTION, catalogue()).candidates
    weights = Weights(2.0, 0.5, 1.0, 0.25)
    order = balanced_order(found, weights)
    values = [b.value for b in order.plans]
    assert values == sorted(values)
    for b in order.plans:
        assert b.value == pytest.approx(balanced_value(b.candidate, weights))
        assert b.terms[0] == pytest.approx(2.0 * math.log2(b.candidate.adjusted))
    assert sum(b.first for b in order.plans) + order.others_first == pytest.approx(1.0)
    assert balanced_order([], weights).plans == ()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ((-1, 1, 1, 1), "weights.cost"),
        ((1, 1, 101, 1), "weights.quality"),
        ((1, 1, 1, True), "weights.simplicity"),
        ((0, 0, 0, 0), "weights"),
    ],
)
def test_weights_that_mean_nothing_are_refused(given: tuple[Any, ...], field: str) -> None:
    with pytest.raises(InputError) as refused:
        checked_weights(*given)
    assert refused.value.field == field


def test_the_method_starts_from_the_priority_of_the_form_and_tells_all_presets() -> None:
    form = {
        "prompt_tokens": 1024, "output_tokens": 1024, "qps": 1, "peak_factor": 2, "class": "medium",
        "ttft_ms": 500, "itl_ms": 35, "e2e_ms": 40_000, "priority": "low_latency",
    }  # fmt: skip
    packs = {"planner": catalogue()}
    found = method.answer({"form": form}, packs)
    assert found["weights"] == found["presets"]["low_latency"]
    assert set(found["presets"]) == {"balanced", "low_cost", "low_latency", "high_quality", "high_throughput", "simple"}
    own = method.answer({"form": form, "weights": {"cost": 1}}, packs)
    costs = [float(p["usd_per_month"]) * (1 + p["risk"]) for p in own["plans"]]
    assert costs == sorted(costs)
