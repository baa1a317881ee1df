"""What only the user can decide: a file that has two meanings is not guessed but asked about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from wasm_tools.invoice.usage import InvoiceError

MONTH_FIRST, DAY_FIRST = "month_first", "day_first"
DATE_ORDERS = (MONTH_FIRST, DAY_FIRST)
INCLUDED, APART = "included", "apart"
CACHED_INPUTS = (INCLUDED, APART)


@dataclass(frozen=True, slots=True)
class Choices:
    """Answers to earlier questions. `''` is "not answered"; `mapping` is a saved column mapping (see mapping.py).

    The keys of `providers`, `units` and `models` are names as files write them, in lower case; `''` is what a file does
    not say. `files` are the answers for single files, which go before those for all.
    """

    reader: str = ""  # the id of the reader to use
    date_order: str = ""  # MONTH_FIRST | DAY_FIRST
    cached_input: str = ""  # INCLUDED | APART: whether input holds the cached tokens, where a format leaves it open
    mapping: Mapping[str, str] | None = None
    providers: Mapping[str, str] = field(default_factory=dict)  # our provider
    units: Mapping[str, str] = field(default_factory=dict)  # a spelling that is known
    models: Mapping[str, str] = field(default_factory=dict)  # an id or a name that is known
    rates: Mapping[str, Decimal] = field(default_factory=dict)  # US dollars for one unit of a currency
    files: Mapping[str, "Choices"] = field(default_factory=dict)

    def of(self, file: str) -> "Choices":
        """The answers for a file."""
        own = self.files.get(file)
        if own is None:
            return self
        return Choices(
            own.reader or self.reader,
            own.date_order or self.date_order,
            own.cached_input or self.cached_input,
            self.mapping if own.mapping is None else own.mapping,
            {**self.providers, **own.providers},
            {**self.units, **own.units},
            {**self.models, **own.models},
            {**self.rates, **own.rates},
        )


class Question(InvoiceError):
    """A file that can be read in more than one way. `about` names the field of `Choices`, `options` its answers.

    `table` shows the table that a question is about, as plain data.
    """

    def __init__(
        self, about: str, options: tuple[str, ...], message: str, table: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.about, self.options, self.table = about, options, table
