"""The page of the run that made this site: what its stages and sources took, and which prices it changed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from generator.render.page import Page, SiteData

PROVIDERS = 20
KINDS = ("listed", "repriced", "ended")
OUTCOMES = {"fresh": "new", "unchanged": "same as before", "kept": "last good rows kept", "not read": "not read"}


def run_page(data: SiteData, names: Mapping[str, str]) -> Page:
    """The page. Without a log it has the changes only: no build reads a clock of its own."""
    day = max((e.date for e in data.state.events), default="")
    changed = [(e.provider, e.kind) for e in data.state.events if e.date == day]
    return Page(
        path="health/run/",
        title="The last run",
        description="What the run that made this site did: stages and sources with their durations, and changes.",
        template="run.html",
        context={
            "stages": stage_rows(data.run),
            "sources": source_rows(data.run, {s.id: s.title for s in data.registry.sources}),
            "began": data.run[0]["run"].replace("T", " ").replace("Z", " UTC") if data.run else "",
            "day": day,
            "kinds": [{"kind": kind, "count": count} for kind, count in kind_counts(changed).items()],
            "providers": provider_rows(changed, names),
            "changed": len({provider for provider, _ in changed}),
        },
    )


def stage_rows(run: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """A row a finished stage: its seconds, and what it counted in words."""
    return [
        {"stage": r["stage"], "seconds": seconds(r["seconds"]), "counts": counted(r.get("counts", {}))}
        for r in run
        if r["event"] == "end"
    ]


def source_rows(run: Iterable[Mapping[str, Any]], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """A row a source that the run asked, the slowest first."""
    fetched, read = {}, {}
    for r in run:
        if r["event"] in ("fetched", "not fetched"):
            fetched[r["source"]] = r
        elif r["event"] == "read":
            read[r["source"]] = r
    rows = []
    for source, r in sorted(fetched.items(), key=lambda f: (-f[1]["seconds"], f[0])):
        outcome = read.get(source, {})
        counts = outcome.get("counts", {})
        rows.append(
            {
                "id": source,
                "title": titles.get(source, source),
                "outcome": OUTCOMES.get(outcome.get("state", ""), ""),
                "why": outcome.get("message", ""),
                "transport": r["transport"],
                "seconds": seconds(r["seconds"]),
                "bytes": r["counts"]["bytes"],
                "statements": counts.get("statements", 0),
                "rejected": counts.get("rejected", 0),
            }
        )
    return rows


def kind_counts(changed: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How many changes of each kind, in the order of KINDS."""
    counts = Counter(kind for _, kind in changed)
    return {kind: counts[kind] for kind in KINDS}


def provider_rows(changed: Iterable[tuple[str, str]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The providers with most changes, and how many of each kind."""
    counts: dict[str, Counter[str]] = {}
    for provider, kind in changed:
        counts.setdefault(provider, Counter())[kind] += 1
    ordered = sorted(counts.items(), key=lambda c: (-c[1].total(), c[0]))
    return [
        {
            "name": names.get(provider, provider),
            "href": f"providers/{provider}/" if provider in names else "",
            "total": found.total(),
            **{kind: found[kind] for kind in KINDS},
        }
        for provider, found in ordered[:PROVIDERS]
    ]


def seconds(value: float) -> str:
    """Seconds with one decimal, `<0.1` for less."""
    return f"{value:,.1f}" if value >= 0.05 else "<0.1"


def counted(counts: Mapping[str, int]) -> str:
    """Counts in words: `81 cells, 9 use cases`."""
    return ", ".join(f"{n:,} {name}" for name, n in counts.items())
