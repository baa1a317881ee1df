"""Deepgram's billing breakdown (API): dollars by day and line item such as "streaming::nova-3", without minutes."""

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.fields import FieldProblem, records
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import LineKey, UsageLine

_QUOTED = ("dollars", "grouping.line_item", "grouping.start")
_CLASSES = {
    "streaming": "seconds", "prerecorded": "seconds", "batch": "seconds", "listen": "seconds", "speak": "characters",
    "tts": "characters",
}  # fmt: skip
_WORKLOADS = {"seconds": "speech-to-text", "characters": "text-to-speech"}
NO_MINUTES = "the file states dollars without minutes: no price can be checked"


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each result as one line without a quantity. Missing dollars are a failure, not zero."""
    context.note(NO_MINUTES)
    keys: Remembered[tuple[str, str, str], LineKey] = Remembered(lambda words: _key(*words))
    for fields in records(document, context):
        cost = None
        try:
            if fields.problem:
                raise FieldProblem(fields.problem)
            cost = fields.amount("dollars")
            if cost is None:
                raise FieldProblem("dollars is missing")
            context.money("USD", cost)
            day = fields.day("grouping.start")
        except FieldProblem as error:
            yield fields.excluded("parse_error", str(error), _QUOTED, cost, "USD")
            continue
        kind = "usage" if cost >= 0 else "credit"
        key = keys[fields.text("grouping.line_item"), fields.text("grouping.deployment"), kind]
        tags = fields.value("grouping.tags")
        names = sorted(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else []
        yield UsageLine(fields.number, day, key, None, cost, group=(("tag", ", ".join(names)),) if names else ())


def _key(item: str, deployment: str, kind: str) -> LineKey:
    mode, parted, model = item.partition("::")
    line_class = _CLASSES.get(mode.casefold().replace("-", ""), "other") if parted else "other"
    joins = (("line_item", item), ("deployment", deployment))
    return LineKey(
        provider="deepgram",
        host="deepgram",
        developer="deepgram",
        model_raw=model,
        workload=_WORKLOADS.get(line_class, ""),
        line_class=line_class if item else "blended",
        kind=kind,
        cost_basis="invoiced",
        currency="USD",
        join=tuple((name, value) for name, value in joins if value),
    )


READER = Reader(
    "deepgram",
    "Deepgram billing breakdown (API)",
    "json",
    frozenset({"dollars", "grouping.line_item"}),
    reading,
    also=(frozenset({"dollars", "grouping.start"}),),
)
