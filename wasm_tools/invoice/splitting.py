"""Calls with one cost and several counts of tokens: the cost is split over the counts by their list prices.

Gateways bill a call as a whole. Where every count has a list price of the day, the call was billed at some factor on
all of them, and the parts can be judged like any other line. Where the file does not say which input was cached, a cost
below list may be the cache's doing: such a call stays whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from wasm_tools.invoice.audit import TOLERANCE, VALUED
from wasm_tools.invoice.cells import ZERO, Cell
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.usage import exact_sum

_PENNY = Decimal("0.000000000001")  # parts are cut to it; the last one takes the rest


def split(cells: Iterable[Cell], book: PriceBook) -> list[Cell]:
    """The cells of one file, blended ones replaced by their parts where that can be done; the sum stays the same."""
    found = list(cells)
    groups: dict[tuple[str, str, str, str], list[Cell]] = {}
    for cell in found:
        if cell.product.provider and cell.key.kind == "usage":
            groups.setdefault((cell.product.provider, cell.key.model_raw, cell.day, cell.key.tier), []).append(cell)
    parts: list[Cell] = []
    whole: set[int] = set()
    for group in groups.values():
        blended = [c for c in group if c.key.line_class == "blended" and c.key.currency == "USD" and c.cost > 0]
        counted = [c for c in group if c.key.line_class != "blended" and c.quantity and not c.key.currency]
        made = _parts(blended, counted, book) if blended and counted else []
        if made:
            parts += made
            whole |= {id(c) for c in (*blended, *counted)}
    return [c for c in found if id(c) not in whole] + parts


def _parts(blended: Sequence[Cell], counted: Sequence[Cell], book: PriceBook) -> list[Cell]:
    """A cell for each count with its share of the cost; empty where one has no price or the cache hides the reason."""
    values = [c.verdict.price * (c.quantity or ZERO) / c.verdict.per for c in counted if _priced(c) and c.verdict.price]
    cost, listed = exact_sum(c.cost for c in blended), sum(values, ZERO)
    if len(values) != len(counted) or not listed:
        return []
    if any(c.key.line_class == "input" for c in counted) and cost < listed * (1 - TOLERANCE):
        return []
    made: list[Cell] = []
    rest = cost
    for at, (cell, value) in enumerate(zip(counted, values, strict=True)):
        part = rest if at == len(counted) - 1 else (cost * value / listed).quantize(_PENNY)
        rest -= part
        made.append(_part(cell, part, blended[0], book))
    return made


def _priced(cell: Cell) -> bool:
    return cell.verdict.kind == VALUED and cell.verdict.price is not None


def _part(cell: Cell, cost: Decimal, blended: Cell, book: PriceBook) -> Cell:
    verdict = book.rule(cell.key, cell.day).verdict(cell.quantity, cost)
    key = replace(cell.key, currency=blended.key.currency, cost_basis=blended.key.cost_basis)
    return Cell(
        key, cell.product, cell.day, verdict, cell.file, cell.first_row, cell.lines, cost, cell.quantity, cell.requests
    )
