"""Who changes prices, and when: the news of the last half year by provider and week."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from generator.change_kinds import NEWS, Change
from generator.render.change_index import ChangeIndex, counted
from generator.render.change_rows import day_path
from generator.render.charts.sparkline import sparkline

WEEKS, PROVIDERS = 26, 12


def weeks_to(until: str) -> list[str]:
    """The Mondays of the last weeks up to a day, oldest first."""
    monday = date.fromisoformat(until)
    monday -= timedelta(days=monday.weekday())
    return [(monday - timedelta(weeks=n)).isoformat() for n in reversed(range(WEEKS))]


def by_week(changes: Sequence[Change], weeks: Sequence[str]) -> list[int]:
    """How many changes fall into each week; those before the first are left out."""
    found = Counter(max((w for w in weeks if w <= c.event.date), default="") for c in changes)
    return [found[week] for week in weeks]


def provider_weeks(changes: ChangeIndex) -> list[dict[str, Any]]:
    """The providers with most news in these weeks, each with its counts by kind and its weeks drawn."""
    weeks = weeks_to(changes.index.data.as_of)
    news: defaultdict[str, list[Change]] = defaultdict(list)
    for c in changes.changes:
        if c.kind in NEWS and c.event.date >= weeks[0]:
            news[c.event.provider].append(c)
    order = sorted(news.items(), key=lambda item: (-len(item[1]), item[0]))[:PROVIDERS]
    return [_row(provider, found, weeks, changes) for provider, found in order]


def _row(provider: str, found: list[Change], weeks: Sequence[str], changes: ChangeIndex) -> dict[str, Any]:
    values, kinds, newest = by_week(found, weeks), counted(found), found[-1].event.date
    busiest = weeks[values.index(max(values))]
    words = f"Changes in {sum(map(bool, values))} of {WEEKS} weeks, most in the week of {busiest}: {max(values):,}"
    return {
        "provider": changes.index.provider_name(provider),
        "href": f"providers/{provider}/" if provider in changes.provider_pages else "",
        "line": sparkline(values, words),
        "counts": [kinds[kind] for kind in NEWS],
        "newest": newest,
        "newest_href": day_path(newest),
    }
