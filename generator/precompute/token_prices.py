"""What a SKU charges for text tokens, by tier, context band and cache, out of its single offers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.planner.request_cost import TIERS, Prices, TokenPrices
from wasm_tools.pricing.meters import Meter
from wasm_tools.pricing.offers import Evidence, Offer

FIELDS = {("input", "none"): "input", ("output", "none"): "output", ("input", "read"): "cache_read",
          ("input", "write"): "cache_write", ("input", "write_1h"): "cache_write_1h"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """What a SKU charges for plain text tokens. Without bands the SKU has no complete price."""

    prices: Prices
    evidence: tuple[Evidence, ...]  # of the input price of the standard tier
    output_evidence: tuple[Evidence, ...]
    timed: bool  # differs by time of day; the bands then hold the dearest window

    @property
    def bands(self) -> tuple[TokenPrices, ...]:
        """The bands of the standard tier; none where it has no price for both directions."""
        return self.prices.get("standard", ())


def token_price(offers: Iterable[Offer]) -> TokenPrice:
    """The prices of one SKU from its plain text-token offers, and the evidence of the base prices.

    Where the price depends on the time of day the dearest window counts: a plan must not be too cheap at peak.
    A lone input or output price is no price for a request, so a tier needs both directions.
    """
    found: dict[str, dict[int, dict[str, Offer]]] = {tier: {} for tier in TIERS}
    timed = False
    for o in offers:
        m = o.meter
        name = FIELDS.get((m.direction, m.cache))
        if name is None or m != Meter(
            m.direction, "text", "token", cache=m.cache, tier=m.tier, above_tokens=m.above_tokens, window=m.window
        ):
            continue
        timed = timed or bool(m.window)
        band = found[m.tier].setdefault(m.above_tokens, {})
        known = band.get(name)
        if known is None or (o.price, m.window) > (known.price, known.meter.window):
            band[name] = o
    prices = {tier: _bands(bands) for tier, bands in found.items() if {"input", "output"} <= bands.get(0, {}).keys()}
    if "standard" not in prices:
        return TokenPrice({}, (), (), timed)
    base = found["standard"][0]
    return TokenPrice(prices, base["input"].evidence, base["output"].evidence, timed)


def _bands(found: Mapping[int, Mapping[str, Offer]]) -> tuple[TokenPrices, ...]:
    """The bands of one tier. A source that raises one price above a threshold leaves the others at the lower band's."""
    bands: list[TokenPrices] = []
    held: dict[str, Decimal] = {}
    for above, named in sorted(found.items()):
        held |= {name: o.price for name, o in named.items()}
        bands.append(TokenPrices(above, **held))
    return tuple(bands)
