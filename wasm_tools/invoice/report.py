"""The report on bills: read, audited, added up, with opportunities by tier, as one JSON-safe record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal, localcontext
from typing import TYPE_CHECKING, Any

from wasm_tools.collector import collector_at_rest
from wasm_tools.invoice.audit import ABOVE, LEFT_OUT, UNKNOWN
from wasm_tools.invoice.cells import ZERO, Audited, Cell, audited
from wasm_tools.invoice.choices import Choices, Question
from wasm_tools.invoice.joining import Join, is_usage, joined
from wasm_tools.invoice.opportunities import Tier, opportunities
from wasm_tools.invoice.opportunities.other_models import DELTA
from wasm_tools.invoice.overlap import Reconciliation, overlapped, reconciled, uncovered
from wasm_tools.invoice.pack import OfferBook
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.report_record import (
    CELL_COLUMNS,
    cell_row,
    file_record,
    join_record,
    price,
    reconciliation_record,
    tier_record,
    trend_record,
    usd,
)
from wasm_tools.invoice.splitting import split
from wasm_tools.invoice.totals import by_all, coverage, totals
from wasm_tools.invoice.trend import trend
from wasm_tools.invoice.uploads import Refused, open_bills
from wasm_tools.invoice.usage import InvoiceError, exact_sum

if TYPE_CHECKING:
    from wasm_tools.planner import Catalogue

VERSION = 1
BILL, USAGE, RECONCILED = "bill", "usage", "reconciled"
_WORKING = Context(prec=50)


@dataclass(frozen=True, slots=True)
class Options:
    """What the user decides. `shares` are those of opportunities.SHARES, 0 where nothing is said.

    `delta` are the points that another model may fall behind on a benchmark to stand for the present one.
    """

    choices: Choices = field(default_factory=Choices)
    shares: Mapping[str, Decimal] = field(default_factory=dict)
    delta: Decimal = DELTA


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known of the uploaded files. `roles` are those of the files, in their order."""

    book: PriceBook
    files: tuple[Audited, ...]
    roles: tuple[str, ...]
    refused: tuple[Refused, ...]
    tiers: Mapping[str, Tier]
    cells: tuple[Cell, ...]  # of the bills, joined with what the usage files counted
    join: Join | None
    reconciliations: tuple[Reconciliation, ...]
    bills: tuple[Audited, ...]  # what counts: whole files, and parts of others that no bill covers


def report(
    files: Iterable[tuple[str, bytes]],
    book: PriceBook,
    options: Options | None = None,
    catalogue: "Catalogue | None" = None,
) -> Report:
    """The report on uploaded files (name, bytes). Files that cannot be read are in `refused`, with the reason.

    Raises InvoiceError when none can be read, or for a share that is none.
    """
    wanted = options or Options()
    bills, refused = open_bills(files, wanted.choices, book.spellings, book.workloads)
    found: list[Audited] = []
    failed = list(refused)
    for bill in bills:
        try:
            one = audited(bill, book, len(found))
            found.append(one if bill.reader.estimate else replace(one, cells=tuple(split(one.cells, book))))
        except InvoiceError as error:
            failed.append(Refused(bill.file, error))
    if not found and len(failed) == 1:
        raise failed[0].error
    roles, reconciliations, parts = _roles(found)
    with localcontext(_WORKING), collector_at_rest():
        whole, usage = ([f for f, r in zip(found, roles, strict=True) if r == role] for role in (BILL, USAGE))
        counted = (*whole, *parts)
        cells, join = joined(counted, [u for u in usage if not u.statement.reader.estimate], book)
        analysed = exact_sum(c.cost for c in cells if c.key.kind == "usage" and c.key.currency == "USD")
        tiers = opportunities(cells, book, wanted.shares, analysed, wanted.delta, catalogue)
    return Report(book, tuple(found), roles, tuple(failed), tiers, tuple(cells), join, reconciliations, counted)


def _roles(
    files: Sequence[Audited],
) -> tuple[tuple[str, ...], tuple[Reconciliation, ...], tuple[Audited, ...]]:
    """What each file is for, the views of those that cover what a bill covers, and the parts of them that none covers.

    Estimates never count as spend.
    """
    roles = [BILL] * len(files)
    views: list[Reconciliation] = []
    parts: list[Audited] = []
    bills: list[Audited] = []
    for at, file in enumerate(files):
        if file.statement.reader.estimate or is_usage(file):
            roles[at] = USAGE
            continue
        bill = overlapped(file, bills)
        if bill is None:
            bills.append(file)
        else:
            roles[at] = RECONCILED
            part = uncovered((*bills, *parts), file)
            parts.append(part)
            views.append(reconciled(bill, file, valued=False, part=part))
    for at, file in enumerate(files):
        if roles[at] == USAGE and file.statement.reader.estimate:
            bill = overlapped(file, bills)
            if bill is not None:
                roles[at] = RECONCILED
                views.append(reconciled(bill, file, valued=True))
    return tuple(roles), tuple(views), tuple(part for part in parts if part.cells)


def report_record(
    files: Iterable[tuple[str, bytes]],
    book: OfferBook,
    options: Options | None = None,
    catalogue: "Catalogue | None" = None,
) -> dict[str, Any]:
    """The report as JSON-safe data: money, quantities and prices as exact decimal text. Raises InvoiceError.

    Tier D needs the planner's catalogue; without one it is left out.
    """
    return to_record(report(files, book.dated, options, catalogue))


@collector_at_rest()
def to_record(found: Report) -> dict[str, Any]:
    """A report as JSON-safe data."""
    usage = [c for c in found.cells if c.key.kind == "usage"]
    with localcontext(_WORKING):
        return {
            "version": VERSION,
            "as_of": found.book.as_of,
            "sources": dict(found.book.sources),
            "files": [file_record(f, role) for f, role in zip(found.files, found.roles, strict=True)],
            "refused": [_refused(r) for r in found.refused],
            "totals": totals(found.bills),
            "coverage": coverage(usage),
            "verdicts": _counted(usage, lambda c: {"verdict": c.verdict.kind}),
            "reasons": _counted(
                (c for c in usage if c.verdict.kind in (UNKNOWN, LEFT_OUT)),
                lambda c: {"verdict": c.verdict.kind, "reason": c.verdict.detail},
            ),
            "overpaid_usd": usd(overpaid(usage)),
            "unresolved": _unresolved(usage),
            "by": by_all(found.bills),
            "cells": {"columns": list(CELL_COLUMNS), "rows": [cell_row(c, found) for c in _ordered(found)]},
            "opportunities": {name: tier_record(tier) for name, tier in found.tiers.items()},
            "join": None if found.join is None else join_record(found.join, found),
            "reconciliations": [reconciliation_record(r) for r in found.reconciliations],
            "trend": trend_record(trend(found.cells)),
        }


def overpaid(cells: Iterable[Cell]) -> Decimal:
    """USD billed above the highest list price that agrees with each line."""
    above = (c for c in cells if c.verdict.kind == ABOVE and c.verdict.price is not None and c.quantity is not None)
    return sum((c.cost - price(c.verdict) * (c.quantity or ZERO) / c.verdict.per for c in above), ZERO)


def _ordered(found: Report) -> list[Cell]:
    others = (f for f, role in zip(found.files, found.roles, strict=True) if role != BILL)
    counted = {id(c) for c in found.cells}
    cells = [*found.cells, *(c for f in others for c in f.cells if id(c) not in counted)]
    return sorted(cells, key=lambda c: (c.file, c.first_row, c.key.line_class, c.day))


def _refused(refused: Refused) -> dict[str, Any]:
    error = refused.error
    about, options = (error.about, list(error.options)) if isinstance(error, Question) else ("", [])
    return {"file": refused.file, "message": str(error), "about": about, "options": options}


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
