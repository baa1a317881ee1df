"""Tables by columns: what goes in comes out, kinds of numbers included."""

import json
from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasm_tools.planner.pack_columns import columns, columns_of, records_of
from wasm_tools.planner.request_cost import RequestMix, TokenPrices

CELLS = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.0, 1.0, 2.5]), st.text(max_size=2))


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[CELLS] * width), min_size=1, max_size=30)))
def test_rows_come_back_through_json(rows):
    read = list(zip(*columns_of(json.loads(json.dumps(columns(rows)))), strict=True))
    assert read == rows
    assert [[type(v) for v in row] for row in read] == [[type(v) for v in row] for row in rows]


def test_repeated_values_stand_once_and_others_as_they_are():
    rows = [("openai", n, n % 2 == 0) for n in range(6)]
    assert columns(rows) == [
        {"values": ["openai"], "rows": "######"},
        {"values": [0, 1, 2, 3, 4, 5]},
        {"values": [True, False], "rows": "#$#$#$"},
    ]


@pytest.mark.parametrize("kinds", [2000, 55_261, 55_262])
def test_many_values_come_back(kinds):
    rows = [(n % kinds,) for n in range(2 * kinds)]
    (column,) = columns(rows)
    assert ("rows" in column) == (kinds <= 55_261)
    assert list(zip(*columns_of(json.loads(json.dumps([column], ensure_ascii=False))), strict=True)) == rows


def test_a_table_without_rows_has_none():
    assert columns([]) == []
    assert columns_of([]) == []
    assert records_of(TokenPrices, []) == []


def test_records_made_of_columns_are_those_that_a_call_makes():
    rows = [
        (0, Decimal("0.5"), Decimal(2), None, Decimal(1), None),
        (128_000, Decimal(1), Decimal(4), None, None, None),
    ]
    made = records_of(TokenPrices, map(iter, zip(*rows, strict=True)))
    assert made == [TokenPrices(*row) for row in rows]
    assert hash(made[0]) == hash(TokenPrices(*rows[0]))
    with pytest.raises(FrozenInstanceError):
        made[0].input = Decimal(0)  # type: ignore[misc]


def test_columns_that_fit_no_record_are_refused():
    with pytest.raises(ValueError, match="output of TokenPrices has 1 values, not 2"):
        records_of(TokenPrices, [[0, 1], [1, 1], [2]] + [[None, None]] * 3)
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        records_of(TokenPrices, [[0, 1]])
    with pytest.raises(TypeError, match="RequestMix does more than to keep its fields"):
        records_of(RequestMix, [[1]])
