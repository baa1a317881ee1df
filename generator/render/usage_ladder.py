"""A strict standard request of a workload, and what giving up its conditions one by one leads to."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from generator.render.formats import money
from generator.render.site_index import SiteIndex
from generator.render.texts import label
from generator.render.usage_rows import exact_usd, usage_row
from wasm_tools.planner.usage import UsageRanking, ranked_usage
from wasm_tools.planner.usage.ranking import Relaxation
from wasm_tools.workload.usage import UsageRequest

SHOWN = 3  # products of a rung


def strict_request(ranking: UsageRanking) -> UsageRequest:
    """The month of a ranking within its median cost, from offers whose limit holds the peak."""
    middle = ranking.entries[len(ranking.entries) // 2].usd_per_month
    return replace(ranking.request, unit=ranking.comparator.usage_unit, budget=middle, confirmed_only=True)


def ladder_of(ranking: UsageRanking) -> tuple[Decimal, tuple[Relaxation, ...]]:
    """The budget of the strict request in US dollars, and its rungs up to the first that finds something."""
    request = strict_request(ranking)
    found = ranked_usage(ranking.book, request)
    return request.budget or Decimal(0), (Relaxation((), found.entries, found.comparator), *found.ladder)


def ladder(ranking: UsageRanking, index: SiteIndex) -> dict[str, Any]:
    """The same in words: of each rung what was given up so far, how many products it finds and the cheapest of them."""
    budget, rungs = ladder_of(ranking)
    return {
        "budget": money(budget),
        "budget_exact": exact_usd(budget),
        "rungs": [
            {
                "given_up": list(rung.given_up),
                "count": len(rung.entries),
                "unit": label(rung.comparator.label),
                "rows": [usage_row(n, entry, index) for n, entry in enumerate(rung.entries[:SHOWN], 1)],
            }
            for rung in rungs
        ],
    }
