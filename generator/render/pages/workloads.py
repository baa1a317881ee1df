"""Workloads: the index, and a page each that ranks what is sold by one unit and by the cost of a stated month."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from generator.render.formats import plural
from generator.render.gpu_ranking import gpu_page, gpu_summary
from generator.render.llm_ranking import llm_page, llm_summary
from generator.render.once import once
from generator.render.page import Page, SiteData
from generator.render.site_index import SiteIndex, site_index
from generator.render.texts import label, of_registry, text
from generator.render.usage_ladder import ladder
from generator.render.usage_rows import (
    PER_PROVIDER,
    grade_counts,
    left_out_rows,
    ranked_sources,
    shown_entries,
    unit_spread,
    unranked_providers,
    usage_row,
    usage_words,
)
from generator.render.workload_words import BY_ID, GPU, LLM, WORKLOADS, WorkloadWords
from wasm_tools.planner.usage import UsageRanking, provider_diagnostics, ranked_usage
from wasm_tools.workload.usage import UsageRequest

SHOWN = 40  # of the first ranking; the others share MORE
MORE, FEWEST, MOST = 40, 3, 10
HELD, REASONS = 8, 14


@dataclass(frozen=True, slots=True)
class Ranked:
    """All rankings of one workload, the default one first; those without any product are left out."""

    words: WorkloadWords
    rankings: tuple[UsageRanking, ...]
    prices: int
    providers: int


def pages(data: SiteData) -> Iterator[Page]:
    """The index and a page a workload."""
    index = site_index(data)
    by_id = ranked_workloads(index)
    summaries = {LLM: llm_summary, GPU: gpu_summary} | {w: partial(usage_summary, r) for w, r in by_id.items()}
    listed = [w for w in WORKLOADS if w.id in summaries]
    yield Page(
        path="workloads/",
        title=text("workloads.title"),
        description=text("workloads.description"),
        template="workloads.html",
        context={
            "rows": [
                {
                    "path": w.path,
                    "title": of_registry("workloads", w, "title"),
                    "what": of_registry("workloads", w, "what"),
                    **summaries[w.id](index),
                }
                for w in listed
            ]
        },
    )
    made = {LLM: llm_page, GPU: gpu_page} | {w: partial(usage_page, r) for w, r in by_id.items()}
    for words in listed:
        yield made[words.id](index)


@once
def ranked_workloads(index: SiteIndex) -> dict[str, Ranked]:
    """The rankings of every workload that has any."""
    ranked = (ranked_of(BY_ID[w], index) for w in index.usage_books)
    return {r.words.id: r for r in ranked if r.rankings}


def ranked_of(words: WorkloadWords, index: SiteIndex) -> Ranked:
    """The rankings of a workload by every unit that anybody sells it in."""
    book = index.usage_books[words.id]
    units = sorted(book.comparators.values(), key=lambda c: c.id != book.default)
    rankings = (ranked_usage(book, UsageRequest(unit=c.usage_unit, usage=c.usage)) for c in units)
    return Ranked(words, tuple(r for r in rankings if r.entries), len(book.rows), len({r.provider for r in book.rows}))


def usage_summary(ranked: Ranked, index: SiteIndex) -> dict[str, Any]:
    """The line of the index: the first ranking with its cheapest product."""
    first = ranked.rankings[0]
    return {
        "prices": ranked.prices,
        "providers": ranked.providers,
        "ranked": len(first.entries),
        "unit": label(first.comparator.label),
        **{name: unit_spread(first)[name] for name in ("lowest", "median")},
        "cheapest": usage_row(1, first.entries[0], index),
    }


def usage_page(ranked: Ranked, index: SiteIndex) -> Page:
    """One workload with its rankings, what is held back and what was left out."""
    words, first = ranked.words, ranked.rankings[0]
    others = ranked.rankings[1:]
    each = max(FEWEST, min(MOST, MORE // len(others))) if others else 0
    left_out = left_out_rows(first)
    return Page(
        path=words.path,
        title=f"{words.title}: prices per {first.comparator.label}",
        description=f"{plural(len(first.entries), 'offer')} of {words.noun} ranked per {first.comparator.label}, with"
        f" the cost of a month and the evidence.",
        template="workload.html",
        context={
            "words": words,
            "spread": unit_spread(first),
            "prices": ranked.prices,
            "providers": ranked.providers,
            "grades": grade_counts(first.entries),
            "rankings": [
                ranking_view(r, SHOWN if n == 0 else each, index) for n, r in enumerate(ranked.rankings)
            ],
            "ladder": ladder(first, index),
            "held": [{**usage_row(None, e, index), "why": why} for e, why in first.suspects[:HELD]],
            "held_total": len(first.suspects),
            "left_out": left_out[:REASONS],
            "left_out_total": sum(row["count"] for row in left_out),
            "more_reasons": "; ".join(f"{row['count']:,} {row['reason']}" for row in left_out[REASONS:]),
            "unranked": unranked_providers(provider_diagnostics(first), index),
            "sources": ranked_sources(ranked.rankings, index),
            "explore": f"explore/?q={words.id}",
            "download": f"api/v1/workloads/{words.id}",
        },
    )  # fmt: skip


def ranking_view(ranking: UsageRanking, shown: int, index: SiteIndex) -> dict[str, Any]:
    """One ranking as a table."""
    comparator = ranking.comparator
    return {
        "id": comparator.id.replace("_", "-"),
        "unit": comparator.label,
        "note": comparator.note,
        "usage": usage_words(ranking),
        "usage_source": comparator.usage_source,
        "rows": [usage_row(n, e, index) for n, e in shown_entries(ranking.entries, shown)],
        "per_provider": PER_PROVIDER,
        "total": len(ranking.entries),
    }
