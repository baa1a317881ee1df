"""The start page: pick a use case and see the answer; below it, what the answers rest on."""

from collections.abc import Iterator
from typing import Any

from generator.health import source_health
from generator.render.formats import missing, plural
from generator.render.page import Page, SiteData
from generator.render.pages.use_cases import case_card
from generator.render.site_index import SiteIndex, site_index


def pages(data: SiteData) -> Iterator[Page]:
    """The one page."""
    index = site_index(data)
    yield Page(
        path="",
        title="What AI inference costs and what to run it on",
        description="Prices of hosted AI models and rented GPUs, reconciled every night, and ranked plans that meet a"
        " latency target.",
        template="home.html",
        context={
            "cases": [home_card(case_card(case, index)) for case in data.results.cases],
            "classes": [{"id": c.id, "title": c.title} for c in data.registry.slo_classes],
            "first_class": data.results.cases[0].slo_class.id if data.results.cases else "",
            "counts": counts(index),
            "sources": source_rows(data),
        },
    )


def home_card(card: dict[str, Any]) -> dict[str, Any]:
    """A use case with the best and the fastest plan beside its two answers."""
    first = card["first_of"]
    return card | {"extremes": [first[name] for name in ("best_quality", "lowest_latency") if name in first]}


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


def source_rows(data: SiteData) -> list[dict[str, Any]]:
    """Each source with the age of what it last said."""
    titles = {s.id: s.title for s in data.registry.sources}
    return [
        {
            "id": row["source"],
            "title": titles[row["source"]],
            "observed": row["observed_at"] or missing("never read"),
            "age": plural(row["age_days"], "day") if row["age_days"] is not None else missing("never read"),
            "state": row["state"],
        }
        for row in source_health(data.registry, data.state, data.as_of)
    ]
