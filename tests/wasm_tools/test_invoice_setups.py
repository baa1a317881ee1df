"""What a bill says of a month of each model, as the cost audit takes it."""

from typing import Any

import pytest

from tests.wasm_tools.bills import bill
from tests.wasm_tools.invoices import fixture
from tests.wasm_tools.priced import book
from tests.wasm_tools.test_invoice_report import OPENAI, REAL
from wasm_tools.audit.setup import read_setup
from wasm_tools.invoice.report import report
from wasm_tools.invoice.setups import billed_uses

USAGE = "openai_completions_usage_2026-09-01_2026-09-02.csv"
MONTH_OF_A_DAY = 365 / 12


def uses(name: str, content: bytes) -> list[dict[str, Any]]:
    return [dict(u.setup) for u in billed_uses(report([(name, content)], book(REAL)).read)]


def test_a_day_of_a_bill_becomes_a_month_of_730_hours() -> None:
    (found,) = uses(OPENAI, fixture(OPENAI))
    assert (found["deployment"], found["provider"], found["model"]) == ("api", "openai", "gpt-4o")
    assert found["input_tokens"] == pytest.approx(3_000_000 * MONTH_OF_A_DAY, rel=1e-5)
    assert found["output_tokens"] == pytest.approx(800_000 * MONTH_OF_A_DAY, rel=1e-5)
    assert found["spend_usd"] == pytest.approx(14.25 * MONTH_OF_A_DAY, rel=1e-5)
    assert found["cached_share"] == pytest.approx(1 / 3, rel=1e-3)
    assert "requests" not in found, "no line counts them"


def test_a_usage_export_has_requests_and_no_spend() -> None:
    (found,) = uses(USAGE, fixture(USAGE))
    assert found["requests"] == pytest.approx(1200 * MONTH_OF_A_DAY, rel=1e-5)
    assert "spend_usd" not in found
    assert found["batch_share"] == 0
    assert found["cached_share"] == pytest.approx(1 / 3, rel=1e-3)


def test_whole_calendar_months_are_divided_by_their_number() -> None:
    head, line = fixture(USAGE).decode().splitlines()[:2]
    first = line.replace("1788220800,1788307200", "1782864000,1782950400")  # 1 July 2026
    last = line.replace("1788220800,1788307200", "1788134400,1788220800")  # 31 August 2026
    (found,) = uses(USAGE, "\n".join([head, first, last]).encode())
    assert found["requests"] == pytest.approx(2 * 1200 / 2)


def test_a_model_without_tokens_of_both_directions_is_left_out() -> None:
    assert uses("b.csv", bill("openai,llm,5.00,1000000,input_tokens")) == []


def test_each_is_a_set_up_that_the_audit_takes() -> None:
    for name in (OPENAI, USAGE):
        for found in uses(name, fixture(name)):
            assert read_setup(found, {}).model == "gpt-4o"
