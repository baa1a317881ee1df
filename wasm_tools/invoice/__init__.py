"""Bills read line by line, held against the list prices of their days, totals conserved to the cent."""

from wasm_tools.invoice.choices import Choices, Question
from wasm_tools.invoice.readers import READERS
from wasm_tools.invoice.statement import OpenBill, Statement
from wasm_tools.invoice.units import UnitSpellings, UnitTableError, unit_spellings, workload_names
from wasm_tools.invoice.uploads import Refused, open_bills
from wasm_tools.invoice.usage import Excluded, InvoiceError, LineKey, UsageLine

__all__ = [
    "READERS", "Choices", "Excluded", "InvoiceError", "LineKey", "OpenBill", "Question", "Refused", "Statement",
    "UnitSpellings", "UnitTableError", "UsageLine", "open_bills", "unit_spellings", "workload_names",
]  # fmt: skip
