"""Bills read line by line, held against like-for-like list prices, totals conserved to the cent."""

from wasm_tools.invoice.analysis import Analysis, Finding, analyse
from wasm_tools.invoice.readers import READERS, read
from wasm_tools.invoice.record import to_record, totals
from wasm_tools.invoice.units import UnitSpellings, UnitTableError, unit_spellings, workload_names
from wasm_tools.invoice.usage import Excluded, InvoiceError, Reading, UsageLine

__all__ = [
    "READERS", "Analysis", "Excluded", "Finding", "InvoiceError", "Reading", "UnitSpellings", "UnitTableError",
    "UsageLine", "analyse", "read", "to_record", "totals", "unit_spellings", "workload_names",
]  # fmt: skip
