"""Spend in the shape of FOCUS 1.2 with the keys of its draft for AI: one row a day, price and set of tags.

Calls are valued at list prices: billed and effective cost are that, and `x_CostBasis` says so. The tokens of calls
without a price are not in it, as a row needs a cost. Columns that a ledger cannot fill (accounts, invoices) are left
out: the file has the shape of FOCUS, and is no conforming data set.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from wasm_tools.invoice.exports.sheets import sheet_text
from wasm_tools.invoice.usage import EXACT, decimal_text
from wasm_tools.spend.ledger import OUTPUT_CLASSES, REASONING
from wasm_tools.spend.priced import Rate, Rates
from wasm_tools.spend.spent import Entry

COLUMNS = (
    "BilledCost", "EffectiveCost", "ListCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart",
    "ChargePeriodEnd", "ProviderName", "ServiceCategory", "ServiceName", "SubAccountName", "RegionId", "SkuId",
    "SkuMeter", "SkuPriceDetails", "ConsumedQuantity", "ConsumedUnit", "PricingQuantity", "PricingUnit",
    "ListUnitPrice", "Tags", "x_TokenClass", "x_Tier", "x_Calls", "x_CostBasis",
)  # fmt: skip
_ACTIONS = {
    "input_uncached": "Uncached", "cache_read": "Read", "cache_read_audio": "Read", "cache_read_image": "Read",
    "cache_write": "Write", "cache_write_5m": "Write", "cache_write_1h": "Write",
}  # fmt: skip
_PROJECT = "project"  # the tag that stands for a sub-account


def focus_csv(rates: Rates, entries: Iterable[Entry]) -> str:
    """The spend of some entries; the sum of EffectiveCost is theirs, to the last digit."""
    return sheet_text(COLUMNS, _rows(rates, entries))


def _rows(rates: Rates, entries: Iterable[Entry]) -> Iterator[list[object]]:
    found: dict[tuple[int, tuple[tuple[str, str], ...]], tuple[Rate, list[int]]] = {}
    for entry in entries:
        if entry.paid is not None:
            if entry.paid.key.currency:
                yield _billed(entry)
            continue
        table = rates.table(entry.what, entry.day)
        for name, count in entry.tokens.items():
            if name != REASONING and table[name].a_token is not None:
                _, sums = found.setdefault((id(table[name]), entry.what.tags), (table[name], [0, 0]))
                sums[0] += count
                sums[1] += entry.requests
    rows = sorted(found.items(), key=lambda kv: (kv[1][0].day, kv[1][0].key.provider, kv[1][0].token_class, kv[0][1]))
    for (_, tags), (rate, (tokens, calls)) in rows:
        yield _counted(rate, dict(tags), tokens, calls)


def _counted(rate: Rate, tags: dict[str, str], tokens: int, calls: int) -> list[object]:
    tariff = rate.verdict.tariff if rate.verdict else None
    usd = decimal_text(EXACT.multiply(rate.a_token or Decimal(0), tokens))
    price = None if rate.quote is None else decimal_text(rate.quote.price)
    million = decimal_text(Decimal(tokens).scaleb(-6))
    direction = "Output" if rate.token_class in OUTPUT_CLASSES else "Input"
    action = _ACTIONS.get(rate.token_class, "")
    details = {"ModelId": rate.product.sku, "TokenDirection": direction, "TokenCacheAction": action}
    tier = tariff.meter.tier if tariff else ""
    return [
        usd, usd, usd, "USD", "Usage", *_period(rate.day), rate.product.provider, "AI and Machine Learning",
        rate.product.model or rate.product.sku, tags.get(_PROJECT, ""), "", rate.product.sku,
        f"{tier.capitalize()} {direction} Tokens", json.dumps({k: v for k, v in details.items() if v}), tokens,
        "Tokens", million, "1M tokens", price, json.dumps(tags, sort_keys=True, ensure_ascii=False), rate.token_class,
        tier, calls, "list",
    ]  # fmt: skip


def _billed(entry: Entry) -> list[object]:
    """A cell of a bill as the bill has it."""
    cell = entry.paid
    if cell is None:
        return []
    usd, tokens = decimal_text(cell.cost), cell.quantity if cell.key.unit == "token" else None
    count = None if tokens is None else decimal_text(tokens)
    return [
        usd, usd, None, "USD", "Usage", *_period(cell.day), entry.provider, "AI and Machine Learning", entry.model, "",
        cell.key.region, cell.product.sku, cell.key.line_class, json.dumps({"ModelId": cell.product.sku}), count,
        "Tokens" if count else "", None, "", None, "{}", cell.key.line_class, cell.key.tier, entry.requests or None,
        cell.key.cost_basis,
    ]  # fmt: skip


def _period(day: str) -> tuple[str, str]:
    if not day:
        return "", ""
    return f"{day}T00:00:00Z", f"{date.fromisoformat(day) + timedelta(1)}T00:00:00Z"
