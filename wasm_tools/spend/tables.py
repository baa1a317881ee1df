"""The spend of a view by day, provider, model, tier, endpoint, status, file, class and tag, and by hour of the week.

Every table adds up to the same money.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from wasm_tools.invoice.usage import EXACT, InvoiceError, exact_sum
from wasm_tools.spend.daily import Daily
from wasm_tools.spend.ledger import OUTPUT_CLASSES
from wasm_tools.spend.spent import Entry, Spend
from wasm_tools.spend.view import View

ZERO = Decimal(0)
_OUT = frozenset(OUTPUT_CLASSES)
_DAY = len("2026-09-01")


@dataclass(slots=True)
class Sums:
    """Calls, tokens that went in and out, USD, and calls of which not every token has a price."""

    calls: int = 0
    inputs: int = 0
    outputs: int = 0
    usd: Decimal = ZERO
    unpriced: int = 0

    def add(self, other: "Sums") -> None:
        """Add other sums."""
        self.calls += other.calls
        self.inputs += other.inputs
        self.outputs += other.outputs
        self.unpriced += other.unpriced
        self.usd = EXACT.add(self.usd, other.usd)

    def count(self, entry: Entry) -> None:
        """Add an entry."""
        self.calls += entry.requests
        self.inputs += entry.inputs
        self.outputs += entry.outputs
        self.unpriced += entry.unpriced
        self.usd = EXACT.add(self.usd, entry.usd)


@dataclass(frozen=True, slots=True)
class Row:
    """One name of a table. `provider` is told where names may be the same at two of them."""

    name: str
    sums: Sums
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Tables:
    """The sums of a view, cut in every way; `hours` by weekday (0 is Monday) and hour at the offset."""

    total: Sums
    by: Mapping[str, Sequence[Row]]
    hours: Mapping[tuple[int, int], Sums]


def tables(spend: Spend, entries: Sequence[Entry], daily: Daily, view: View, offset_minutes: int = 0) -> Tables:
    """The tables of a view. Raises InvoiceError when one of them has another sum than the others: a defect of ours."""
    whats: dict[int, tuple[Entry, Sums]] = {}
    days: dict[str, Sums] = {}
    hours: dict[str, Sums] = {}
    for entry in entries:
        known = whats.get(id(entry.what))
        if known is None:
            known = whats[id(entry.what)] = (entry, Sums())
        known[1].count(entry)
        _at(hours, entry.when).count(entry)
    for when, sums in hours.items():
        _at(days, when[:10]).add(sums)
    kinds = list(whats.values())
    by = {
        "day": [Row(day, days[day]) for day in sorted(days)],
        "provider": _grouped(kinds, lambda e: (e.provider, "")),
        "model": _grouped(kinds, lambda e: (e.model, e.provider)),
        "tier": _grouped(kinds, lambda e: (e.what.tier, "")),
        "endpoint": _grouped(kinds, lambda e: (e.what.endpoint, "")),
        "status": _grouped(kinds, lambda e: (e.what.status, "")),
        "file": _grouped(kinds, lambda e: (spend.files[e.what.file], "")),
        "class": _by_class(daily),
    }
    for tag in sorted({name for entry, _ in kinds for name, _ in entry.what.tags} | _groups(spend)):
        by[f"tag {tag}"] = _by_tag(tag, kinds, spend, view)
    total = Sums()
    for row in by["day"]:
        total.add(row.sums)
    for name, rows in by.items():
        if exact_sum(row.sums.usd for row in rows) != total.usd:
            raise InvoiceError(f"the sums by {name} are not those of the calls: please report this as a defect")
    return Tables(total, by, _week(hours, offset_minutes))


def _at[K](sums: dict[K, Sums], place: K) -> Sums:
    found = sums.get(place)
    if found is None:
        found = sums[place] = Sums()
    return found


def _grouped(kinds: Iterable[tuple[Entry, Sums]], names: Callable[[Entry], tuple[str, str]]) -> list[Row]:
    found: dict[tuple[str, str], Sums] = {}
    for entry, sums in kinds:
        _at(found, names(entry)).add(sums)
    return _largest_first(Row(name, sums, provider) for (name, provider), sums in found.items())


def _largest_first(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda r: (-r.sums.usd, -r.sums.calls, r.name, r.provider))


def _by_class(daily: Daily) -> list[Row]:
    """Of a class only tokens and USD: a call has several."""
    found: dict[str, Sums] = {}
    for cell in daily.cells:
        sums = _at(found, cell.key.line_class)
        sums.usd = EXACT.add(sums.usd, cell.cost)
        count = int(cell.quantity or 0) if cell.key.unit == "token" else 0
        if cell.key.line_class in _OUT:
            sums.outputs += count
        else:
            sums.inputs += count
    return _largest_first(Row(name, sums) for name, sums in found.items())


def _groups(spend: Spend) -> set[str]:
    return {name for bill in spend.bills.bills for group in bill.groups for name, _ in group.group}


def _by_tag(tag: str, kinds: Iterable[tuple[Entry, Sums]], spend: Spend, view: View) -> list[Row]:
    """By the values of a tag. Bills name groups for all of their days: in a view of some days they stand under ''."""
    found: dict[str, Sums] = {}
    billed = Sums()
    for entry, sums in kinds:
        if entry.paid is None:
            _at(found, dict(entry.what.tags).get(tag, "")).add(sums)
        else:
            billed.add(sums)
    if view == View() and not spend.twice:  # groups are those of whole files
        for bill in spend.bills.bills:
            for group in bill.groups:
                if group.key.kind == "usage" and group.key.currency == "USD":
                    value = dict(group.group).get(tag, "")
                    sums = _at(found, value)
                    sums.usd = EXACT.add(sums.usd, group.cost)
                    billed.usd = EXACT.subtract(billed.usd, group.cost)
    if billed.usd or billed.calls:
        _at(found, "").add(billed)
    return _largest_first(Row(value, sums) for value, sums in found.items())


def _week(hours: Mapping[str, Sums], offset_minutes: int) -> dict[tuple[int, int], Sums]:
    """By weekday and hour of the clock that is so many minutes ahead of UTC; an hour counts where it begins."""
    found: dict[tuple[int, int], Sums] = {}
    for hour, sums in hours.items():
        if len(hour) <= _DAY:
            continue
        local = datetime.fromisoformat(hour) + timedelta(minutes=offset_minutes)
        _at(found, (local.weekday(), local.hour)).add(sums)
    return found
