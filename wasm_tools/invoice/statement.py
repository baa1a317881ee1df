"""A bill as it is read: its lines pass through one by one, and its totals are conserved to the last digit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from wasm_tools.invoice.choices import Choices
from wasm_tools.invoice.documents import Document
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.usage import EXACT, Excluded, InvoiceError, LineKey, UsageLine, exact_sum

Money = Mapping[str, Decimal]  # by currency


@dataclass(frozen=True, slots=True)
class ExcludedTotal:
    """Rows and lines left out for one reason, their cost, and how many of them state none that can be trusted."""

    entries: int
    cost: Money
    without_cost: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The whole of one file. `rows` = `analysed_rows` + `excluded_rows` + `failed_rows`.

    Per currency, `parsed` = `analysed` + the cost of all `excluded`. Lines of another kind than usage are excluded,
    with their kind as the reason. `cash` is what was invoiced where the format states it beside the cost.
    """

    file: str
    reader: Reader
    rows: int
    analysed_rows: int
    excluded_rows: int
    failed_rows: int
    lines: int
    parsed: Money
    analysed: Money
    excluded: Mapping[str, ExcludedTotal]  # by reason
    kinds: Mapping[tuple[str, str], Decimal]  # cost of lines by currency and kind
    cash: Money
    first_day: str  # of the lines of usage; '' when none has a day
    last_day: str
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Sum:
    """Lines of one key, and their cost."""

    key: LineKey
    lines: int = 0
    cost: Decimal = Decimal(0)
    without_cost: int = 0


@dataclass(slots=True)
class _Left:
    """What was excluded for one reason."""

    entries: int = 0
    without_cost: int = 0
    cost: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


class OpenBill:
    """A recognised file. `entries` reads it from the start; after its end, `statement` is the whole of that reading."""

    def __init__(self, file: str, reader: Reader, document: Document, context: Context, notes: tuple[str, ...]) -> None:
        self.file, self.reader = file, reader
        self._document, self._given, self._notes = document, context, notes
        self._statement: Statement | None = None

    @property
    def choices(self) -> Choices:
        """The user's answers for this file."""
        return self._given.choices

    @property
    def rows_expected(self) -> int:
        """About how many rows the file has, 0 where that is not known before it is read."""
        return self._document.lines

    def entries(self) -> Entries:
        """Every line and every exclusion, in the order of the file. Nothing that was yielded is kept.

        Raises InvoiceError at the end when a row or a cent was lost or counted twice: a defect of the reader.
        """
        self._statement = None
        given = self._given
        context = Context(given.choices, given.spellings, given.workloads)
        sums: dict[int, _Sum] = {}  # by identity: readers make each key once, and comparing them would be slow
        left: defaultdict[str, _Left] = defaultdict(_Left)
        counts = {"analysed": 0, "excluded": 0, "failed": 0}
        days: set[str] = set()
        add, row, state, day = EXACT.add, 0, "", ""
        for entry in self.reader.reading(self._document, context):
            if entry.row != row:
                if state:
                    counts[state] += 1
                row, state = entry.row, ""
            if isinstance(entry, UsageLine):
                key, cost = entry.key, entry.cost
                known = sums.get(id(key))
                if known is None:
                    known = sums[id(key)] = _Sum(key)
                known.lines += 1
                if cost is None:
                    known.without_cost += 1
                else:
                    known.cost = add(known.cost, cost)
                if key.kind == "usage":
                    state = "analysed"
                    if entry.day is not day:  # readers remember days, so most lines have that of the line before
                        day = entry.day
                        days.add(day)
                elif not state:
                    state = "excluded"
            else:
                _leave_out(left[entry.reason], entry)
                state = state or ("failed" if entry.reason == "parse_error" else "excluded")
            yield entry
        if state:
            counts[state] += 1
        self._statement = self._whole(context, counts, sums.values(), left, sorted(days - {""}))

    def statement(self) -> Statement:
        """The totals of a reading that has come to its end."""
        if self._statement is None:
            raise InvoiceError(f"{self.file} has not been read to its end")
        return self._statement

    def _whole(
        self, context: Context, counts: Mapping[str, int], sums: Iterable[_Sum], left: dict[str, _Left], days: list[str]
    ) -> Statement:
        analysed: defaultdict[str, Decimal] = defaultdict(Decimal)
        kinds: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        lines = 0
        for one in sums:
            currency, kind = one.key.currency, one.key.kind
            lines += one.lines
            kinds[currency, kind] = EXACT.add(kinds[currency, kind], one.cost)
            if kind == "usage":
                analysed[currency] = EXACT.add(analysed[currency], one.cost)
            else:
                found = left.setdefault(kind, _Left())
                found.entries += one.lines
                found.without_cost += one.without_cost
                found.cost[currency] = EXACT.add(found.cost[currency], one.cost)
        _require_conserved(self.reader, context, counts, analysed, left)
        return Statement(
            file=self.file,
            reader=self.reader,
            rows=context.rows,
            analysed_rows=counts["analysed"],
            excluded_rows=counts["excluded"],
            failed_rows=counts["failed"],
            lines=lines,
            parsed=_money(context.parsed),
            analysed=_money(analysed),
            excluded={
                reason: ExcludedTotal(found.entries, _money(found.cost), found.without_cost)
                for reason, found in sorted(left.items())
            },
            kinds=dict(sorted(kinds.items())),
            cash=_money(context.cash),
            first_day=days[0] if days else "",
            last_day=days[-1] if days else "",
            notes=(*self._notes, *context.notes),
        )


def _leave_out(left: _Left, entry: Excluded) -> None:
    left.entries += 1
    if entry.cost is None:
        left.without_cost += 1
    else:
        left.cost[entry.currency] = EXACT.add(left.cost[entry.currency], entry.cost)


def _money(amounts: Money) -> dict[str, Decimal]:
    """Amounts by currency; what has no currency (lines without cost) is left out unless it is money."""
    return {currency: amount for currency, amount in sorted(amounts.items()) if currency or amount}


def _require_conserved(
    reader: Reader, context: Context, counts: Mapping[str, int], analysed: Money, left: Mapping[str, _Left]
) -> None:
    if sum(counts.values()) != context.rows:
        raise InvoiceError(
            f"{context.rows} rows were read but {sum(counts.values())} came out of the reader of {reader.title}: "
            "please report this file's header line as a defect"
        )
    for currency in {*context.parsed, *analysed, *(c for found in left.values() for c in found.cost)}:
        excluded = exact_sum(found.cost[currency] for found in left.values() if currency in found.cost)
        kept, parsed = analysed.get(currency, Decimal(0)), context.parsed.get(currency, Decimal(0))
        if EXACT.add(kept, excluded) != parsed:
            raise InvoiceError(
                f"the rows add up to {kept} + {excluded} {currency}, but {parsed} were read: "
                "please report this file's header line as a defect"
            )
