"""Together's billing usage (API): days with line items, amounts as texts. Any field of an item may be absent."""

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.fields import FieldProblem, results, without_result
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import LineKey, UsageLine

_QUOTED = ("product_name", "pricing_dimensions.model", "quantity", "unit_price", "cost")
_CLASSES = (  # words of product names, the more special first; base unit of the quantity
    ("cached input tokens", "cache_read", "token"),
    ("embedding", "embedding", "token"),
    ("rerank", "rerank", "token"),
    ("moderation", "moderation", "token"),
    ("input tokens", "input", "token"),
    ("output tokens", "output", "token"),
    ("image", "images", ""),
    ("gpu", "gpu_time", ""),
    ("dedicated", "gpu_time", ""),
    ("storage", "storage", ""),
)


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each line item as one line."""
    keys: Remembered[tuple[str, ...], LineKey] = Remembered(lambda words: _key(*words))
    for day_of, item in results(document, context, "date", "line_items"):
        if day_of.problem or item is None or item.problem:
            yield without_result(day_of, item, "date")
            continue
        cost, currency = None, day_of.text("^currency").upper() or "USD"
        try:
            cost = item.amount("cost")
            if cost is None:
                raise FieldProblem("cost is missing")
            context.money(currency, cost)
            quantity, day = item.amount("quantity"), day_of.day("date")
        except FieldProblem as error:
            yield item.excluded("parse_error", str(error), _QUOTED, cost, currency)
            continue
        kind = "usage" if cost >= 0 else "credit"
        key = keys[item.text("product_name"), item.text("pricing_dimensions.model"), kind, currency]
        api_key = item.text("attributes.api_key_id")
        yield UsageLine(item.number, day, key, quantity, cost, group=(("key", api_key),) if api_key else ())


def _key(product: str, model: str, kind: str, currency: str) -> LineKey:
    named = product.casefold()
    line_class, unit = next(((c, u) for words, c, u in _CLASSES if words in named), ("other", ""))
    unit = unit if "tokens" in named else ""
    joins = (("together_product", product), ("together_model", model))
    return LineKey(
        provider="together",
        host="together",
        developer=model.partition("/")[0] if "/" in model else "",
        model_raw=model,
        line_class=line_class,
        unit=unit,
        unit_evidence="stated" if unit else "none",
        unit_raw="tokens" if unit else "",
        tier="batch" if "batch" in named else "unknown",
        kind=kind,
        cost_basis="invoiced",
        currency=currency,
        join=tuple((name, value) for name, value in joins if value),
    )


READER = Reader("together", "Together billing usage (API)", "json", frozenset({"date", "line_items"}), reading)
