"""The five-column CSV of the earlier system, as lines in base units."""

from decimal import Decimal

from tests.wasm_tools.bills import HEADER, bill
from tests.wasm_tools.invoices import reading


def test_documented_example_is_read_whole_with_its_contradicting_unit() -> None:
    lines, excluded, statement = reading("seed_inferenceatlas.csv")
    assert [(x.row, x.quantity, x.cost) for x in lines] == [
        (2, 2_000_000, Decimal("5.00")),
        (3, 10**13, 150),  # as stated; the audit finds that the price contradicts the unit
    ]
    assert not excluded
    assert statement.parsed == statement.analysed == {"USD": Decimal("155.00")}
    assert (statement.reader.id, statement.rows, statement.analysed_rows) == ("five_column", 2, 2)


def test_lines_that_say_the_same_share_one_key() -> None:
    lines, _, _ = reading(bill(*["openai,llm,5,1k_tokens,1"] * 3))
    assert lines[0].key is lines[2].key
    assert (lines[0].key.unit, lines[0].key.unit_evidence, lines[0].key.unit_raw) == ("token", "stated", "1k_tokens")
    assert lines[0].quantity == 5_000


def test_a_unit_that_is_not_known_keeps_the_quantity_as_written() -> None:
    (line,), _, _ = reading(bill("openai,llm,5,parsecs,1"))
    assert (line.key.unit, line.key.unit_evidence, line.quantity) == ("", "none", 5)


def test_credits_total_rows_and_broken_rows_are_told_apart() -> None:
    lines, excluded, statement = reading(
        bill("a,llm,1,tokens,5", "a,llm,1,tokens,-2", "a,llm,x,tokens,1", "a,llm,,tokens,0.5", "Total,,,,4.5", "")
    )
    assert [x.key.kind for x in lines] == ["usage", "credit"]
    assert [(e.row, e.reason, e.cost) for e in excluded] == [
        (4, "parse_error", 1),
        (5, "no_quantity", Decimal("0.5")),
        (6, "total_row", None),
        (7, "empty_period", None),
    ]
    assert statement.parsed == {"USD": Decimal("4.5")}
    assert statement.analysed == {"USD": Decimal(5)}
    assert (statement.rows, statement.analysed_rows, statement.excluded_rows, statement.failed_rows) == (6, 1, 4, 1)
    assert statement.excluded["credit"].cost == {"USD": -2}


def test_a_date_and_groups_are_read_when_their_columns_are_there() -> None:
    lines, _, statement = reading(
        bill("a,llm,1,tokens,5,2026-09-01,p1", "a,llm,1,tokens,5,09/30/2026,", header=HEADER + ",Date,Project")
    )
    assert [(x.day, x.group) for x in lines] == [("2026-09-01", (("project", "p1"),)), ("2026-09-30", ())]
    assert (statement.first_day, statement.last_day) == ("2026-09-01", "2026-09-30")
