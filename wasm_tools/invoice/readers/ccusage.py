"""Days of `ccusage --json`: tokens of coding assistants from their logs, and a cost that is an estimate.

Where a day is broken down by model, the models are its lines, and the total of the day repeats them.
"""

from decimal import Decimal

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.call_lines import ESTIMATE, CallKeys, call_lines, input_class
from wasm_tools.invoice.readers.fields import FieldProblem, Fields, records
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import LineKey, exact_sum

_COUNTS = ("inputTokens", "cacheReadTokens", "cacheCreationTokens", "outputTokens")
_COSTS = ("cost", "totalCost", "costUSD")
_QUOTED = ("date", "period", *_COUNTS, "totalTokens", "totalCost", "costUSD")


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each day as the tokens and the estimated cost of its models."""
    context.note(ESTIMATE)
    keys = CallKeys()
    key_of: Remembered[str, LineKey] = Remembered(_key)
    for fields in records(document, context):
        read = None
        try:
            if fields.problem:
                raise FieldProblem(fields.problem)
            parts = [(part, _cost(part)) for part in _models(fields)]
            costs = [cost for _, cost in parts if cost is not None]
            if costs:
                read = exact_sum(costs)
                context.money("USD", read)
            day = fields.day("date") or fields.day("period")
            lines = []
            for part, cost in parts:
                inputs, cached, written, output = map(part.amount, _COUNTS)
                # a breakdown has no total of its own: that of the day says how the log counts
                whole = part.amount("totalTokens") if part is fields else _told(fields, inputs, cached, written, output)
                first, notes = input_class(whole, inputs, output, (cached, written))
                counts = ((first, inputs), ("cache_read", cached), ("cache_write", written), ("output", output))
                key = key_of[part.text("modelName") or _only(fields)]
                lines += call_lines(fields.number, day, key, counts, cost, keys, notes=notes)
        except FieldProblem as error:
            yield fields.excluded("parse_error", str(error), _QUOTED, read, "USD")
            continue
        yield from lines
        if not lines:
            yield fields.excluded("no_quantity", "the day has no tokens", _QUOTED)


def _models(fields: Fields) -> list[Fields]:
    """The parts of a day by model, or the day itself."""
    found = fields.value("modelBreakdowns")
    parts = found if isinstance(found, list) else []
    return [Fields(fields.number, part) for part in parts if isinstance(part, dict)] or [fields]


def _cost(fields: Fields) -> Decimal | None:
    return next((cost for name in _COSTS if (cost := fields.amount(name)) is not None), None)


def _told(fields: Fields, *counts: Decimal | None) -> Decimal | None:
    """The sum of the counts of a part where the day's own counts add up to its total; else None."""
    whole = exact_sum(count for name in _COUNTS if (count := fields.amount(name)) is not None)
    return exact_sum(count for count in counts if count is not None) if whole == fields.amount("totalTokens") else None


def _only(fields: Fields) -> str:
    """The model of a day that used one."""
    used = fields.value("modelsUsed") or fields.value("models")
    return used[0] if isinstance(used, list) and len(used) == 1 and isinstance(used[0], str) else ""


def _key(model: str) -> LineKey:
    return LineKey(provider="", model_raw=model, line_class="blended", cost_basis="estimated", currency="USD")


READER = Reader(
    "ccusage",
    "ccusage report (JSON)",
    "json",
    frozenset({"inputTokens", "outputTokens", "cacheReadTokens", "cacheCreationTokens"}),
    reading,
    "disjoint",
    estimate=True,
)
