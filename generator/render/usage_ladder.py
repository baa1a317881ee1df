"""A strict standard request of a workload, and what giving up its conditions one by one leads to."""

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from typing import Any

from generator.render.formats import money
from generator.render.site_index import SiteIndex
from generator.render.texts import label
from generator.render.usage_rows import usage_row
from wasm_tools.planner.usage import UsageRanking, ranked_usage
from wasm_tools.planner.usage.bills import Entry
from wasm_tools.planner.usage.book import Comparator
from wasm_tools.workload.usage import UsageRequest

SHOWN = 3  # products of a rung
_CENT = Decimal("0.01")


def strict_request(ranking: UsageRanking) -> UsageRequest:
    """The month of a ranking within its median cost in whole cents, from offers whose limit holds the peak."""
    middle = ranking.entries[len(ranking.entries) // 2].usd_per_month
    budget = middle.quantize(_CENT, ROUND_CEILING)
    return replace(ranking.request, unit=ranking.comparator.usage_unit, budget=budget, confirmed_only=True)


def ladder(ranking: UsageRanking, index: SiteIndex) -> dict[str, Any]:
    """The budget of the strict request in words, and its rungs up to the first that finds something.

    Each rung has what was given up so far, how many products it finds and the cheapest of them.
    """
    request = strict_request(ranking)
    found = ranked_usage(ranking.book, request)
    rungs: list[tuple[tuple[str, ...], tuple[Entry, ...], Comparator]] = [((), found.entries, found.comparator)]
    rungs += [(rung.given_up, rung.entries, rung.comparator) for rung in found.ladder]
    return {
        "budget": money(request.budget or Decimal(0)),
        "rungs": [
            {
                "given_up": list(given_up),
                "count": len(entries),
                "unit": label(comparator.label),
                "rows": [usage_row(n, entry, index) for n, entry in enumerate(entries[:SHOWN], 1)],
            }
            for given_up, entries, comparator in rungs
        ],
    }
