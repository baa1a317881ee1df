"""OpenAI's costs endpoint: pages of daily buckets with results, grouped by line item."""

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.fields import FieldProblem, results, without_result
from wasm_tools.invoice.readers.openai_costs import ItemKeys, group_of
from wasm_tools.invoice.readers.openai_items import item_key
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import EXACT, UsageLine

_QUOTED = ("line_item", "amount.value", "amount.currency", "quantity", "quantity_unit")


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each result as a line of one billed class; buckets without results as periods without use."""
    keys: ItemKeys = Remembered(lambda words: item_key(*words))
    for bucket, result in results(document, context, "start_time"):
        if bucket.problem or result is None or result.problem:
            yield without_result(bucket, result, "start_time")
            continue
        amount, currency = None, result.text("amount.currency").upper()
        try:
            amount = result.amount("amount.value")
            if amount is None:
                raise FieldProblem("amount.value is missing")
            context.money(currency, amount)
            quantity = result.amount("quantity")
            day = bucket.day("start_time")
        except FieldProblem as error:
            yield result.excluded("parse_error", str(error), _QUOTED, amount, currency)
            continue
        key, factor = keys[result.text("line_item"), currency, result.text("quantity_unit"), amount < 0]
        if quantity is not None:
            quantity = EXACT.multiply(quantity, factor)
        group = group_of("", result.text("project_id"), result.text("api_key_id"), result.text("user_id"))
        yield UsageLine(result.number, day, key, quantity, amount, group=group)


READER = Reader(
    "openai_costs_api",
    "OpenAI costs (API)",
    "json",
    frozenset({"start_time", "results[].amount.value", "results[].amount.currency"}),
    reading,
    "disjoint",
)
