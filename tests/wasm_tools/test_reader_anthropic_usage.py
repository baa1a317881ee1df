"""Anthropic's usage files: classes are disjoint, so nothing is subtracted; they pair with the cost files."""

from decimal import Decimal

from tests.wasm_tools.invoices import by_class, essence, fixture, reading

NAME = "claude_api_tokens_2026_09.csv"
EXPECTED = {
    ("input_uncached", "standard"): (2_000_000, None),
    ("cache_read", "standard"): (5_500_000, None),
    ("cache_write_5m", "standard"): (1_000_000, None),
    ("cache_write_1h", "standard"): (100_000, None),
    ("output", "standard"): (800_000, None),
    ("tool_call", "standard"): (10, None),
    ("output", "batch"): (100_000, None),
}


def test_nothing_is_subtracted() -> None:
    lines, excluded, statement = reading(NAME)
    assert by_class(lines) == EXPECTED
    assert not excluded
    assert (statement.rows, statement.lines, statement.reader.input_convention) == (2, 7, "disjoint")


def test_tokens_times_list_price_are_the_cost_file() -> None:
    prices = {  # USD per million tokens, per search
        ("input_uncached", "standard"): "3", ("cache_read", "standard"): "0.30", ("cache_write_5m", "standard"): "3.75",
        ("cache_write_1h", "standard"): "6", ("output", "standard"): "15", ("output", "batch"): "7.50",
    }  # fmt: skip
    costs = by_class(reading("claude_api_cost_2026_09_01_to_2026_09_02.csv")[0])
    for key, price in prices.items():
        quantity = by_class(reading(NAME)[0])[key][0] or Decimal(0)
        assert quantity * Decimal(price) / 1_000_000 == costs[key][1], key


def test_hours_become_their_day_and_older_files_without_the_last_columns_are_read() -> None:
    rows = fixture(NAME).decode().splitlines()
    older = [",".join(row.split(",")[:12]) for row in rows]
    older[1] = older[1].replace("2026-09-01", "2026-09-01 04:00")
    lines, _, _ = reading("\n".join(older).encode())
    assert by_class(lines) == EXPECTED
    assert {x.day for x in lines} == {"2026-09-01"}


def test_a_row_that_counts_nothing_is_named() -> None:
    row = fixture(NAME).decode().splitlines()[2].replace("100000", "0")
    data = fixture(NAME).decode().splitlines()[0] + "\n" + row
    _, excluded, _ = reading(data.encode())
    assert [(e.row, e.reason) for e in excluded] == [(2, "no_quantity")]


def test_report_of_the_api_says_the_same() -> None:
    lines, _, _ = reading("anthropic_usage_report.json")
    assert by_class(lines) == EXPECTED
    plain = [(x.day, x.key.line_class, x.quantity) for x in lines]
    assert sorted(plain) == sorted((x.day, x.key.line_class, x.quantity) for x in reading(NAME)[0])
    assert essence(lines)
