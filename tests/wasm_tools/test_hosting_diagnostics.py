"""Promises of provider diagnostics: one true reason for each provider, distinct codes, confirmed capacity."""

import pytest

from wasm_tools.planner.diagnostics import (
    CODE_OF_WORDS,
    REASONS,
    capacity_check,
    diagnostics_rows,
    provider_diagnostics,
)


def test_every_provider_has_exactly_one_status_and_reason() -> None:
    counted = {"b": {"ttft": 3, "context": 90}, "c": {"not_selected": 1, "over_budget": 5}, "d": {"memory": 0}}
    found = provider_diagnostics(["d", "a", "c", "b"], {"a"}, counted)
    assert [(d.provider, d.status, d.code) for d in found] == [
        ("a", "included", ""), ("b", "excluded", "ttft"), ("c", "not_selected", "not_selected"),
        ("d", "excluded", "no_offer"),
    ]  # fmt: skip
    assert all(d.reason for d in found)


def test_the_reason_is_that_of_the_offer_that_came_nearest() -> None:
    stages = [r.code for r in REASONS]
    for nearer, farther in zip(stages[2:], stages[1:], strict=False):
        (diagnosis,) = provider_diagnostics(["p"], (), {"p": {farther: 1000, nearer: 1}})
        assert diagnosis.code == nearer


def test_codes_and_texts_are_distinct_and_each_names_a_change() -> None:
    assert len({r.code for r in REASONS}) == len({r.words for r in REASONS}) == len(REASONS) == len(CODE_OF_WORDS)
    assert all(r.change for r in REASONS)
    assert {"unknown_model", "no_offer", "provider_filtered", "over_budget", "no_capacity"} <= {r.code for r in REASONS}


def test_an_unknown_code_is_no_reason() -> None:
    with pytest.raises(KeyError):
        provider_diagnostics(["p"], (), {"p": {"because": 1}})


def test_rows_are_those_of_the_drop_in_file() -> None:
    rows = diagnostics_rows(provider_diagnostics(["a", "b"], {"a"}, {"b": {"over_budget": 2}}))
    assert rows == [("a", "included", "has a plan on the list"), ("b", "excluded", "over the budget")]


def test_only_a_stated_capacity_confirms() -> None:
    checks = [capacity_check(10, known) for known in (None, 9.9, 10, 11)]
    assert checks == ["unknown", "insufficient", "ok", "ok"]
