"""Days that stand out, by the invoice engine's trend, and the tag that differs most on each of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.invoice.trend import Anomaly, Trend, active_days, trend
from wasm_tools.spend.daily import Daily
from wasm_tools.spend.spent import Entry

PROVISIONAL_DAYS = 1  # calls are written when they end: only the last day is not over yet
BILLED_DAYS = 3  # providers bill late
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TagShare:
    """The value of a tag whose spend of a day is `usd` away from its mean day, more than any other."""

    name: str
    value: str
    usd: Decimal


def spend_trend(daily: Daily, today: str) -> Trend:
    """The trend of a view."""
    if daily.paid:
        return trend(daily.cells, BILLED_DAYS)
    return trend(daily.cells, PROVISIONAL_DAYS, today)


def by_tag(found: Anomaly, entries: Iterable[Entry], series: Sequence[tuple[str, Decimal]]) -> TagShare | None:
    """The tag that explains a day; None where no call has a tag."""
    active = active_days(series)
    away: dict[tuple[str, str], Decimal] = {}
    for entry in entries:
        if entry.day:
            share = entry.usd / active
            part = entry.usd - share if entry.day == found.day else -share
            for tag in entry.what.tags:
                away[tag] = away.get(tag, ZERO) + part
    if not away:
        return None
    tag = max(away, key=lambda t: (abs(away[t]), t))
    return TagShare(*tag, away[tag])
