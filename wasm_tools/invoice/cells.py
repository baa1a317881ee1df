"""A bill added up while it is read: cells of lines with one key, day and verdict, and the same money by groups.

A bill of a million lines has a few thousand cells: models × classes × days. The groups (projects, keys, users …) are
added up beside them, because groups times days could be as many as the lines.
"""

from dataclasses import dataclass
from decimal import Decimal, localcontext

from wasm_tools.collector import collector_at_rest
from wasm_tools.invoice.audit import LineRule, Verdict
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.resolution import Product
from wasm_tools.invoice.statement import OpenBill, Statement
from wasm_tools.invoice.usage import EXACT, LineKey, UsageLine

Group = tuple[tuple[str, str], ...]
ZERO = Decimal(0)


@dataclass(slots=True)
class Cell:
    """Lines of one key, day and verdict. `quantity` is None where no line states one; `requests` likewise.

    `first_row` is the first of its lines as a spreadsheet shows it, `file` the place of the file among those read.
    """

    key: LineKey
    product: Product
    day: str
    verdict: Verdict
    file: int
    first_row: int
    lines: int = 0
    cost: Decimal = ZERO
    quantity: Decimal | None = None
    requests: int | None = None


@dataclass(slots=True)
class GroupSum:
    """Lines of one key and group."""

    key: LineKey
    group: Group
    lines: int = 0
    cost: Decimal = ZERO
    quantity: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Audited:
    """One file, added up. Σ cost of the cells = Σ cost of the groups = what the statement says of its lines."""

    statement: Statement
    cells: tuple[Cell, ...]
    groups: tuple[GroupSum, ...]


class _Slot:
    """The cells of one key and day."""

    __slots__ = ("cells", "rule", "usual")

    def __init__(self, rule: LineRule) -> None:
        self.rule = rule
        self.cells: dict[int, Cell] = {}
        self.usual: Cell | None = None


def audited(bill: OpenBill, book: PriceBook, file: int = 0) -> Audited:
    """A bill read to its end, each line judged by the price of its day."""
    slots: dict[tuple[int, str], _Slot] = {}
    groups: dict[tuple[int, Group], GroupSum] = {}
    keys: dict[int, LineKey] = {}
    estimate = bill.reader.estimate
    with localcontext(EXACT), collector_at_rest():
        for line in bill.entries():
            if not isinstance(line, UsageLine):
                continue
            key, cost, quantity = line.key, line.cost, line.quantity
            place = (id(key), line.day)
            slot = slots.get(place)
            if slot is None:
                keys[id(key)] = key
                slot = slots[place] = _Slot(book.rule(key, line.day, estimate))
            rule = slot.rule
            verdict = rule.common
            if verdict is not None:
                cell = slot.usual
            elif cost is not None and quantity and rule.plain and rule.low * quantity <= cost <= rule.high * quantity:
                verdict, cell = rule.plain, slot.usual
            else:
                verdict = rule.verdict(quantity, cost)
                cell = slot.cells.get(id(verdict))
            if cell is None:
                cell = Cell(key, book.product(key), line.day, verdict, file, line.row)
                slot.cells[id(verdict)] = cell
                if verdict is rule.plain or verdict is rule.common:
                    slot.usual = cell
            cell.lines += 1
            if cost is not None:
                cell.cost += cost
            if quantity is not None:
                cell.quantity = quantity if cell.quantity is None else cell.quantity + quantity
            if line.requests is not None:
                cell.requests = line.requests + (cell.requests or 0)
            if line.group:
                together = groups.get((id(key), line.group))
                if together is None:
                    together = groups[id(key), line.group] = GroupSum(key, line.group)
                together.lines += 1
                if cost is not None:
                    together.cost += cost
                if quantity is not None:
                    together.quantity += quantity
    cells = tuple(cell for slot in slots.values() for cell in slot.cells.values())
    return Audited(bill.statement(), cells, tuple(groups.values()))
