"""`atlas invoice`: bills from files to tables, JSON, CSV and a memo."""

import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console
from typer.testing import CliRunner

from generator import invoice_commands, nightly
from generator.cli import app
from tests.generator.tool_site import tool_site
from wasm_tools.invoice.exports.sheets import safe_cell
from wasm_tools.workload.traffic import InputError

HEADER = "provider,workload_type,usage_qty,usage_unit,amount_usd,model\n"
RUN = CliRunner()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    data = tool_site()
    at = SimpleNamespace(registry=data.registry, state=data.state, as_of=data.as_of)
    monkeypatch.setattr(nightly, "inputs", lambda *_, **__: at)
    monkeypatch.setattr(nightly, "overlaid", lambda given, _: given)


@pytest.fixture
def bill(tmp_path: Path) -> str:
    path = tmp_path / "bill.csv"
    path.write_text(HEADER + "acme,llm,1000000,tokens,2.00,closed-xl\nacme,llm,1000000,tokens,7.00,=other\n")
    return str(path)


def test_tables_tell_what_was_read_and_what_is_not_known(bill: str) -> None:
    told = RUN.invoke(app, ["invoice", bill]).stdout
    assert "9 USD: 9 of usage, 0 excluded" in told
    assert "2 of 9 USD held against" in told
    assert "=other" in told
    assert "--model =other=" in " ".join(told.split()), (
        "what the file leaves open is told with the flag that answers it"
    )


def test_json_is_the_record(bill: str) -> None:
    record = json.loads(RUN.invoke(app, ["invoice", bill, "--json"]).stdout)
    assert {v["verdict"]: v["usd"] for v in record["verdicts"]} == {"list": "2", "unknown": "7"}
    assert record["opportunities"]["A"]["claimed_usd"] == "0.00"


def test_csv_has_the_cells_and_no_formulas(bill: str) -> None:
    """IN-T23."""
    rows = list(csv.DictReader(io.StringIO(RUN.invoke(app, ["invoice", bill, "--format", "cells_csv"]).stdout)))
    assert [r["model"] for r in rows] == ["closed-xl", "'=other"]
    assert [safe_cell(v) for v in ("-3.25", "-cmd", "+1", None)] == ["-3.25", "'-cmd", "'+1", ""]


def test_the_memo_names_files_tiers_and_unknown_names(bill: str) -> None:
    told = RUN.invoke(app, ["invoice", bill, "--format", "markdown"]).stdout
    for part in ("# Bill report", "| bill.csv |", "## A. Same model, same provider", "## Names that are not known"):
        assert part in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.csv"], "cannot be read"),
        (["--share", "batch", "missing.csv"], "batch=0.3"),
        (["--rate", "EUR", "missing.csv"], "EUR=1.08"),
        (["--rate", "EUR=", "missing.csv"], "EUR=1.08"),
        (["--format", "pdf", "missing.csv"], "'pdf' is not one of savings_csv"),
        (["--out", "x.csv", "missing.csv"], "say with --format"),
        (["--mapping", "missing.yaml", "missing.csv"], "missing.yaml cannot be read"),
    ],
)
def test_bad_input_is_said_in_words(arguments: list[str], message: str) -> None:
    found = RUN.invoke(app, ["invoice", *arguments])
    assert isinstance(found.exception, InputError)
    assert message in str(found.exception)


def test_a_file_that_is_no_bill_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    found = RUN.invoke(app, ["invoice", str(tmp_path / "x.csv")])
    assert isinstance(found.exception, InputError)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--share", "batch=NaN"], "share batch is 'NaN', expected a number"),
        (["--delta", "x"], "delta is 'x', expected a number"),
        (["--rate", "EURO=1"], "rate of 'EURO'"),
        (["--provider", "nobody"], "no provider with prices"),
        (["--unit", "parsecs=lightyears"], "no unit that is known"),
        (["--reader", "pdf"], "reader is 'pdf'"),
        (["--date-order", "year"], "date_order is 'year'"),
        (["--cached-input", "maybe"], "cached_input is 'maybe'"),
    ],
)
def test_an_answer_that_means_nothing_is_said_in_words(bill: str, arguments: list[str], message: str) -> None:
    found = RUN.invoke(app, ["invoice", bill, *arguments])
    assert isinstance(found.exception, InputError)
    assert message in str(found.exception)


def test_an_unknown_table_comes_with_a_mapping_that_is_taken_back(tmp_path: Path) -> None:
    """From the refusal to figures, with what the file leaves open stated on the way."""
    (tmp_path / "own.csv").write_text("Day,Item,Tokens,Charge (EUR)\n2026-09-01,our-alias,1000000,1.60\n")
    refused = RUN.invoke(app, ["invoice", str(tmp_path / "own.csv")])
    _, _, suggested = str(refused.exception).partition("give with --mapping:\n")
    (tmp_path / "columns.yaml").write_text(suggested)
    told = RUN.invoke(
        app,
        ["invoice", str(tmp_path / "own.csv"), "--mapping", str(tmp_path / "columns.yaml"), "--provider", "acme",
         "--rate", "EUR=1.25", "--model", "our-alias=closed-xl", "--json"],
    )  # fmt: skip
    record = json.loads(told.stdout)
    assert record["totals"] == {"EUR": {"parsed": "1.6", "analysed": "1.6", "excluded": "0"}}
    assert record["coverage"]["compared_usd"] == "2"
    assert record["rates"][0]["amount_usd"] == "2"


def test_a_form_is_written_to_a_file(bill: str, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert RUN.invoke(app, ["invoice", bill, "--format", "html", "--out", str(out)]).stdout == ""
    assert out.read_text().startswith("<!doctype html>")
    told = RUN.invoke(app, ["invoice", bill, "--format", "html", "--out", str(tmp_path / "no" / "x.html")])
    assert "cannot be written" in str(told.exception)


def test_progress_is_told_where_somebody_watches(bill: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(invoice_commands, "notes", Console(file=shown, force_terminal=True))
    assert "9 USD" in RUN.invoke(app, ["invoice", bill]).stdout
    assert "reading bill.csv: row 3" in shown.getvalue()
