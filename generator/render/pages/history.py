"""History: what changed, by day, with a page a day; news first, then what only sources came to say."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from generator.change_kinds import KINDS, NEWS
from generator.render.api_file import API
from generator.render.change_index import ChangeIndex, Group, change_index, counted
from generator.render.change_rows import WORDS, billed, change_row, day_path, row_elements
from generator.render.change_weeks import WEEKS, provider_weeks
from generator.render.charts.book import chart_book
from generator.render.charts.views import chart_views
from generator.render.feeds import alternates
from generator.render.formats import plural
from generator.render.history_files import FOLDER, day_file, quarter, quarter_file
from generator.render.page import Page, SiteData
from generator.render.tool_assets import data_block

DAYS_LISTED = 90  # days in the table of the overview; the index file has all
SHOWN = 12  # rows of the week on the overview
RENTALS = 10
ROOM = 1_340  # elements for the rows of a day; its file has everything
OTHERS = 16  # providers in the table of what is no news


SECTIONS: Mapping[str, int] = {"repriced": 30, "new": 20, "removed": 12, "restated": 10}  # kinds with the most rows
GATHERED = tuple(kind for kind in KINDS if kind not in SECTIONS)  # counted by provider


def pages(data: SiteData) -> Iterator[Page]:
    """The overview and a page a day."""
    changes = change_index(data)
    yield overview(changes)
    days = list(changes.days)
    for place, day in enumerate(days):
        later, earlier = days[place - 1] if place else "", days[place + 1] if place + 1 < len(days) else ""
        yield day_page(day, earlier, later, changes)


def overview(changes: ChangeIndex) -> Page:
    """The last week, the days, rental prices, and the feeds."""
    days = list(changes.days)
    until = changes.index.data.as_of
    after = (date.fromisoformat(until) - timedelta(days=7)).isoformat()
    week = [d for d in days if d > after]
    rentals = [g for g in changes.groups if g.gpu or g.changes[0].event.meter.startswith("gpu_hour")]
    repriced = [g for d in week for g in changes.groups_of_day[d] if g.kind == "repriced"]
    return Page(
        path="history/",
        title="What changed",
        description=f"Prices that changed, day by day: {len(changes.changes):,} recorded changes with feeds and files.",
        template="history.html",
        context={
            "total": len(changes.changes),
            "charts": chart_views(chart_book(changes.index.data).of("history"), "history", 0),
            "first": days[-1] if days else "",
            "days": [day_view(d, changes) for d in days[:DAYS_LISTED]],
            "more_days": max(0, len(days) - DAYS_LISTED),
            "week": {
                "after": after,
                "until": until,
                "days": [{"date": d, "href": day_path(d)} for d in week],
                "counts": kind_counts([c for d in week for c in changes.days[d]], ""),
            },
            "providers": provider_weeks(changes),
            "weeks": WEEKS,
            "search": change_search(changes, days[:DAYS_LISTED]),
            "newest": {"date": days[0], "href": day_path(days[0])} if days else None,
            "rows": [change_row(g, changes) for g in _largest(repriced)[:SHOWN]],
            "repriced": len(repriced),
            "rentals": [change_row(g, changes) for g in rentals[:RENTALS]],
            "rentals_total": len(rentals),
            "quarters": [{"name": q, "href": API + quarter_file(q)} for q in dict.fromkeys(quarter(d) for d in days)],
            "kinds": [{"word": WORDS[kind][0], "what": what, "news": kind in NEWS} for kind, what in KINDS.items()],
        },
        alternates=alternates("all", "What changed"),
    )


def change_search(changes: ChangeIndex, days: Sequence[str]) -> dict[str, Any]:
    """What the search of the overview needs: the files of these days, and words for the ids that stand in them."""
    index = changes.index
    events = [c.event for day in days for c in changes.days[day]]
    models = {g.model for day in days for g in changes.groups_of_day[day]}
    settings = {
        "days": list(days),
        "path": API + FOLDER,
        "kinds": {kind: WORDS[kind][0] for kind in KINDS},
        "news": NEWS,
        "providers": {p: index.provider_name(p) for p in sorted({e.provider for e in events})},
        "pages": {
            "models": sorted(models & changes.model_pages),
            "providers": sorted({e.provider for e in events} & changes.provider_pages),
        },
        "meters": {m: billed(m, index.data.registry.units) for m in sorted({e.meter for e in events})},
    }
    return {"settings": data_block(settings), "providers": settings["providers"], "kinds": settings["kinds"]}


def day_view(day: str, changes: ChangeIndex) -> dict[str, Any]:
    """A day in the table of the overview."""
    found = counted(changes.days[day])
    return {
        "date": day,
        "href": day_path(day),
        "sources": [source["title"] for source in read_on(day, changes)],
        **{kind: found[kind] for kind in NEWS},
        "others": sum(n for kind, n in found.items() if kind not in NEWS),
    }


def read_on(day: str, changes: ChangeIndex) -> list[dict[str, str]]:
    """The sources that were read on a day, each with the day of its changes before."""
    known = changes.index.data.registry.source
    return [
        {"id": s if s in known else "", "title": known[s].title if s in known else s, "before": before}
        for s, before in sorted(changes.readings[day].items())
    ]


def day_page(day: str, earlier: str, later: str, changes: ChangeIndex) -> Page:
    """What one day brought: the largest changes of each kind, and what is no news by provider."""
    found = changes.days[day]
    groups = changes.groups_of_day[day]
    gathered = gathered_rows(groups, changes)
    sections = day_sections(groups, changes, ROOM - len(gathered["rows"]) * (len(gathered["columns"]) + 3))
    counts = counted(found)
    news = [plural(counts[kind], word) for kind, word in zip(NEWS, ("repricing", "new price", "removal"), strict=True)]
    return Page(
        path=day_path(day),
        title=f"What changed on {day}",
        description=f"{plural(len(found), 'recorded change')}: {', '.join(news)}.",
        template="history_day.html",
        context={
            "day": day,
            "total": len(found),
            "counts": kind_counts(found, "#"),
            "read": read_on(day, changes),
            "sections": sections,
            "gathered": gathered,
            "file": API + day_file(day),
            "quarter": API + quarter_file(quarter(day)),
            "earlier": {"date": earlier, "href": day_path(earlier)} if earlier else None,
            "later": {"date": later, "href": day_path(later)} if later else None,
        },
        alternates=alternates("all", "What changed"),
    )


def kind_counts(found: Sequence[Any], anchor: str) -> list[dict[str, Any]]:
    """How many changes there are of each kind, with the place of their table where the page has one."""
    counts = counted(found)
    return [
        {
            "value": counts[kind],
            "noun": WORDS[kind][0],
            "href": f"#{kind if kind in SECTIONS else 'gathered'}" if anchor else "",
            "news": kind in NEWS,
        }
        for kind in KINDS
        if counts[kind]
    ]


def day_sections(groups: Sequence[Group], changes: ChangeIndex, room: int) -> list[dict[str, Any]]:
    """The tables of a day, as many rows as fit; each says how many prices it shows of how many."""
    found = []
    for kind, most in SECTIONS.items():
        of_kind = [g for g in groups if g.kind == kind]
        rows: list[dict[str, Any]] = []
        for g in of_kind[:most]:
            row = change_row(g, changes)
            room -= row_elements(row)
            if room < 0 and rows:
                break
            rows.append(row)
        if rows:
            found.append(
                {
                    "id": kind,
                    "title": WORDS[kind][1],
                    "lead": KINDS[kind],
                    "rows": rows,
                    "models": len(of_kind),
                    "prices": sum(len(g.changes) for g in of_kind),
                    "shown_prices": sum(row["prices"] for row in rows),
                }
            )
    return found


def gathered_rows(groups: Sequence[Group], changes: ChangeIndex) -> dict[str, Any]:
    """What a day brought besides, counted by provider and kind: those with most of it, and how much the rest has."""
    counts: dict[str, dict[str, int]] = {}
    for g in groups:
        if g.kind in GATHERED:
            of_provider = counts.setdefault(g.provider, dict.fromkeys(GATHERED, 0))
            of_provider[g.kind] += len(g.changes)
    order = sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    kinds = [kind for kind in GATHERED if any(found[kind] for _, found in order)]
    return {
        "columns": [{"word": WORDS[kind][0], "what": KINDS[kind]} for kind in kinds],
        "rows": [
            {
                "provider": changes.index.provider_name(provider),
                "href": f"providers/{provider}/" if provider in changes.provider_pages else "",
                "counts": [found[kind] for kind in kinds],
            }
            for provider, found in order[:OTHERS]
        ],
        "prices": sum(sum(found.values()) for _, found in order),
        "hidden_providers": max(0, len(order) - OTHERS),
        "hidden_prices": sum(sum(found.values()) for _, found in order[OTHERS:]),
    }


def _largest(groups: Sequence[Group]) -> list[Group]:
    return sorted(groups, key=lambda g: -g.size)
