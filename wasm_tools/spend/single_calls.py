"""Single calls of ledgers: percentiles of latency, calls far above the median of their model, and pages of calls."""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from heapq import nlargest
from itertools import accumulate
from typing import Any

from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.spend.calls import Calls
from wasm_tools.spend.ledger import OK
from wasm_tools.spend.ledger_lines import INDEX, UNKNOWN, lines_of, record_of
from wasm_tools.spend.priced import usd_of
from wasm_tools.spend.spent import Entry, Spend

PERCENTS = (50, 90, 95, 99)
FEWEST = 20  # calls of a model below which none stands out
TIMES = 10.0  # the median of its model that a call must exceed to stand out
FLOOR_USD = 0.01  # and by how much
MOST = 20  # of those that stand out are told
_SAMPLE = 20_000
PAGE, LONGEST_PAGE = 50, 500
TIME, COST, LATENCY, INPUT, OUTPUT = "time", "cost", "latency", "input", "output"
PROVIDER, MODEL = "provider", "model"
SORTS = (TIME, COST, LATENCY, INPUT, OUTPUT, PROVIDER, MODEL)
Model = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of calls that ended well: of `calls`, the percentiles of PERCENTS (nearest rank) and the largest."""

    provider: str
    model: str
    calls: int
    percentiles: tuple[int, ...]
    largest: int


@dataclass(frozen=True, slots=True)
class Outlier:
    """A call at `number` of Calls, and the median of its model in USD."""

    number: int
    median: float


@dataclass(frozen=True, slots=True)
class Singles:
    """What is known of the single calls of a view."""

    latencies: tuple[Latency, ...]  # of all calls, then by model
    outliers: tuple[Outlier, ...]


def singles(spend: Spend, entries: Iterable[Entry]) -> Singles:
    """Latencies and outliers of the calls in some entries."""
    calls, places, limits = spend.calls, _places(spend, entries), [float("inf")] * len(spend.calls.cells)
    latencies: dict[Model, list[int]] = {}
    costs: dict[Model, list[float]] = {}
    timed: list[list[int] | None] = []
    priced: list[list[float] | None] = []
    for place, entry in zip(places, spend.entries, strict=False):
        well = place is not None and entry.what.status in (OK, "")
        timed.append(latencies.setdefault(place, []) if place is not None and well else None)
        priced.append(None if place is None else costs.setdefault(place, []))
    for cell, latency, cost in zip(calls.cell, calls.latency, calls.cost, strict=True):
        if latency != UNKNOWN and (of_model := timed[cell]) is not None:
            of_model.append(latency)
        if cost != UNKNOWN and (paid := priced[cell]) is not None:
            paid.append(cost)
    medians = {model: _median(values) for model, values in costs.items() if len(values) >= FEWEST}
    for cell, place in enumerate(places):
        if place in medians:
            limits[cell] = max(TIMES * medians[place], medians[place] + FLOOR_USD)
    far = (n for n, (cell, cost) in enumerate(zip(calls.cell, calls.cost, strict=True)) if cost > limits[cell])
    largest = nlargest(MOST, far, key=lambda n: (calls.cost[n], -n))
    named = ((number, places[calls.cell[number]]) for number in largest)
    return Singles(
        tuple(_latencies(latencies)), tuple(Outlier(n, medians[model]) for n, model in named if model is not None)
    )


def _places(spend: Spend, entries: Iterable[Entry]) -> list[Model | None]:
    """Provider and model of each cell, None for those outside; the entries of ledgers are in the order of cells."""
    chosen = {id(entry) for entry in entries}
    return [(e.provider, e.model) if id(e) in chosen else None for e in spend.entries[: len(spend.calls.cells)]]


def _median(values: list[float]) -> float:
    """The middle one; of very many that of every n-th of them, which says as much about what is usual."""
    sample = sorted(values[:: len(values) // _SAMPLE + 1])
    return sample[len(sample) // 2]


def _latencies(found: dict[Model, list[int]]) -> Iterable[Latency]:
    told = {model: Counter(values) for model, values in found.items() if values}
    if told:
        yield _latency("", "", sum(told.values(), Counter()))
    for (provider, model), counts in sorted(told.items(), key=lambda kv: (-kv[1].total(), kv[0])):
        yield _latency(provider, model, counts)


def _latency(provider: str, model: str, counts: Counter[int]) -> Latency:
    values = sorted(counts)
    reached, whole = list(accumulate(counts[value] for value in values)), counts.total()
    ranks = (-(-whole * percent // 100) for percent in PERCENTS)
    return Latency(provider, model, whole, tuple(values[bisect_left(reached, rank)] for rank in ranks), values[-1])


@dataclass(frozen=True, slots=True)
class SingleCall:
    """One call as its line says it; `usd` is the exact cost of its tokens, None where not each of them has a price."""

    number: int
    file: str
    row: int
    ts: str
    entry: Entry
    tokens: Mapping[str, int]
    requests: int
    latency_ms: int | None
    usd: Decimal | None
    request_id: str


class CallBook:
    """Single calls by their number. The lines of one part of a file are held at a time."""

    def __init__(self, spend: Spend) -> None:
        self._spend = spend
        self._part, self._lines = (-1, -1), [b""]

    def call(self, number: int) -> SingleCall:
        """The call of a number."""
        spend, calls = self._spend, self._spend.calls
        entry, row = spend.entries[calls.cell[number]], calls.row[number]
        record = self._record(entry.what.file, row)
        tokens = {name: count for name in INDEX if (count := record["tokens"].get(name)) is not None}
        known = calls.cost[number] != UNKNOWN
        return SingleCall(
            number,
            spend.files[entry.what.file],
            row,
            record["ts"],
            entry,
            tokens,
            record.get("requests", 1),
            record.get("latency_ms"),
            usd_of(spend.rates.table(entry.what, entry.day), tokens) if known else None,
            record.get("request_id") or "",
        )

    def _record(self, file: int, row: int) -> Any:
        ledger = self._spend.calls.files[file]
        at = bisect_right(ledger.parts, row, key=lambda part: part[0]) - 1
        first, start, end = ledger.parts[at]
        if (file, at) != self._part:
            self._part, self._lines = (file, at), lines_of(ledger.data[start:end])
        return record_of(self._lines[row - first])


@dataclass(frozen=True, slots=True)
class Query:
    """A page of calls: `count` of them from `start` in an order; `min_usd` leaves out cheaper and unpriced ones.

    `input` and `output` are all tokens that went in and out; provider and model the names that the atlas
    gives them.
    """

    sort: str = TIME
    descending: bool = True
    start: int = 0
    count: int = PAGE
    min_usd: Decimal | None = None

    def __post_init__(self) -> None:
        if self.sort not in SORTS:
            raise InvoiceError(f"sort is {self.sort!r}, it has to be one of {', '.join(SORTS)}")
        if self.start < 0 or not 1 <= self.count <= LONGEST_PAGE:
            raise InvoiceError(f"start has to be 0 or more, count between 1 and {LONGEST_PAGE}")


def numbers_of(spend: Spend, entries: Iterable[Entry]) -> list[int]:
    """The numbers of the calls in some entries, in the order of files and lines."""
    inside = [place is not None for place in _places(spend, entries)]
    return [number for number, cell in enumerate(spend.calls.cell) if inside[cell]]


def page(spend: Spend, entries: Iterable[Entry], query: Query) -> tuple[Sequence[int], int]:
    """The numbers of the calls on a page, and how many calls match. Calls without the sorted value come last."""
    calls, found = spend.calls, numbers_of(spend, entries)
    if query.min_usd is not None:
        least = float(query.min_usd)
        found = [number for number in found if calls.cost[number] >= least]
    found.sort(key=_order(spend, query))
    return found[query.start : query.start + query.count], len(found)


def _order(spend: Spend, query: Query) -> Callable[[int], Any]:
    calls = spend.calls
    if query.sort == TIME:
        hours = [cell.hour for cell in calls.cells]
        rank = {hour: at for at, hour in enumerate(sorted(set(hours), reverse=query.descending))}
        places = [rank[hour] for hour in hours]
        return lambda n: (places[calls.cell[n]], -n if query.descending else n)
    sign = -1 if query.descending else 1
    if query.sort in (PROVIDER, MODEL):
        entries = spend.entries[: len(calls.cells)]
        names = [entry.provider if query.sort == PROVIDER else entry.model for entry in entries]
        after = {name: at for at, name in enumerate(sorted(set(names)))}
        ranks = [(not name, sign * after[name]) for name in names]
        return lambda n: (ranks[calls.cell[n]], n)
    values = _values(calls, query.sort)
    return lambda n: (values[n] == UNKNOWN, sign * values[n], n)


def _values(calls: Calls, sort: str) -> "array[int] | array[float]":
    if sort == COST:
        return calls.cost
    return {LATENCY: calls.latency, INPUT: calls.inputs, OUTPUT: calls.outputs}[sort]
