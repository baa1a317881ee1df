"""Several workloads at once: totals that add up, those without a plan named, a budget that they share; comparisons."""

from decimal import Decimal
from typing import Any

import pytest

from tests.wasm_tools.catalogues import catalogue
from wasm_tools.methods import batch, compare
from wasm_tools.workload.traffic import HOURS_PER_MONTH, InputError

FORM: dict[str, Any] = {
    "prompt_tokens": 1024, "output_tokens": 1024, "qps": 1, "peak_factor": 2, "class": "medium", "ttft_ms": 500,
    "itl_ms": 35, "e2e_ms": 40_000,
}  # fmt: skip


def scenario(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "form": FORM | fields}


def asked(*scenarios: dict[str, Any], **more: Any) -> dict[str, Any]:
    return batch.answer({"scenarios": list(scenarios), "build": "b", **more}, {"planner": catalogue()})


def test_totals_are_the_sums_of_the_figures_shown() -> None:
    made = asked(scenario("small"), scenario("large", qps=30))
    one, two = made["scenarios"]
    total = made["totals"]
    assert total["with_plan"] == 2
    assert total["without_plan"] == []
    assert Decimal(total["usd_per_month"]) == Decimal(one["usd_per_month"]) + Decimal(two["usd_per_month"])
    assert Decimal(total["usd_per_year"]) == 12 * Decimal(total["usd_per_month"])
    requests = 31 * 3600 * HOURS_PER_MONTH
    assert total["requests_per_month"] == requests
    assert total["prompt_tokens_per_month"] == total["output_tokens_per_month"] == requests * 1024
    blended = float(total["usd_per_month"]) / (requests * 2048) * 1e6
    assert float(total["usd_per_million_tokens"]) == pytest.approx(blended, abs=1e-6)
    assert total["gpus"] == {"h100-sxm": one["plan"]["gpus"] + two["plan"]["gpus"]}


def test_a_workload_without_a_plan_is_named_and_not_summed() -> None:
    alone = asked(scenario("small"))
    made = asked(
        scenario("small"), scenario("impossible", ttft_ms=0.5), scenario("poor", budget=0.01), scenario("bad", qps=-1)
    )
    assert made["totals"]["without_plan"] == ["impossible", "poor", "bad"]
    for figure in ("usd_per_month", "requests_per_month", "gpus", "usd_per_million_tokens"):
        assert made["totals"][figure] == alone["totals"][figure]
    why = {row["name"]: row["why"] for row in made["scenarios"]}
    assert why["small"] == ""
    assert "looser" in why["impossible"]
    assert "without the budget" in why["poor"]
    assert made["scenarios"][3]["field"] == "qps"
    assert "-1" in why["bad"]


def test_nothing_that_has_a_plan_costs_nothing_and_has_no_price_a_token() -> None:
    total = asked(scenario("bad", qps=-1))["totals"]
    assert (total["with_plan"], total["usd_per_month"], total["usd_per_million_tokens"]) == (0, "0.00", None)


@pytest.mark.parametrize(("share", "verdict"), [("1.01", "kept"), ("1", "kept"), ("0.99", "exceeded")])
def test_a_shared_budget_is_held_against_the_sum(share: str, verdict: str) -> None:
    total = Decimal(asked(scenario("a"), scenario("b"))["totals"]["usd_per_month"])
    budget = asked(scenario("a"), scenario("b"), budget=float(total * Decimal(share)))["budget"]
    assert budget["verdict"] == verdict
    assert abs(Decimal(budget["left"]) - total * (Decimal(share) - 1)) <= Decimal("0.01")


def test_a_budget_that_may_not_suffice_for_those_without_a_plan_is_unknown() -> None:
    assert asked(scenario("a"), scenario("bad", qps=-1), budget=1e9)["budget"]["verdict"] == "unknown"
    assert asked(scenario("a"), scenario("bad", qps=-1), budget=0.01)["budget"]["verdict"] == "exceeded"
    assert asked(scenario("a"))["budget"] is None


@pytest.mark.parametrize("budget", [0, -1, "much", True, float("nan"), float("inf")])
def test_a_budget_is_money(budget: object) -> None:
    with pytest.raises(InputError, match=r"^budget: "):
        asked(scenario("a"), budget=budget)


def test_the_reader_is_told_how_far_it_is() -> None:
    told: list[tuple[str, int, int]] = []
    packs = {"planner": catalogue(), "report": lambda *done: told.append(done)}
    batch.answer({"scenarios": [scenario("a"), scenario("b")]}, packs)
    assert told == [("batch", 0, 2), ("batch", 1, 2)]


def compared(*scenarios: dict[str, Any]) -> dict[str, Any]:
    return compare.answer({"scenarios": list(scenarios), "build": "b"}, {"planner": catalogue()})


def test_a_comparison_marks_what_differs_and_what_is_best() -> None:
    made = compared(scenario("a"), scenario("b", qps=30), scenario("c", qps=-1))
    assert made["names"] == ["a", "b", "c"]
    inputs = {row["field"]: row for row in made["inputs"]}
    assert [name for name, row in inputs.items() if row["differs"]] == ["qps"]
    assert inputs["qps"]["values"] == [1, 30, -1]
    answers = {row["figure"]: row for row in made["answers"]}
    cost = answers["usd_per_month"]
    assert cost["best"] == [0]
    assert cost["change"][0] is None
    assert cost["change"][1] == pytest.approx(float(cost["values"][1]) / float(cost["values"][0]) - 1, rel=1e-5)
    assert cost["change"][2] is None
    assert cost["values"][2] is None
    assert "-1" in made["why"][2]


def test_what_is_equal_is_neither_different_nor_best() -> None:
    made = compared(scenario("a"), scenario("b"))
    assert not any(row["differs"] for row in made["inputs"] + made["answers"])
    assert not any(row["best"] for row in made["answers"])


@pytest.mark.parametrize("number", [1, 7])
def test_two_to_six_scenarios_can_be_compared(number: int) -> None:
    with pytest.raises(InputError, match="2 to 6"):
        compared(*(scenario(str(n)) for n in range(number)))
