"""Anthropic's cost files: all five headers of the CSV, and the report of the API in cents."""

import csv
import io
from decimal import Decimal

import pytest

from tests.wasm_tools.invoices import by_class, essence, fixture, reading

NAME = "claude_api_cost_2026_09_01_to_2026_09_02.csv"
ORDERS = {  # of columns, by the month in which the header appeared
    "2024-12": "usage_date_utc,model,workspace,api_key,usage_type,token_type,cost_usd",
    "2025-12": "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,cost_type",
    "2026-02": (
        "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,cost_type,inference_geo,"
        "speed"
    ),
    "2026-03": (
        "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,"
        "cost_type,inference_geo,speed"
    ),
    "2026-09": fixture(NAME).decode().splitlines()[0],
}


def version(header: str) -> bytes:
    """The fixture with an older header."""
    rows = list(csv.DictReader(io.StringIO(fixture(NAME).decode())))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header.split(","), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def test_fixture_adds_up_by_class() -> None:
    lines, excluded, statement = reading(NAME)
    assert by_class(lines) == {
        ("input_uncached", "standard"): (None, Decimal("6.00")),
        ("cache_read", "standard"): (None, Decimal("1.65")),
        ("cache_write_5m", "standard"): (None, Decimal("3.75")),
        ("cache_write_1h", "standard"): (None, Decimal("0.60")),
        ("output", "standard"): (None, Decimal("12.00")),
        ("output", "batch"): (None, Decimal("0.75")),
        ("tool_call", "unknown"): (None, Decimal("0.10")),
    }
    assert not excluded
    assert statement.analysed == statement.parsed == {"USD": Decimal("24.85")}
    assert {x.key.context_band for x in lines} == {"short", ""}
    assert [x.list_cost for x in lines] == [x.cost for x in lines]
    assert lines[0].group == (("workspace", "Default"), ("key", "app"))
    assert lines[-1].key.model_raw == ""


@pytest.mark.parametrize("name", ORDERS)
def test_every_version_of_the_header_gives_the_same_money(name: str) -> None:
    lines, excluded, statement = reading(version(ORDERS[name]))
    assert (len(lines), excluded) == (7, [])
    assert statement.reader.id == "anthropic_cost"
    assert statement.parsed == {"USD": Decimal("24.85")}
    if name >= "2025-12":
        assert [x.key.line_class for x in lines] == [x.key.line_class for x in reading(NAME)[0]]
    if name >= "2026-03":
        assert essence(lines) == essence(reading(NAME)[0])


def test_rows_of_the_same_key_are_summed_and_rows_of_nothing_are_kept() -> None:
    data = fixture(NAME).decode().splitlines()
    again = [*data, data[1], data[1].replace("6.00,6.00", "0.00,0.00")]
    lines, excluded, statement = reading("\n".join(again).encode())
    assert (len(lines), len(excluded)) == (9, 0)
    assert by_class(lines)["input_uncached", "standard"] == (None, Decimal("12.00"))
    assert statement.parsed == {"USD": Decimal("30.85")}


def test_a_window_above_200k_is_the_long_band() -> None:
    lines, _, _ = reading(fixture(NAME).replace("≤ 200k".encode(), b"> 200k"))
    assert {x.key.context_band for x in lines} == {"long", ""}


def test_money_back_is_a_credit() -> None:
    lines, _, statement = reading(fixture(NAME).replace(b"0.75,0.75", b"-0.75,0.75"))
    assert [x.cost for x in lines if x.key.kind == "credit"] == [Decimal("-0.75")]
    assert statement.analysed == {"USD": Decimal("24.10")}


def test_report_of_the_api_is_in_cents() -> None:
    lines, excluded, statement = reading("anthropic_cost_report.json")
    assert [(x.key.line_class, x.key.tier, x.key.context_band, x.cost) for x in lines] == [
        ("input_uncached", "standard", "short", Decimal("12.345678")),
        ("cache_write_1h", "batch", "long", Decimal("0.40")),
        ("tool_call", "unknown", "", Decimal("0.100")),
    ]
    assert [(x.key.region_scope, x.key.region) for x in lines] == [("global", ""), ("geographic", "us"), ("", "")]
    assert [(e.row, e.reason) for e in excluded] == [(4, "empty_period")]
    assert statement.parsed == {"USD": Decimal("12.845678")}
    assert "Priority Tier" in statement.notes[0]
