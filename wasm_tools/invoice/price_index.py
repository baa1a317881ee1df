"""List prices arranged for bills: by product and unit, with every name a bill may use for the product."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.pricing.offers import Offer

Span = tuple[Decimal, Decimal]  # lowest and highest price above zero


@dataclass(frozen=True, slots=True)
class PriceIndex:
    """A product is a model of ours, or one provider's SKU while nobody has said which model it is.

    `offers` holds the offers by (product, unit); `products` the product by (provider, SKU), `''` where offers of one
    SKU disagree; `spans` the prices by (provider, workload, unit), the provider `''` standing for all of them.
    """

    offers: Mapping[tuple[str, str], tuple[Offer, ...]]
    products: Mapping[tuple[str, str], str]
    models: frozenset[str]
    providers: frozenset[str]
    spans: Mapping[tuple[str, str, str], Span]


def price_index(offers: Iterable[Offer], as_of: str = "") -> PriceIndex:
    """The index of the offers in force on `as_of` (ISO date), or of those that have not ended when no date is given."""
    grouped: dict[tuple[str, str], list[Offer]] = {}
    products: dict[tuple[str, str], str] = {}
    spans: dict[tuple[str, str, str], Span] = {}
    models, providers = set(), set()
    for offer in offers:
        providers.add(offer.provider)
        if not _in_force(offer, as_of):
            continue
        product = offer.model or f"{offer.provider}:{offer.sku}"
        unit, price = offer.meter.unit, offer.price
        grouped.setdefault((product, unit), []).append(offer)
        if products.setdefault((offer.provider, offer.sku), product) != product:
            products[offer.provider, offer.sku] = ""
        if offer.model:
            models.add(offer.model)
        if price > 0:
            for provider in ("", offer.provider):
                low, high = spans.get((provider, offer.workload, unit), (price, price))
                spans[provider, offer.workload, unit] = (min(low, price), max(high, price))
    return PriceIndex(
        {key: tuple(group) for key, group in grouped.items()}, products, frozenset(models), frozenset(providers), spans
    )


def _in_force(offer: Offer, as_of: str) -> bool:
    if not as_of:
        return not offer.effective_to
    return offer.effective_from <= as_of and (not offer.effective_to or as_of < offer.effective_to)


def name_key(name: str) -> str:
    """The form in which provider, model and SKU names are compared: trimmed, lower case, nothing else."""
    return name.strip().lower()


def product_of(index: PriceIndex, provider: str, name: str, model_aliases: Mapping[str, str]) -> str:
    """The product that a bill's model or SKU names exactly, or `''`: the provider's own id, then a reviewed alias."""
    key = name_key(name)
    product = index.products.get((provider, key), "")
    if product:
        return product
    model = model_aliases.get(key, "")
    return model or (key if key in index.models else "")
