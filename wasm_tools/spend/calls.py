"""Ledgers read into cells: the calls of one hour that say the same of themselves, added up by token class.

A ledger of a million lines has some ten thousand cells. Only six numbers a call are kept beside them (its cell, line,
latency, cost, tokens in and out), for what needs single calls: percentiles, outliers, pages of calls.
"""

from array import array
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from wasm_tools.collector import collector_at_rest
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.spend.ledger import INPUT_CLASSES, OUTPUT_CLASSES
from wasm_tools.spend.ledger_lines import BLANK, CLASSES, FIRST, INDEX, UNKNOWN, LineReader, Said, Told

_NUMBER, _REQUESTS, _UNPRICED, _PARTLY, _EMPTY = range(FIRST)  # places in the numbers of a cell; then the classes
_PROMPT = FIRST + len(INPUT_CLASSES)
_ANSWER = _PROMPT + len(OUTPUT_CLASSES)
NO_PRICE = 1e200  # stands for the price of a class that has none: a cost above it is no cost
_PART = 1 << 20
_SHOWN = 50

Tags = tuple[tuple[str, str], ...]
Prices = Sequence[float]  # USD a token by the places of a cell, for the order of calls only


@dataclass(frozen=True, slots=True)
class What:
    """What the calls of a cell say of themselves. `file` is the place of the file among those read.

    `above` is the highest threshold of long-context prices of the model that their prompts exceed.
    """

    file: int
    provider: str
    model: str
    endpoint: str
    tier: str
    status: str
    tags: Tags
    above: int = 0


@dataclass(frozen=True, slots=True)
class CallCell:
    """Calls of one kind in one hour (UTC, `2026-09-01T10`). `tokens` has the classes that were told.

    `requests` counts calls, `unpriced` those of which not every token has a price, `partly` those of them of which some
    have, `empty` those that tell no tokens.
    `inputs` and `outputs` are the sums of all tokens that went in and out.
    """

    what: What
    hour: str
    requests: int
    unpriced: int
    partly: int
    empty: int
    tokens: Mapping[str, int]
    inputs: int
    outputs: int

    @property
    def day(self) -> str:
        """The day in UTC."""
        return self.hour[:10]


@dataclass(slots=True)
class LedgerFile:
    """One ledger as it was read. Its lines are calls, duplicates or kept aside; `torn` text has a line behind it."""

    file: str
    data: bytes
    notes: tuple[str, ...] = ()
    lines: int = 0
    calls: int = 0
    duplicates: int = 0
    kept_aside: int = 0
    torn: int = 0
    parts: list[tuple[int, int, int]] = field(default_factory=list)  # first row, start and end of the bytes


@dataclass(frozen=True, slots=True)
class KeptAside:
    """A line that is no call, and why. Rows count from 1."""

    file: str
    row: int
    reason: str


@dataclass(slots=True)
class Calls:
    """All calls of some ledgers. The six arrays have one entry a call, in the order of files and lines."""

    files: tuple[LedgerFile, ...] = ()
    cells: tuple[CallCell, ...] = ()
    kept_aside: tuple[KeptAside, ...] = ()
    cell: "array[int]" = field(default_factory=lambda: array("l"))
    row: "array[int]" = field(default_factory=lambda: array("l"))
    latency: "array[int]" = field(default_factory=lambda: array("l"))  # ms, UNKNOWN without one
    cost: "array[float]" = field(default_factory=lambda: array("d"))  # USD, UNKNOWN without one
    inputs: "array[int]" = field(default_factory=lambda: array("q"))  # all tokens that went in, UNKNOWN where not told
    outputs: "array[int]" = field(default_factory=lambda: array("q"))  # and out


class _Kind:
    """The cells of one kind of calls by hour, and the kinds of the same calls with longer prompts."""

    __slots__ = ("bands", "cells", "longer", "what")

    def __init__(self, what: What, bands: tuple[int, ...]) -> None:
        self.what, self.bands = what, bands
        self.cells: dict[str, tuple[list[int], Prices]] = {}
        self.longer: dict[int, _Kind] = {}

    def of_prompt(self, tokens: int) -> "_Kind":
        """The kind of calls with so many tokens in their prompt."""
        above = max((band for band in self.bands if tokens > band), default=0)
        if not above:
            return self
        found = self.longer.get(above)
        if found is None:
            found = self.longer[above] = _Kind(replace(self.what, above=above), ())
        return found


class CallReader:
    """Ledgers read one after another. `bands` are the thresholds of a kind of calls, `prices` those of its day."""

    def __init__(self, bands: Callable[[What], tuple[int, ...]], prices: Callable[[What, str], Prices]) -> None:
        self._bands, self._prices = bands, prices
        self._calls = Calls()
        self._files: list[LedgerFile] = []
        self._aside: list[KeptAside] = []
        self._cells: list[tuple[_Kind, str, list[int]]] = []
        self._seen: dict[str, set[bytes]] = {}  # by hour

    def read(
        self,
        name: str,
        data: bytes,
        tag: str = "",
        notes: tuple[str, ...] = (),
        heard: Callable[[int], None] | None = None,
    ) -> None:
        """Add a ledger. Calls without `tag` get it from the name of the file, or of the folder before it.

        `heard` is told the lines so far.
        """
        file = LedgerFile(name, data, notes)
        self._files.append(file)
        number, stem = len(self._files) - 1, name.rpartition("/")[0].rpartition("/")[2] or name.partition(".")[0]
        kinds: Remembered[Said, _Kind] = Remembered(lambda said: self._kind(_what(number, said, tag, stem)))
        lines = LineReader(kinds.__getitem__)
        with collector_at_rest():
            for row, start, end in _parts(data):
                file.parts.append((row, start, end))
                self._add(lines.calls(data[start:end]), file, row)
                if heard is not None:
                    heard(file.lines)
        file.torn = lines.torn

    def calls(self) -> Calls:
        """Everything that was read."""
        self._calls.files, self._calls.kept_aside = tuple(self._files), tuple(self._aside)
        self._calls.cells = tuple(_cell(*one) for one in self._cells)
        return self._calls

    def _kind(self, what: What) -> _Kind:
        return _Kind(what, self._bands(what))

    def _new_cell(self, kind: _Kind, hour: str) -> tuple[list[int], Prices]:
        numbers = [0] * (FIRST + len(INDEX))
        numbers[_NUMBER] = len(self._cells)
        self._cells.append((kind, hour, numbers))
        kind.cells[hour] = made = (numbers, self._prices(kind.what, hour[:10]))
        return made

    def _add(self, calls: Iterable[Told | str], file: LedgerFile, row: int) -> None:
        """The calls of one part, which begins at `row`."""
        add_cell, add_row = self._calls.cell.append, self._calls.row.append
        add_latency, add_cost = self._calls.latency.append, self._calls.cost.append
        add_inputs, add_outputs = self._calls.inputs.append, self._calls.outputs.append
        before, at, now, seen = len(self._calls.row), row - 1, "", set[bytes]()
        for at, call in enumerate(calls, row):
            if isinstance(call, str):
                if call == BLANK:
                    file.lines -= 1
                else:
                    self._keep_aside(file, at, call)
                continue
            kind, hour, shape, counts, requests, latency, mark = call
            if mark:
                if hour is not now:
                    now, seen = hour, self._seen.setdefault(hour, set())
                if mark in seen:
                    file.duplicates += 1
                    continue
                seen.add(mark)
            if kind.bands and sum(counts) > kind.bands[0]:
                kind = kind.of_prompt(sum([n for i, n in zip(shape, counts, strict=True) if i < _PROMPT]))
            numbers, prices = kind.cells.get(hour) or self._new_cell(kind, hour)
            cost = 0.0
            inputs = outputs = UNKNOWN
            for i, count in zip(shape, counts, strict=True):
                numbers[i] += count
                cost += count * prices[i]
                if i < _PROMPT:
                    inputs = count if inputs == UNKNOWN else inputs + count
                elif i < _ANSWER:
                    outputs = count if outputs == UNKNOWN else outputs + count
            numbers[_REQUESTS] += requests
            if cost >= NO_PRICE:
                numbers[_UNPRICED] += requests
                if any(count and prices[i] < NO_PRICE for i, count in zip(shape, counts, strict=True) if i < _ANSWER):
                    numbers[_PARTLY] += requests
                cost = UNKNOWN
            elif not shape:
                numbers[_EMPTY] += requests
                cost = UNKNOWN
            add_cell(numbers[_NUMBER])
            add_row(at)
            add_latency(latency)
            add_cost(cost)
            add_inputs(inputs)
            add_outputs(outputs)
        file.lines += at - row + 1
        file.calls += len(self._calls.row) - before

    def _keep_aside(self, file: LedgerFile, row: int, reason: str) -> None:
        file.kept_aside += 1
        if len(self._aside) < _SHOWN:
            self._aside.append(KeptAside(file.file, row, reason))


def _what(file: int, said: Said, tag: str, stem: str) -> What:
    *words, tags = said
    if tag and tag not in dict(tags):
        tags = tuple(sorted((*tags, (tag, stem))))
    provider, model, endpoint, tier, status = words
    return What(file, provider, model, endpoint, tier, status, tags)


def _cell(kind: _Kind, hour: str, numbers: list[int]) -> CallCell:
    tokens = {name: count for name, count in zip(CLASSES, numbers[FIRST:], strict=True) if count}
    return CallCell(
        kind.what, hour, numbers[_REQUESTS], numbers[_UNPRICED], numbers[_PARTLY], numbers[_EMPTY], tokens,
        sum(numbers[FIRST:_PROMPT]), sum(numbers[_PROMPT:_ANSWER]),
    )  # fmt: skip


def _parts(data: bytes) -> Iterator[tuple[int, int, int]]:
    """A ledger in parts of whole lines: the row of the first line, start and end of the bytes."""
    row, start = 1, len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0
    while start < len(data):
        end = data.find(b"\n", start + _PART) + 1 or len(data)
        yield row, start, end
        row += data.count(b"\n", start, end)
        start = end
