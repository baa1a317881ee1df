"""The spend report as one JSON-safe record: money, quantities, prices and shares as exact decimal text.

`read_spend` reads the files, `to_record` makes the record of a view: a changed filter, budget or share reads nothing
again. `call_page` is a page of single calls.
"""

from collections.abc import Container, Iterable, Mapping
from decimal import Decimal, localcontext
from typing import Any

from wasm_tools.collector import collector_at_rest
from wasm_tools.invoice.choices import Choices
from wasm_tools.invoice.opportunities import opportunities
from wasm_tools.invoice.pack import OfferBook
from wasm_tools.invoice.prepared import WORKING
from wasm_tools.invoice.report_record import refused_record, tier_record
from wasm_tools.invoice.usage import exact_sum
from wasm_tools.spend.anomalies import spend_trend
from wasm_tools.spend.budgets import standing
from wasm_tools.spend.caching import caching
from wasm_tools.spend.daily import LEDGERS, daily
from wasm_tools.spend.elsewhere import elsewhere
from wasm_tools.spend.options import SpendOptions
from wasm_tools.spend.periods import compared, month_so_far
from wasm_tools.spend.record_parts import calls, plans, prices, reading, sums
from wasm_tools.spend.single_calls import CallBook, Query, page, singles
from wasm_tools.spend.spent import Spend, read_spend
from wasm_tools.spend.tables import tables
from wasm_tools.spend.view import choices, selected

VERSION = 1


def spend_record(
    files: Iterable[tuple[str, bytes]],
    book: OfferBook,
    options: SpendOptions | None = None,
    answers: Choices | None = None,
) -> dict[str, Any]:
    """The report on ledgers, bills and usage exports (name, bytes). Raises InvoiceError when none can be read."""
    wanted = options or SpendOptions()
    return to_record(read_spend(files, book.dated, answers, wanted.tag_files), wanted)


@collector_at_rest()
def to_record(spend: Spend, options: SpendOptions | None = None) -> dict[str, Any]:
    """The record of what was read. Raises InvoiceError for a share that is none."""
    wanted = options or SpendOptions()
    book, rates = spend.rates.book, spend.rates
    entries = selected(spend, wanted.view)
    today = wanted.today or max((e.day for e in spend.entries), default="") or book.as_of
    with localcontext(WORKING):
        used = daily(rates, entries)
        cut = tables(spend, entries, used, wanted.view, wanted.offset_minutes)
        trend = spend_trend(used, today)
        found = singles(spend, entries)
        cells = [c for c in used.cells if c.key.currency == "USD"]
        tiers = opportunities(cells, book, wanted.shares, exact_sum(c.cost for c in cells))
        names = {LEDGERS: "ledger", **{at: f.statement.file for at, f in enumerate(spend.bills.files)}}
        spans = wanted.periods or month_so_far(today)
        return {
            "version": VERSION,
            "as_of": book.as_of,
            "today": today,
            "currency": "USD",
            "sources": dict(book.sources),
            "files": reading.files(spend),
            "refused": [refused_record(r) for r in spend.refused],
            "kept_aside": [{"file": k.file, "row": k.row, "reason": k.reason} for k in spend.calls.kept_aside],
            "view": sums.view(wanted.view),
            "choices": choices(spend.entries, spend),
            "total": sums.total(cut, entries, used, today),
            "unpriced": prices.unpriced(used, entries),
            "prices": prices.prices(used),
            "by": {name: [sums.row(name, row) for row in rows] for name, rows in cut.by.items()},
            "trend": sums.trend(trend, entries, cut),
            "heat": sums.heat(cut, wanted.offset_minutes),
            "latency": [calls.latency(one) for one in found.latencies],
            "cache": sums.cache(*caching(cells, book)),
            "budgets": [plans.budget(standing(b, spend.entries, today)) for b in wanted.budgets],
            "plan": None if wanted.plan is None else plans.plan(wanted.plan, rates, spend.entries, today),
            "outliers": [calls.outlier(one, CallBook(spend)) for one in found.outliers],
            "elsewhere": [prices.used(one) for one in elsewhere(cells, book)],
            "recommendations": {name: tier_record(tier, book.units, names) for name, tier in tiers.items()},
            "periods": sums.periods(compared(entries, used, spans)),
            "reconciliation": reading.reconciliation(spend),
            "calls": {"count": len(spend.calls.row)},
        }


def call_page(
    spend: Spend,
    options: SpendOptions | None = None,
    query: Query | None = None,
    outliers: Container[int] | None = None,
) -> dict[str, Any]:
    """A page of the single calls of a view, under `columns`; `matching` calls are on all pages.

    `outliers` are the numbers of its calls that stand out, where they are known: see `outliers_of`.
    """
    asked = query or Query()
    entries = selected(spend, (options or SpendOptions()).view)
    numbers, matching = page(spend, entries, asked)
    unusual = outliers_of(spend, options) if outliers is None else outliers
    return {**call_rows(spend, numbers, unusual), "matching": matching, "start": asked.start}


def call_rows(spend: Spend, numbers: Iterable[int], outliers: Container[int] = ()) -> dict[str, Any]:
    """Calls by their numbers, under `columns`."""
    book = CallBook(spend)
    rows = [calls.call_row(number, book, number in outliers) for number in numbers]
    return {"columns": list(calls.CALL_COLUMNS), "rows": rows}


def outliers_of(spend: Spend, options: SpendOptions | None = None) -> frozenset[int]:
    """The numbers of the calls of a view that stand out."""
    found = singles(spend, selected(spend, (options or SpendOptions()).view))
    return frozenset(one.number for one in found.outliers)


def query_from(params: Mapping[str, Any]) -> Query:
    """A query from plain JSON."""
    least = params.get("min_usd")
    return Query(
        str(params.get("sort", "time")),
        bool(params.get("descending", True)),
        int(params.get("start", 0)),
        int(params.get("count", 50)),
        None if least in (None, "") else Decimal(str(least)),
    )
