"""Prices that a list repeats where they say nothing new: the same price above a context band, a tool's price in a tier.

Some lists print the whole price table of a model once per tier, context band and region. A token price of a tier or a
region is a price of its own even when it is the same; above a band it is one only where it differs, and the price of a
search, a call or a picture is one only where the tier or band changes it, or the region beside a home region.
"""

from dataclasses import replace

from generator.sync.price_fields import EntryPrices

BAND_REPEATS = "context band repeats the price below it"
TOOL_REPEATS = "price of a tool or a picture repeats its list price in a tier, band or region"


def drop_repeats(prices: EntryPrices, home: str = "") -> None:
    """Take the repetitions out of the collected prices, counting each; call it before `state`.

    `home` is the region whose list price of a tool the other regions repeat; without it each region has its own.
    """
    for key, statement in list(prices.prices.items()):
        meter, region, start, currency = key
        below = prices.prices.get((replace(meter, above_tokens=0), region, start, currency))
        if meter.above_tokens and below is not None and below.price == statement.price:
            prices.reject(BAND_REPEATS)
            del prices.prices[key]
            continue
        if meter.unit == "token":
            continue
        listed_key = (replace(meter, tier="standard", above_tokens=0), home or region, start, currency)
        listed = prices.prices.get(listed_key)
        if listed is not None and listed_key != key and listed.price == statement.price:
            prices.reject(TOOL_REPEATS)
            del prices.prices[key]
