"""A report as files: the earlier system's columns, cells, FOCUS, JSON, Markdown and a page; and its charts. Whatever a
bill writes is data: no formula, no markup, no key."""

import csv
import io
import json
import re
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.wasm_tools.bills import HEADER, bill
from tests.wasm_tools.invoices import fixture
from tests.wasm_tools.priced import TARIFFS, book, tariff
from wasm_tools.invoice.charts import BARS, charts
from wasm_tools.invoice.exports import EXPORTS, export
from wasm_tools.invoice.exports.sheets import EARLIER, safe_cell
from wasm_tools.invoice.options import read_options
from wasm_tools.invoice.report import report, to_record
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.plan_report.pictures import cents

BATCH = tariff("openai", "gpt-x", "output.text.token;tier=batch", "4", region="global")
HEAD = fixture("openai_cost_2026-09-01_2026-09-02.csv").decode().splitlines()[0]
HOSTILE = "=HYPERLINK(0)|<b>'&\"x"


def costs(*rows: tuple[str, str, str]) -> bytes:
    """Rows of OpenAI's costs: dollars, tokens, item; a day each."""
    lines = [
        f'{1788220800 + 86400 * n},{1788307200 + 86400 * n},,,{usd},usd,{tokens},tokens,"{item}",,,,,,,,'
        for n, (usd, tokens, item) in enumerate(rows)
    ]
    return "\n".join((HEAD, *lines)).encode()


def record(*files: tuple[str, bytes], **options: Any) -> dict[str, Any]:
    return to_record(report(files, book((*TARIFFS, BATCH)), read_options(options)))


def rows(found: dict[str, Any], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export(found, name).text)))


TWO = costs(("4", "2000000", "gpt-x, input"), ("8", "1000000", "gpt-x, output"), ("8", "1000000", "gpt-x, output"))


def test_savings_begin_with_the_columns_of_the_earlier_system() -> None:
    found = record(("bill.csv", TWO), shares={"batch": "0.25"})
    (output, text_input) = rows(found, "savings_csv")
    assert list(output)[: len(EARLIER)] == list(EARLIER)
    assert {name: output[name] for name in EARLIER} == {
        "invoice_line": "3", "current_provider": "openai", "workload_type": "llm", "usage_qty": "2",
        "usage_unit": "1M tokens", "amount_usd": "16.00", "effective_unit_price": "8.00000000",
        "best_provider": "openai", "best_offering": "gpt-x", "best_unit_price": "4.00000000",
        "estimated_savings_usd": "8.00", "savings_pct": "50.00", "source_kind": output["source_kind"],
    }  # fmt: skip
    assert (output["tier"], output["action"], output["claimed_usd"], output["file"]) == (
        "A",
        "batch",
        "2.00",
        "bill.csv",
    )
    assert (text_input["invoice_line"], text_input["estimated_savings_usd"], text_input["claimed_usd"]) == (
        "2",
        "2.00",
        "0.50",
    )
    (item,) = found["opportunities"]["A"]["items"]
    assert sum(Decimal(p["saved_usd"]) for p in item["parts"]) == Decimal(item["high_usd"])
    assert sum(Decimal(p["usd"]) for p in item["parts"]) == Decimal(item["basis_usd"])


def test_the_shape_of_focus_holds_what_counts_once() -> None:
    found = record(
        ("bill.csv", TWO + b"\n1788220800,1788307200,,,-3,usd,,,Credit,,,,,,,,"),
        ("log.jsonl", fixture("litellm_spendlogs.jsonl")),
    )
    told = rows(found, "focus_csv")
    assert sum(Decimal(r["BilledCost"]) for r in told) == Decimal(found["totals"]["USD"]["parsed"]) == 17
    assert [r["ChargeCategory"] for r in told if Decimal(r["BilledCost"]) < 0] == ["Credit"]
    (first,) = (r for r in told if r["x_Row"] == "2")
    assert (first["ListCost"], first["ListUnitPrice"], first["PricingUnit"]) == ("4", "2", "1M tokens")
    assert (first["ChargePeriodStart"], first["ChargePeriodEnd"]) == ("2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z")


def test_the_shape_of_focus_is_read_back_as_the_same_bill() -> None:
    found = record(("bill.csv", TWO))
    again = record(("focus.csv", export(found, "focus_csv").text.encode()))
    assert again["files"][0]["reader"] == "focus"
    assert again["totals"] == found["totals"]
    assert [v["verdict"] for v in again["verdicts"]] == ["list"]
    assert [(r["name"], r["usd"]) for r in again["by"]["day"]] == [(r["name"], r["usd"]) for r in found["by"]["day"]]


def test_every_form_is_made_and_another_is_refused() -> None:
    found = record(("bill.csv", TWO))
    for name in EXPORTS:
        made = export(found, name)
        assert made.text.endswith("\n")
        assert "." in made.name
    assert json.loads(export(found, "json").text) == {n: v for n, v in found.items() if n != "questions"}
    with pytest.raises(InvoiceError, match="format is 'pdf', expected one of savings_csv"):
        export(found, "pdf")


def test_what_a_bill_writes_is_data_in_every_form() -> None:
    """IN-T23."""
    quoted = HOSTILE.replace('"', '""')
    damaged = ("da\0ma\x0bged.csv", b"a\0b,c\n1,2\n")
    rows_said = (f'openai,llm,1000000,tokens,2.00,"{quoted}"', "+acme,llm,5,parsecs,1.00,x")
    found = record((f"{HOSTILE}.csv".replace("/", ""), bill(*rows_said, header=HEADER + ",model")), damaged)
    assert not any(re.search(r"[\0\x0b]", export(found, name).text) for name in EXPORTS)
    for name in ("savings_csv", "cells_csv", "focus_csv"):
        for row in csv.reader(io.StringIO(export(found, name).text)):
            assert not any(re.match(r"[=+@\t\r]|-(?![\d.])", cell) for cell in row)
    page = export(found, "html").text
    assert "<b>" not in page
    assert "&lt;b&gt;" in page
    ElementTree.fromstring(page.partition("<body>")[2].partition("</body>")[0])  # well-formed, no tag of the bill's
    assert "default-src 'none'" in page
    memo = export(found, "markdown").text
    assert "\\<b\\>" in memo
    assert [safe_cell(v) for v in ("@x", " =1", "\n=1", "-1.5", "1-2", None)] == [
        "'@x",
        "' =1",
        "'\n=1",
        "-1.5",
        "1-2",
        "",
    ]


def test_the_report_tells_files_prices_tiers_and_rates() -> None:
    euros = costs(("1.85", "1000000", "gpt-x, input"), ("1", "1000000", "gpt-z, input")).replace(b"usd,", b"eur,")
    found = record(("euros.csv", euros), choices={"rates": {"EUR": "1.08"}})
    memo, page = export(found, "markdown").text, export(found, "html").text
    for told in (
        "# Bill report",
        "3.08 USD",
        "2.85 EUR are taken as 3.08 USD, at 1.08 USD for one",
        "Names that are not known",
    ):
        assert told in memo
        assert told.removeprefix("# ") in page
    assert page.count("<svg") == len(charts(found)) == 4


def test_charts_tell_the_largest_and_keep_every_amount() -> None:
    items = [(str(n), "1000000", f"model-{n}, input") for n in range(1, 21)]
    found = {c["id"]: c for c in charts(record(("bill.csv", costs(*items))))}
    assert list(found) == ["by-provider", "by-model", "by-class", "by-day", "month"]
    models = found["by-model"]
    assert models["summary"] == "model-20 is the largest: 20.00 (9.5 %) of 210.00 USD. 20 are told apart."
    assert models["facts"]["count"] == len(models["rows"]) == 20
    assert len(models["series"][0]["points"]) == len(models["y"]["categories"]) == BARS
    assert models["y"]["categories"][-1] == "all others"
    assert sum(x for x, _ in models["series"][0]["points"]) == 210
    days = found["by-day"]
    assert (days["x"]["categories"][0], days["facts"]["day"], days["facts"]["usd"]) == (
        "2026-09-01",
        "2026-09-20",
        "20",
    )
    month = found["month"]
    spent, band, expected = month["series"]
    assert spent["points"][-1] == [20, 210.0]
    assert expected["points"] == [[20, 210.0], [30, float(month["facts"]["estimate_usd"])]]
    assert band["points"][1] == [30, *(float(month["facts"][n]) for n in ("estimate_usd", "low_usd", "high_usd"))]
    assert month["rows"][-1] == ["20", "210"]


def test_credits_and_nothing_in_dollars_make_no_bars() -> None:
    assert charts(record(("b.csv", costs(("2", "1", "gpt-x, input")).replace(b"usd,", b"eur,")))) == []
    assert [cents(Decimal(v)) for v in ("1234.567", "0", "0.0042", "0.0000001", "-3")] == [
        "1,234.57", "0.00", "0.0042", "less than 0.0001", "-3.00",
    ]  # fmt: skip
