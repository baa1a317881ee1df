"""A bill added up while it is read: cells of lines with one key, day and verdict, and the same money by groups.

A bill of a million lines has a few thousand cells: models × classes × days. The groups (projects, keys, users …) are
added up beside them, because groups times days could be as many as the lines.
"""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import islice

from wasm_tools.collector import collector_at_rest
from wasm_tools.invoice.audit import LineRule, Verdict
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.resolution import Product
from wasm_tools.invoice.restated import Restated, restated
from wasm_tools.invoice.statement import OpenBill, Statement
from wasm_tools.invoice.usage import EXACT, Excluded, LineKey, UsageLine

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

    __slots__ = ("cells", "groups", "of", "restates", "rule", "usual")

    def __init__(self, of: Restated, rule: LineRule, groups: dict[Group, GroupSum]) -> None:
        self.of, self.rule, self.groups = of, rule, groups
        self.restates = of.times != of.over or of.rate != 1
        self.cells: dict[int, Cell] = {}
        self.usual: Cell | None = None  # of the verdict that most lines have


class Audit:
    """A bill that is added up piece by piece, each line judged by the price of its day."""

    def __init__(self, bill: OpenBill, book: PriceBook, file: int = 0) -> None:
        self._bill, self._book, self._file = bill, book, file
        self._slots: dict[int, dict[str, _Slot]] = {}  # by the identity of the key, then by day
        self._keys: list[LineKey] = []  # held, so that no other key can have the identity of one of them
        self._entries = bill.entries()

    def read(self, most: int | None = None) -> int:
        """Read at most so many entries, all without a number; the row of the last one, 0 after the end of the file."""
        slots = self._slots
        line: UsageLine | Excluded | None = None
        with localcontext(EXACT), collector_at_rest():
            for line in islice(self._entries, most):
                if not isinstance(line, UsageLine):
                    continue
                key, day, cost, quantity = line.key, line.day, line.cost, line.quantity
                try:
                    slot = slots[id(key)][day]
                except KeyError:
                    slot = self._slot(key, day)
                if slot.restates:
                    cost = None if cost is None else cost * slot.of.rate
                    quantity = None if quantity is None else quantity * slot.of.times / slot.of.over
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
                    cell = slot.cells[id(verdict)] = Cell(
                        slot.of.key, self._book.product(slot.of.key), day, verdict, self._file, line.row
                    )
                    if verdict is rule.plain or verdict is rule.common:
                        slot.usual = cell
                cell.lines += 1
                group = line.group
                together = None
                if group:
                    together = slot.groups.get(group)
                    if together is None:
                        together = slot.groups[group] = GroupSum(slot.of.key, group)
                    together.lines += 1
                if cost is not None:
                    cell.cost += cost
                    if together is not None:
                        together.cost += cost
                if quantity is not None:
                    cell.quantity = quantity if cell.quantity is None else cell.quantity + quantity
                if line.requests is not None:
                    cell.requests = line.requests + (cell.requests or 0)
        return line.row if line else 0

    def whole(self) -> Audited:
        """What was read, of a file that has been read to its end."""
        by_day = [slot for days in self._slots.values() for slot in days.values()]
        groups = {id(slot.groups): slot.groups for slot in by_day}
        return Audited(
            self._bill.statement(),
            tuple(cell for slot in by_day for cell in slot.cells.values()),
            tuple(one for found in groups.values() for one in found.values()),
        )

    def _slot(self, key: LineKey, day: str) -> _Slot:
        days = self._slots.get(id(key))
        if days is None:
            days = self._slots[id(key)] = {}
            self._keys.append(key)
        other = next(iter(days.values()), None)
        of = other.of if other else restated(key, self._bill.choices, self._book)
        rule = self._book.rule(of.key, day, self._bill.reader.estimate)
        slot = days[day] = _Slot(of, rule, other.groups if other else {})
        return slot


def audited(bill: OpenBill, book: PriceBook, file: int = 0) -> Audited:
    """A bill read to its end, each line judged by the price of its day."""
    audit = Audit(bill, book, file)
    audit.read()
    return audit.whole()
