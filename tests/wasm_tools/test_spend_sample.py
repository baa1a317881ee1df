"""The made-up ledger of the spend page: forty days up to the day of the prices, read whole, the same every time."""

from datetime import date, timedelta

import pytest

from tests.wasm_tools.ledgers import record
from wasm_tools.spend.options import options_from
from wasm_tools.spend.sample import DAYS, PROJECTS, UNKNOWN_MODEL, sample_budgets, sample_ledger, unusual_day

MODELS = (("openai", "gpt-a"), ("anthropic", "claude-a"), ("google", "gem-a"))


@pytest.mark.parametrize("last", ["2026-11-20", "2027-03-01"])
def test_it_lies_in_the_forty_days_up_to_its_day_and_tells_all_that_a_report_shows(last: str) -> None:
    ledger = sample_ledger(last, MODELS)
    assert ledger == sample_ledger(last, MODELS)
    told = record(ledger, today=last)
    total = told["total"]
    first = (date.fromisoformat(last) - timedelta(days=DAYS - 1)).isoformat()
    assert (total["first_day"], total["last_day"]) == (first, last)
    assert told["files"][0]["kept_aside"] == told["files"][0]["duplicates"] == 0
    assert total["failed_calls"] > 0
    assert {row["name"] for row in told["by"]["tag project"]} == {p.name for p in PROJECTS}
    assert UNKNOWN_MODEL[1] in {u["model"] for u in told["unpriced"]}
    calls = {row["name"]: row["calls"] for row in told["by"]["day"]}
    assert calls[unusual_day(date.fromisoformat(last)).isoformat()] > 2 * sorted(calls.values())[len(calls) // 2]


def test_its_budgets_are_ones_that_the_report_takes() -> None:
    told = record(
        sample_ledger("2026-11-20", MODELS),
        today="2026-11-20",
        budgets=options_from({"budgets": sample_budgets()}).budgets,
    )
    assert [b["name"] for b in told["budgets"]] == [b["name"] for b in sample_budgets()]
