"""Bills read line by line, held against like-for-like list prices, totals conserved to the cent."""

from wasm_tools.invoice.analysis import Analysis, Finding, analyse
from wasm_tools.invoice.billed import BilledLine, Reading, read
from wasm_tools.invoice.choices import Choices, Question
from wasm_tools.invoice.readers import READERS
from wasm_tools.invoice.record import to_record
from wasm_tools.invoice.statement import OpenBill, Statement
from wasm_tools.invoice.units import UnitSpellings, UnitTableError, unit_spellings, workload_names
from wasm_tools.invoice.uploads import Refused, open_bills
from wasm_tools.invoice.usage import Excluded, InvoiceError, LineKey, UsageLine

__all__ = [
    "READERS", "Analysis", "BilledLine", "Choices", "Excluded", "Finding", "InvoiceError", "LineKey", "OpenBill",
    "Question", "Reading", "Refused", "Statement", "UnitSpellings", "UnitTableError", "UsageLine", "analyse",
    "open_bills", "read", "to_record", "unit_spellings", "workload_names",
]  # fmt: skip
