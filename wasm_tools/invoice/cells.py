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


@dataclass(frozen=True, slots=True)
class Audited:
    """One file, added up. Σ cost of the cells = Σ cost of the groups = what the statement says of its lines."""

    statement: Statement
    cells: tuple[Cell, ...]
    groups: tuple[GroupSum, ...]


class _Slot:
    """The cells of one key and day, and the groups of the key on all days."""

    __slots__ = ("cells", "groups", "rule", "usual")

    def __init__(self, rule: LineRule, groups: dict[Group, GroupSum]) -> None:
        self.rule, self.groups = rule, groups
        self.cells: dict[int, Cell] = {}
        self.usual: Cell | None = None  # of the verdict that most lines have


def audited(bill: OpenBill, book: PriceBook, file: int = 0) -> Audited:
    """A bill read to its end, each line judged by the price of its day."""
    slots: dict[int, dict[str, _Slot]] = {}  # by the identity of the key, then by day
    keys: list[LineKey] = []  # held, so that no other key can have the identity of one of them
    estimate = bill.reader.estimate
    with localcontext(EXACT), collector_at_rest():
        for line in bill.entries():
            if not isinstance(line, UsageLine):
                continue
            key, day, cost, quantity = line.key, line.day, line.cost, line.quantity
            try:
                slot = slots[id(key)][day]
            except KeyError:
                slot = _new_slot(slots, keys, key, day, book.rule(key, day, estimate))
            rule, cell = slot.rule, slot.usual
            verdict = rule.common
            if verdict is None:
                verdict = rule.plain
                if (
                    cost is None
                    or not quantity
                    or verdict is None
                    or not rule.low * quantity <= cost <= rule.high * quantity
                ):
                    verdict = rule.verdict(quantity, cost)
                    cell = slot.cells.get(id(verdict))
            if cell is None:
                cell = slot.cells[id(verdict)] = Cell(key, book.product(key), day, verdict, file, line.row)
                if verdict is rule.plain or verdict is rule.common:
                    slot.usual = cell
            cell.lines += 1
            group = line.group
            together = None
            if group:
                together = slot.groups.get(group)
                if together is None:
                    together = slot.groups[group] = GroupSum(key, group)
                together.lines += 1
            if cost is not None:
                cell.cost += cost
                if together is not None:
                    together.cost += cost
            if quantity is not None:
                cell.quantity = quantity if cell.quantity is None else cell.quantity + quantity
            if line.requests is not None:
                cell.requests = line.requests + (cell.requests or 0)
    by_day = [slot for days in slots.values() for slot in days.values()]
    groups = {id(slot.groups): slot.groups for slot in by_day}
    return Audited(
        bill.statement(),
        tuple(cell for slot in by_day for cell in slot.cells.values()),
        tuple(one for found in groups.values() for one in found.values()),
    )


def _new_slot(slots: dict[int, dict[str, _Slot]], keys: list[LineKey], key: LineKey, day: str, rule: LineRule) -> _Slot:
    days = slots.get(id(key))
    if days is None:
        days = slots[id(key)] = {}
        keys.append(key)
    other = next(iter(days.values()), None)
    slot = days[day] = _Slot(rule, other.groups if other else {})
    return slot
