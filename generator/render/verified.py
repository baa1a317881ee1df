"""The cheapest verified price of a model: the lowest pair of comparable token prices that is well supported."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from generator.render.comparable import developer_of, rankable, total_price
from generator.render.offer_columns import agreeing, observed
from generator.render.site_index import SiteIndex, Sku
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT
from wasm_tools.pricing.offers import Offer

VERIFIED = "AB"  # grades of a price that is current and supported by its seller or by independent sources


@dataclass(frozen=True, slots=True)
class VerifiedPrice:
    """The two prices, the worse of their grades, and the older of the days on which they were last read."""

    sku: Sku
    input: Offer
    output: Offer
    grade: str
    observed_at: str


def cheapest_verified(skus: Iterable[Sku], index: SiteIndex) -> VerifiedPrice | None:
    """Of the SKUs on sale whose input and output price are both graded A or B, the one with the lowest sum.

    Subscriptions, free tiers and suspects are left out as in every ranking. None where no price is good enough.
    """
    found = [v for s in skus if rankable(s, index) and (v := _verified(s, index))]
    return min(found, key=lambda v: _order(v, index), default=None)


def _order(found: VerifiedPrice, index: SiteIndex) -> tuple[Any, ...]:
    """The lowest sum first; of equal ones the developer's own, then the better supported."""
    sku = found.sku
    other = developer_of(sku, index) != sku.provider
    return (total_price(sku), other, found.grade, sku.provider, sku.region != "global", sku.sku, sku.region)


def _verified(sku: Sku, index: SiteIndex) -> VerifiedPrice | None:
    inp, out = sku.offer(TEXT_INPUT), sku.offer(TEXT_OUTPUT)
    if inp is None or out is None:
        return None
    grade = max(index.grade(inp).letter, index.grade(out).letter)
    if grade not in VERIFIED:
        return None
    read = min(observed(index.data, agreeing(o) or o.evidence) for o in (inp, out))
    return VerifiedPrice(sku, inp, out, grade, read)
