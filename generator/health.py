"""The health of the catalogue on the date of the run: sources, coverage, grades, disputes, and what does not fit."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from generator.benchmarks.plausible_tables import committed_rows, judged
from generator.coverage_gaps import coverage_gaps, priced_cells
from generator.grades import NOTHING, grade_limits, grader
from generator.precompute.catalogue import published_offers
from generator.registry import Registry
from generator.sync.disputes import Dispute, OfferKey, disputes
from generator.sync.distinct import Coverage, distinct_offers
from generator.sync.facts import facts_of_skus
from generator.sync.source_registry import Source
from generator.sync.state import Snapshot, State
from wasm_tools.pricing.offers import WORKLOADS, Offer

LATE_AFTER = 2.0  # times the source's own cadence
STALE_DAYS = 180
EXAMPLES = 20


def health_report(registry: Registry, state: State, as_of: str, registry_dir: Path) -> dict[str, Any]:
    """Everything that `atlas health --json` prints and `/api/v1/health.json` holds."""
    offers = published_offers(registry, state.offers, as_of)
    limits = grade_limits(registry_dir / "grades.toml")
    found = disputes(
        offers, registry.source, state.snapshots, limits.agreement, registry.acknowledged, registry.is_moving, as_of
    )
    return {
        "as_of": as_of,
        "sources": source_health(registry, state, as_of),
        "coverage": coverage(offers, registry),
        "cells": cell_counts(offers, registry, state),
        "gaps": [asdict(gap) for gap in coverage_gaps(offers, registry, state)],
        "listed": listed(offers, registry, state),
        "rentals": rental_coverage(registry, state),
        "grades": grade_counts(offers, found, registry, state, as_of, registry_dir),
        "disputes": dispute_counts(found.values()),
        "quarantine": quarantine_share(offers, registry, state),
        "fields": field_shares(state),
        "cross_references": [
            *cross_references(offers, registry, state, as_of),
            engine_versions(state, registry_dir),
            untrue_points(registry, state, registry_dir),
        ],
    }


def source_health(registry: Registry, state: State, as_of: str) -> list[dict[str, Any]]:
    """A record a source: fresh, late (older than twice its cadence), no key, or never read."""
    held = Counter(q.source for q in state.quarantine)
    changed = Counter(
        source for e in state.events for source in e.sources.split() if _last_read(state, source) == e.date
    )
    rows = []
    for source in registry.sources:
        snapshot = state.snapshots.get(source.id)
        age = _days(snapshot.observed_at, as_of) if snapshot else None
        rows.append(
            {
                "source": source.id,
                "state": _state(source, snapshot, age),
                "observed_at": snapshot.observed_at if snapshot else "",
                "age_days": age,
                "cadence_days": source.cadence_days,
                "entries": snapshot.entries if snapshot else 0,
                "statements": snapshot.statements if snapshot else 0,
                "changes": changed[source.id],
                "rejected": sum(snapshot.rejected.values()) if snapshot else 0,
                "quarantined": held[source.id],
                "unread": sum(snapshot.unread.values()) if snapshot else 0,
                "unread_keys": dict(snapshot.unread) if snapshot else {},
                "transport": snapshot.transport if snapshot else "",
                "version": snapshot.version if snapshot else "",
                "sha256": snapshot.sha256 if snapshot else "",
            }
        )
    return rows


def _last_read(state: State, source: str) -> str:
    return state.snapshots[source].observed_at if source in state.snapshots else ""


def _state(source: Source, snapshot: Snapshot | None, age: int | None) -> str:
    if snapshot is None or age is None:
        return "no key" if source.key else "never read" if source.sampled else "not read yet"
    return "late" if age > LATE_AFTER * source.cadence_days else "fresh"


def coverage(offers: Iterable[Offer], registry: Registry) -> dict[str, dict[str, Any]]:
    """Offers, (provider, model) pairs and providers a workload, and over all of them, each counted once."""
    distinct = distinct_offers(offers, registry)
    counts: dict[str, dict[str, Any]] = {}
    for workload in WORKLOADS:
        found = distinct.by_workload.get(workload, Coverage(0, 0, 0))
        counts[workload] = {"offers": found.offers, "pairs": found.pairs, "providers": found.providers}
    counts["all"] = {
        "offers": len(distinct),
        "pairs": len(distinct.pairs),
        "providers": len(distinct.providers),
        "free": len(distinct.free),
    }
    return counts


def cell_counts(offers: Iterable[Offer], registry: Registry, state: State) -> dict[str, int]:
    """Pairs of provider and workload with a price, and how many of them cite a page of the provider itself."""
    cells = priced_cells(offers, registry, state)
    return {"priced": len(cells), "provider_page": sum(cells.values())}


def listed(offers: Iterable[Offer], registry: Registry, state: State) -> dict[str, int]:
    """What sources list at all, with a price or without: (provider, model) pairs and providers."""
    pairs = {(o.provider, registry.base_of(o.provider, o.sku)) for o in offers}
    pairs |= {(p, registry.base_of(p, sku)) for by_sku in state.facts.values() for p, sku in by_sku}
    return {"pairs": len(pairs), "providers": len({p for p, _ in pairs})}


def rental_coverage(registry: Registry, state: State) -> dict[str, int]:
    """GPU rental prices, who rents them out, and how many name a registered GPU."""
    return {
        "prices": len(state.gpu_offers),
        "providers": len({g.provider for g in state.gpu_offers}),
        "resolved": sum(bool(registry.gpu_of(g.gpu_name)) for g in state.gpu_offers),
    }


def grade_counts(
    offers: Iterable[Offer],
    found: Mapping[OfferKey, Dispute],
    registry: Registry,
    state: State,
    as_of: str,
    registry_dir: Path,
) -> dict[str, int]:
    """How many published offers have which grade."""
    grade = grader(registry.source, state.snapshots, grade_limits(registry_dir / "grades.toml"), as_of)
    letters: Counter[str] = Counter()
    for o in offers:
        dispute = found.get(o.key)
        explained = dispute.explained_sources if dispute else NOTHING
        unsettled = bool(dispute and dispute.swapped and not dispute.acknowledged)
        letters[grade(o.price, o.evidence, explained, o.effective_from, unsettled).letter] += 1
    return {letter: letters[letter] for letter in "ABCD"}


def dispute_counts(found: Iterable[Dispute]) -> dict[str, int]:
    """Disputes that are open, explained by the data, and reviewed by somebody."""
    counts = Counter("acknowledged" if d.acknowledged else "open" if d.open else "explained" for d in found)
    return {name: counts[name] for name in ("open", "explained", "acknowledged")}


def quarantine_share(offers: Iterable[Offer], registry: Registry, state: State) -> dict[str, Any]:
    """How many statements are held back, and what share of the good rows they are.

    A good row is first-party, or two families agree on it within 1 %. One is wrongly held back when the price that was
    published all the same, on the word of others, is the one that was held back.
    """
    good, agreed = 0, {}
    for o in offers:
        families = {registry.source[e.source].family for e in o.evidence if e.price == o.price}
        if len(families) > 1 or any(registry.source[e.source].rank == 0 for e in o.evidence):
            good += 1
            agreed[o.provider, o.sku, str(o.meter), o.region] = o.price
    wrongly = sum(str(agreed.get((q.provider, q.sku, q.meter, q.region))) == q.price for q in state.quarantine)
    return {
        "held_back": len(state.quarantine),
        "by_source": dict(sorted(Counter(q.source for q in state.quarantine).items())),
        "good_rows": good,
        "good_rows_held_back": wrongly,
    }


def field_shares(state: State) -> dict[str, int]:
    """How many price fields of all payloads became statements, were left out with a reason, or have an unknown key."""
    shots = state.snapshots.values()
    return {
        "statements": sum(s.statements for s in shots),
        "left_out_with_reason": sum(sum(s.rejected.values()) for s in shots),
        "unknown_keys": sum(sum(s.unread.values()) for s in shots),
    }


def cross_references(offers: list[Offer], registry: Registry, state: State, as_of: str) -> Iterator[dict[str, Any]]:
    """What is missing between the tables, and what does not fit."""
    measured = {m for p in state.points if (m := registry.model_of("", p.model))}
    sold = {m for o in offers if (m := registry.model_of(o.provider, o.sku))}
    open_models = {s.model for s in registry.shapes}
    rented = {g for r in state.gpu_offers if (g := registry.gpu_of(r.gpu_name))}
    facts = facts_of_skus(state.facts, registry.source)
    yield _check("open models with a price and without a measurement", open_models & sold - measured)
    yield _check("measured models without a price", measured - sold)
    yield _check("registered GPUs without a rental price", {g.id for g in registry.gpus} - rented)
    yield _check(
        f"prices that nobody has seen for {STALE_DAYS} days",
        {f"{o.provider} {o.sku} {o.meter}" for o in offers if _stale(o, state, as_of)},
    )
    yield _check(
        "ids whose output would be longer than their context",
        {f"{p} {s}" for (p, s), f in facts.items() if f.context and f.max_output and f.max_output > f.context},
    )
    yield _check(
        "ids that no longer answer or are past their retirement",
        {f"{p} {s}" for (p, s), f in facts.items() if f.status == "dead" or (f.retires_on and f.retires_on <= as_of)},
    )
    yield _check(
        "cited pages without https",
        {f.source_url for f in facts.values() if f.source_url and not f.source_url.startswith("https://")},
    )
    yield _check(
        "providers that nobody has registered", {o.provider for o in offers if o.provider not in registry.provider}
    )
    yield _check(
        "model names that nobody has registered",
        {f"{o.provider} {o.sku}" for o in offers if not registry.model_of(o.provider, o.sku)},
    )
    yield _check(
        "GPU names that nobody has registered",
        {r.gpu_name for r in state.gpu_offers if not registry.gpu_of(r.gpu_name)},
    )


def engine_versions(state: State, registry_dir: Path) -> dict[str, Any]:
    """Measured engine versions that are not the one the manifests deploy."""
    records = tomllib.loads((registry_dir / "serving_runtimes.toml").read_text(encoding="utf-8"))["runtime"]
    deployed = {r["id"]: r["version"] for r in records}
    measured = {(p.engine, p.engine_version) for p in state.points}
    differ = {f"{e} {v}, deployed {deployed[e]}" for e, v in measured if e in deployed and v != deployed[e]}
    return _check("measured engine versions other than the deployed one", differ)


def untrue_points(registry: Registry, state: State, registry_dir: Path) -> dict[str, Any]:
    """Measured points that physics, the order of percentiles or Little's law rule out."""
    found = judged(committed_rows(registry, state, registry_dir)).doubtful
    return _check("measured points that cannot be true", {f"{d.table}: {d.row}: {d.reason}" for d in found})


def _check(title: str, found: set[str]) -> dict[str, Any]:
    return {"title": title, "count": len(found), "examples": sorted(found)[:EXAMPLES]}


def _stale(offer: Offer, state: State, as_of: str) -> bool:
    seen = [state.snapshots[e.source].observed_at for e in offer.evidence if e.source in state.snapshots]
    return not seen or _days(max(seen), as_of) > STALE_DAYS


def _days(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
