"""What only the user can decide: a file that has two meanings is not guessed but asked about."""

from collections.abc import Mapping
from dataclasses import dataclass

from wasm_tools.invoice.usage import InvoiceError

MONTH_FIRST, DAY_FIRST = "month_first", "day_first"


@dataclass(frozen=True, slots=True)
class Choices:
    """Answers to earlier questions. `''` is "not answered"; `mapping` is a saved column mapping (see mapping.py)."""

    reader: str = ""  # the id of the reader to use
    date_order: str = ""  # MONTH_FIRST | DAY_FIRST
    mapping: Mapping[str, str] | None = None


class Question(InvoiceError):
    """A file that can be read in more than one way. `about` names the field of `Choices`, `options` its answers."""

    def __init__(self, about: str, options: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.about, self.options = about, options
