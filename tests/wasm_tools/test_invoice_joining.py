"""Cost and usage of one account meet; files that cover the same spend are held against each other and never added."""

from decimal import Decimal
from typing import Any

from tests.wasm_tools.invoices import fixture
from tests.wasm_tools.priced import bill_of, book, key, line, tariff
from wasm_tools.invoice.cells import audited
from wasm_tools.invoice.joining import joined
from wasm_tools.invoice.models import ModelBook
from wasm_tools.invoice.report import report, to_record
from wasm_tools.invoice.resolution import Names

COST, USAGE = "claude_api_cost_2026_09_01_to_2026_09_02.csv", "claude_api_tokens_2026_09.csv"
OPENAI, OPENAI_USAGE = (
    "openai_cost_2026-09-01_2026-09-02.csv",
    "openai_completions_usage_2026-09-01_2026-09-02.csv",
)
SONNET = "claude-sonnet-4-5"
METERS = (
    ("input.text.token", "3"), ("input.text.token;cache=read", "0.3"), ("input.text.token;cache=write", "3.75"),
    ("input.text.token;cache=write_1h", "6"), ("output.text.token", "15"), ("output.text.token;tier=batch", "7.5"),
    ("input.any.search", "10"),
)  # fmt: skip
PRICES = book(
    [
        *(tariff("anthropic", SONNET, m, p, sku=s) for s in (SONNET, f"{SONNET}-20250929") for m, p in METERS),
        tariff("openai", "gpt-4o", "input.text.token", "2.5", sku="gpt-4o-2024-08-06"),
        tariff("openai", "gpt-4o", "input.text.token;cache=read", "1.25", sku="gpt-4o-2024-08-06"),
        tariff("openai", "gpt-4o", "output.text.token", "10", sku="gpt-4o-2024-08-06"),
    ],
    Names(model_names={"claude sonnet 4.5": SONNET}),
    ModelBook({}, {}, {}),
)


def record(*files: tuple[str, bytes]) -> dict[str, Any]:
    return to_record(report(files, PRICES))


def cells(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(found["cells"]["columns"], row, strict=True)) for row in found["cells"]["rows"]]


def test_the_pair_of_one_account_meets_line_by_line() -> None:
    """IN-T14: coverage 100 %, every class at list, a search at a cent."""
    found = record((COST, fixture(COST)), (USAGE, fixture(USAGE)))
    assert [f["role"] for f in found["files"]] == ["bill", "usage"]
    assert (found["join"]["coverage"], found["join"]["joined_usd"]) == ("1", "24.85")
    assert found["totals"]["USD"]["analysed"] == "24.85"
    assert found["verdicts"] == [{"verdict": "list", "lines": 7, "usd": "24.85"}]
    (search,) = (c for c in cells(found) if c["class"] == "tool_call" and c["usd"])
    assert (search["implied_price"], search["list_price"]) == ("10", "10")  # per thousand


def test_what_has_no_counterpart_is_told_apart() -> None:
    lines = fixture(COST).decode().splitlines()
    other = "\n".join([*lines, lines[1].replace("2026-09-01", "2026-09-02")]).encode()
    found = record((COST, other), (USAGE, fixture(USAGE)))
    assert found["join"]["coverage"] == str((Decimal("24.85") / Decimal("30.85")).quantize(Decimal("0.0001")))
    assert [row[2] for row in found["join"]["cost_without_usage"]] == ["2026-09-02"]
    assert found["totals"]["USD"]["analysed"] == "30.85"


def test_rows_of_the_same_key_are_summed_and_never_taken_for_repetitions() -> None:
    """IN-T16: twice the row of input is twice the money, against twice the tokens a price above list."""
    lines = fixture(COST).decode().splitlines()
    found = record((COST, "\n".join([*lines, lines[1]]).encode()), (USAGE, fixture(USAGE)))
    assert found["totals"]["USD"]["analysed"] == "30.85"
    assert {"verdict": "above list", "lines": 2, "usd": "12"} in found["verdicts"]
    assert found["overpaid_usd"] == "6"


def test_a_cost_file_without_tiers_meets_the_standard_tier() -> None:
    prices = book()
    cost = audited(bill_of([line(key(), None, "2.00"), line(key(line_class="output"), None, "8.00")]), prices)
    counted = key(tier="standard", currency="", cost_basis="none")
    usage = audited(bill_of([line(counted, "1000000", None)], "usage.csv"), prices, 1)
    cells, found = joined([cost], [usage], prices)
    assert found is not None
    assert (found.joined, found.cost, found.coverage) == (2, 10, Decimal("0.2"))
    assert {(c.key.line_class, c.quantity) for c in cells} == {("input_uncached", 1_000_000), ("output", None)}


def test_a_cost_file_alone_has_no_prices_to_judge() -> None:
    found = record((COST, fixture(COST)))
    assert found["join"] is None
    assert found["coverage"]["compared_usd"] == "0"
    assert found["reasons"][0]["reason"] == "the file states no quantity of this line"


def test_only_dollars_are_joined() -> None:
    """4.60 EUR of two million tokens are no price of 2.30 USD."""
    prices = book()
    cost = audited(bill_of([line(key(currency="EUR"), None, "4.60"), line(key(), None, "2.00")]), prices)
    counted = key(currency="", cost_basis="none")
    usage = audited(bill_of([line(counted, "1000000", None)], "usage.csv"), prices, 1)
    cells, found = joined([cost], [usage], prices)
    assert found is not None
    assert (found.joined, found.cost) == (2, 2)
    assert {(c.key.currency, c.cost, c.quantity) for c in cells} == {("EUR", Decimal("4.60"), None), ("USD", 2, 10**6)}


def test_a_bill_whose_credits_pay_for_all_of_it_is_still_a_bill() -> None:
    rows = "openai,llm,1000000,tokens,2.5,gpt-4o\nopenai,llm,1000000,tokens,-2.5,gpt-4o\n"
    found = record(("bill.csv", f"provider,workload_type,usage_qty,usage_unit,amount_usd,model\n{rows}".encode()))
    assert [f["role"] for f in found["files"]] == ["bill"]
    assert found["totals"]["USD"] == {"parsed": "0", "analysed": "2.5", "excluded": "-2.5"}


def test_other_currencies_are_no_differences_in_dollars() -> None:
    api = fixture("openai_costs_api.json").replace(b'"usd"', b'"eur"')
    found = record((OPENAI, fixture(OPENAI)), ("api.json", api))
    (view,) = found["reconciliations"]
    assert (view["bill_usd"], view["other_usd"]) == ("14.30", "0.00")


def test_another_format_of_the_same_days_is_held_against_the_bill() -> None:
    api = fixture("openai_costs_api.json")
    found = record((OPENAI, fixture(OPENAI)), ("api.json", api))
    assert [f["role"] for f in found["files"]] == ["bill", "reconciled"]
    assert found["totals"]["USD"]["analysed"] == "14.3"
    (view,) = found["reconciliations"]
    assert view["files"] == [OPENAI, "api.json"]
    assert view["bill_usd"] == "14.30"


def test_a_later_export_adds_only_the_days_that_are_new() -> None:
    lines = fixture(OPENAI).decode().splitlines()
    again = "\n".join([*lines[:-1], lines[1].replace("1788220800", "1788307200").replace("5.0", "6.0"), ""]).encode()
    found = record((OPENAI, fixture(OPENAI)), ("later.csv", again))
    assert [f["role"] for f in found["files"]] == ["bill", "reconciled"]
    assert found["reconciliations"][0]["uncovered_usd"] == "6.00"
    assert found["totals"]["USD"]["analysed"] == "20.3"  # the day that only the later export has
    assert found["coverage"]["analysed_usd"] == "20.3"
    assert sum(Decimal(r["usd"]) for r in found["by"]["project"]) == Decimal("20.3")


def test_a_ledger_is_held_against_the_bill_at_list_prices() -> None:
    calls = (
        '{"v":1,"ts":"2026-09-01T10:00:00Z","provider":"openai","model":"gpt-4o-2024-08-06","endpoint":"chat",'
        '"tier":"default","tokens":{"input_uncached":1000000,"output":100000},"requests":9,"status":"ok"}\n'
    )
    found = record((OPENAI, fixture(OPENAI)), ("ledger.jsonl", calls.encode()))
    assert [f["role"] for f in found["files"]] == ["bill", "reconciled"]
    (view,) = found["reconciliations"]
    (row,) = (r for r in view["rows"] if r["model"] == "gpt-4o")
    assert (row["bill_usd"], row["other_usd"], row["difference_usd"]) == ("14.25", "3.50", "10.75")
    assert found["totals"]["USD"]["analysed"] == "14.3"
