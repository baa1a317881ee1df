"""Cursor's usage CSV: a row a call, of which most are included in the plan. Addresses of users are not read.

Four classes of tokens add up to the total. Where the input with cache writes contains the other input, as the total of
a row then says, it is taken out.
"""

from decimal import Decimal

from wasm_tools.invoice.readers.call_lines import CallKeys, CountsProblem, call_lines, taken_out
from wasm_tools.invoice.readers.priced_rows import Layout, priced_rows, sheet_of
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import Excluded, LineKey, exact_sum

WRITTEN, PLAIN = "Input (w/ Cache Write)", "Input (w/o Cache Write)"
_FREE = frozenset({"", "-", "included", "free", "nan", "no charge", "errored, no charge"})
LAYOUT = Layout(
    required=("Date", "Model", WRITTEN, "Cache Read"),
    day="Date",
    words=("Kind", "Model", "Max Mode", "Cost"),
    counts=(WRITTEN, PLAIN, "Cache Read", "Output Tokens", "Total Tokens"),
    cost="Cost",
    free=_FREE,
)
_KINDS = ("included", "free", "no charge")
ODD_TOTAL = "the classes of tokens do not add up to the total of the row"


def reading(table: Table, context: Context) -> Entries:
    """Each call as its tokens and its cost; what the plan includes is of that kind."""
    sheet, keys = sheet_of(table, context, LAYOUT), CallKeys()
    key_of: Remembered[tuple[str, str, str], LineKey] = Remembered(lambda words: _key(*words))
    for row in priced_rows(sheet, context, LAYOUT, lambda _: "USD"):
        if isinstance(row, Excluded):
            yield row
            continue
        kind, model, mode, said = row.words
        written, plain, read, output, total = row.counts
        try:
            written, notes = _disjoint(written, plain, read, output, total)
        except CountsProblem as error:
            yield sheet.excluded(row.number, row.cells, "parse_error", f"{WRITTEN}: {error}", row.cost, "USD")
            continue
        key = key_of[kind or said, model, mode]
        counts = (("input_uncached", plain), ("cache_write", written), ("cache_read", read), ("output", output))
        lines = call_lines(row.number, row.day, key, counts, row.cost, keys, 1, notes=notes)
        yield from lines
        if not lines:
            yield sheet.excluded(row.number, row.cells, "no_quantity", "nothing is counted")


def _disjoint(
    written: Decimal | None, plain: Decimal | None, read: Decimal | None, output: Decimal | None, total: Decimal | None
) -> tuple[Decimal | None, tuple[str, ...]]:
    """The tokens written to the cache alone, and notes."""
    others = exact_sum(count for count in (read, output) if count)
    if not total or total == exact_sum((others, written or Decimal(0), plain or Decimal(0))):
        return written, ()
    if written and total == exact_sum((others, written)):
        return taken_out(written, plain), ()
    return written, (ODD_TOTAL,)


def _key(kind: str, model: str, mode: str) -> LineKey:
    included = any(word in kind.casefold() for word in _KINDS)
    joins = (("cursor_model", model), ("max_mode", mode if mode.casefold() in ("yes", "true") else ""))
    return LineKey(
        provider="cursor",
        model_raw=model,
        line_class="blended",
        kind="included" if included else "usage",
        cost_basis="invoiced",
        currency="USD",
        join=tuple((name, value) for name, value in joins if value),
    )


READER = Reader("cursor", "Cursor usage (CSV)", "table", frozenset(LAYOUT.required), reading, "disjoint")
