"""Google Cloud's billing export to BigQuery, as JSON or JSON lines.

Costs are before credits; the credits of a record are a line of their own.
"""

from dataclasses import replace
from decimal import Decimal

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.fields import FieldProblem, Fields, records
from wasm_tools.invoice.readers.google_skus import is_of_models, sku_key
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import EXACT, LineKey, UsageLine

_WORDS = (
    "service.description", "sku.description", "sku.id", "usage.unit", "location.region", "cost_type", "currency",
)  # fmt: skip
_QUOTED = (*_WORDS, "usage.amount", "cost")
_KINDS = {"": "usage", "regular": "usage", "tax": "tax"}


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each record as a line of its cost and one line a credit."""
    keys: Remembered[tuple[str, ...], tuple[LineKey, Decimal]] = Remembered(lambda words: _key(words, context))
    credits: Remembered[LineKey, LineKey] = Remembered(lambda key: replace(key, kind="credit"))
    adjusted: Remembered[LineKey, LineKey] = Remembered(_adjusted)
    for fields in records(document, context):
        read, currency = None, fields.text("currency").upper() or "USD"
        try:
            if fields.problem:
                raise FieldProblem(fields.problem)
            cost, given = fields.amount("cost"), _credits(fields)
            if cost is None:
                raise FieldProblem("cost is missing")
            read = EXACT.add(cost, given)
            context.money(currency, read)
            amount, day = fields.amount("usage.amount"), fields.day("usage_start_time")
            list_cost = fields.amount("cost_at_list")
        except FieldProblem as error:
            yield fields.excluded("parse_error", str(error), _QUOTED, read, currency)
            continue
        words = tuple(map(fields.text, _WORDS))
        if not is_of_models(words[0]):
            detail = f"another service than models: {words[0] or 'not named'}"
            yield fields.excluded("not_comparable", detail, _QUOTED, read, currency)
            continue
        key, factor = keys[words]
        quantity = None if amount is None or key.kind != "usage" else EXACT.multiply(amount, factor)
        project = fields.text("project.name") or fields.text("project.id")
        group = (("project", project),) if project else ()
        paid = key if cost >= 0 else adjusted[key]
        yield UsageLine(fields.number, day, paid, quantity, cost, list_cost, None, group)
        if given:
            yield UsageLine(fields.number, day, credits[key], None, given, None, None, group)


def _adjusted(key: LineKey) -> LineKey:
    return replace(key, kind="adjustment") if key.kind == "usage" else key


def _credits(fields: Fields) -> Decimal:
    """The sum of the credits of a record, below zero. Raises FieldProblem."""
    total, found = Decimal(0), fields.value("credits")
    for credit in found if isinstance(found, list) else ():
        if isinstance(credit, dict):
            total = EXACT.add(total, Fields(fields.number, credit).amount("amount") or Decimal(0))
    return total


def _key(words: tuple[str, ...], context: Context) -> tuple[LineKey, Decimal]:
    service, sku, sku_id, unit, region, cost_type, currency = words
    kind = _KINDS.get(cost_type.casefold(), "adjustment")
    return sku_key(service, sku, sku_id, unit, region, kind, currency.upper() or "USD", context)


READER = Reader(
    "gcp_bigquery",
    "Google Cloud billing export (JSON)",
    "json",
    frozenset({"service.description", "sku.description", "usage.amount", "cost"}),
    reading,
    "disjoint",
)
