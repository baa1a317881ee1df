"""Money that comes back is no usage, in whatever format: its line has another kind, and the totals hold."""

from decimal import Decimal

import pytest

from tests.wasm_tools.invoices import fixture, reading


@pytest.mark.parametrize(
    ("name", "cost", "kind"),
    [
        ("aws_cur2_bedrock_2026-09.csv", b"1K tokens,1.2,", "adjustment"),
        ("aws_cost_explorer_2026-09.csv", b'"2026-09-02","2.05"', "credit"),
        ("azure_cost_openai_2026-09.csv", b"0.0025,5.0,", "adjustment"),
        ("gcp_billing_report_2026-09.csv", b"0.00,0.45,", "credit"),
        ("gcp_bigquery_2026-09.jsonl", b'"cost":0.15', "adjustment"),
        ("openrouter_activity_2026-09.csv", b",0.412,", "credit"),
        ("openrouter_generations_2026-09.csv", b",0.0123,", "credit"),
        ("litellm_spendlogs_2026-09.csv", b",0.0105,", "credit"),
        ("together_billing_usage.json", b'"cost": "0.88"', "credit"),
        ("runpod_billing.json", b'"amount": 1.66', "credit"),
        ("cursor_usage_2026-09.csv", b",0.31", "credit"),
        ("deepgram_billing_breakdown.json", b'"dollars": 0.42', "credit"),
        ("vercel_ai_gateway_report.json", b'"total_cost": 1.35', "credit"),
        ("langfuse_observations.csv", b",0.0041", "credit"),
        ("helicone_requests.jsonl", b'"cost":0.0075', "credit"),
        ("ccusage_data.json", b'"costUSD": 0.02', "credit"),
    ],
)
def test_a_negative_cost_is_no_usage(name: str, cost: bytes, kind: str) -> None:
    data = fixture(name)
    digits = cost.strip(b',"').split(b",")[-1].split(b":")[-1].strip(b' "')
    assert data.count(cost) >= 1
    turned = data.replace(cost, cost.replace(digits, b"-" + digits), 1)
    amount, before, (lines, _, after) = Decimal(digits.decode()), reading(name)[2], reading(turned, name)
    (currency,) = before.parsed
    returned = [x for x in lines if x.cost == -amount]
    assert [x.key.kind for x in returned] == [kind]
    assert after.parsed[currency] == before.parsed[currency] - 2 * amount
    assert after.analysed.get(currency, Decimal(0)) == before.analysed[currency] - amount


@pytest.mark.parametrize(
    ("name", "cost", "column"),
    [
        ("aws_cur2_bedrock_2026-09.csv", b"1K tokens,1.2,", "line_item_unblended_cost"),
        ("azure_cost_openai_2026-09.csv", b"0.0025,5.0,", "CostInBillingCurrency"),
        ("openrouter_activity_2026-09.csv", b",0.412,", "Usage"),
        ("litellm_spendlogs_2026-09.csv", b",0.0105,", "spend"),
    ],
)
def test_a_missing_cost_is_a_failure_and_never_zero(name: str, cost: bytes, column: str) -> None:
    digits = cost.strip(b",").split(b",")[-1]
    _, excluded, statement = reading(fixture(name).replace(cost, cost.replace(digits, b""), 1), name)
    assert [(e.reason, e.detail, e.cost) for e in excluded] == [("parse_error", f"{column} is missing", None)]
    assert statement.failed_rows == 1


def test_rows_that_add_up_others_are_never_counted() -> None:
    text = fixture("openrouter_activity_2026-09.csv").decode() + "Total,,1.762,0,322,1400000,230000,12000\n"
    _, excluded, statement = reading(text.encode())
    assert [(e.row, e.reason) for e in excluded] == [(4, "total_row")]
    assert statement.parsed == {"USD": Decimal("1.762")}
