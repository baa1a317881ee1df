"""Readers of bill formats. A new format is one module with a `READER`, listed here, the most specific first."""

from wasm_tools.collector import collector_at_rest
from wasm_tools.invoice.decoding import text_of
from wasm_tools.invoice.readers import five_column
from wasm_tools.invoice.records import tables
from wasm_tools.invoice.usage import InvoiceError, Reading

READERS = (five_column.READER,)


def read(data: bytes) -> Reading:
    """The bill in `data`, by the first reader whose columns are all there.

    Raises InvoiceError when no reader knows the header, naming the columns that the nearest format still needs.
    """
    text, notes = text_of(data)
    candidates = tables(text)
    for reader in READERS:
        for table in candidates:
            if reader.required.issubset(table.header):
                twice = sorted({name for name in table.header if name and table.header.count(name) > 1})
                if twice:
                    raise InvoiceError(f"the header names {', '.join(twice)} more than once: keep one of each")
                with collector_at_rest():
                    return reader.reading(table, notes)
    reader, table = max(
        ((r, t) for r in READERS for t in candidates), key=lambda pair: len(pair[0].required & set(pair[1].header))
    )
    missing = ", ".join(sorted(reader.required.difference(table.header)))
    raise InvoiceError(
        f"missing columns: {missing}. Add them to the header line of the {reader.name}, "
        f"which needs {', '.join(sorted(reader.required))} in any order"
    )
