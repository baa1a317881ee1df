"""Budgets and plans: states, projections, exit codes and drift, worked out by hand."""

from decimal import Decimal
from typing import Any

import pytest

from tests.wasm_tools.ledgers import call, days, record
from wasm_tools.spend.budgets import Budget
from wasm_tools.spend.forecast import Plan, Planned, Thresholds, smoothed
from wasm_tools.spend.view import View


def budget(amount: str, amounts: list[float], today: str = "", **more: Any) -> dict[str, Any]:
    wanted = Budget(Decimal(amount), **more)
    told: dict[str, Any] = record(days(amounts), today=today, budgets=(wanted,))["budgets"][0]
    return told


@pytest.mark.parametrize(
    ("amount", "status", "projected", "code"),
    [
        ("300", "ok", "within", 0),  # 20 days of 10 USD: 200 now, 300 at the end of September
        ("299", "ok", "over", 1),
        ("250", "warning", "over", 1),
        ("200", "exceeded", "over", 2),
        ("100", "exceeded", "over", 2),
    ],
)
def test_a_month_is_held_against_its_budget(amount: str, status: str, projected: str, code: int) -> None:
    found = budget(amount, [10] * 20)
    assert (found["status"], found["projected"], found["code"]) == (status, projected, code)
    assert (found["actual_usd"], found["estimate_usd"], found["from"], found["to"]) == (
        "200",
        "300.00",
        "2026-09-01",
        "2026-09-30",
    )


def test_warnings_begin_at_the_stated_percentage() -> None:
    assert budget("250.01", [10] * 20)["status"] == "ok"
    assert budget("400", [10] * 20, warn_at=Decimal(50))["status"] == "warning"
    assert budget("400", [10] * 20)["used"] == "0.5"


def test_few_days_tell_nothing_of_the_end_and_do_not_fail_a_build() -> None:
    found = budget("20", [10])
    assert (found["estimate_usd"], found["projected"], found["code"]) == (None, None, 0)
    assert "fewer than 14 days" in found["reason"]


def test_a_budget_of_a_group_counts_only_its_calls() -> None:
    calls = [
        *days([10] * 3, tags={"team": "a"}),
        *days([5] * 3, tags={"team": "b"}),
        call(tags={"team": "b"}, model="y"),
    ]
    wanted = [Budget(Decimal(20), group=group) for group in ("team=a", "team=b", "provider=openai", "model=gpt-x", "")]
    found = record(calls, budgets=tuple(wanted))["budgets"]
    assert [b["actual_usd"] for b in found] == ["30", "15", "45", "45", "45"]
    assert [b["unpriced_calls"] for b in found] == [0, 1, 1, 0, 1]


def test_a_view_does_not_change_a_budget() -> None:
    told = record(days([10] * 3), view=View(model="none"), budgets=(Budget(Decimal(20)),))
    assert (told["total"]["usd"], told["budgets"][0]["actual_usd"]) == ("0", "30")


def test_a_project_has_its_own_days() -> None:
    found = budget("500", [10] * 20, per="project", start="2026-09-11", end="2026-10-10")
    assert (found["actual_usd"], found["estimate_usd"], found["projected"]) == ("100", "300.00", "within")
    assert budget("500", [10] * 20, per="project")["reason"] == "the budget names no end"


@pytest.mark.parametrize(("today", "estimate"), [("", "300.00"), ("2026-09-21", "300.00"), ("2026-09-29", "220.00")])
def test_days_that_went_by_without_use_are_not_expected_to_have_any(today: str, estimate: str) -> None:
    """20 days of 10 USD, then nothing: on the 29th two days are left."""
    assert budget("1000", [10] * 20, today)["estimate_usd"] == estimate
    told = record(days([10] * 20), today=today)["trend"]["month_end"]
    assert (told["month"], told["estimate_usd"]) == ("2026-09", estimate)
    assert planned("5", 30, [10] * 20, today)["projected_usd"] == estimate


def test_what_is_over_costs_what_it_cost() -> None:
    project = {"per": "project", "start": "2026-09-01", "end": "2026-09-30"}
    found = budget("1000", [10] * 3, "2026-10-02", **project)
    assert (found["estimate_usd"], found["reason"]) == ("30.00", "")
    assert record(days([10] * 20), today="2026-10-02")["trend"]["month_end"]["estimate_usd"] == "200.00"
    assert planned("5", 30, [10] * 3, "2026-10-02")["projected_usd"] == "30.00"


def test_a_new_month_begins_with_nothing() -> None:
    found = budget("5", [10] * 20, today="2026-10-02")
    assert (found["actual_usd"], found["code"], found["from"]) == ("0", 0, "2026-10-01")


def test_what_a_project_will_cost_before_it_starts() -> None:
    """1,000 calls a day of 2,000 + 500 tokens at 2 and 8 USD, half of the input cached at 0.50: 0.0065 a call."""
    entry = Planned("openai", "gpt-x", Decimal(1000), 2000, 500, cached_tokens=1000)
    told = record([call()], plan=Plan((entry,), days=10, start="2026-10-01"))["plan"]
    assert (told["per_day_usd"], told["per_month_usd"], told["total_usd"]) == ("6.5", "197.71", "65.00")
    assert (told["from"], told["to"], told["drift"]) == ("2026-10-01", "2026-10-10", None)
    assert [(p["class"], p["price"]) for p in told["entries"][0]["prices"]] == [
        ("input_uncached", "2"),
        ("cache_read", "0.5"),
        ("output", "8"),
    ]
    long = Planned("openai", "gpt-x", Decimal(1), 300_000)
    assert record([call()], plan=Plan((long,), days=1))["plan"]["total_usd"] == "1.20"
    unknown = Planned("openai", "gpt-z", Decimal(1), 10)
    told = record([call()], plan=Plan((entry, unknown), days=1))["plan"]
    assert (told["per_day_usd"], told["total_usd"]) == (None, None)
    assert "gpt-z" in told["entries"][1]["reason"]


def planned(a_day: str, days_planned: int, amounts: list[float], today: str = "", **limits: Any) -> dict[str, Any]:
    """The drift of days against a plan of so many USD a day."""
    entry = Planned("openai", "gpt-x", Decimal(a_day), 0, 125_000)  # 1 USD a call
    wanted = Plan((entry,), days_planned, "2026-09-01", thresholds=Thresholds(**limits))
    told: dict[str, Any] = record(days(amounts), today=today, plan=wanted)["plan"]["drift"]
    return told


def test_the_projection_of_a_young_project_is_that_of_its_plan_scaled() -> None:
    """The documented vector of the earlier tool: 0.50 a day for 14 days, three days at 1.00."""
    found = planned("0.5", 14, [1, 1, 1])
    assert smoothed([Decimal(2)] * 3) == Decimal("1.561024")
    assert (found["smoothed_ratio"], found["projected_usd"], found["actual_usd"]) == ("1.561", "11.59", "3")
    assert (found["status"], found["days_beyond"], found["low_usd"]) == ("over", 3, None)
    assert planned("0.5", 14, [0.5])["projected_usd"] == "7.00"


@pytest.mark.parametrize(
    ("amounts", "status"),
    [
        ([10] * 5, "on track"),
        ([10, 10, 16, 16, 16], "on track"),  # three days, but smoothed still below 1.5
        ([20] * 5, "over"),
        ([20, 20, 10, 20, 20], "on track"),  # never three in a row
        ([2] * 5, "under"),
    ],
)
def test_drift_takes_three_of_the_last_five_days_in_a_row(amounts: list[float], status: str) -> None:
    assert planned("10", 30, amounts)["status"] == status


def test_the_thresholds_of_drift_can_be_set() -> None:
    assert planned("10", 30, [12] * 5)["status"] == "on track"
    assert planned("10", 30, [12] * 5, over=Decimal("1.05"))["status"] == "over"


def test_from_two_weeks_on_the_days_tell_more_than_the_plan_by_model_too() -> None:
    found = planned("5", 30, [10] * 20)
    assert (found["projected_usd"], found["low_usd"], found["method"]) == ("300.00", "300.00", "the days so far")
    (model,) = found["models"]
    assert (model["spent_usd"], model["share"], model["projected_usd"]) == ("200", "1", "300.00")
