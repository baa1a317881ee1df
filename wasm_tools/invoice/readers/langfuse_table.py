"""Langfuse's observations as CSV: usage by type stands as JSON in one cell. Prompts are not read."""

from decimal import Decimal

from wasm_tools.invoice.readers.call_lines import ESTIMATE, CallKeys, call_lines
from wasm_tools.invoice.readers.fields import FieldProblem
from wasm_tools.invoice.readers.langfuse_usage import observation_key, usage_counts
from wasm_tools.invoice.readers.priced_rows import Layout, priced_rows, sheet_of
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import Excluded
from wasm_tools.json_text import loads

LAYOUT = Layout(
    required=("providedModelName", "usageDetails", "totalCost"),
    day="startTime",
    words=("providedModelName", "usageDetails"),
    cost="totalCost",
    free=frozenset({"", "null"}),
)


def reading(table: Table, context: Context) -> Entries:
    """Each observation as its tokens and its estimated cost; those without a model's usage have neither."""
    context.note(ESTIMATE)
    sheet = sheet_of(table, context, LAYOUT)
    keys, key_of = CallKeys(), Remembered(observation_key)
    for row in priced_rows(sheet, context, LAYOUT, lambda _: "USD"):
        if isinstance(row, Excluded):
            yield row
            continue
        model, usage = row.words
        try:
            counts, notes = usage_counts(row.number, _object(usage))
        except FieldProblem as error:
            yield sheet.excluded(row.number, row.cells, "parse_error", str(error), row.cost, "USD")
            continue
        lines = call_lines(row.number, row.day, key_of[model], counts, row.cost, keys, 1, notes=notes)
        yield from lines
        if not lines:
            yield sheet.excluded(row.number, row.cells, "no_quantity", "the observation has no usage")


def _object(text: str) -> object:
    """The object in a cell, None in an empty one. Raises FieldProblem."""
    try:
        return loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=str) if text else None
    except (ValueError, ArithmeticError, RecursionError):
        raise FieldProblem("usageDetails is not valid JSON") from None


READER = Reader(
    "langfuse_table", "Langfuse observations (CSV)", "table", frozenset(LAYOUT.required), reading, estimate=True
)
