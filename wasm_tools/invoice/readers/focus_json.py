"""FOCUS cost and usage data as JSON, mostly one object a line."""

from functools import partial

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.fields import FieldProblem, Fields, records
from wasm_tools.invoice.readers.focus_rows import NUMBERS, REQUIRED, WORDS, cost_of_broken, line_of, words_of
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered

_QUOTED = ("ChargePeriodStart", "ChargeCategory", "ServiceName", "SkuMeter", *NUMBERS)


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each record as a line; purchases, taxes, credits and adjustments by their kind."""
    meaning_of = Remembered(partial(words_of, context=context))
    for fields in records(document, context):
        if fields.problem:
            yield fields.excluded("parse_error", fields.problem, ())
            continue
        words, numbers = meaning_of[_words(fields)], []
        try:
            for name in NUMBERS:
                numbers.append(fields.amount(name))
            day = fields.day("ChargePeriodStart")
        except FieldProblem as error:
            cost = cost_of_broken(numbers, words, context)
            yield fields.excluded("parse_error", str(error), _QUOTED, cost, words.key.currency)
            continue
        line = line_of(fields.number, day, words, tuple(numbers), context)
        yield line or fields.excluded("parse_error", "EffectiveCost is missing", _QUOTED)


def _words(fields: Fields) -> tuple[str, ...]:
    return tuple(fields.json("SkuPriceDetails") if name == "SkuPriceDetails" else fields.text(name) for name in WORDS)


READER = Reader("focus_json", "FOCUS cost and usage (JSON)", "json", frozenset(REQUIRED), reading, "disjoint")
