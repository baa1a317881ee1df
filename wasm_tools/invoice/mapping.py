"""Any other table as a bill, by saying which columns hold the date, the model, the quantity, the unit and the cost."""

from collections.abc import Mapping

from wasm_tools.invoice.readers.reader import Reader


def mapped_reader(mapping: Mapping[str, str]) -> Reader:
    raise NotImplementedError
