"""What was spent: ledgers at the list prices of their days and bills at what they say, in entries of one form."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, partial

from wasm_tools.collector import collector_at_rest
from wasm_tools.invoice.audit import LIST
from wasm_tools.invoice.cells import Cell
from wasm_tools.invoice.choices import Choices
from wasm_tools.invoice.containers import Member, members
from wasm_tools.invoice.overlap import worth
from wasm_tools.invoice.prepared import READING, USAGE, Prepared, Progress, prepare
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.resolution import Product
from wasm_tools.invoice.uploads import Refused
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.spend.calls import CallReader, Calls, What
from wasm_tools.spend.earlier_exports import earlier
from wasm_tools.spend.ledger import OUTPUT_CLASSES
from wasm_tools.spend.ledger_lines import INDEX, is_ledger
from wasm_tools.spend.priced import Rate, Rates, usd_of

_Ledger = tuple[str, bytes, tuple[str, ...]]  # name, content, notes


@dataclass(frozen=True, slots=True)
class Entry:
    """Calls of one kind in one hour, or one line of a bill on one day. `when` is `2026-09-01T10`, a day, or `''`.

    `usd` covers the tokens that have a price. `unpriced` calls are those of which not every token has one, `partly`
    those of them of which some have, `empty` ones tell no tokens. `paid` is the cell of a bill, None for ledgers.
    """

    what: What
    product: Product
    when: str
    requests: int
    unpriced: int
    partly: int
    empty: int
    tokens: Mapping[str, int]
    inputs: int
    outputs: int
    usd: Decimal
    paid: Cell | None = None

    @property
    def day(self) -> str:
        """The day in UTC."""
        return self.when[:10]

    @property
    def provider(self) -> str:
        """The provider as the catalogue names it, else as written."""
        return self.product.provider or self.what.provider

    @property
    def model(self) -> str:
        """The model as the catalogue names it, else as written."""
        return self.product.model or self.product.sku or self.what.model


@dataclass(frozen=True)
class Spend:
    """Everything that was read. `files` are the names of ledgers, then of bills, as `What.file` counts them."""

    rates: Rates
    calls: Calls
    bills: Prepared
    refused: tuple[Refused, ...]
    entries: tuple[Entry, ...]  # those of ledgers first, in the order of cells
    twice: tuple[Entry, ...]  # of bills, for providers and days that ledgers tell: held against them, never added

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The names of the files."""
        return (*(f.file for f in self.calls.files), *(f.statement.file for f in self.bills.files))


def read_spend(
    files: Iterable[tuple[str, bytes]],
    book: PriceBook,
    choices: Choices | None = None,
    tag_files: str = "",
    heard: Callable[[Progress], None] | None = None,
) -> Spend:
    """Ledgers, bills and usage exports (name, bytes) read and priced. Files that cannot be read are in `refused`.

    `tag_files` names a tag that calls without it get from the name of their ledger, or of its folder (`ada/a.jsonl`).
    `heard` is told how far the reading has come. Raises InvoiceError when nothing can be read.
    """
    rates = Rates(book)
    ledgers, others, refused = _sorted(files)
    reader = CallReader(rates.bands, rates.prices)
    for at, (name, data, notes) in enumerate(ledgers, 1):
        progress = Progress(READING, name, at, len(ledgers), of=data.count(b"\n"))
        reader.read(name, data, tag_files, notes, heard and partial(_told, heard, progress))
    calls = reader.calls()
    bills = prepare(others, book, choices, heard)
    refused += bills.refused
    if not ledgers and not bills.files:
        raise refused[0].error if refused else InvoiceError("no file was given")
    with collector_at_rest():
        called = list(_called(calls, rates))
        covered = {(e.provider, e.when[:10]) for e in called}
        billed: list[Entry] = []
        twice: list[Entry] = []
        for entry in _billed(bills, len(calls.files)):
            (twice if (entry.provider, entry.day) in covered else billed).append(entry)
    return Spend(rates, calls, bills, tuple(refused), (*called, *billed), tuple(twice))


def _told(heard: Callable[[Progress], None], progress: Progress, rows: int) -> None:
    heard(replace(progress, rows=rows))


def _sorted(files: Iterable[tuple[str, bytes]]) -> tuple[list[_Ledger], list[tuple[str, bytes]], list[Refused]]:
    """Ledgers, exports of earlier trackers among them, other files, and what cannot be unpacked."""
    ledgers: list[_Ledger] = []
    others: list[tuple[str, bytes]] = []
    refused: list[Refused] = []
    for name, data in files:
        try:
            found = (Member(name, data),) if is_ledger(data) else members(name, data)
        except InvoiceError as error:
            refused.append(Refused(name, error))
            continue
        for member in found:
            if is_ledger(member.data):
                ledgers.append((member.name, member.data, ()))
            elif (export := earlier(member.data)) is not None:
                ledgers.append((member.name, export.ledger, export.notes))
            else:
                others.append((member.name, member.data))
    return ledgers, others, refused


def _called(calls: Calls, rates: Rates) -> Iterable[Entry]:
    products: dict[int, Product] = {}
    tables: dict[tuple[int, str], Mapping[str, Rate]] = {}
    for cell in calls.cells:
        what, day = cell.what, cell.hour[:10]
        product = products.get(id(what))
        if product is None:
            product = products[id(what)] = rates.product(what)
        table = tables.get((id(what), day))
        if table is None:
            table = tables[id(what), day] = rates.table(what, day)
        yield Entry(
            what, product, cell.hour, cell.requests, cell.unpriced, cell.partly, cell.empty, cell.tokens,
            cell.inputs, cell.outputs, usd_of(table, cell.tokens),
        )  # fmt: skip


def _billed(read: Prepared, first: int) -> Iterable[Entry]:
    """The usage of bills in US dollars, and at list price what usage files count that no bill covers."""
    paid = {_place(c) for c in read.cells if c.key.kind == "usage" and c.key.currency == "USD"}
    used = (c for f, role in zip(read.files, read.roles, strict=True) if role == USAGE for c in f.cells)
    for cell in (*read.cells, *(_at_list(c) for c in used if not c.key.currency and _place(c) not in paid)):
        key = cell.key
        if key.kind != "usage" or key.currency not in ("USD", ""):
            continue
        what = What(first + cell.file, key.provider or key.host, key.model_raw, key.workload, key.tier, "", ())
        told = key.unit == "token" and key.line_class in INDEX and cell.quantity is not None
        tokens = {key.line_class: int(cell.quantity or 0)} if told else {}
        requests = cell.requests or 0
        unpriced = 0 if key.currency else requests
        count, is_output = sum(tokens.values()), key.line_class in OUTPUT_CLASSES
        sides = (0, count) if is_output else (count, 0)
        yield Entry(what, cell.product, cell.day, requests, unpriced, 0, 0, tokens, *sides, cell.cost, cell)


def _place(cell: Cell) -> tuple[str, str]:
    return cell.product.provider or cell.key.provider, cell.day


def _at_list(cell: Cell) -> Cell:
    """A cell without a cost at its list price; itself where it has none."""
    usd = worth(cell)
    if usd is None:
        return cell
    key, verdict = replace(cell.key, currency="USD", cost_basis="list"), replace(cell.verdict, kind=LIST, detail="")
    return replace(cell, key=key, verdict=verdict, cost=usd)
