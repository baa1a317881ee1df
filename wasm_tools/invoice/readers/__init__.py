"""Readers of bill formats. A new format is one module with a `READER`, listed here."""

from wasm_tools.invoice.readers import five_column
from wasm_tools.invoice.readers.reader import Reader

READERS: tuple[Reader, ...] = (five_column.READER,)
