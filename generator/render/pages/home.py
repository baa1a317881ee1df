"""The start page: pick a use case and see the answer at once; below it all use cases, and what the answers rest on."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from generator.health import source_health
from generator.render.change_index import change_index
from generator.render.change_rows import change_row, day_path
from generator.render.charts.book import chart_book
from generator.render.charts.views import chart_views
from generator.render.feeds import ALL, alternates
from generator.render.formats import count
from generator.render.home_answers import case_answers
from generator.render.page import Page, SiteData
from generator.render.pages.use_cases import case_card, lowered
from generator.render.site_index import SiteIndex, site_index
from generator.render.texts import of_registry, text

CHANGES = 5
STATES = ("fresh", "late")  # named first


def pages(data: SiteData) -> Iterator[Page]:
    """The one page."""
    index = site_index(data)
    first = f"use-cases/{data.results.cases[0].case.id}" if data.results.cases else ""
    yield Page(
        path="",
        title=text("home.title"),
        description=text("home.description"),
        template="home.html",
        context={
            "cases": [case_card(case, index) for case in data.results.cases],
            "answers": [case_answers(case, index) for case in data.results.cases],
            "classes": [
                {"id": c.id, "lowered": lowered(of_registry("slo_classes", c, "title"))}
                for c in data.registry.slo_classes
            ],
            "sellers": sellers(index),
            "counts": counts(index),
            "source_line": source_line(data),
            "charts": chart_views(chart_book(data).of(first), first, 0),
            "price_changes": what_changed(data),
        },
        alternates=alternates(ALL, text("home.changed")),
    )


def sellers(index: SiteIndex) -> list[dict[str, str]]:
    """The providers whose prices the planner plans with, by name: one of them can be chosen from the start."""
    catalogue = index.data.results.catalogue
    found = {r.provider for r in catalogue.rates} | {r.provider for r in catalogue.rentals}
    named = ({"id": p, "name": index.provider_name(p)} for p in found)
    return sorted(named, key=lambda p: (p["name"].casefold(), p["id"]))


def counts(index: SiteIndex) -> list[dict[str, str]]:
    """How much is in the atlas, each figure with a link to where it can be seen."""
    data = index.data
    found = (
        ("prices", len(data.offers), "explore/"),
        ("providers", len(index.providers), "providers/"),
        ("models", len(index.models), "models/"),
        ("rentals", len(data.rentals), "gpus/"),
        ("points", len(data.state.points), "methodology/#plans-on-rented-gpus"),
        ("sources", len(data.state.snapshots), "health/"),
    )
    return [{"value": count(n), "noun": text(f"home.count.{name}"), "href": href} for name, n, href in found]


def what_changed(data: SiteData) -> dict[str, Any]:
    """The largest changes of the newest day that more than one source supports."""
    changes = change_index(data)
    rows = [change_row(g, changes, 1) for g in changes.notable[:CHANGES]]
    newest = next(iter(changes.days), "")
    return {"rows": rows, "newest": newest, "href": day_path(newest) if newest else ""}


def source_line(data: SiteData) -> str:
    """How many sources are in which state: `2 fresh, 24 late, 3 not read yet`."""
    found = Counter(row["state"] for row in source_health(data.registry, data.state, data.as_of))
    ordered = sorted(found, key=lambda state: (STATES.index(state) if state in STATES else len(STATES), state))
    return ", ".join(f"{found[state]} {text(f'words.state.{state.replace(" ", "_")}')}" for state in ordered)
