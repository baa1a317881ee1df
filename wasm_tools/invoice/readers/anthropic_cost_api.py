"""Anthropic's cost report: pages of daily buckets with results, whose amounts are in **cents**.

Spend on the Priority Tier is not in this report.
"""

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.anthropic_cost import group_of
from wasm_tools.invoice.readers.anthropic_words import anthropic_key, credit_of
from wasm_tools.invoice.readers.fields import FieldProblem, results, without_result
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import EXACT, LineKey, UsageLine

_WORDS = ("model", "service_tier", "context_window", "token_type", "cost_type", "inference_geo", "speed")
_QUOTED = ("description", "amount", "currency", *_WORDS)
NO_PRIORITY = "spend on the Priority Tier is not in the cost report"
_CENT = -2  # decimal exponent


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each result as a line of one class, without a quantity: "1234.5678" is 12.345678 US dollars."""
    context.note(NO_PRIORITY)
    keys: Remembered[tuple[str, ...], LineKey] = Remembered(lambda words: anthropic_key(*words))
    credits = Remembered(credit_of)
    for bucket, result in results(document, context, "starting_at"):
        if bucket.problem or result is None or result.problem:
            yield without_result(bucket, result, "starting_at")
            continue
        cost, currency = None, result.text("currency").upper() or "USD"
        try:
            cents = result.amount("amount")
            if cents is None:
                raise FieldProblem("amount is missing")
            cost = EXACT.scaleb(cents, _CENT)
            context.money(currency, cost)
            day = bucket.day("starting_at")
        except FieldProblem as error:
            yield result.excluded("parse_error", str(error), _QUOTED, cost, currency)
            continue
        key = keys[(*map(result.text, _WORDS), currency)]
        group = group_of(result.text("workspace_id"), result.text("api_key_id"))
        yield UsageLine(result.number, day, key if cost >= 0 else credits[key], None, cost, group=group)


READER = Reader(
    "anthropic_cost_api",
    "Anthropic cost report (API)",
    "json",
    frozenset({"starting_at", "results[].amount"}),
    reading,
    "disjoint",
)
