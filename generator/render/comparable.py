"""Which token prices can be compared, and by what: used wherever a lowest price of a model is named."""

from typing import Any

from generator.render.site_index import SiteIndex, Sku
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT


def rankable(sku: Sku, index: SiteIndex) -> bool:
    """Whether the token prices of a SKU can be compared: on sale, no subscription, no free tier, nothing suspect."""
    if index.ended(sku) or (sku.provider, sku.sku, sku.region) in index.suspects:
        return False
    provider = index.data.registry.provider.get(sku.provider)
    plan = provider is not None and provider.kind == "subscription"
    return not plan and bool(sku.price(TEXT_INPUT)) and bool(sku.price(TEXT_OUTPUT))


def developer_of(sku: Sku, index: SiteIndex) -> str:
    """The developer of a SKU's model."""
    return index.data.registry.model[sku.model].developer


def total_price(sku: Sku) -> Any:
    """Input and output price of a rankable SKU together."""
    return (sku.price(TEXT_INPUT) or 0) + (sku.price(TEXT_OUTPUT) or 0)


def cheapest_by_provider(skus: list[Sku]) -> list[Sku]:
    """Of each provider the SKU with the lowest sum of input and output price, ascending."""
    best: dict[str, Sku] = {}
    for s in sorted(skus, key=lambda s: (total_price(s), s.provider, s.sku, s.region)):
        best.setdefault(s.provider, s)
    return list(best.values())
