"""The query language of the explorer: what is typed is what is filtered, and mistakes are said with their place."""

import json
import random
from itertools import product
from typing import Any

import pytest

from generator.render.columnar import columnar_file, decimal_column, text_column
from tests.generator.tool_site import run_module

PARSE = """
import { parsedQuery, withSort, withValues, written } from "./query_text.mjs";
const known = new Set(["in", "out", "p", "ctx", "tier", "released", "id"]);
console.log(JSON.stringify(parsedQuery(given, known)));
"""


def parsed(text: str) -> dict[str, Any]:
    return run_module(PARSE, text)


def shape(text: str) -> list[tuple[str, bool, list[tuple[str, str]]]]:
    terms = parsed(text)["terms"]
    return [(t["key"], t["negated"], [(v["op"], v["text"]) for v in t["values"]]) for t in terms]


def test_words_terms_lists_comparisons_and_negations() -> None:
    assert shape("llama in:<0.5 p:openai,azure -tier:batch ctx:>=128k out:1..5 id:?") == [
        ("", False, [("has", "llama")]),
        ("in", False, [("<", "0.5")]),
        ("p", False, [("has", "openai"), ("has", "azure")]),
        ("tier", True, [("has", "batch")]),
        ("ctx", False, [(">=", "128k")]),
        ("out", False, [("..", "1..5")]),
        ("id", False, [("?", "?")]),
    ]


@pytest.mark.parametrize(
    ("text", "number"), [("128k", 128_000), ("1.5M", 1_500_000), ("$0.50", 0.5), ("7", 7), (".5", 0.5)]
)
def test_figures_are_read_as_people_write_them(text: str, number: float) -> None:
    (term,) = parsed(f"in:<{text}")["terms"]
    assert term["values"][0]["number"] == number


def test_quotes_keep_blanks_commas_and_signs_together() -> None:
    assert shape('"gpt 4o, mini" id:"a b",c p:"<5"') == [
        ("", False, [("has", "gpt 4o, mini")]),
        ("id", False, [("has", "a b"), ("has", "c")]),
        ("p", False, [("has", "<5")]),
    ]


def test_an_id_with_a_colon_is_a_word_and_a_mistyped_key_is_a_fault_with_its_place() -> None:
    assert shape("llama3.1:8b") == [("", False, [("has", "llama3.1:8b")])]
    (fault,) = parsed("abc prvider:openai out:<5")["faults"]
    assert (fault["at"], fault["length"]) == (4, 8)
    assert "prvider" in fault["message"]
    assert len(parsed("abc prvider:openai out:<5")["terms"]) == 2, "what is understood still filters"


@pytest.mark.parametrize(("text", "at"), [("out:<", 4), ("llama out:", 10), ('id:"abc', 3), ("p:openai,", 9)])
def test_what_is_missing_is_said_with_its_place(text: str, at: int) -> None:
    assert [f["at"] for f in parsed(text)["faults"]] == [at]


def test_no_text_makes_the_parser_fail_or_hang() -> None:
    chance = random.Random(5)
    texts = ["".join(chance.choices('ab:,"-<>=.?1k sort: p:', k=chance.randrange(20))) for _ in range(400)]
    script = """
    import { parsedQuery } from "./query_text.mjs";
    const known = new Set(["p", "in"]);
    for (const text of given) {
      for (const { start, end } of parsedQuery(text, known).terms) if (!(start < end && end <= text.length)) throw text;
    }
    console.log("true");
    """
    assert run_module(script, texts) is True


EDIT = """
import { parsedQuery, withSort, withValues, written } from "./query_text.mjs";
const known = new Set(["p", "in", "tier"]);
const query = parsedQuery(given.text, known);
const old = query.terms.filter((term) => term.key === given.key && !term.negated);
console.log(JSON.stringify(given.sort ? withSort(given.text, query, given.sort)
  : withValues(given.text, old, given.key, given.values.map(written))));
"""


@pytest.mark.parametrize(
    ("text", "values", "after"),
    [
        ("llama", ["openai"], "llama p:openai"),
        ("p:openai llama in:<5", ["azure", "Open Lab"], 'p:azure,"Open Lab" llama in:<5'),
        ("llama p:openai in:<5", [], "llama in:<5"),
        ("-p:openai", [""], "-p:openai p:?"),
    ],
)
def test_choices_are_written_into_the_query(text: str, values: list[str], after: str) -> None:
    assert run_module(EDIT, {"text": text, "key": "p", "values": values}) == after


def test_the_order_is_written_into_the_query() -> None:
    sort = [{"name": "in", "descending": True}, {"name": "p", "descending": False}]
    assert run_module(EDIT, {"text": "a sort:p b", "sort": sort}) == "a sort:-in,p b"
    assert parsed("a sort:-in,p b")["sort"] == sort


FILTER = """
import { tableOf, typed } from "./columnar.mjs";
import { parsedQuery } from "./query_text.mjs";
import { keyTest, matchingRows, wordTest } from "./row_filter.mjs";
import { vocabularyOf } from "./near_names.mjs";
const table = tableOf(typed(given.record));
const kinds = {
  in: [["price", "money"], ["reads", "text"]], released: [["released", "date"]], p: [["provider", "text"]],
};
const meant = (key) => kinds[key].map(([name, kind]) => ({ name, kind, column: table.columns.get(name) }));
const searched = [table.columns.get("provider"), table.columns.get("model")];
const query = parsedQuery(given.text, new Set(Object.keys(kinds)));
const corrected = [];
const tests = query.terms.map((term) => {
  if (term.key) return keyTest(term, meant(term.key));
  const found = wordTest(term, searched, () => vocabularyOf(searched.flatMap((column) => column.lower())));
  if (found.corrected) corrected.push(...found.corrected.near);
  return found.test;
});
const wrong = tests.filter((test) => typeof test === "string");
console.log(JSON.stringify(wrong.length ? wrong : { rows: [...matchingRows(table.rows, tests)], corrected }));
"""
ROWS = json.loads(
    columnar_file(
        {
            "provider": text_column(["openai", "azure", "azure-eu", "anthropic"], {"openai": "OpenAI"}),
            "model": text_column(["gpt-5", "gpt-5", "gpt-5-mini", "claude"], {"claude": "Claude Sonnet 4.5"}),
            "price": decimal_column(["1.25", "", "0.05", "3"]),
            "reads": text_column(["text|image", "text", "", "text|image"]),
            "released": text_column(["2025-08-07", "2025-08-07", "", "2026-03-01"]),
        },
        {},
    )
)


def rows(text: str) -> Any:
    found = run_module(FILTER, {"record": ROWS, "text": text})
    return found["rows"] if isinstance(found, dict) else found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [0, 1, 2, 3]),
        ("gpt", [0, 1, 2]),
        ("OPENAI", [0]),
        ("1.25", []),  # a cost figure is not a name
        ("in:<2", [0, 2]),
        ("-in:<2", [3]),  # missing is neither
        ("in:?", [1, 2]),  # either reading is not stated
        ("in:image", [0, 3]),
        ("in:image in:>2", [3]),
        ("in:0.05..1.25", [0, 2]),
        ("in:3,0.05", [2, 3]),
        ("p:azure", [1]),  # a whole name wins over a part
        ("p:azu", [1, 2]),
        ("p:azure*", [1, 2]),
        ("p:=azu", []),
        ("-p:azure", [0, 2, 3]),
        ("-gpt", [3]),
        ("released:>=2025-09", [3]),
        ("released:2025", [0, 1]),
        ("released:<2026", [0, 1]),
    ],
)
def test_a_query_means_these_rows(text: str, expected: list[int]) -> None:
    assert rows(text) == expected


def test_a_comparison_with_a_word_is_refused_in_words() -> None:
    assert "no number" in rows("in:<cheap")[0]


@pytest.mark.parametrize(
    ("typed", "meant", "expected"),
    [("antropic", "anthropic", [3]), ("cluade", "claude", [3]), ("sonnte", "sonnet", [3]), ("opanai", "openai", [0])],
)
def test_small_mistakes_in_names_are_forgiven(typed: str, meant: str, expected: list[int]) -> None:
    assert run_module(FILTER, {"record": ROWS, "text": typed}) == {"rows": expected, "corrected": [meant]}


def test_great_mistakes_and_short_words_are_not_guessed_at() -> None:
    assert rows("abcdefgh") == rows("gpx") == rows("4.50") == []


DISTANCES = """
import { editDistance } from "./near_names.mjs";
console.log(JSON.stringify(given.map(([a, b, limit]) => editDistance(a, b, limit))));
"""


def distance(a: str, b: str) -> int:
    """Edits between two words by the whole table, a swap of neighbours counted as one."""
    table = [[max(r, c) if not (r and c) else 0 for c in range(len(b) + 1)] for r in range(len(a) + 1)]
    for r, c in product(range(1, len(a) + 1), range(1, len(b) + 1)):
        change = table[r - 1][c - 1] + (a[r - 1] != b[c - 1])
        table[r][c] = min(table[r - 1][c] + 1, table[r][c - 1] + 1, change)
        if r > 1 and c > 1 and a[r - 1] == b[c - 2] and a[r - 2] == b[c - 1]:
            table[r][c] = min(table[r][c], table[r - 2][c - 2] + 1)
    return table[-1][-1]


def test_distances_near_the_diagonal_are_those_of_the_whole_table() -> None:
    words = ["".join(w) for n in range(5) for w in product("ab", repeat=n)] + ["x" * 70, "x" * 69 + "y"]
    pairs = [(a, b, limit) for a in words for b in words for limit in (0, 1, 2)]
    expected = [min(distance(a, b), limit + 1) for a, b, limit in pairs]
    assert run_module(DISTANCES, pairs) == expected
