"""Lines of a bill as its file states them, the lines that cannot be used, and the conserved whole of both."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

# Amounts are bounded (see numerals.py), so this precision adds any file exactly, whatever context the host has set.
EXACT = Context(prec=100)


class InvoiceError(ValueError):
    """A file that cannot be read as a bill; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class UsageLine:
    """One billed line. Texts are as written, `''` is "the file does not say".

    `quantity` counts `unit_raw`, the unit as written; the analysis turns both into base units of the unit registry.
    `extra` holds the cells of the columns that the format does not define, in the order of `Reading.extra_columns`.
    """

    line_number: int  # row as a spreadsheet shows it, the header included
    provider: str
    workload: str
    model: str
    unit_raw: str
    quantity: Decimal
    amount_usd: Decimal
    extra: tuple[str, ...] = ()
    direction: str = ""
    modality: str = ""
    cache: str = ""
    tier: str = ""


@dataclass(frozen=True, slots=True)
class Excluded:
    """A row that is not analysed, and why. `amount_usd` is None where the row states no amount that can be trusted."""

    line_number: int
    raw: str
    reason: str
    amount_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file: `total_usd` = `analysed_usd` + `excluded_usd`, and every row is in `lines` or in `excluded`."""

    source_format: str
    lines: tuple[UsageLine, ...]
    excluded: tuple[Excluded, ...]
    extra_columns: tuple[str, ...]
    notes: tuple[str, ...]
    total_usd: Decimal
    analysed_usd: Decimal
    excluded_usd: Decimal

    @property
    def rows(self) -> int:
        """Rows of the file below its header, empty ones included."""
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


def conserved_reading(
    source_format: str,
    entries: Sequence[UsageLine | Excluded],
    total_usd: Decimal,
    extra_columns: tuple[str, ...],
    notes: tuple[str, ...],
) -> Reading:
    """The reading of `entries`; `total_usd` is what the reader added up while it parsed the rows.

    Raises InvoiceError when the two do not meet: a row would have been lost or counted twice.
    """
    lines = tuple(e for e in entries if isinstance(e, UsageLine))
    excluded = tuple(e for e in entries if isinstance(e, Excluded))
    analysed_usd = exact_sum(line.amount_usd for line in lines)
    excluded_usd = exact_sum(e.amount_usd for e in excluded if e.amount_usd is not None)
    if EXACT.add(analysed_usd, excluded_usd) != total_usd:
        raise InvoiceError(
            f"the rows add up to {analysed_usd} + {excluded_usd} USD, but {total_usd} USD were read: "
            "please report this file's header line as a defect"
        )
    return Reading(source_format, lines, excluded, extra_columns, notes, total_usd, analysed_usd, excluded_usd)


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """The sum without rounding."""
    total, add = Decimal(0), EXACT.add
    for amount in amounts:
        total = add(total, amount)
    return total


def decimal_text(value: Decimal) -> str:
    """Plain digits without exponent and trailing zeros; never rounded, whatever the number of digits."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
