"""The view of the explorer in its address: only what differs, read back as it was, nothing else let in."""

from typing import Any

import pytest

from tests.generator.tool_site import run_module

USUAL = {"sheets": ["tokens", "offers"], "currencies": ["USD", "EUR"], "blend": [3, 1], "task": [1000, 500]}
SCRIPT = """
import { searchOf, usualView, viewOf } from "./explore_address.mjs";
const { view, newer } = viewOf(new URLSearchParams(given.search), given.usual);
console.log(JSON.stringify({ view, newer, search: searchOf(view, given.usual) }));
"""


def read(search: str) -> dict[str, Any]:
    return run_module(SCRIPT, {"search": search, "usual": USUAL})


def test_the_usual_view_has_an_empty_address() -> None:
    assert read("")["search"] == ""
    assert read("data=tokens&cur=USD&unit=1M&blend=3-1&task=1000-500&cached=0&q=%20")["search"] == ""


def test_a_view_comes_back_as_it_was() -> None:
    search = (
        "v=1&data=offers&q=p%3Aopenai+out%3A%3C5+sort%3Ain&cols=%2Bwrite%2C-date&cur=EUR&unit=1k&blend=10-1&cached=50"
        "&task=8000-200&x=ratio%3Doutput+%2F+input&x=b%3D1%3D"
    )
    found = read(search)
    assert found["search"] == search
    assert found["view"]["q"] == "p:openai out:<5 sort:in"
    assert found["view"]["columns"] == ["+write", "-date"]
    assert found["view"]["own"] == [{"name": "ratio", "text": "output / input"}, {"name": "b", "text": "1="}]
    assert not found["newer"]


@pytest.mark.parametrize(
    "search",
    [
        "data=nonsense", "cur=XXX", "unit=3", "blend=0-0", "blend=a-b", "blend=3-1-1", "task=-1-5", "cached=101",
        "cached=x",
        "cols=<b>", "x=1a=2", "x=novalue", "task=999999999-1", "v=1&zzz=1",
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_its_usual_value(search: str) -> None:
    assert read(search)["search"] == ""


def test_an_address_of_a_newer_page_is_known_as_such() -> None:
    assert read("v=2&q=llama")["newer"]
    assert read("v=2&q=llama")["view"]["q"] == "llama"
