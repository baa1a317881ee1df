"""Exports of the earlier trackers LLMLab and forecost (CSV), see earlier_trackers."""

from wasm_tools.invoice.readers.earlier_trackers import (
    FIRST,
    NO_CALL,
    OTHERS,
    UNKNOWN,
    CallKeys,
    call_lines,
    format_of,
)
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.readers.sheet import Sheet
from wasm_tools.invoice.records import Table


def reading(table: Table, context: Context) -> Entries:
    """Each call as a line a class of tokens."""
    context.note(UNKNOWN)
    found, keys = format_of(table.header), CallKeys()
    sheet = Sheet(table, context, tuple(sorted(found.required)))
    for number, cells, problem in sheet.rows():
        if problem:
            yield sheet.broken(number, cells, problem)
            continue
        try:
            lines = call_lines(number, dict(zip(table.header, cells, strict=False)), found, keys)
        except ValueError as error:
            yield sheet.excluded(number, cells, "parse_error", str(error))
            continue
        yield from lines
        if not lines:
            yield sheet.excluded(number, cells, "no_quantity", NO_CALL)


READER = Reader(
    "earlier_trackers_table", "LLMLab or forecost: calls (CSV)", "table", FIRST, reading, estimate=True,
    also=tuple(OTHERS),
)  # fmt: skip
