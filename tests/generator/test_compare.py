"""Side by side: what is marked as different and as best, the same in page and script, and only of things that exist."""

import json
from typing import Any

import pytest

from generator.places import checkout
from generator.registry import load_registry
from generator.render.compare.facts import KINDS, MODELS, Fact, Group, told
from generator.render.compare.ready import ready_comparisons
from generator.render.compare.values import line, lines
from generator.render.pages import compare
from generator.render.records.all_records import records_of
from generator.render.records.entity import entity_json
from tests.generator.tool_site import run_module, tool_site

PRICE = Fact("Input", "input", "money", "/1M", "low")


def records(*values: Any, name: str = "input") -> list[dict[str, Any]]:
    return [{"facts": {name: v}} for v in values]


def best(fact: Fact, *values: Any) -> list[bool]:
    return [c.best for c in line(fact, records(*values, name=fact.name)).cells]


def test_the_lowest_price_and_the_longest_context_are_the_best() -> None:
    assert best(PRICE, "10", "9.5", "9.50", None) == [False, True, True, False]
    assert best(Fact("Context", "context", "tokens", "", "high"), 8192, 131072) == [False, True]


def test_nothing_is_best_where_all_are_equal_or_only_one_is_known() -> None:
    assert best(PRICE, "1", "1") == [False, False]
    assert best(PRICE, "1", None) == [False, False], "a price is not better than a price that nobody states"
    assert best(Fact("Licence", "licence"), "MIT", "Apache-2.0") == [False, False]


def test_a_missing_value_is_a_difference_and_never_a_zero() -> None:
    found = line(PRICE, records("1", None, ""))
    assert found.differs
    assert [c.text for c in found.cells] == ["$1.00", "", ""]


def test_rows_that_nobody_can_fill_are_left_out() -> None:
    group = Group("x", (PRICE, Fact("Other", "other")))
    assert [x.fact.label for x in lines(group, records("1", "2"))] == ["Input"]


def test_values_are_taken_from_the_tables_of_a_record() -> None:
    record = {
        "quality": [{"b": "gpqa", "v": 9.5}, {"b": "gpqa", "v": 83.4}, {"b": "ifeval", "v": 90}],
        "sources": [{"id": "a"}],
    }
    assert (
        line(Fact("GPQA", "v", "number", "", "", "", "quality", ("b", "gpqa"), "max"), [record]).cells[0].text == "83.4"
    )
    assert line(Fact("Sources", "id", "number", "", "", "", "sources", pick="count"), [record]).cells[0].text == "1"
    assert line(Fact("Last", "id", table="sources", pick="max"), [record]).cells[0].text == "a"


SCRIPT = """
import { lines } from "./compare_values.mjs";
const { rows, sets } = given;
const told = ({ fact, cells, differs }) => [fact.label, differs, cells.map(({ text, best }) => [text, best])];
console.log(JSON.stringify(sets.map(([kind, things]) => rows[kind].map((group) => lines(group, things).map(told)))));
"""


def same(sets: list[tuple[str, list[dict[str, Any]]]]) -> None:
    expected = [
        [
            [[x.fact.label, x.differs, [[c.text, c.best] for c in x.cells]] for x in lines(g, things)]
            for g in KINDS[kind]
        ]
        for kind, things in sets
    ]
    assert run_module(SCRIPT, {"rows": told(), "sets": sets}) == expected


def test_the_script_says_what_the_ready_pages_say() -> None:
    data = tool_site()
    found: dict[str, list[dict[str, Any]]] = {}
    for record in records_of(data).all():
        found.setdefault(f"{record.kind}s", []).append(json.loads(json.dumps(entity_json(record, data.as_of))))
    assert set(found) == {"models", "providers", "gpus"}
    same(list(found.items()))


def test_the_script_writes_figures_like_the_pages() -> None:
    names = ("context", "parameters", "verified_input", "open_weights", "input_modalities")
    values: tuple[tuple[Any, ...], ...] = (
        (1_050_000, 116_830_000_000.0, "0.142857", True, "text|image"),
        (131_072, 1e9, "0", False, ""),
        (9_999, 5_130_000_000.0, "1234.56785", None, "text"),
        (1_048_576, 999.5e9, "0.00012345", True, "text"),
        (12_345, 70e9, "15", False, "pdf"),
        (2_000, 0.5e9, "0.1375", None, "a"),
    )
    things = [{"facts": dict(zip(names, one, strict=True))} for one in values]
    same([("models", things)])


def test_ready_comparisons_name_things_that_exist() -> None:
    registry = load_registry(checkout().registry)
    known = {"models": registry.model, "providers": registry.provider, "gpus": registry.gpu}
    ready = list(ready_comparisons(checkout().registry))
    assert len(ready) >= 10
    assert len({r.id for r in ready}) == len(ready)
    assert [(r.id, i) for r in ready for i in r.items if i not in known[r.kind]] == []


def test_rows_about_use_cases_name_use_cases() -> None:
    titles = {c.title for c in load_registry(checkout().registry).use_cases}
    named = {f.where[1] for g in MODELS for f in g.facts if f.table == "use_cases"}
    assert named <= titles
    assert named


def test_a_ready_page_is_a_plain_table(monkeypatch: pytest.MonkeyPatch) -> None:
    from generator.render.compare.ready import Ready

    monkeypatch.setattr(
        compare, "ready_comparisons", lambda _: [Ready("a", "models", ("open-70b", "closed-xl"), "Why")]
    )
    index, page = compare.pages(tool_site())
    assert page.path == "compare/a/"
    assert page.context["own"] == "compare/?models=open-70b,closed-xl"
    assert index.context["groups"][0]["ready"][0]["title"] == "Open 70B and Closed XL"
    labels = {x["label"]: x for g in page.context["groups"] for x in g["lines"]}
    assert [c["text"] for c in labels["Context"]["cells"]] == ["128k", "200k"]
    assert [c["best"] for c in labels["Context"]["cells"]] == [False, True]


ADDRESS = """
import { choiceOf, choiceSearch } from "./compare_address.mjs";
const choice = choiceOf(new URLSearchParams(given), ["models", "providers", "gpus", "plans"], 6);
console.log(JSON.stringify([choice.kind, choice.items, choiceSearch(choice), choice.left ?? []]));
"""


@pytest.mark.parametrize(
    ("search", "kind", "items", "written", "left"),
    [
        ("models=gpt-5.5,claude", "models", ["gpt-5.5", "claude"], "?models=gpt-5.5,claude", []),
        ("gpus=a,b,a&zzz=1", "gpus", ["a", "b"], "?gpus=a,b", []),
        ("providers=a,b,c,d,e,f,g", "providers", list("abcdef"), "?providers=a,b,c,d,e,f", ["g"]),
        ("models=../../x,a%2Fb,%3Cb%3E", "models", [], "", ["../../x", "a/b", "<b>"]),
        ("gpus=..,a", "gpus", ["a"], "?gpus=a", [".."]),
        ("plans=use-cases/chatbot~api:x:y/z:global", "plans", ["use-cases/chatbot~api:x:y/z:global"],
         "?plans=use-cases/chatbot~api:x:y/z:global", []),
        ("plans=../secret~a,use-cases/chatbot", "plans", [], "", ["../secret~a", "use-cases/chatbot"]),
        ("models=,&zzz=1", "models", [], "", []),
    ],
)  # fmt: skip
def test_the_address_names_what_is_compared(
    search: str, kind: str, items: list[str], written: str, left: list[str]
) -> None:
    assert run_module(ADDRESS, search) == [kind, items, written, left]
