"""Langfuse's observations as JSON or JSON lines: usage by type and a cost that is an estimate. Prompts are not read."""

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.call_lines import ESTIMATE, CallKeys, call_lines
from wasm_tools.invoice.readers.fields import FieldProblem, records
from wasm_tools.invoice.readers.langfuse_usage import observation_key, usage_counts
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered

_QUOTED = ("startTime", "type", "providedModelName", "model", "totalCost")


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each observation as its tokens and its estimated cost; those without a model's usage have neither."""
    context.note(ESTIMATE)
    keys, key_of = CallKeys(), Remembered(observation_key)
    for fields in records(document, context):
        cost = None
        try:
            if fields.problem:
                raise FieldProblem(fields.problem)
            cost = fields.amount("totalCost")
            if cost is not None:
                context.money("USD", cost)
            counts, notes = usage_counts(fields.number, fields.value("usageDetails"))
            day = fields.day("startTime")
        except FieldProblem as error:
            yield fields.excluded("parse_error", str(error), _QUOTED, cost, "USD")
            continue
        key = key_of[fields.text("providedModelName") or fields.text("model")]
        lines = call_lines(fields.number, day, key, counts, cost, keys, 1, notes=notes)
        yield from lines
        if not lines:
            yield fields.excluded("no_quantity", "the observation has no usage", _QUOTED)


READER = Reader(
    "langfuse",
    "Langfuse observations (JSON)",
    "json",
    frozenset({"providedModelName", "usageDetails"}),
    reading,
    estimate=True,
    also=(frozenset({"model", "usageDetails", "totalCost"}),),
)
