"""A request for offers that are ranked by what a month of use costs, put to the prices of its workload."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wasm_tools.planner.usage import UsageBook, UsageRanking, ranked_usage
from wasm_tools.workload.usage import UsageRequest


def usage_as_asked(asked: Mapping[str, Any], book: UsageBook) -> UsageRanking:
    """The ranking for the `usage` of a record; sellers that have nothing of the workload are left out of the wish."""
    sellers = {row.provider for row in book.rows}
    wanted = [p for p in asked.get("providers") or () if p in sellers]
    left = set(asked.get("without_providers") or ())
    if left and not wanted:
        wanted = sorted(sellers - left)
    usage, budget = asked.get("usage"), asked.get("budget")
    return ranked_usage(
        book,
        UsageRequest(
            usage=None if usage is None else Decimal(repr(usage)),
            unit=asked.get("unit"),
            budget=None if budget is None else Decimal(repr(budget)),
            providers=tuple(wanted) or None,
        ),
    )
