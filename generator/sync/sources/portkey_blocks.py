"""A block of Portkey's prices, read under the conditions in which it holds.

The same blocks of keys stand under `pay_as_you_go`, `batch_config` and every region, tier and band of
`custom_pricing`: flat keys, `additional_units`, and a table of pictures by quality and size.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from generator.sync.price_fields import ZERO, EntryPrices
from generator.sync.sources.portkey_keys import CENTS, DOLLARS_NOTE, MISPRINTED, in_dollars, listed, meaning
from generator.sync.sources.repeated_prices import BAND_REPEATS
from generator.sync.workload_names import CALLS_NO_TOOLS, calls_no_tools
from wasm_tools.pricing.meters import Meter

UNKNOWN = -1  # the threshold of a context band that nobody states
_PICTURE = Meter("output", "image", "image")
_CACHES = ("cache_read_input_token", "cache_write_input_token", "cache_write_1h")


@dataclass(frozen=True, slots=True)
class Scope:
    """Under which conditions the prices of a block hold, and the name of the block."""

    block: str = ""
    tier: str = "standard"
    above_tokens: int = 0
    variant: str = ""
    regions: tuple[str, ...] = ("global",)
    note: str = ""


def collect_block(prices: EntryPrices, block: object, scope: Scope) -> None:
    """Add the prices of a block: flat keys, `additional_units` and the table of pictures."""
    if not isinstance(block, dict):
        prices.reject(f"{scope.block}: not an object")
        return
    stated = [(key, value) for key, value in block.items() if key not in ("additional_units", "image")]
    units = block.get("additional_units", {})
    if isinstance(units, dict):
        stated += units.items()
    else:
        prices.reject(f"{scope.block}.additional_units: not an object")
    values = [(key, price_of(value)) for key, value in stated]
    known = {key: value for key, value in values if isinstance(value, Decimal) and value}
    false = _false_cache(known)
    for key, value in values:
        if key in false:
            prices.reject(f"{key}: {false[key]}")
        elif not isinstance(value, Decimal):
            prices.reject(f"{key}: not a number")
        else:
            _add(prices, key, value, known, scope)
    if "image" in block:
        _collect_pictures(prices, block["image"], known, scope)


def without_list_caches(prices: EntryPrices, block: object, standard: object) -> object:
    """A batch block without the cache prices that only repeat those of the standard block beside it.

    Where the tokens are cheaper in a batch and its cache costs exactly what it does outside, nobody has stated it: a
    cached read of Nova would be as dear as the input that it replaces, and a write four times as dear.
    """
    if not isinstance(block, dict) or not isinstance(standard, dict):
        return block
    if block.get("request_token") == standard.get("request_token"):
        return block
    units, units_beside = block.get("additional_units"), standard.get("additional_units")
    kept = _unrepeated(prices, block, standard)
    if isinstance(units, dict) and isinstance(units_beside, dict):
        kept["additional_units"] = _unrepeated(prices, units, units_beside)
    return kept


def _unrepeated(prices: EntryPrices, stated: Mapping[str, Any], beside: Mapping[str, Any]) -> dict[str, Any]:
    repeated = [key for key in _CACHES if key in stated and stated[key] == beside.get(key)]
    for key in repeated:
        prices.reject(f"{key}: of a batch, repeats the price outside it")
    return {key: value for key, value in stated.items() if key not in repeated}


def price_of(value: object) -> Decimal | None:
    """The cents of a price object, or None when it has none that is a number."""
    cents = value.get("price") if isinstance(value, dict) else None
    if isinstance(cents, Decimal):
        return cents if cents.is_finite() else None
    return Decimal(cents) if isinstance(cents, int) and not isinstance(cents, bool) else None


def _false_cache(known: Mapping[str, Decimal]) -> dict[str, str]:
    """The cache prices of a block that the block itself shows to be something else, with the reason."""
    shifted = "dearer than the input it replaces: a shifted or swapped field"
    text = known.get("request_token") or known.get("request_text_token")
    read, write = known.get("cache_read_input_token"), known.get("cache_write_input_token")
    false = {}
    if text and read and read > text:
        false["cache_read_input_token"] = shifted
        if write and write < text:
            false["cache_write_input_token"] = "beside a cached read that is shifted or swapped"
    elif text and write and write < text and write <= (read or 0):
        false["cache_write_input_token"] = "cheaper than the input and no dearer than the cached read: not a write"
    heard, cached = known.get("request_audio_token"), known.get("cache_read_audio_input_token")
    if heard and cached and cached > heard:
        false["cache_read_audio_input_token"] = shifted
    return false


def _add(prices: EntryPrices, key: str, value: Decimal, known: Mapping[str, Decimal], scope: Scope) -> None:
    said = meaning(key, value, known, prices.workload, prices.sku)
    if said.meter is None:
        prices.reject(f"{key}: {said.why_not}")
        return
    tool = listed(key).meter
    if tool and tool.unit == "search" and key != "search" and calls_no_tools(prices.workload, prices.sku):
        prices.reject(f"{key}: {CALLS_NO_TOOLS}")
        return
    dollars = in_dollars(prices.provider, prices.sku, said.meter)
    variant = "-".join(v for v in (said.meter.variant, scope.variant) if v)
    meter = replace(said.meter, tier=scope.tier, variant=variant)
    if scope.above_tokens == UNKNOWN:
        _reject_band(prices, key, meter, value, said.per)
        return
    meter = replace(meter, above_tokens=scope.above_tokens)
    for region in scope.regions:
        note = DOLLARS_NOTE if dollars else said.note or scope.note
        prices.add(f"{scope.block}.{key}", meter, value, 1 if dollars else said.per, region=region, note=note)


def _reject_band(prices: EntryPrices, key: str, meter: Meter, value: Decimal, per: int) -> None:
    """Count a price of a band whose threshold nobody states; most of them repeat the price below it."""
    below = prices.prices.get((meter, "global", "", "USD"))
    if value == 0:
        prices.reject(ZERO)
    elif below is not None and below.price == prices.units.display_price(meter, value) / per:
        prices.reject(BAND_REPEATS)
    else:
        prices.reject(f"{key}: the threshold of the band is not stated")


def _collect_pictures(prices: EntryPrices, table: object, known: Mapping[str, Decimal], scope: Scope) -> None:
    """The prices of pictures by quality and size. What is not asked for has no variant: `1024x1024-hd`, `hd`, none.

    Under OpenRouter's models `image` is the rate of an input token, which it then equals.
    """
    qualities = table if isinstance(table, dict) else {}
    if not qualities or not all(isinstance(sizes, dict) for sizes in qualities.values()):
        prices.reject("image: not a table of qualities and sizes")
        return
    named = [sizes for quality, sizes in qualities.items() if quality != "default"]
    text = known.get("request_token") or known.get("request_text_token")
    per, note = (1, DOLLARS_NOTE) if in_dollars(prices.provider, prices.sku, _PICTURE) else (CENTS, "")
    misprint = MISPRINTED.get((prices.provider, prices.sku))
    for quality, sizes in qualities.items():
        for size, value in sizes.items():
            cents, at = price_of(value), f"image.{quality}.{size}"
            if cents is None:
                prices.reject(f"{at}: not a number")
            elif misprint:
                prices.reject(f"{at}: {misprint}")
            elif prices.provider == "openrouter" and cents == text:
                as_token = "per token, listed under image"
                prices.add(f"{scope.block}.image", Meter("input", "image", "token"), cents, CENTS, note=as_token)
            elif quality == "default" and size != "default" and any(value == s.get(size) for s in named):
                prices.reject("image: default quality repeats a named one")
            elif quality != "default" and size == "default" and len(sizes) > 1 and value in _others(sizes):
                prices.reject("image: default size repeats a named one")
            else:
                variant = "-".join(v for v in (size, quality, scope.variant) if v and v != "default")
                meter = replace(_PICTURE, tier=scope.tier, variant=variant)
                prices.add(f"{scope.block}.{at}", meter, cents, per, note=note)


def _others(sizes: Mapping[str, Any]) -> list[Any]:
    return [value for size, value in sizes.items() if size != "default"]
