"""The data sources: what is taken from each, under which licence, with the line that names it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.benchmarks.community import load_community
from generator.places import checkout
from generator.render.formats import missing
from generator.render.page import Page, SiteData

KINDS = {
    "api": "API prices",
    "gpu": "GPU rental prices",
    "benchmark": "measured serving speed",
    "quality": "quality scores",
}
RANKS = ("first-party", "curated list", "aggregator", "copy")
SHARES = {
    "yes": "The licence permits publishing the data.",
    "facts": "Only figures are taken, and the source is named.",
}


def pages(data: SiteData) -> Iterator[Page]:
    """The one page."""
    stated: Counter[str] = Counter()
    for evidence in (*(o.evidence for o in data.offers), *(r.evidence for r in data.rentals)):
        stated.update(e.source for e in evidence)
    yield Page(
        path="data-sources/",
        title="Data sources",
        description="Every source of the atlas with its licence, its attribution and what is taken from it.",
        template="data_sources.html",
        context={
            "sources": [source_row(s.id, data, stated[s.id]) for s in data.registry.sources],
            "community": community_rows(load_community(checkout().community).values()),
        },
    )


def community_rows(outcomes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Who contributed measurements, under which licence, and how many; none while nobody has."""
    counts = Counter((o["measured_by"], o["licence"]) for o in outcomes)
    return [{"by": by, "licence": licence, "count": n} for (by, licence), n in sorted(counts.items())]


def source_row(source: str, data: SiteData, stated: int) -> dict[str, Any]:
    """One source in words."""
    row, snapshot = data.registry.source[source], data.state.snapshots.get(source)
    scores = sum(s.source == source for s in data.state.quality)
    measured = {"benchmark": len(data.state.points), "quality": scores}.get(row.kind, stated)
    return {
        "id": row.id,
        "title": row.title,
        "homepage": row.homepage,
        "licence": row.licence,
        "share": SHARES[row.share],
        "attribution": row.attribution,
        "kind": KINDS[row.kind],
        "rank": RANKS[row.rank],
        "family": row.family,
        "count": measured,
        "observed": snapshot.observed_at if snapshot else missing("never read"),
    }
