"""The report on bills: read, audited, added up, with opportunities by tier, as one JSON-safe record."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

from wasm_tools.collector import collector_at_rest
from wasm_tools.invoice.asked import questions
from wasm_tools.invoice.audit import ABOVE, LEFT_OUT, UNKNOWN
from wasm_tools.invoice.cells import ZERO, Cell
from wasm_tools.invoice.choices import Choices
from wasm_tools.invoice.masking import masked
from wasm_tools.invoice.opportunities import Tier, opportunities
from wasm_tools.invoice.opportunities.other_models import DELTA
from wasm_tools.invoice.pack import OfferBook
from wasm_tools.invoice.prepared import BILL, WORKING, Prepared, Progress, prepare
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.report_record import (
    CELL_COLUMNS,
    cell_row,
    file_record,
    join_record,
    price,
    reconciliation_record,
    refused_record,
    tier_record,
    trend_record,
    usd,
)
from wasm_tools.invoice.setups import billed_uses
from wasm_tools.invoice.totals import by_all, converted, coverage, totals
from wasm_tools.invoice.trend import trend
from wasm_tools.invoice.usage import exact_sum

if TYPE_CHECKING:
    from wasm_tools.planner import Catalogue

VERSION = 1


@dataclass(frozen=True, slots=True)
class Options:
    """What the user decides. `shares` are those of opportunities.SHARES, 0 where nothing is said.

    `delta` are the points that another model may fall behind on a benchmark to stand for the present one. `clear`
    shows keys, e-mail addresses and user ids as the files have them.
    """

    choices: Choices = field(default_factory=Choices)
    shares: Mapping[str, Decimal] = field(default_factory=dict)
    delta: Decimal = DELTA
    clear: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What was read, and what would cost less, by tier."""

    read: Prepared
    tiers: Mapping[str, Tier]
    clear: bool = False


def assessed(prepared: Prepared, options: Options | None = None, catalogue: "Catalogue | None" = None) -> Report:
    """What would cost less; raises InvoiceError for a share that is none.

    Nothing is read again: what the choices say of reading must be what `prepared` was made with.
    """
    wanted = options or Options()
    with localcontext(WORKING), collector_at_rest():
        tiers = opportunities(prepared.cells, prepared.book, wanted.shares, prepared.analysed, wanted.delta, catalogue)
    return Report(prepared, tiers, wanted.clear)


def report(
    files: Iterable[tuple[str, bytes]],
    book: PriceBook,
    options: Options | None = None,
    catalogue: "Catalogue | None" = None,
    heard: Callable[[Progress], None] | None = None,
) -> Report:
    """The report on uploaded files (name, bytes). Files that cannot be read are in `refused`, with the reason.

    Raises InvoiceError when the only one cannot be read, for a share that is none or an answer that means nothing.
    `heard` is told how far the reading has come; what it raises stops it.
    """
    prepared = prepare(files, book, options.choices if options else None, heard)
    if not prepared.files and len(prepared.refused) == 1:
        raise prepared.refused[0].error
    return assessed(prepared, options, catalogue)


def report_record(
    files: Iterable[tuple[str, bytes]],
    book: OfferBook,
    options: Options | None = None,
    catalogue: "Catalogue | None" = None,
    heard: Callable[[Progress], None] | None = None,
) -> dict[str, Any]:
    """The report as JSON-safe data: money, quantities and prices as exact decimal text. Raises InvoiceError.

    Tier D needs the planner's catalogue; without one it is left out.
    """
    return to_record(report(files, book.dated, options, catalogue, heard))


@collector_at_rest()
def to_record(found: Report) -> dict[str, Any]:
    """A report as JSON-safe data."""
    read = found.read
    usage = [c for c in read.cells if c.key.kind == "usage"]
    with localcontext(WORKING):
        record = {
            "version": VERSION,
            "as_of": read.book.as_of,
            "sources": dict(read.book.sources),
            "files": [file_record(f, role) for f, role in zip(read.files, read.roles, strict=True)],
            "refused": [refused_record(r) for r in read.refused],
            "totals": totals(read.bills),
            "rates": converted(read.cells),
            "coverage": coverage(usage),
            "verdicts": _counted(usage, lambda c: {"verdict": c.verdict.kind}),
            "reasons": _counted(
                (c for c in usage if c.verdict.kind in (UNKNOWN, LEFT_OUT)),
                lambda c: {"verdict": c.verdict.kind, "reason": c.verdict.detail},
            ),
            "overpaid_usd": usd(overpaid(usage)),
            "unresolved": _unresolved(usage),
            "questions": questions(read),
            "by": by_all(read.bills),
            "cells": {"columns": list(CELL_COLUMNS), "rows": [cell_row(*row) for row in _ordered(read)]},
            "opportunities": _tiers(found, [f.statement.file for f in read.files]),
            "join": None if read.join is None else join_record(read.join, read),
            "reconciliations": [reconciliation_record(r) for r in read.reconciliations],
            "trend": trend_record(trend(read.cells)),
            "uses": [{"setup": dict(u.setup), "source": u.source, "usd": usd(u.billed_usd)} for u in billed_uses(read)],
        }
    return record if found.clear else masked(record)


@collector_at_rest()
def with_tiers(record: Mapping[str, Any], found: Report) -> dict[str, Any]:
    """The record of the same files with what other options make of the opportunities: for a share that is moved."""
    with localcontext(WORKING):
        tiers = _tiers(found, [f["file"] for f in record["files"]])
    return {**record, "opportunities": tiers if found.clear else masked(tiers)}


def _tiers(found: Report, files: Sequence[str]) -> dict[str, Any]:
    names = dict(enumerate(files))
    return {name: tier_record(tier, found.read.book.units, names) for name, tier in found.tiers.items()}


def overpaid(cells: Iterable[Cell]) -> Decimal:
    """USD billed above the highest list price that agrees with each line."""
    above = (c for c in cells if c.verdict.kind == ABOVE and c.verdict.price is not None and c.quantity is not None)
    return sum((c.cost - price(c.verdict) * (c.quantity or ZERO) / c.verdict.per for c in above), ZERO)


def _ordered(found: Prepared) -> list[tuple[Cell, Prepared, bool]]:
    """The cells that count and those of files that are only held against them, in the order of the files."""
    others = (f for f, role in zip(found.files, found.roles, strict=True) if role != BILL)
    counted = {id(c) for c in found.cells}
    cells = [*found.cells, *(c for f in others for c in f.cells if id(c) not in counted)]
    cells.sort(key=lambda c: (c.file, c.first_row, c.key.line_class, c.day))
    return [(c, found, id(c) in counted) for c in cells]


def _counted(cells: Iterable[Cell], names: Any) -> list[dict[str, Any]]:
    """Lines and USD by what `names` says of a cell, the largest amount first."""
    groups: dict[tuple[tuple[str, str], ...], list[Cell]] = {}
    for cell in cells:
        groups.setdefault(tuple(names(cell).items()), []).append(cell)
    rows = [(dict(name), sum(c.lines for c in found), _usd(found)) for name, found in groups.items()]
    rows.sort(key=lambda r: (-r[2], *r[0].values()))
    return [{**name, "lines": lines, "usd": usd(amount)} for name, lines, amount in rows]


def _unresolved(cells: Iterable[Cell]) -> list[dict[str, Any]]:
    """Spend on names that no table knows, the largest first."""
    return _counted(
        (c for c in cells if c.product.reason),
        lambda c: {
            "provider": c.key.provider or c.key.host,
            "model": c.key.model_raw,
            "reason": c.product.reason,
        },
    )


def _usd(cells: Sequence[Cell]) -> Decimal:
    return exact_sum(c.cost for c in cells if c.key.currency == "USD")
