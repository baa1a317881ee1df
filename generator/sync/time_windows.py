"""Time windows of a price: the `window` of a meter, written the same way by every connector.

`HHMM-HHMM` is a span of the day in UTC, the end not included; `0000` as an end is midnight, and a span whose end is
before its start runs into the next day. `@mon-fri` restricts it to weekdays (`@sat`, or `@mon+wed` when they are not
in a row). Example: `0100-0400@mon-fri`.

Sources disagree on what their base price is: litellm puts the peak price at the top and lists off-peak hours,
genai-prices and OpenRouter put the off-peak price at the top and list peak hours. Here a meter **without** window is
the price outside every window that is listed, and windows carry the peak price, so that both conventions meet.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

DAY = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))

Span = tuple[int, int]  # minutes of the day, start < end ≤ DAY


def window_text(start: int, end: int, days: Iterable[int] = EVERY_DAY) -> str:
    """The window from `start` to `end` (minutes after midnight, UTC) on `days` (0 is Monday)."""
    span = f"{_clock(start)}-{_clock(end % DAY)}"
    chosen = sorted(set(days))
    if len(chosen) == len(WEEKDAYS):
        return span
    names = [WEEKDAYS[d] for d in chosen]
    in_a_row = len(chosen) > 1 and chosen == list(range(chosen[0], chosen[-1] + 1))
    return f"{span}@{names[0]}-{names[-1]}" if in_a_row else f"{span}@{'+'.join(names)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}{minute % 60:02}"


def minutes(text: str) -> int:
    """Minutes after midnight of `HH:MM`, `HH:MM:SSZ` or `HHMM`; raises ValueError for anything else."""
    match = re.fullmatch(r"(\d\d):?(\d\d)(?::00)?Z?", text)
    if not match or int(match[1]) > 24 or int(match[2]) > 59 or int(match[1]) * 60 + int(match[2]) > DAY:
        raise ValueError(f"{text!r} is not a time of day")
    return int(match[1]) * 60 + int(match[2])


def spans(start: int, end: int) -> list[Span]:
    """A span of the day as parts that do not cross midnight; a span that ends where it starts is the whole day."""
    if start == end:
        return [(0, DAY)]
    if end == 0:
        end = DAY
    return [(start, end)] if start < end else [(0, end), (start, DAY)]


def complement_windows(covered: Sequence[Sequence[Span]]) -> list[str]:
    """Windows for the hours that are not covered, given the covered spans of each weekday from Monday on."""
    days_of: dict[Span, list[int]] = defaultdict(list)
    for day, taken in enumerate(covered):
        minute = 0
        for start, end in [*sorted(taken), (DAY, DAY)]:
            if start > minute:
                days_of[(minute, start)].append(day)
            minute = max(minute, end)
    return [window_text(start, end, days) for (start, end), days in sorted(days_of.items())]
