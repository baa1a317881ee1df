"""Prices of a single source that are too low to be believed beside those of other providers."""

import statistics
from collections.abc import Iterable
from decimal import Decimal

from wasm_tools.planner.usage.bills import Entry
from wasm_tools.planner.usage.book import UsageBook


def outliers(book: UsageBook, entries: Iterable[Entry]) -> dict[int, str]:
    """Why the price of a single source is too low to win, by the position of the product's first row.

    All products count, asked for or not: whether a price looks wrong does not depend on whom a reader chooses.
    """
    entries = list(entries)
    whole: dict[str, Decimal] = {}
    of_model: dict[str, dict[str, Decimal]] = {}
    developers: dict[str, Decimal] = {}
    for e in entries:
        row = e.product.first
        for prices, name in ((whole, row.provider), (of_model.setdefault(row.model, {}), row.provider)):
            prices[name] = min(e.unit_price, prices.get(name, e.unit_price))
        if row.first_party:
            developers[row.model] = min(e.unit_price, developers.get(row.model, e.unit_price))
    limits = book.outlier

    def reason(e: Entry) -> str:
        row = e.product.first
        own = developers.get(row.model) if row.model and row.closed else None
        if own is not None and e.unit_price < limits.of_developer * own:
            return "closed model below its developer's own price, seen by one source only"
        sellers = of_model[row.model] if row.model else {}
        for prices, share, where in (
            (sellers, limits.of_model, "for the same model"),
            (whole, limits.of_ranking, "in this ranking"),
        ):
            others = [price for provider, price in prices.items() if provider != row.provider]
            if len(others) >= limits.providers:
                low = e.unit_price < share * statistics.median(others)
                return f"far below all others {where} and seen by one source only" if low else ""
        return ""

    lone = (e for e in entries if any(row.alone for row in e.product.all_rows))
    return {e.product.rows[0]: why for e in lone if (why := reason(e))}
