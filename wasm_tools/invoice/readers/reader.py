"""What every reader of a bill format has in common: how it is recognised, and what is kept while it reads."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from wasm_tools.invoice.choices import Choices
from wasm_tools.invoice.records import normal_name
from wasm_tools.invoice.units import Conversion, UnitSpellings
from wasm_tools.invoice.usage import EXACT, Excluded, UsageLine

Entries = Iterator[UsageLine | Excluded]
GUIDE = "guides/export-your-bill"


@dataclass(frozen=True, slots=True)
class Reader:
    """One format. It is recognised by `required`: columns of a table, or paths of fields in JSON records.

    `also` are other sets of columns that the same reader reads. `reading` yields at least one entry for each row, in
    the order of the file. `input_convention` says how the file counts input tokens: "superset" (cached ones are part
    of the input; the reader takes them out), "disjoint", or `''` where it has none. `timezone` is that of its days.
    """

    id: str
    title: str
    kind: str  # "table" | "json"
    required: frozenset[str]
    reading: Callable[[Any, "Context"], Entries]  # Any: a Table or a JsonDocument, as `kind` says
    input_convention: str = ""
    estimate: bool = False  # its costs are estimates, not an invoice
    also: tuple[frozenset[str], ...] = ()
    timezone: str = "utc"  # "utc" | "us_pacific"
    help: str = GUIDE  # the page that says how to export the file
    asks_cached: bool = False  # whether its input may hold the cached tokens or not, and only the user can say

    def recognised(self, names: frozenset[str]) -> frozenset[str]:
        """The largest set of required names that are all in `names` (normal form); empty when there is none."""
        fitting = [s for s in self.signatures() if s <= names]
        return max(fitting, key=len, default=frozenset())

    def signatures(self) -> tuple[frozenset[str], ...]:
        """The sets of names, in normal form, of which one must be there."""
        return _normal(self.required, *self.also)


@cache
def _normal(*sets: frozenset[str]) -> tuple[frozenset[str], ...]:
    """Made once for each format: detection asks every reader about every file."""
    return tuple(frozenset(map(normal_name, names)) for names in sets)


@dataclass(slots=True)
class Context:
    """What one reading is given (`choices`, `spellings`, `workloads`), and what it leaves behind for the whole file.

    Readers count each amount with `money` when they understand it, whatever becomes of its row: what they yield must
    add up to the same. `rows` counts what was handed to the reader.
    """

    choices: Choices = field(default_factory=Choices)
    spellings: UnitSpellings = field(default_factory=lambda: UnitSpellings({}))
    workloads: Mapping[str, str] = field(default_factory=dict)  # our workload by alias in normal form
    rows: int = 0
    parsed: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    cash: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    notes: list[str] = field(default_factory=list)

    def counted(self, rows: int) -> None:
        """Count rows that were handed to the reader."""
        self.rows += rows

    def money(self, currency: str, amount: Decimal) -> None:
        """Count a cost that was read."""
        self.parsed[currency] = EXACT.add(self.parsed[currency], amount)

    def paid(self, currency: str, amount: Decimal) -> None:
        """Count what was invoiced in cash, in formats that state it beside the cost; the two are never added."""
        self.cash[currency] = EXACT.add(self.cash[currency], amount)

    def unit(self, spelling: str, workload: str = "") -> Conversion:
        """The base unit of a unit as written, for a workload as written."""
        return self.spellings.conversion(spelling, self.workloads.get(normal_name(workload), ""))

    def note(self, text: str) -> None:
        """Say something about the whole file, once."""
        if text not in self.notes:
            self.notes.append(text)
