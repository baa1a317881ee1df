"""Helicone's requests as CSV: tokens and a cost that is an estimate. Bodies and users are not read."""

from wasm_tools.invoice.readers.call_lines import ESTIMATE, CallKeys, call_lines
from wasm_tools.invoice.readers.helicone import request_key
from wasm_tools.invoice.readers.priced_rows import Layout, priced_rows, sheet_of
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import Excluded, LineKey

LAYOUT = Layout(
    required=("request_created_at", "model", "prompt_tokens", "completion_tokens"),
    day="request_created_at",
    words=("model", "provider"),
    counts=("prompt_tokens", "completion_tokens"),
    cost="cost",
    free=frozenset({"", "null"}),
)


def reading(table: Table, context: Context) -> Entries:
    """Each request as its tokens and its estimated cost; what was cached is not told apart."""
    context.note(ESTIMATE)
    sheet, keys = sheet_of(table, context, LAYOUT), CallKeys()
    key_of: Remembered[tuple[str, ...], LineKey] = Remembered(lambda words: request_key(*words))
    for row in priced_rows(sheet, context, LAYOUT, lambda _: "USD"):
        if isinstance(row, Excluded):
            yield row
            continue
        prompt, completion = row.counts
        counts = (("input", prompt), ("output", completion))
        lines = call_lines(row.number, row.day, key_of[row.words], counts, row.cost, keys, 1)
        yield from lines
        if not lines:
            yield sheet.excluded(row.number, row.cells, "no_quantity", "the request has no tokens")


READER = Reader(
    "helicone_table", "Helicone requests (CSV)", "table", frozenset(LAYOUT.required), reading, estimate=True
)
