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
import { counts, label, matchingRows, sortedRows, tableOf, value } from "./columnar.mjs";
const table = tableOf(given.record);
const found = matchingRows(table, { words: given.words, searched: given.searched, equal: new Map(given.equal) });
const sorted = given.sort ? sortedRows(table, found, given.sort, given.descending) : found;
console.log(JSON.stringify([...sorted]));
"""


def page_rows(
    record: Any, words: str = "", equal: dict[str, str] | None = None, sort: str = "", descending: bool = False
) -> list[int]:
    return run_module(
        READ,
        {
            "record": record,
            "words": words,
            "searched": [name for name, c in record["columns"].items() if c["kind"] == "text"],
            "equal": list((equal or {}).items()),
            "sort": sort,
            "descending": descending,
        },
    )


def test_the_page_sorts_like_python_with_missing_values_last_both_ways() -> None:
    record = table(name=text_column(NAMES), price=decimal_column(PRICES), count=number_column(COUNTS))
    priced = [row for row in range(6) if PRICES[row]]
    # "0.15" and "0.150" are equal numbers; the dictionary breaks the tie by their text.
    ascending = sorted(priced, key=lambda row: (Decimal(PRICES[row]), PRICES[row]))
    assert page_rows(record, sort="price") == [*ascending, 2]
    assert page_rows(record, sort="price", descending=True) == [*reversed(ascending), 2]
    assert page_rows(record, sort="count") == [1, 5, 0, 4, 3, 2]
    assert page_rows(record, sort="count", descending=True) == [3, 0, 4, 5, 1, 2]


def test_every_word_must_be_found_in_some_column_whatever_its_case() -> None:
    record = table(
        model=text_column(["m1", "m2", "m1"], {"m1": "Llama 70B", "m2": "Qwen"}),
        provider=text_column(["acme", "acme", "hostly"]),
    )
    assert page_rows(record, "LLAMA hostly") == [2]
    assert page_rows(record, "  m1  ") == [0, 2], "ids are found as well as names"
    assert page_rows(record, "llama qwen") == []


def test_random_tables_are_filtered_and_sorted_like_python() -> None:
    source = random.Random(20261121)
    for _ in range(5):
        rows = 300
        names = [source.choice(["gpt", "GPT mini", "llama", "", "qwen max"]) for _ in range(rows)]
        kinds = [source.choice(["host", "cloud"]) for _ in range(rows)]
        prices = [source.choice(["", "0.1", "1", "1.5", "20", "0.25"]) for _ in range(rows)]
        record = table(name=text_column(names), kind=text_column(kinds), price=decimal_column(prices))
        expected = [r for r in range(rows) if "gpt" in names[r].lower() and kinds[r] == "cloud"]
        expected.sort(key=lambda r: (not prices[r], Decimal(prices[r] or 0)))
        assert page_rows(record, "gpt", {"kind": "cloud"}, "price") == expected


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
