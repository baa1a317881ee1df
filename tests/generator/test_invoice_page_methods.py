"""What the invoice page asks the engine: bills in steps, shares, rows and files of the report that is kept."""

import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from generator.render.invoice_month import sample_month
from generator.render.invoice_sample import sample_bill
from tests.generator.test_invoice_pack import HEADER, book, pack
from tests.generator.tool_site import tool_site
from wasm_tools import browser
from wasm_tools.invoice.exports import FORMS, export
from wasm_tools.invoice.options import read_options
from wasm_tools.invoice.report import report_record

BILL = HEADER + "acme,llm,1000000,tokens,20.00,closed-xl\nacme,llm,3000000,tokens,6.00,closed-xl\n"


@pytest.fixture(autouse=True)
def _prices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "_packs", {})  # with a planner's pack of another test there is more to compare
    browser.load_pack(json.dumps(pack()))


def hand_over(name: str, content: bytes) -> None:
    """What the worker does with a file, in parts of three bytes."""
    browser.take_file(name, len(content))
    for at in range(0, len(content), 3):
        part = content[at : at + 3]
        browser.take_part(SimpleNamespace(to_bytes=lambda part=part: part))


def called(method: str, params: dict[str, Any] | None = None, **files: str) -> dict[str, Any]:
    """The answer to a call that hands over files, as the worker makes it; refusals too."""
    for name, text in files.items():
        hand_over(f"{name}.csv", text.encode())
    answer: dict[str, Any] = json.loads(browser.handle(method, json.dumps(params or {})))
    return answer


def read(options: dict[str, Any] | None = None, **files: str) -> tuple[dict[str, Any], list[str]]:
    """The record of a reading to its end, and the phases on the way."""
    answer, phases = called("invoice", {"options": options or {}}, **files), []
    while "record" not in answer["result"]:
        phases.append(answer["result"]["progress"]["phase"])
        answer = called("invoice_step")
    return answer["result"]["record"], phases


def test_a_bill_is_read_in_steps_to_the_record_of_the_report() -> None:
    record, phases = read(bill=BILL)
    assert phases[0] == "opening"
    assert phases[-2:] == ["assessing", "writing"]
    expected = report_record([("bill.csv", BILL.encode())], book())
    count = record["cells"].pop("count")
    rows = [
        row for start in range(count) for row in called("invoice_cells", {"start": start, "count": 1})["result"]["rows"]
    ]
    charts = record.pop("charts")
    assert {**record, "cells": {**record["cells"], "rows": rows}} == json.loads(json.dumps(expected))
    assert "by-provider" in [chart["id"] for chart in charts]


def test_files_are_for_one_call_only() -> None:
    read(bill=BILL)
    assert called("invoice")["error"] == {"field": "file", "message": "choose a bill first"}
    hand_over("late.csv", BILL.encode())
    browser.drop_files()
    assert called("invoice")["error"]["field"] == "file"


def test_an_empty_file_is_refused_in_words() -> None:
    record, _ = read(empty="")
    assert "empty" in record["refused"][0]["message"]


def test_a_table_that_nobody_knows_is_asked_about_and_then_read() -> None:
    table = "When,What,How much,Cost\n2026-10-01,closed-xl,1000000,2.00\n"
    record, _ = read(table=table)
    assert record["files"] == []
    assert [r["file"] for r in record["refused"]] == ["table.csv"]
    (question,) = record["questions"]
    assert question["about"] == "mapping"
    mapping = {"date": "When", "model": "What", "quantity": "How much", "unit": "=tokens", "cost": "Cost"}
    answered, _ = read({"files": {"table.csv": {"mapping": mapping | {"provider": "=acme"}}}}, table=table)
    assert answered["refused"] == []
    assert answered["totals"]["USD"]["analysed"] == "2"


def test_shares_change_the_report_that_is_kept_and_its_files() -> None:
    month = sample_month(tool_site()) or BILL
    read(bill=month)
    options = {"shares": {"batch": "0.5"}, "delta": "3"}
    tiers = called("invoice_shares", {"options": options})["result"]["opportunities"]
    expected = report_record([("bill.csv", month.encode())], book(), read_options(options))
    assert tiers == json.loads(json.dumps(expected["opportunities"]))
    for form in FORMS:
        made = called("invoice_export", {"form": form})["result"]
        wanted = export(expected, form)
        assert (made["name"], made["media_type"], made["text"]) == (wanted.name, wanted.media_type, wanted.text), form


@pytest.mark.parametrize(
    ("method", "params", "field"),
    [
        ("invoice_shares", {"options": {"shares": {"luck": "1"}}}, "shares"),
        ("invoice_shares", {"options": {"delta": "-1"}}, "shares"),
        ("invoice_export", {"form": "xlsx"}, "form"),
    ],
)
def test_what_cannot_be_done_names_its_field(method: str, params: dict[str, Any], field: str) -> None:
    read(bill=BILL)
    assert called(method, params)["error"]["field"] == field


def test_an_answer_that_means_nothing_is_refused_before_anything_is_read() -> None:
    assert called("invoice", {"options": {"choice": {}}}, bill=BILL)["error"]["field"] == "options"


def test_what_was_stopped_is_gone() -> None:
    read(bill=BILL)
    called("invoice", {}, bill=BILL)
    called("invoice_stop")
    for method in ("invoice_step", "invoice_cells", "invoice_shares", "invoice_export"):
        assert called(method)["error"]["field"] == "report", method


def test_samples_are_made_up_from_list_prices() -> None:
    files = {
        name: text for name, text in (("bill", sample_bill(tool_site())), ("month", sample_month(tool_site()))) if text
    }
    record, _ = read(**files)
    assert len(record["files"]) == len(files)
    whole = sum(Decimal(f["parsed"]["USD"]) for f in record["files"])
    assert Decimal(record["totals"]["USD"]["parsed"]) == whole
