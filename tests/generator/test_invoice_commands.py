"""`atlas invoice`: bills from files to tables, JSON, CSV and a memo."""

import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from generator import nightly
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


def test_json_is_the_record(bill: str) -> None:
    record = json.loads(RUN.invoke(app, ["invoice", bill, "--json"]).stdout)
    assert {v["verdict"]: v["usd"] for v in record["verdicts"]} == {"list": "2", "unknown": "7"}
    assert record["opportunities"]["A"]["claimed_usd"] == "0.00"


def test_csv_has_the_cells_and_no_formulas(bill: str) -> None:
    """IN-T23."""
    rows = list(csv.DictReader(io.StringIO(RUN.invoke(app, ["invoice", bill, "--csv"]).stdout)))
    assert [r["model"] for r in rows] == ["closed-xl", "'=other"]
    assert [safe_cell(v) for v in ("-3.25", "-cmd", "+1", None)] == ["-3.25", "'-cmd", "'+1", ""]


def test_the_memo_names_files_tiers_and_unknown_names(bill: str) -> None:
    told = RUN.invoke(app, ["invoice", bill, "--markdown"]).stdout
    for part in ("# Bill report", "| bill.csv |", "## A. Same model, same provider", "## Names that are not known"):
        assert part in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.csv"], "cannot be read"),
        (["--share", "batch", "missing.csv"], "batch=0.3"),
        (["--share", "batch=NaN", "missing.csv"], "finite"),
        (["--delta", "x", "missing.csv"], "not a number"),
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
