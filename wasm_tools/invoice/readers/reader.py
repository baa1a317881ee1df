"""What every reader of a bill format has in common."""

from collections.abc import Callable
from dataclasses import dataclass

from wasm_tools.invoice.records import Table
from wasm_tools.invoice.usage import Reading


@dataclass(frozen=True, slots=True)
class Reader:
    """One format: its name, the columns that identify it (normal form), and the function that reads its table."""

    name: str
    required: frozenset[str]
    reading: Callable[[Table, tuple[str, ...]], Reading]
