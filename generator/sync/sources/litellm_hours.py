"""The off-peak hours of litellm: `off_peak_pricing` beside prices that hold in the peak hours.

`windows` lists off-peak hours in UTC, with weekdays as numbers (1 is Monday) or names; older payloads give one span
for every day. Weekdays may be those of a time zone (`weekday_timezone`); the listed peak hours fall on the same weekday
there and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.sync.price_fields import EntryPrices
from generator.sync.sources.litellm_keys import is_priced, meaning
from generator.sync.time_windows import WEEKDAYS, Span, complement_windows, minutes, spans
from wasm_tools.pricing.meters import Meter


@dataclass(frozen=True, slots=True)
class PeakHours:
    """When the top-level prices hold. Without windows the meters have prices by the hour, but nobody knows when."""

    windows: tuple[str, ...] = ()
    meters: Mapping[Meter, Any] = field(default_factory=dict)  # the off-peak price of each meter that has one


def peak_hours(prices: EntryPrices, off_peak: object) -> PeakHours:
    """When the top-level prices hold, and the off-peak prices beside them; nothing for an entry without."""
    if off_peak is None:
        return PeakHours()
    if not isinstance(off_peak, dict):
        prices.reject("off_peak_pricing: not an object")
        return PeakHours()
    known = [(meaning(k, "chat").meter, v) for k, v in off_peak.items() if is_priced(k)]
    try:
        windows = tuple(_peak_windows(off_peak))
    except (AttributeError, KeyError, TypeError, ValueError):
        windows = ()
    if not windows:
        prices.reject("off_peak_pricing: windows not understood, prices by the hour left out")
    return PeakHours(windows, {meter: value for meter, value in known if meter})


def _peak_windows(off_peak: Mapping[str, Any]) -> list[str]:
    """The windows outside the off-peak hours. `00:00-00:00` is the whole day."""
    covered: list[list[Span]] = [[] for _ in WEEKDAYS]
    for window in off_peak.get("windows", [off_peak]):
        hours = window["hours_utc"]
        for text in [hours] if isinstance(hours, str) else hours:
            start, end = (minutes(part) for part in text.split("-"))
            for day in window.get("weekdays", range(1, 8)):
                covered[_weekday(day)] += spans(start, end)
    if not any(covered):
        raise ValueError("no off-peak hours are listed")
    return complement_windows(covered)


def _weekday(day: int | str) -> int:
    """0 for Monday, from the number 1 or a name such as `monday`."""
    if isinstance(day, str):
        return WEEKDAYS.index(day[:3].lower())
    if not 1 <= day <= len(WEEKDAYS):
        raise ValueError(f"weekday {day}")
    return day - 1
