"""Tables by columns: what goes in comes out, kinds of numbers included."""

import json

from hypothesis import given
from hypothesis import strategies as st

from wasm_tools.planner.pack_columns import columns, rows_of

CELLS = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.0, 1.0, 2.5]), st.text(max_size=2))


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[CELLS] * width), min_size=1, max_size=30)))
def test_rows_come_back_through_json(rows):
    read = list(rows_of(json.loads(json.dumps(columns(rows)))))
    assert read == rows
    assert [[type(v) for v in row] for row in read] == [[type(v) for v in row] for row in rows]


def test_repeated_values_stand_once_and_others_as_they_are():
    rows = [("openai", n, n % 2 == 0) for n in range(6)]
    assert columns(rows) == [
        {"values": ["openai"], "rows": [0] * 6},
        {"values": [0, 1, 2, 3, 4, 5]},
        {"values": [True, False], "rows": [0, 1, 0, 1, 0, 1]},
    ]


def test_a_table_without_rows_has_none():
    assert columns([]) == []
    assert list(rows_of([])) == []
