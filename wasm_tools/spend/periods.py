"""Two periods held against each other: why their spend differs, and which models and tags it is."""

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from wasm_tools.invoice.trend import Change, changed
from wasm_tools.spend.daily import Daily
from wasm_tools.spend.spent import Entry
from wasm_tools.spend.view import within

ZERO = Decimal(0)
NEW, ENDED = "new spend", "ended"
Span = tuple[str, str]
Names = tuple[str, str]
Kinds = Iterable[tuple[Entry, Decimal]]
_DAY = len("2026-09-01")


@dataclass(frozen=True, slots=True)
class Part:
    """USD of one name in both periods."""

    name: str
    provider: str
    first: Decimal
    second: Decimal

    @property
    def note(self) -> str:
        """NEW or ENDED: a change from or to nothing is no percentage."""
        return NEW if not self.first and self.second else ENDED if self.first and not self.second else ""


@dataclass(frozen=True, slots=True)
class Compared:
    """`calls` and `days` with use of both periods, what the difference is made of, and by names."""

    spans: tuple[Span, Span]
    calls: tuple[int, int]
    days: tuple[int, int]
    change: Change
    models: tuple[Part, ...]
    tags: Mapping[str, tuple[Part, ...]]


def month_so_far(today: str) -> tuple[Span, Span]:
    """The same days of the month before `today`'s, and this month until `today`."""
    now = date.fromisoformat(today)
    before = now.replace(day=1) - timedelta(1)
    end = before.replace(day=min(now.day, monthrange(before.year, before.month)[1]))
    return (str(before.replace(day=1)), str(end)), (f"{today[:7]}-01", today)


def compared(entries: Sequence[Entry], used: Daily, spans: tuple[Span, Span]) -> Compared | None:
    """The two periods; None when one of them has no use."""
    dated = [e for e in entries if e.when]
    first, second = (
        [e for e in dated if since <= e.when[:_DAY] and (not until or e.when[:_DAY] <= until)] for since, until in spans
    )
    earlier, later = ([c for c in used.cells if c.day and within(c.day, *span)] for span in spans)
    if not first or not second:
        return None
    names = [" to ".join(span) for span in spans]
    change = changed(names[0], earlier, names[1], later)
    before, after = _by_what(first), _by_what(second)
    tags = sorted({name for e, _ in (*before, *after) for name, _ in e.what.tags})
    return Compared(
        spans,
        (sum(e.requests for e in first), sum(e.requests for e in second)),
        (len({e.day for e in first}), len({e.day for e in second})),
        change,
        _parts(before, after, lambda e: (e.model, e.provider)),
        {tag: _parts(before, after, partial(_tagged, tag)) for tag in tags},
    )


def _tagged(tag: str, entry: Entry) -> Names:
    return dict(entry.what.tags).get(tag, ""), ""


def _by_what(entries: Iterable[Entry]) -> list[tuple[Entry, Decimal]]:
    """USD of each kind of calls, with one of its entries."""
    found: dict[int, tuple[Entry, Decimal]] = {}
    for entry in entries:
        known, usd = found.get(id(entry.what), (entry, ZERO))
        found[id(entry.what)] = (known, usd + entry.usd)
    return list(found.values())


def _parts(first: Kinds, second: Kinds, names: Callable[[Entry], Names]) -> tuple[Part, ...]:
    before: dict[Names, Decimal] = {}
    after: dict[Names, Decimal] = {}
    for sums, entries in ((before, first), (after, second)):
        for entry, usd in entries:
            place = names(entry)
            sums[place] = sums.get(place, ZERO) + usd
    found = [Part(*place, before.get(place, ZERO), after.get(place, ZERO)) for place in before.keys() | after.keys()]
    return tuple(sorted(found, key=lambda p: (-abs(p.second - p.first), p.name, p.provider)))
