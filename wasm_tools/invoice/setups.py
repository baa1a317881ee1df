"""What a bill says of how each model is used in a month, as the fields that the cost audit asks for."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from wasm_tools.invoice.cells import ZERO, Audited, Cell
from wasm_tools.invoice.prepared import Prepared
from wasm_tools.planner.plan import significant
from wasm_tools.workload.traffic import HOURS_PER_MONTH

MOST = 5  # models: further ones are a small part of a bill
CACHED = frozenset({"cache_read"})
_WRITTEN = frozenset({"cache_write", "cache_write_5m", "cache_write_1h", "cache_write_12h"})
INPUT = frozenset({"input_uncached", "input"}) | _WRITTEN | CACHED
OUTPUT = frozenset({"output", "reasoning"})
APART = CACHED | {"input_uncached"}  # lines of these classes tell the cached tokens from the others
CURRENCIES = ("USD", "")  # the second is of usage that nobody has priced
FIELDS = ("input_tokens", "output_tokens", "spend_usd", "requests")


@dataclass(frozen=True, slots=True)
class BilledUse:
    """The use of one model at one seller. `setup` holds the fields of an audit, a month of the `months` read."""

    setup: Mapping[str, Any]
    billed_usd: Decimal
    months: Decimal

    @property
    def source(self) -> str:
        """Where the figures are from, in words."""
        days = self.months * HOURS_PER_MONTH / 24
        return (
            f"a month of what {days:.0f} days of the bill say" if self.months < 1 else "the bill, a month in the mean"
        )


def billed_uses(read: Prepared, most: int = MOST) -> tuple[BilledUse, ...]:
    """The models with both input and output tokens on the bills, the dearest first, each as a month of its use.

    Without a bill it is what the usage files count; then nothing says what was paid.

    A bill of whole calendar months is divided by their number; any other by its days from first to last, times the
    730 hours of a month. Without a day it is taken as one month. What no line tells is left out, not zero.
    """
    files = read.bills or read.files
    months = _months(files)
    groups: dict[tuple[str, str], list[Cell]] = {}
    for cell in read.cells if read.bills else [c for f in files for c in f.cells]:
        model = cell.product.model or cell.product.sku
        if cell.key.kind == "usage" and cell.key.currency in CURRENCIES and model and cell.product.provider:
            groups.setdefault((cell.product.provider, model), []).append(cell)
    found = [_use(provider, model, cells, months) for (provider, model), cells in groups.items()]
    found.sort(key=lambda u: (-u.billed_usd, -u.setup.get("input_tokens", 0.0), u.setup["provider"], u.setup["model"]))
    return tuple(u for u in found if {"input_tokens", "output_tokens"} <= u.setup.keys())[:most]


def _months(files: Iterable[Audited]) -> Decimal:
    """How many months the files are about; 1 where no line has a day."""
    days = [d for f in files for d in (f.statement.first_day, f.statement.last_day) if d]
    if not days:
        return Decimal(1)
    first, last = date.fromisoformat(min(days)), date.fromisoformat(max(days))
    if first.day == 1 and last.day == monthrange(last.year, last.month)[1]:
        return Decimal((last.year - first.year) * 12 + last.month - first.month + 1)
    return Decimal(((last - first).days + 1) * 24) / HOURS_PER_MONTH


def _use(provider: str, model: str, cells: Sequence[Cell], months: Decimal) -> BilledUse:
    read, write = _tokens(cells, INPUT), _tokens(cells, OUTPUT)
    usd = sum((c.cost for c in cells), ZERO)
    requests = sum(c.requests or 0 for c in cells)
    amounts = dict(zip(FIELDS, (read, write, usd, Decimal(requests)), strict=True))
    setup: dict[str, Any] = {"deployment": "api", "model": model, "provider": provider}
    setup |= {name: significant(float(amount / months), 6) for name, amount in amounts.items() if amount > 0}
    if read and any(c.key.line_class in APART for c in cells):
        cached = _tokens(cells, CACHED) / read
        if cached < 1:
            setup["cached_share"] = significant(float(cached), 4)
    counted = [c for c in cells if c.key.line_class in INPUT | OUTPUT and c.quantity]
    if counted and all(c.key.tier != "unknown" for c in counted):
        every = sum((c.quantity or ZERO for c in counted), ZERO)
        batch = sum((c.quantity or ZERO for c in counted if c.key.tier == "batch"), ZERO)
        setup["batch_share"] = significant(float(batch / every), 4)
    return BilledUse(setup, usd, months)


def _tokens(cells: Iterable[Cell], classes: frozenset[str]) -> Decimal:
    return sum((c.quantity or ZERO for c in cells if c.key.line_class in classes and c.key.unit == "token"), ZERO)
