"""Days of all the ways in which bills write dates; what may be two days is asked about."""

import pytest

from tests.wasm_tools.bills import HEADER
from tests.wasm_tools.invoices import reading
from wasm_tools.invoice.choices import DAY_FIRST, MONTH_FIRST, Choices, Question
from wasm_tools.invoice.dates import DateProblem, date_order, iso_day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-09-01", "2026-09-01"),
        (" 2026-09-01T23:30:00-05:00 ", "2026-09-02"),
        ("2026-09-01T00:30:00+02:00", "2026-08-31"),
        ("2026-09-01T00:00:00Z", "2026-09-01"),
        ("2026-09-01 10:00:00.000", "2026-09-01"),
        ("2026-09-01 04:00", "2026-09-01"),
        ("2026-09-01 00:00:00 UTC", "2026-09-01"),
        ("20260901", "2026-09-01"),
        ("1788220800", "2026-09-01"),
        ("1788220799", "2026-08-31"),
        ("1788220800.0", "2026-09-01"),
        ("1788220800000", "2026-09-01"),
        ("09/01/2026", "2026-09-01"),
        ("4/1/25", "2025-04-01"),
        ("4/1/25 0:00", "2025-04-01"),
        ("01.09.2026", "2026-09-01"),
    ],
)
def test_day_of_a_cell(text: str, day: str) -> None:
    assert iso_day(text) == day


def test_order_of_day_and_month_is_followed() -> None:
    assert (iso_day("4/1/25", DAY_FIRST), iso_day("4/1/25", MONTH_FIRST)) == ("2025-01-04", "2025-04-01")


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-02-30", "13/13/2026", "0", "2026", "9" * 13, "99/1"])
def test_what_is_no_date_is_named(text: str) -> None:
    with pytest.raises(DateProblem, match="is not a date"):
        iso_day(text)


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["2026-09-01"], ""),
        (["1/13/26", "2/2/26"], MONTH_FIRST),
        (["13/1/26", "2/2/26"], DAY_FIRST),
        (["1/2/26", "3/4/26"], None),
        (["13/1/26", "1/13/26"], None),
    ],
)
def test_a_whole_column_decides_the_order(cells: list[str], order: str | None) -> None:
    assert date_order(cells) == order


def test_a_column_that_leaves_it_open_is_asked_about_and_the_answer_is_used() -> None:
    data = f"{HEADER},date\na,llm,1,tokens,5,04/01/25\n".encode()
    with pytest.raises(Question, match="month or the day first") as asked:
        reading(data)
    assert (asked.value.about, asked.value.options) == ("date_order", (MONTH_FIRST, DAY_FIRST))
    days = [reading(data, choices=Choices(date_order=order))[0][0].day for order in asked.value.options]
    assert days == ["2025-04-01", "2025-01-04"]


def test_a_date_that_is_none_is_a_counted_failure() -> None:
    _, excluded, _ = reading(f"{HEADER},date\na,llm,1,tokens,5,soon\n".encode())
    assert [(e.reason, e.detail, e.cost) for e in excluded] == [("parse_error", "date is not a date ('soon')", 5)]
