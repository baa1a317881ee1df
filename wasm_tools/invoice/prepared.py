"""Uploaded files read and audited, apart from what can be saved: changing a share reads nothing again.

The reading comes in steps, for a page that shows how far it has come and may stop in between.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext

from wasm_tools.collector import collector_at_rest
from wasm_tools.invoice.cells import Audit, Audited, Cell
from wasm_tools.invoice.choices import Choices
from wasm_tools.invoice.joining import Join, is_usage, joined
from wasm_tools.invoice.overlap import Reconciliation, overlapped, reconciled, uncovered
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.restated import require_known
from wasm_tools.invoice.splitting import split
from wasm_tools.invoice.statement import OpenBill
from wasm_tools.invoice.uploads import Refused, open_bills
from wasm_tools.invoice.usage import InvoiceError, exact_sum

BILL, USAGE, RECONCILED = "bill", "usage", "reconciled"
OPENING, READING = "opening", "reading"
STEP = 20_000  # entries between two reports: some 0.2 s in CPython, a second in a browser
WORKING = Context(prec=50)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reading has come: file `at` of `files`, row `rows` of about `of`, 0 where that is not known."""

    phase: str  # OPENING | READING
    file: str = ""
    at: int = 0
    files: int = 0
    rows: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that is known of the uploaded files. `roles` are those of the files, in their order."""

    book: PriceBook
    choices: Choices
    files: tuple[Audited, ...]
    roles: tuple[str, ...]
    refused: tuple[Refused, ...]
    cells: tuple[Cell, ...]  # of the bills, joined with what the usage files counted
    join: Join | None
    reconciliations: tuple[Reconciliation, ...]
    bills: tuple[Audited, ...]  # what counts: whole files, and parts of others that no bill covers

    @property
    def analysed(self) -> Decimal:
        """Usage in US dollars, also by the user's rates."""
        return exact_sum(c.cost for c in self.cells if c.key.kind == "usage" and c.key.currency == "USD")


def preparing(
    files: Iterable[tuple[str, bytes]], book: PriceBook, choices: Choices | None = None, every: int = STEP
) -> Generator[Progress, None, Prepared]:
    """Read and audit uploaded files (name, bytes), yielding how far it has come after so many entries.

    Files that cannot be read are in `refused`, with the reason. Raises InvoiceError for an answer that means nothing.
    """
    given = choices or Choices()
    require_known(given, book)
    yield Progress(OPENING)
    bills, refused = open_bills(files, given, book.spellings, book.workloads)
    found: list[Audited] = []
    failed = list(refused)
    for at, bill in enumerate(bills, 1):
        try:
            found.append(
                (yield from _read(bill, book, len(found), Progress(READING, bill.file, at, len(bills)), every))
            )
        except InvoiceError as error:
            failed.append(Refused(bill.file, error))
    with localcontext(WORKING), collector_at_rest():
        roles, reconciliations, parts = _roles(found)
        whole, usage = ([f for f, r in zip(found, roles, strict=True) if r == role] for role in (BILL, USAGE))
        counted = (*whole, *parts)
        cells, join = joined(counted, [u for u in usage if not u.statement.reader.estimate], book)
    return Prepared(book, given, tuple(found), roles, tuple(failed), tuple(cells), join, reconciliations, counted)


def prepare(
    files: Iterable[tuple[str, bytes]],
    book: PriceBook,
    choices: Choices | None = None,
    heard: Callable[[Progress], None] | None = None,
) -> Prepared:
    """The same in one go. `heard` is told how far it has come; what it raises stops the reading."""
    steps = preparing(files, book, choices)
    while True:
        try:
            progress = next(steps)
        except StopIteration as end:
            done: Prepared = end.value
            return done
        if heard is not None:
            heard(progress)


def _read(
    bill: OpenBill, book: PriceBook, number: int, progress: Progress, every: int
) -> Generator[Progress, None, Audited]:
    audit, expected = Audit(bill, book, number), bill.rows_expected
    yield replace(progress, of=expected)
    while row := audit.read(every):
        yield replace(progress, rows=row, of=max(row, expected))
    one = audit.whole()
    with localcontext(WORKING):
        return one if bill.reader.estimate else replace(one, cells=tuple(split(one.cells, book)))


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
