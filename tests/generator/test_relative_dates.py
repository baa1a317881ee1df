"""Relative dates beside absolute ones: counted in the reader's calendar days."""

import pytest

from tests.generator.tool_site import run_module

AGO = """
import { ago } from "./relative_dates.mjs";
console.log(JSON.stringify(given.map(([date, now]) => ago(date, new Date(now)))));
"""


@pytest.mark.parametrize(
    ("date", "now", "words"),
    [
        ("2026-11-20", "2026-11-20T23:59:00", "today"),
        ("2026-11-20", "2026-11-21T00:01:00", "yesterday"),
        ("2026-11-20", "2026-11-25T12:00:00", "5 days ago"),
        ("2026-08-20", "2026-11-20T12:00:00", "3 months ago"),
        ("2026-11-22", "2026-11-20T12:00:00", "in 2 days"),
        ("not a date", "2026-11-20T12:00:00", ""),
    ],
)
def test_a_date_is_told_in_days_weeks_or_months(date: str, now: str, words: str) -> None:
    assert run_module(AGO, [[date, now]]) == [words]
