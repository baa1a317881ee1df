"""Tests that must fail: a Python or a harness in which one passes proves nothing about the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasm_tools.json_text import loads


def test_a_wrong_sum() -> None:
    assert 1 + 1 == 3


def test_an_error_that_is_not_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        assert list(range(3))


def test_an_answer_of_the_engine_that_is_another() -> None:
    assert loads("[1, 2]") == [2, 1]


@given(st.integers())
def test_a_promise_that_some_example_breaks(number: int) -> None:
    assert number < 1000
