"""The start page: pick a use case and see the answer at once; below it all use cases, and what the answers rest on."""

from collections import Counter
from collections.abc import Iterator

from generator.health import source_health
from generator.render.charts.book import chart_book
from generator.render.charts.views import chart_views
from generator.render.home_answers import case_answers
from generator.render.page import Page, SiteData
from generator.render.pages.use_cases import case_card
from generator.render.site_index import SiteIndex, site_index

STATES = ("fresh", "late")  # named first


def pages(data: SiteData) -> Iterator[Page]:
    """The one page."""
    index = site_index(data)
    first = f"use-cases/{data.results.cases[0].case.id}" if data.results.cases else ""
    yield Page(
        path="",
        title="What AI inference costs and what to run it on",
        description="Prices of hosted AI models and rented GPUs, reconciled every night, and ranked plans that meet a"
        " latency target.",
        template="home.html",
        context={
            "cases": [case_card(case, index) for case in data.results.cases],
            "answers": [case_answers(case, index) for case in data.results.cases],
            "classes": [{"id": c.id, "title": c.title} for c in data.registry.slo_classes],
            "counts": counts(index),
            "source_line": source_line(data),
            "charts": chart_views(chart_book(data).of(first), first, 0),
        },
    )


def counts(index: SiteIndex) -> list[dict[str, str]]:
    """How much is in the atlas, each figure with a link to where it can be seen."""
    data = index.data
    return [
        {"value": f"{len(data.offers):,}", "noun": "API prices", "href": "explore/"},
        {"value": f"{len(index.providers):,}", "noun": "providers", "href": "providers/"},
        {"value": f"{len(index.models):,}", "noun": "models", "href": "models/"},
        {"value": f"{len(data.rentals):,}", "noun": "GPU rental prices", "href": "gpus/"},
        {
            "value": f"{len(data.state.points):,}",
            "noun": "measured points",
            "href": "methodology/#plans-on-rented-gpus",
        },
        {"value": f"{len(data.state.snapshots):,}", "noun": "sources", "href": "health/"},
    ]


def source_line(data: SiteData) -> str:
    """How many sources are in which state: `2 fresh, 24 late, 3 not read yet`."""
    found = Counter(row["state"] for row in source_health(data.registry, data.state, data.as_of))
    ordered = sorted(found, key=lambda state: (STATES.index(state) if state in STATES else len(STATES), state))
    return ", ".join(f"{found[state]} {state}" for state in ordered)
