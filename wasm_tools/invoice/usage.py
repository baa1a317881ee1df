"""Lines of bills and usage exports in one form, and the rows that cannot become a line."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal

# Amounts are bounded (see numerals.py), so this precision adds any file exactly, whatever context the host has set.
EXACT = Context(prec=100)

LINE_CLASSES = (
    "input_uncached", "input", "cache_read", "cache_write", "cache_write_5m", "cache_write_1h", "cache_write_12h",
    "cache_storage", "output", "reasoning", "audio_in", "audio_out", "image_in", "image_out", "video_in", "embedding",
    "rerank", "moderation", "seconds", "characters", "images", "pages", "video_seconds", "request", "tool_call",
    "gpu_time", "storage", "blended", "other",
)  # fmt: skip
KINDS = ("usage", "included", "byok", "credit", "refund", "tax", "purchase", "adjustment", "fee")
TIERS = ("standard", "batch", "flex", "priority", "committed", "unknown")
EXCLUSIONS = ("parse_error", "total_row", "empty_period", "no_quantity", "not_comparable", *KINDS[1:])


class InvoiceError(ValueError):
    """A file that cannot be read as a bill; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class LineKey:
    """What all lines that say the same share; readers make each one once. `''` is "the file does not say".

    `provider` bills, `host` serves, `developer` made the model: names as the format means them. `unit` is a base unit
    of the unit registry, or `''` when the unit as written (`unit_raw`) is not one that is known.
    """

    provider: str
    host: str = ""
    developer: str = ""
    model_raw: str = ""  # as printed
    workload: str = ""
    line_class: str = "other"  # of LINE_CLASSES
    unit: str = ""
    unit_evidence: str = "none"  # stated | inferred | none
    unit_raw: str = ""
    tier: str = "unknown"  # of TIERS
    context_band: str = ""  # "short" | "long" | ''
    region_scope: str = ""  # "global" | "regional" | "geographic" | ''
    region: str = ""
    kind: str = "usage"  # of KINDS
    cost_basis: str = "none"  # invoiced | effective | list | estimated | none
    currency: str = ""  # ISO 4217 code, upper case
    join: tuple[tuple[str, str], ...] = ()  # keys into price lists: ("aws_usage_type", "USE1-…"), …
    converted: tuple[str, Decimal] | tuple[()] = ()  # the currency billed and the rate, where `currency` is another
    told: tuple[str, ...] = ()  # what the user stated of such lines, in words


@dataclass(frozen=True, slots=True)
class UsageLine:
    """One billed or counted thing. `row` is the row as a spreadsheet shows it (JSON: the record), counted from 1.

    `quantity` counts base units of `key.unit`; where that is `''`, it counts `key.unit_raw` as written. `cost` and
    `list_cost` are in currency units, never cents, with the sign as billed. None is "the file does not say".
    """

    row: int
    day: str  # ISO day, or ''
    key: LineKey
    quantity: Decimal | None
    cost: Decimal | None
    list_cost: Decimal | None = None
    requests: int | None = None
    group: tuple[tuple[str, str], ...] = ()  # ("project", "p1"), …: only columns that the reader lists
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Excluded:
    """A row that does not become a line. `cost` is None where the row states no amount that can be trusted."""

    row: int
    raw: str  # the cells that the reader looks at, shortened
    reason: str  # of EXCLUSIONS
    cost: Decimal | None = None
    currency: str = ""
    detail: str = ""  # what is wrong, with the column: "amount_usd is not a number"


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
