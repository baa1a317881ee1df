"""Days as bills write them: ISO dates and times, seconds or milliseconds since 1970, and dates with slashes.

A day is that of UTC; a time without a zone is taken as it stands. Whether 04/01/25 is in April or in January is decided
by the whole column, or asked.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from wasm_tools.invoice.choices import DAY_FIRST, MONTH_FIRST

_SLASHED = re.compile(r"([0-9]{1,2})([/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?:[ T].*)?")
_EPOCH = re.compile(r"[0-9]{10}(?:\.[0-9]+)?|[0-9]{13}")
_YEARS = range(2000, 2100)  # of bills; anything else is another kind of number
_MILLISECONDS = 11  # digits from which a number counts milliseconds
_START = datetime(1970, 1, 1, tzinfo=UTC)


class DateProblem(ValueError):
    """Why a cell is not a usable date, in words that follow the column name."""


def iso_day(text: str, order: str = "") -> str:
    """The ISO day of a cell that has one; raises DateProblem. `order` says how dates with slashes are meant."""
    cell = text.strip()
    try:
        day = _day(cell, order)
    except (ValueError, OverflowError):
        day = None
    if day is None or day.year not in _YEARS:
        raise DateProblem(f"is not a date ({cell[:40]!r})")
    return day.isoformat()


def _day(cell: str, order: str) -> date:
    if len(cell) == 10 and cell[4] == "-" == cell[7]:
        return date.fromisoformat(cell)
    if _EPOCH.fullmatch(cell):
        whole = cell.partition(".")[0]
        seconds = int(whole) // 1000 if len(whole) >= _MILLISECONDS else int(whole)
        return (_START + timedelta(seconds=seconds)).date()
    slashed = _SLASHED.fullmatch(cell)
    if slashed:
        return _slashed_day(slashed, order)
    when = datetime.fromisoformat(cell.removesuffix(" UTC"))
    return (when.astimezone(UTC) if when.tzinfo else when).date()


def _slashed_day(found: re.Match[str], order: str) -> date:
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    month, day = (second, first) if order == DAY_FIRST else (first, second)
    if not order and found[2] == ".":  # 01.09.2026 is written with the day first wherever points are used
        month, day = second, first
    return date(year + 2000 if year < 100 else year, month, day)


def date_order(cells: Iterable[str]) -> str | None:
    """How the dates of a column with slashes are meant: MONTH_FIRST or DAY_FIRST, `''` without such dates.

    None when both readings are possible, or when the cells contradict each other.
    """
    orders = {MONTH_FIRST, DAY_FIRST}
    seen = False
    for cell in cells:
        found = _SLASHED.fullmatch(cell.strip())
        if found and found[2] == "/":
            seen = True
            if int(found[1]) > 12:
                orders.discard(MONTH_FIRST)
            if int(found[3]) > 12:
                orders.discard(DAY_FIRST)
    if not seen:
        return ""
    return orders.pop() if len(orders) == 1 else None
