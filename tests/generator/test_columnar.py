"""Columnar tables: what is written is what the page reads, finds and sorts."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest

from generator.render.columnar import columnar_file, decimal_column, hashed_name, number_column, text_column
from tests.generator.tool_site import run_module

NAMES = ["beta", "Alpha", "", "gamma", "alpha two", "Beta"]
PRICES = ["10", "0.15", "", "2.5", "0.150", "0"]
COUNTS = [8, 1, None, 16, 8, 2]


def table(**columns: Any) -> Any:
    return json.loads(columnar_file(columns, {"as_of": "2026-11-20"}))


def cells(column: dict[str, Any]) -> list[Any]:
    return column["numbers"] if column["kind"] == "number" else [column["values"][c] for c in column["codes"]]


def test_every_value_comes_back_in_its_row() -> None:
    record = table(name=text_column(NAMES), price=decimal_column(PRICES), count=number_column(COUNTS))
    assert record["rows"] == 6
    assert cells(record["columns"]["name"]) == NAMES
    assert cells(record["columns"]["price"]) == PRICES
    assert cells(record["columns"]["count"]) == COUNTS


def test_dictionaries_are_sorted_by_what_is_shown_with_missing_values_last() -> None:
    assert text_column(["b", "", "a"], {"a": "Zeta", "b": "eta"})["values"] == ["b", "a", ""]
    assert decimal_column(["10", "9.5", "", "0.1"])["values"] == ["0.1", "9.5", "10", ""]


def test_prices_are_exact_texts_beside_what_is_shown() -> None:
    column = decimal_column(["0.0003125", "2.5"], lambda value: f"${value}")
    assert column["values"] == ["0.0003125", "2.5"]
    assert column["labels"] == ["$0.0003125", "$2.5"]


def test_columns_of_different_lengths_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'price' has 1 values, the first one has 2"):
        columnar_file({"name": text_column(["a", "b"]), "price": decimal_column(["1"])}, {})


def test_the_same_table_gives_the_same_file_name_and_another_table_another() -> None:
    one, two = columnar_file({"n": number_column([1])}, {}), columnar_file({"n": number_column([2])}, {})
    assert hashed_name("offers", one) == hashed_name("offers", one) != hashed_name("offers", two)


READ = """
import { tableOf, typed } from "./columnar.mjs";
import { orderedRows } from "./row_order.mjs";
const table = tableOf(typed(given.record));
const rows = Uint32Array.from({ length: table.rows }, (_, row) => row);
const keys = given.sort.map(([name, descending]) => ({ column: table.columns.get(name), descending }));
console.log(JSON.stringify([...orderedRows(rows, keys)]));
"""


def page_order(record: Any, *sort: tuple[str, bool]) -> list[int]:
    return run_module(READ, {"record": record, "sort": sort})


def test_the_page_sorts_like_python_with_missing_values_last_both_ways() -> None:
    record = table(name=text_column(NAMES), price=decimal_column(PRICES), count=number_column(COUNTS))
    priced = [row for row in range(6) if PRICES[row]]
    # "0.15" and "0.150" are equal numbers; the dictionary breaks the tie by their text.
    ascending = sorted(priced, key=lambda row: (Decimal(PRICES[row]), PRICES[row]))
    assert page_order(record, ("price", False)) == [*ascending, 2]
    assert page_order(record, ("price", True)) == [*reversed(ascending), 2]
    assert page_order(record, ("count", False)) == [1, 5, 0, 4, 3, 2]
    assert page_order(record, ("count", True)) == [3, 0, 4, 5, 1, 2]


def test_random_tables_are_sorted_by_several_columns_like_python() -> None:
    source = random.Random(20261121)
    rows = 300
    kinds = [source.choice(["host", "cloud", ""]) for _ in range(rows)]
    prices = [source.choice(["", "0.1", "1", "1.5", "20", "0.25"]) for _ in range(rows)]
    counts = [source.choice([None, 1, 2, 8]) for _ in range(rows)]
    record = table(kind=text_column(kinds), price=decimal_column(prices), count=number_column(counts))

    def key(row: int) -> tuple[Any, ...]:
        kind, price, count = kinds[row], prices[row], counts[row]
        return (not kind, kind, not price, -Decimal(price or 0), count is None, count or 0)

    assert page_order(record, ("kind", False), ("price", True), ("count", False)) == sorted(range(rows), key=key)


RANKED = """
import { figureOf, figures, plainNumber, ranked } from "./columnar.mjs";
const column = ranked(Float64Array.from(given, (x) => x ?? NaN), (x) => `<${x}>`);
console.log(JSON.stringify({
  order: [...column.codes], missing: column.missing, size: column.size,
  values: [...column.codes].map(column.value), labels: [...column.codes].map(column.label),
  back: [...figures(given.length, figureOf(column))].map((x) => (Number.isNaN(x) ? null : x)),
}));
"""


def test_computed_figures_become_a_column_like_any_other() -> None:
    given = [0.30000000000000004, None, 1e-9, 12345678.5, 0.3, 0]
    found = run_module(RANKED, given)
    assert found["order"] == [3, 5, 1, 4, 2, 0]
    assert (found["missing"], found["size"]) == (5, 6)
    assert found["values"] == ["0.3", "", "0.000000001", "12345678.5", "0.3", "0"], "plain digits without noise"
    assert found["labels"][1] == ""
    assert found["back"] == given
    assert run_module(RANKED, [2, 1])["missing"] == -1


def test_a_table_of_another_format_is_refused_in_words() -> None:
    said = run_module(
        """
        import { tableOf } from "./columnar.mjs";
        let message = "";
        try { tableOf({ format: 2, rows: 0, columns: {} }); } catch (error) { message = error.message; }
        console.log(JSON.stringify(message));
        """,
        None,
    )
    assert "Load the page again" in said
