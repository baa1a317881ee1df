"""The health page: how old and how complete each source is, where sources disagree, and which names nobody knows."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from generator.health import health_report, source_health
from generator.places import checkout
from generator.render.formats import missing, plural, price
from generator.render.held_back import held_back
from generator.render.meter_words import meter_words
from generator.render.page import Page, SiteData
from generator.render.price_evidence import explanation
from generator.render.run_report import run_page
from generator.render.site_index import SiteIndex, site_index
from generator.sync.disputes import Dispute
from generator.sync.run import unresolved_names
from wasm_tools.pricing.offers import Offer

DISAGREEMENTS = 25
HELD_BACK = 25
NAMES = 60
REASONS = 8
GAP_IDS = 3
GAPS = 15  # pairs in the page; all of them are in its record


def pages(data: SiteData) -> Iterator[Page]:
    """The page of the sources, and the page of the last run."""
    index = site_index(data)
    report = health_report(data.registry, data.state, data.as_of, checkout().registry)
    differing = disagreements(index)
    letters = report["grades"]
    yield Page(
        path="health/",
        title="Health",
        description="State and age of every source, open disagreements about prices, and names that are not resolved.",
        template="health.html",
        context={
            "sources": source_rows(data),
            "grades": [
                {"letter": x, "count": letters[x], "share": share(letters[x], len(data.offers))} for x in "ABCD"
            ],
            "offers": len(data.offers),
            "coverage": [{"workload": name, **counts} for name, counts in report["coverage"].items()],
            "cells": report["cells"],
            "gaps_of_all": len(report["gaps"]),
            "gaps": [
                {**gap, "name": index.provider_name(gap["provider"]), "shown": ", ".join(gap["ids"][:GAP_IDS])}
                for gap in report["gaps"][:GAPS]
            ],
            "rentals": report["rentals"],
            "checks": report["cross_references"],
            "disputes": report["disputes"],
            "held": held_back(index.held_back, index, HELD_BACK),
            "changes": dict(Counter(e.kind for e in data.state.events)),
            "disagreements": [disagreement_row(o, index) for o in differing[:DISAGREEMENTS]],
            "differing": len(differing),
            "unresolved": [
                unresolved(kind, names) for kind, names in unresolved_names(data.state, data.registry).items()
            ],
            "unplanned": sorted(data.results.catalogue.unplanned.items(), key=lambda u: (-u[1], u[0])),
        },
    )
    yield run_page(data, {provider: index.provider_name(provider) for provider in index.providers})


def share(part: int, whole: int) -> str:
    """A part of a whole in per cent with one decimal."""
    return f"{100 * part / whole:.1f} %" if whole else "0 %"


def source_rows(data: SiteData) -> list[dict[str, Any]]:
    """A row a source: its state, and what was left out for which reason with an example."""
    sources, snapshots = data.registry.source, data.state.snapshots
    rows = []
    for record in source_health(data.registry, data.state, data.as_of):
        snapshot = snapshots.get(record["source"])
        rejected = sorted(snapshot.rejected.items(), key=lambda r: (-r[1], r[0])) if snapshot else []
        never = missing("never read")
        rows.append(
            {
                "id": record["source"],
                "title": sources[record["source"]].title,
                "state": record["state"],
                "observed": record["observed_at"] or never,
                "age": plural(record["age_days"], "day") if record["age_days"] is not None else "",
                "cadence": plural(record["cadence_days"], "day"),
                "rows": record["statements"] if snapshot else never,
                "rejected": record["rejected"],
                "held_back": record["quarantined"],
                "unread": record["unread"],
                "unread_keys": ", ".join(sorted(record["unread_keys"])[:NAMES]),
                "reasons": [reason_words(r, n, snapshot.examples if snapshot else {}) for r, n in rejected[:REASONS]],
                "transport": record["transport"] or never,
                "version": record["version"][:12],
            }
        )
    return rows


def reason_words(reason: str, count: int, examples: Mapping[str, str]) -> str:
    """A reason with its count and, where one was kept, an example."""
    example = examples.get(reason)
    return f"{count:,} {reason}" + (f" (such as {example})" if example else "")


def disagreements(index: SiteIndex) -> list[Dispute]:
    """What families differ about by more than 1 %: open disputes first, then the largest ratio."""
    return sorted(index.disputes.values(), key=lambda d: (not d.open, -ratio(d.offer), d.offer.key))


def ratio(offer: Offer) -> Decimal:
    """The highest price that a source states over the lowest; a price of zero counts as a thousandth of a dollar."""
    prices = [max(e.price, Decimal("0.001")) for e in offer.evidence]
    return max(prices) / min(prices)


def disagreement_row(dispute: Dispute, index: SiteIndex) -> dict[str, Any]:
    """What each source says about one price, and what explains it."""
    offer = dispute.offer
    registry, snapshots = index.data.registry, index.data.state.snapshots
    grade = index.grade(offer)
    return {
        "provider": index.provider_name(offer.provider),
        "provider_href": f"providers/{offer.provider}/",
        "sku": offer.sku,
        "meter": meter_words(offer.meter),
        "price": price(offer.price),
        "unit": registry.units.unit(offer.meter).label,
        "said": "; ".join(
            f"{registry.source[e.source].title} {price(e.price)} ({snapshots[e.source].observed_at}"
            + (", withdrawn)" if e.absent_since else ")")
            for e in sorted(offer.evidence, key=lambda e: (e.price, e.source))
            if e.source in snapshots
        ),
        "grade": grade.letter,
        "grade_reason": grade.reason,
        "id": dispute.id,
        "why": explanation(dispute, index),
    }


def unresolved(kind: str, names: Counter[str]) -> dict[str, Any]:
    """Names of one kind that nobody has registered, the most frequent shown."""
    ordered = sorted(names.items(), key=lambda n: (-n[1], n[0]))
    return {
        "title": {"gpus": "GPUs"}.get(kind, kind.capitalize()),
        "names": len(names),
        "prices": sum(names.values()),
        "shown": ", ".join(f"{name} ({n})" for name, n in ordered[:NAMES]),
        "more": max(len(ordered) - NAMES, 0),
    }
