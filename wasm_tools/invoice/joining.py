"""A cost file and a usage file of one account as one bill: dollars of the one, quantities of the other.

They meet on day, model, class, tier and context band. Keys and projects are left out: both files state the whole of
them, and where one names fewer, the sums would not meet. A usage file is not the whole bill, nor the other way round:
what has no counterpart is told apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.invoice.cells import ZERO, Audited, Cell
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.usage import exact_sum

Place = tuple[str, str, str, str, str, str]  # provider, day, model, class, tier, context band


@dataclass(frozen=True, slots=True)
class Join:
    """`cells` have both cost and quantity. `coverage` is joined dollars ÷ all dollars of the cost files."""

    files: tuple[str, ...]
    cells: tuple[Cell, ...]
    joined: Decimal
    cost: Decimal
    cost_without_usage: tuple[Cell, ...]
    usage_without_cost: tuple[Cell, ...]

    @property
    def coverage(self) -> Decimal:
        """From 0 to 1."""
        return self.joined / self.cost if self.cost else ZERO


def place(cell: Cell) -> Place:
    """Where cost and usage meet. A tool has no model: the cost file does not name one."""
    key, product = cell.key, cell.product
    tier = "standard" if key.tier == "unknown" else key.tier
    if key.line_class == "tool_call":
        return (product.provider, cell.day, "", key.line_class, "", "")
    return (
        product.provider,
        cell.day,
        product.model or product.sku or key.model_raw,
        key.line_class,
        tier,
        key.context_band,
    )


def joined(bills: Sequence[Audited], usage: Sequence[Audited], book: PriceBook) -> tuple[list[Cell], Join | None]:
    """All cells of the bills, those without quantity joined with what the usage files counted, and how far that went.

    Only what is billed in US dollars is joined: nothing else is held against a price. None where no usage file is of a
    provider that a bill without quantities is from.
    """
    cells = [cell for bill in bills for cell in bill.cells]
    paid = [c for c in cells if c.key.kind == "usage" and c.key.currency == "USD" and c.product.provider]
    lacking = [c for c in paid if c.quantity is None]
    counted = [c for u in usage for c in u.cells if c.quantity is not None and c.key.kind == "usage"]
    providers = {c.product.provider for c in lacking} & {c.product.provider for c in counted}
    if not providers:
        return cells, None
    costs = _by_place(c for c in lacking if c.product.provider in providers)
    counts = _by_place(c for c in counted if c.product.provider in providers)
    together = [_together(found, counts[at], book) for at, found in costs.items() if at in counts]
    alone = [c for at, found in costs.items() if at not in counts for c in found]
    met = {id(c) for at, found in costs.items() if at in counts for c in found}
    names = sorted({bills_of(c, (*bills, *usage)) for found in (*costs.values(), *counts.values()) for c in found})
    paid = [c for c in paid if c.product.provider in providers]
    own = exact_sum(c.cost for c in paid if c.quantity)
    join = Join(
        tuple(names),
        tuple(together),
        exact_sum(c.cost for c in together) + own,
        exact_sum(c.cost for c in paid),
        tuple(alone),
        tuple(c for at, found in counts.items() if at not in costs for c in found),
    )
    return [c for c in cells if id(c) not in met] + together, join


def bills_of(cell: Cell, files: Iterable[Audited]) -> str:
    """The name of the file that a cell is from."""
    return next((f.statement.file for f in files if any(c is cell for c in f.cells)), "")


def _by_place(cells: Iterable[Cell]) -> dict[Place, list[Cell]]:
    found: dict[Place, list[Cell]] = {}
    for cell in cells:
        found.setdefault(place(cell), []).append(cell)
    return found


def _together(costs: Sequence[Cell], counts: Sequence[Cell], book: PriceBook) -> Cell:
    """One cell with the dollars of the first and the quantity of the second, judged by the price of its day.

    Each line of the cost file was rounded by itself. The product is that of the usage file, which names the snapshot.
    """
    first, named = costs[0], counts[0]
    cost, quantity = exact_sum(c.cost for c in costs), exact_sum(c.quantity or ZERO for c in counts)
    lines = sum(c.lines for c in costs)
    requests = [c.requests for c in counts if c.requests is not None]
    rule = book.rule(named.key if named.key.model_raw and not first.product.sku else first.key, first.day)
    verdict = rule.verdict(quantity, cost, lines)
    return Cell(
        first.key, first.product, first.day, verdict, first.file, first.first_row, lines, cost, quantity,
        sum(requests) if requests else None,
    )  # fmt: skip


def is_usage(file: Audited) -> bool:
    """Whether a file counts quantities and states no cost."""
    return bool(file.cells) and not file.statement.parsed and all(c.quantity is not None for c in file.cells)
