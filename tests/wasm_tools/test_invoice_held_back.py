"""How often the band of a projection held: counted by hand, unknown where too few days can be held back."""

from datetime import date, timedelta
from decimal import Decimal

from tests.wasm_tools.priced import bill_of, book
from tests.wasm_tools.test_invoice_trend import bill
from wasm_tools.invoice.cells import audited
from wasm_tools.invoice.held_back import FEW_HELD_BACK, FEWEST, MOST, HeldBack, held_back
from wasm_tools.invoice.report_record import trend_record
from wasm_tools.invoice.trend import trend

PRICES = book()


def days(amounts: list[int]) -> list[tuple[str, Decimal]]:
    first = date(2026, 9, 1)
    return [(str(first + timedelta(n)), Decimal(usd)) for n, usd in enumerate(amounts)]


def test_the_band_is_checked_on_each_day_from_the_days_before_it() -> None:
    usual = [8, 12, 10, 9, 11] * 3  # median 10, median distance 1: the band is 10 ± 1.9
    assert held_back(days([*usual[:14], *[10] * 8])) == HeldBack(8, 8)
    assert held_back(days([*usual[:14], 10, 10, 30, 10, 10, 2, 10, 10])) == HeldBack(8, 6)  # 30 and 2 are outside


def test_a_day_does_not_help_to_project_itself() -> None:
    steady = [10] * 14
    assert held_back(days([*steady, *[20] * FEWEST])).held == 0  # the band is 10 to 10 until most days are 20


def test_days_that_may_still_grow_are_not_held_against_the_band() -> None:
    amounts = days([10] * 24 + [1, 1])
    assert held_back(amounts) == HeldBack(12, 10)
    assert held_back(amounts, provisional=2) == HeldBack(10, 10)


def test_with_few_days_it_is_unknown_and_not_all_or_nothing() -> None:
    assert held_back([]) == HeldBack(0, None)
    few = held_back(days([10] * (14 + FEWEST - 1)))
    assert (few, few.reason) == (HeldBack(FEWEST - 1, None), FEW_HELD_BACK)
    assert held_back(days([10] * (14 + FEWEST))) == HeldBack(FEWEST, FEWEST)
    assert held_back(days([10] * 200)).days == MOST


def test_the_record_tells_it_beside_the_projection() -> None:
    told = trend_record(trend(audited(bill_of(bill([10] * 30)), PRICES).cells))
    assert told["held_back"] == {"days": 13, "held": 13, "reason": ""}  # 30 days, 14 before the first, 3 provisional
    young = trend_record(trend(audited(bill_of(bill([10] * 5)), PRICES).cells))
    assert (young["month_end"], young["held_back"]["held"]) == (None, None)
