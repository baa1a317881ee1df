"""The bill in the form that the analysis takes: lines in US dollars with a quantity, everything else excluded."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.collector import collector_at_rest
from wasm_tools.invoice.uploads import open_bills
from wasm_tools.invoice.usage import EXACT, Excluded, InvoiceError, LineKey, UsageLine, decimal_text, exact_sum

# direction, modality and cache of a meter by line class; '' is "any"
_METERS = {
    "input_uncached": ("input", "text", "none"),
    "input": ("input", "text", ""),
    "cache_read": ("input", "text", "read"),
    "cache_write": ("input", "text", "write"),
    "cache_write_5m": ("input", "text", "write"),
    "cache_write_1h": ("input", "text", "write_1h"),
    "cache_write_12h": ("input", "text", "write_12h"),
    "output": ("output", "text", ""),
    "audio_in": ("input", "audio", ""),
    "audio_out": ("output", "audio", ""),
    "image_in": ("input", "image", ""),
    "image_out": ("output", "image", ""),
    "video_in": ("input", "video", ""),
    "embedding": ("input", "text", ""),
}
_TIERS = ("standard", "batch", "flex", "priority")


@dataclass(frozen=True, slots=True)
class BilledLine:
    """One billed line. Texts are as written, `''` is "the file does not say".

    `quantity` counts `unit_raw`, the unit as written; the analysis turns both into base units of the unit registry.
    """

    line_number: int  # row as a spreadsheet shows it, the header included
    provider: str
    workload: str
    model: str
    unit_raw: str
    quantity: Decimal
    amount_usd: Decimal
    direction: str = ""
    modality: str = ""
    cache: str = ""
    tier: str = ""


@dataclass(frozen=True, slots=True)
class ExcludedRow:
    """A row that is not analysed, and why. `amount_usd` is None where the row states no amount that can be trusted."""

    line_number: int
    raw: str
    reason: str
    amount_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file: `total_usd` = `analysed_usd` + `excluded_usd`, and every row is in `lines` or in `excluded`."""

    source_format: str
    lines: tuple[BilledLine, ...]
    excluded: tuple[ExcludedRow, ...]
    notes: tuple[str, ...]
    total_usd: Decimal
    analysed_usd: Decimal
    excluded_usd: Decimal

    @property
    def rows(self) -> int:
        """Lines and excluded rows of the file below its header, empty ones included."""
        return len(self.lines) + len(self.excluded)

    def excluded_by_reason(self) -> dict[str, tuple[int, Decimal, int]]:
        """Rows, USD and rows without a usable amount, by reason in alphabetical order."""
        rows: Counter[str] = Counter(e.reason for e in self.excluded)
        return {
            reason: (
                rows[reason],
                exact_sum(e.amount_usd for e in self.excluded if e.reason == reason and e.amount_usd is not None),
                sum(1 for e in self.excluded if e.reason == reason and e.amount_usd is None),
            )
            for reason in sorted(rows)
        }


def read(data: bytes, name: str = "bill") -> Reading:
    """The one bill in `data`; raises InvoiceError, also when the file is an archive of several."""
    bills, refused = open_bills([(name, data)])
    if refused:
        raise refused[0].error
    if len(bills) != 1:
        raise InvoiceError("the archive holds several files: give them one by one")
    (bill,) = bills
    lines: list[BilledLine] = []
    excluded: list[ExcludedRow] = []
    with collector_at_rest():
        for entry in bill.entries():
            if isinstance(entry, Excluded):
                amount = entry.cost if entry.currency == "USD" else None
                excluded.append(ExcludedRow(entry.row, entry.raw, entry.detail or entry.reason, amount))
                continue
            quantity, cost = entry.quantity, entry.cost
            problem = _problem(entry)
            if problem or quantity is None or cost is None:
                amount = cost if entry.key.currency == "USD" else None
                excluded.append(ExcludedRow(entry.row, _words(entry), problem, amount))
            else:
                lines.append(_billed(entry, quantity, cost))
    statement = bill.statement()
    return _conserved(statement.reader.title, lines, excluded, statement.parsed.get("USD", Decimal(0)), statement.notes)


def _problem(line: UsageLine) -> str:
    """Why a line has no effective price in US dollars, or `''`."""
    key, quantity, cost = line.key, line.quantity, line.cost
    if cost is None:
        return "the file states no cost of this line"
    if key.currency != "USD":
        return f"billed in {key.currency or 'an unknown currency'}: prices are compared in US dollars only"
    if key.kind == "credit" or cost < 0 or (quantity is not None and quantity < 0):
        return "credit or negative quantity"
    if key.kind != "usage":
        return f"{key.kind}, not usage"
    if quantity is None:
        return "the file states no quantity of this line"
    if not quantity:
        return "usage_qty is zero"
    return "" if cost else "amount_usd is zero"


def _billed(line: UsageLine, quantity: Decimal, cost: Decimal) -> BilledLine:
    key = line.key
    direction, modality, cache = _METERS.get(key.line_class, ("", "", ""))
    tier = key.tier if key.tier in _TIERS else ""
    unit = key.unit or key.unit_raw
    return BilledLine(
        line.row, key.provider, key.workload, key.model_raw, unit, quantity, cost,
        direction, modality, cache, tier,
    )  # fmt: skip


def _words(line: UsageLine) -> str:
    key: LineKey = line.key
    numbers = ["" if v is None else decimal_text(v) for v in (line.quantity, line.cost)]
    return ",".join((line.day, key.provider, key.model_raw, key.line_class, numbers[0], key.unit_raw, numbers[1]))


def _conserved(
    source_format: str,
    lines: Sequence[BilledLine],
    excluded: Sequence[ExcludedRow],
    total_usd: Decimal,
    notes: tuple[str, ...],
) -> Reading:
    analysed_usd = exact_sum(line.amount_usd for line in lines)
    excluded_usd = exact_sum(e.amount_usd for e in excluded if e.amount_usd is not None)
    if EXACT.add(analysed_usd, excluded_usd) != total_usd:
        raise InvoiceError(f"the rows add up to {analysed_usd} + {excluded_usd} USD, but {total_usd} USD were read")
    return Reading(source_format, tuple(lines), tuple(excluded), notes, total_usd, analysed_usd, excluded_usd)
