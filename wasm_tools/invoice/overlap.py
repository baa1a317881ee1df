"""Files that cover the same spend: told apart by provider and days, held against each other, never added."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from wasm_tools.invoice.cells import ZERO, Audited, Cell
from wasm_tools.invoice.restated import ONE
from wasm_tools.invoice.usage import EXACT, exact_sum

REPEATED = Decimal("0.9")  # of a file's cost on common days, in cells equal to those of another file of its format
Days = dict[str, set[str]]  # by provider


@dataclass(frozen=True, slots=True)
class Difference:
    """What two files say of one day and model, in US dollars."""

    day: str
    model: str
    bill: Decimal
    other: Decimal


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A file held against the bill that covers the same provider and days. `valued`: its quantities at list price.

    `uncovered` is what the file states for providers and days that the bill does not cover: that part is added.
    """

    bill: str
    other: str
    valued: bool
    rows: tuple[Difference, ...]
    uncovered: Decimal = ZERO


def days_of(file: Audited) -> Days:
    """The days of usage by provider."""
    found: Days = {}
    for cell in file.cells:
        if cell.key.kind == "usage" and cell.day:
            found.setdefault(cell.product.provider or cell.key.provider, set()).add(cell.day)
    return found


def overlapped(file: Audited, bills: Sequence[Audited]) -> Audited | None:
    """The bill among those before that covers the same spend as a file, None where there is none.

    Two formats overlap when they share a provider and a day. Two files of one format are parts of one bill (months,
    projects), unless nearly all that one says of the common days is said by the other in the same numbers.
    """
    own = days_of(file)
    for bill in bills:
        theirs = days_of(bill)
        if not any(days & theirs.get(provider, set()) for provider, days in own.items()):
            continue
        if bill.statement.reader.id != file.statement.reader.id or _repeats(file, bill, theirs):
            return bill
    return None


def _repeats(file: Audited, bill: Audited, theirs: Days) -> bool:
    said = {(c.day, c.key, c.cost, c.quantity) for c in bill.cells}
    common = [c for c in file.cells if c.day in theirs.get(c.product.provider or c.key.provider, ())]
    whole = exact_sum(abs(c.cost) for c in common)
    again = exact_sum(abs(c.cost) for c in common if (c.day, c.key, c.cost, c.quantity) in said)
    return whole > 0 and again >= REPEATED * whole


def reconciled(bill: Audited, other: Audited, valued: bool, part: Audited | None = None) -> Reconciliation:
    """The differences by day and model on the days and providers that both cover, largest first.

    Other currencies than US dollars are left out: their amounts cannot be held against each other here.
    `part` is what no bill covers (see `uncovered`).
    """
    mine, theirs = days_of(bill), days_of(other)
    common = {(p, day) for p, days in mine.items() for day in days & theirs.get(p, set())}
    left, right = (_by_model(file, common, value) for file, value in ((bill, False), (other, valued)))
    rows = [Difference(*at, left.get(at, ZERO), right.get(at, ZERO)) for at in left.keys() | right.keys()]
    rows.sort(key=lambda r: (-abs(r.bill - r.other), r.day, r.model))
    apart = exact_sum(c.cost for c in part.cells if _in_dollars(c)) if part else ZERO
    return Reconciliation(bill.statement.file, other.statement.file, valued, tuple(rows), apart)


def uncovered(bills: Sequence[Audited], other: Audited) -> Audited:
    """The part of a file for providers and days that no bill covers, as a file of its own without groups.

    What has no day cannot be told apart and is left out.
    """
    known = [days_of(bill) for bill in bills]

    def covered(cell: Cell) -> bool:
        provider = cell.product.provider or cell.key.provider
        return not cell.day or any(cell.day in days.get(provider, ()) for days in known)

    cells = tuple(c for c in other.cells if not covered(c))
    parsed, analysed = _as_billed(cells), _as_billed(c for c in cells if c.key.kind == "usage")
    return Audited(replace(other.statement, parsed=parsed, analysed=analysed), cells, ())


def _as_billed(cells: Iterable[Cell]) -> dict[str, Decimal]:
    """Amounts by the currency of the file, also where the user's rate has turned them into US dollars."""
    found: dict[str, Decimal] = {}
    for cell in cells:
        currency, rate = cell.key.converted or (cell.key.currency, ONE)
        if currency:
            found[currency] = EXACT.add(found.get(currency, ZERO), EXACT.divide(cell.cost, rate))
    return found


def _by_model(file: Audited, common: set[tuple[str, str]], valued: bool) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = {}
    for cell in file.cells:
        provider = cell.product.provider or cell.key.provider
        if cell.key.kind == "usage" and (provider, cell.day) in common:
            place = (cell.day, cell.product.model or cell.product.sku or cell.key.model_raw)
            amount = worth(cell) if valued else cell.cost if _in_dollars(cell) else None
            if amount is not None:
                found[place] = found.get(place, ZERO) + amount
    return found


def _in_dollars(cell: Cell) -> bool:
    return cell.key.kind == "usage" and cell.key.currency == "USD"


def worth(cell: Cell) -> Decimal | None:
    """USD of a quantity at the list price of its day; None without a price."""
    if cell.verdict.price is None or cell.quantity is None:
        return None
    return cell.verdict.price * cell.quantity / cell.verdict.per
