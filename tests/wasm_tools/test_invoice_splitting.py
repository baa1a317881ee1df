"""Whole calls with one cost: split over their counts where every count has a price, else left whole."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.wasm_tools.priced import bill_of, book, key, line
from wasm_tools.invoice.audit import CONTRACT, LIST
from wasm_tools.invoice.cells import Cell, audited
from wasm_tools.invoice.splitting import split

PRICES = book()


def parts(cost: str, **classes: str) -> list[Cell]:
    """The cells of calls of gpt-x that cost `cost` and count tokens of `classes`."""
    whole = replace(key(line_class="blended"), unit="")
    silent: dict[str, Any] = {"currency": "", "cost_basis": "none"}
    lines = [line(whole, None, cost)]
    lines += [line(key(line_class=name, **silent), tokens, None) for name, tokens in classes.items()]
    return split(audited(bill_of(lines), PRICES).cells, PRICES)


def test_a_call_at_list_is_at_list_in_all_its_parts() -> None:
    found = parts("10.50", input_uncached="1000000", cache_read="1000000", output="1000000")
    assert {c.key.line_class: c.cost for c in found} == {
        "input_uncached": Decimal(2), "cache_read": Decimal("0.5"), "output": Decimal(8),
    }  # fmt: skip
    assert {c.verdict.kind for c in found} == {LIST}


def test_a_discount_lies_on_all_parts_and_no_cent_is_lost() -> None:
    found = parts("8.51", input_uncached="1000000", output="1000000")
    assert sum(c.cost for c in found) == Decimal("8.51")
    assert {(c.verdict.kind, c.verdict.factor) for c in found} == {(CONTRACT, Decimal("0.85"))}


@pytest.mark.parametrize(
    ("cost", "classes"),
    [
        ("9.00", {"input": "1000000", "output": "1000000"}),  # below list: some of the input may have been cached
        ("9.00", {"input_uncached": "1000000", "image_out": "5"}),  # a count without a price
        ("9.00", {}),
    ],
)
def test_what_has_no_one_reading_stays_whole(cost: str, classes: dict[str, str]) -> None:
    found = parts(cost, **classes)
    assert [(c.cost, c.quantity) for c in found if c.key.line_class == "blended"] == [(Decimal(cost), None)]
    assert len(found) == 1 + len(classes)


def test_input_of_unknown_cache_state_is_split_at_list() -> None:
    assert {c.verdict.kind for c in parts("10.00", input="1000000", output="1000000")} == {LIST}


def test_thirds_of_a_cent_go_to_the_last_part() -> None:
    assert sum(c.cost for c in parts("1.00", input_uncached="1000000", cache_read="4000000", output="250000")) == 1
