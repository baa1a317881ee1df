"""Rows of FOCUS cost and usage data, versions 1.0 to 1.4: what one says, whichever of the columns are there.

Cost is EffectiveCost; BilledCost is what was invoiced in cash, and the two are never added: a prepaid drawdown has an
effective cost and no billed one, its purchase the reverse.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from wasm_tools.invoice.readers.reader import Context
from wasm_tools.invoice.units import Conversion
from wasm_tools.invoice.usage import EXACT, LineKey, UsageLine
from wasm_tools.json_text import loads

REQUIRED = ("BilledCost", "EffectiveCost", "ChargeCategory", "ChargePeriodStart")
NUMBERS = ("EffectiveCost", "ListCost", "BilledCost", "ConsumedQuantity", "PricingQuantity")
WORDS = (
    "ChargeCategory", "ChargeClass", "BillingCurrency", "ServiceProviderName", "ProviderName", "HostProviderName",
    "PublisherName", "ServiceName", "RegionId", "PricingCategory", "ConsumedUnit", "PricingUnit", "SkuMeter", "SkuId",
    "SkuPriceId", "SkuPriceDetails", "SubAccountName", "SubAccountId",
)  # fmt: skip
DISAGREE = "ConsumedQuantity and PricingQuantity disagree"
_KINDS = {"usage": "usage", "purchase": "purchase", "tax": "tax", "credit": "credit", "adjustment": "adjustment"}
_DIRECTIONS = {  # TokenDirection and TokenCacheAction of the draft
    ("input", "uncached"): "input_uncached",
    ("input", "read"): "cache_read",
    ("input", "write"): "cache_write",
    ("input", "other"): "input",
    ("input", ""): "input",
}
_METERS = {
    "input tokens": "input",
    "output tokens": "output",
    "cache read input tokens": "cache_read",
    "cached input tokens": "cache_read",
    "cache write input tokens": "cache_write",
    "context cache storage": "cache_storage",
}
_TIERS = {"standard": "standard", "committed": "committed"}
_DETAILS = ("modelid", "modelfamily", "modeldeveloper", "modelversion", "tokendirection", "tokencacheaction")
_NULL = frozenset({"null", "none", "n/a", "-", "--"})


@dataclass(frozen=True, slots=True)
class Words:
    """What the words of a row mean, and base units per consumed and per pricing unit (None: not known)."""

    key: LineKey
    corrected: LineKey  # of a negative cost, which is no usage
    group: tuple[tuple[str, str], ...]
    consumed: Decimal | None
    priced: Decimal | None
    priced_key: LineKey  # when only the pricing quantity is there


def words_of(cells: tuple[str, ...], context: Context) -> Words:
    """The meaning of the texts of WORDS."""
    said = {name: _said(cell) for name, cell in zip(WORDS, cells, strict=True)}
    details = _details(said["SkuPriceDetails"])
    consumed, priced = context.unit(said["ConsumedUnit"]), context.unit(said["PricingUnit"])
    category = said["ChargeCategory"].casefold()
    kind = "adjustment" if said["ChargeClass"].casefold() == "correction" else _KINDS.get(category, "adjustment")
    joins = (("sku_id", "SkuId"), ("sku_price_id", "SkuPriceId"), ("sku_meter", "SkuMeter"), ("service", "ServiceName"))
    model = details["modelid"] or details["modelversion"] or details["modelfamily"]
    key = LineKey(
        provider=said["ServiceProviderName"] or said["ProviderName"],
        host=said["HostProviderName"],
        developer=details["modeldeveloper"] or said["PublisherName"],
        model_raw=model,
        line_class=_line_class(details["tokendirection"], details["tokencacheaction"], said["SkuMeter"]),
        unit=consumed.unit,
        unit_evidence="stated" if consumed.unit else "none",
        unit_raw=said["ConsumedUnit"],
        tier=_tier(said["SkuMeter"], said["PricingCategory"]),
        region_scope="regional" if said["RegionId"] else "",
        region=said["RegionId"],
        kind=kind,
        cost_basis="effective",
        currency=said["BillingCurrency"].upper(),
        join=tuple((name, said[column]) for name, column in joins if said[column]),
    )
    project = said["SubAccountName"] or said["SubAccountId"]
    return Words(
        key,
        replace(key, kind="adjustment") if kind == "usage" else key,
        (("project", project),) if project else (),
        _factor(consumed),
        _factor(priced),
        replace(key, unit=priced.unit, unit_evidence="stated" if priced.unit else "none", unit_raw=said["PricingUnit"]),
    )


def line_of(
    row: int, day: str, words: Words, numbers: tuple[Decimal | None, ...], context: Context
) -> UsageLine | None:
    """The line of a row with the numbers of NUMBERS; None when it has neither an effective nor a list cost."""
    effective, listed, billed, consumed, priced = numbers
    if billed is not None:
        context.paid(words.key.currency, billed)
    cost = listed if effective is None else effective
    if cost is None:
        return None
    context.money(words.key.currency, cost)
    key, quantity = words.key, consumed
    notes: tuple[str, ...] = ()
    if consumed is None and priced is not None:
        key = words.priced_key
        quantity = priced if words.priced is None else EXACT.multiply(priced, words.priced)
    elif consumed is not None and words.consumed is not None:
        quantity = EXACT.multiply(consumed, words.consumed)
        if priced is not None and words.priced is not None and words.priced_key.unit == key.unit:
            notes = () if EXACT.multiply(priced, words.priced) == quantity else (DISAGREE,)
    if cost < 0:
        key = words.corrected
    if effective is None:
        key = replace(key, cost_basis="list")
    return UsageLine(row, day, key, quantity, cost, listed, None, words.group, notes)


def cost_of_broken(numbers: list[Decimal | None], words: Words, context: Context) -> Decimal | None:
    """The effective cost of a row of which a later number is broken: it stays in the totals."""
    cost = numbers[0] if numbers else None
    if cost is not None:
        context.money(words.key.currency, cost)
    return cost


def _said(cell: str) -> str:
    cell = cell.strip()
    return "" if cell.casefold() in _NULL else cell


def _factor(found: Conversion) -> Decimal | None:
    return found.factor if found.unit else None


def _details(text: str) -> dict[str, str]:
    """The draft's AI keys in SkuPriceDetails, `''` for those that are absent; names with or without the prefix x_."""
    try:
        found = loads(text, parse_float=str, parse_int=str) if text else {}
    except (ValueError, RecursionError):
        found = {}
    plain = (
        {name.casefold().removeprefix("x_"): value for name, value in found.items()} if isinstance(found, dict) else {}
    )
    return {name: value.strip() if isinstance(value := plain.get(name), str) else "" for name in _DETAILS}


def _tier(meter: str, category: str) -> str:
    return "batch" if "batch" in meter.casefold() else _TIERS.get(category.casefold(), "unknown")


def _line_class(direction: str, action: str, meter: str) -> str:
    """The line class; an input row that does not say its cache state stays `input`."""
    direction, meter = direction.casefold(), meter.casefold()
    if direction == "output":
        return "output"
    if direction == "input":
        found = _DIRECTIONS.get((direction, action.casefold()), "input")
        return _METERS.get(meter, found) if found == "input" and not action else found
    return _METERS.get(meter, "other")
