"""Spend by day: nothing is filled in before the first use, steady and weekly use stand out nowhere, one day does."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.wasm_tools.priced import bill_of, book, key, line
from wasm_tools.invoice.cells import audited
from wasm_tools.invoice.trend import FEW, Trend, trend
from wasm_tools.invoice.usage import UsageLine

PRICES = book()


def bill(amounts: list[int | str], start: str = "2026-09-01", model: str = "gpt-x") -> list[UsageLine]:
    """A line a day of which each costs 2 USD per million tokens; 0 is no line."""
    first = date.fromisoformat(start)
    return [
        line(key(model), str(int(Decimal(usd) * 500_000)), str(usd), str(first + timedelta(n)))
        for n, usd in enumerate(amounts)
        if usd
    ]


def of(lines: list[UsageLine]) -> Trend:
    return trend(audited(bill_of(lines), PRICES).cells)


@pytest.mark.parametrize(
    "amounts",
    [
        [10] * 20,  # IN-T13: a steady user from day 1
        [10, 10, 10, 10, 10, 2, 2] * 5,  # a weekly rhythm
        [10, 10, 10, 10, 10, 0, 0] * 3,
    ],
)
def test_steady_use_and_a_weekly_rhythm_stand_out_nowhere(amounts: list[int | str]) -> None:
    assert of(bill(amounts)).anomalies == ()


def test_one_day_of_five_times_the_usual_is_one_anomaly_with_its_cause() -> None:
    lines = [*bill([10] * 20), line(key(line_class="output"), "5000000", "40", "2026-09-11")]
    (found,) = of(lines).anomalies
    assert (found.day, found.usd, found.usual) == ("2026-09-11", 50, 10)
    assert (found.model, found.line_class, found.by) == ("gpt-x", "output", 38)  # 40 − 40 ÷ 20 days


def test_the_series_begins_with_the_first_use_and_gaps_inside_are_zero() -> None:
    found = of(bill([10, 0, 10], "2026-09-05"))
    assert found.days == (("2026-09-05", 10), ("2026-09-06", 0), ("2026-09-07", 10))
    assert (found.month_end, found.reason) == (None, FEW)


def test_the_month_ends_where_the_usual_days_lead() -> None:
    found = of(bill([10] * 20)).month_end
    assert found is not None
    assert (found.month, found.actual, found.estimate, found.low, found.high) == ("2026-09", 200, 300, 300, 300)


def test_a_weekday_that_never_has_use_is_expected_to_stay_so() -> None:
    """Working days from Tuesday 1 to Wednesday 23 September; of the seven days left two are a weekend."""
    found = of(bill(([10, 10, 10, 10, 0, 0, 10] * 4)[:23]))
    assert found.month_end is not None
    assert (found.month_end.actual, found.month_end.estimate) == (170, 220)
    assert found.anomalies == ()


def test_each_weekday_counts_by_itself_from_four_weeks_on() -> None:
    """28 days from Tuesday 1 September: 29 and 30 are a Tuesday and a Wednesday."""
    found = of(bill([20, 10, 10, 10, 10, 10, 10] * 4)).month_end
    assert found is not None
    assert found.estimate == found.actual + 30


def test_a_change_is_told_apart_into_volume_price_and_mix() -> None:
    """Twice the tokens at half the price: the price fell on 1 July."""
    lines = [
        line(key(tier="standard", region_scope="global"), "1000000", "4.00", "2026-06-10"),
        line(key(tier="standard", region_scope="global"), "2000000", "4.00", "2026-07-10"),
    ]
    found = of(lines).change
    assert found is not None
    assert (found.before, found.after, found.volume, found.price, found.mix) == (4, 4, 4, -4, 0)
    more = of([*lines, line(key(line_class="output"), "1000000", "8.00", "2026-07-11")]).change
    assert more is not None
    assert more.volume + more.price + more.mix == more.after - more.before == 8
    assert more.price == -4


def test_a_month_whose_corrections_take_back_all_that_was_used_has_no_price() -> None:
    lines = [
        line(key(), "1000000", "4.00", "2026-06-10"),
        line(key(), "-1000000", "1.00", "2026-06-11"),
        line(key(), "1000000", "2.00", "2026-07-10"),
    ]
    found = of(lines).change
    assert found is not None
    assert (found.before, found.after, found.volume, found.price, found.mix) == (5, 2, 0, 0, -3)
