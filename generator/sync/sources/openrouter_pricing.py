"""The price fields of OpenRouter, as its model list and the endpoints of its hosts share them.

Numbers are **strings**, USD per token; a search or a request is per unit. Traps: `-1` means that the price depends on
the routed model; `image` is per image token where it equals the text rate, and its unit is unknown elsewhere;
`image_token` restates `image_output`; `overrides` hold either spans of the day in UTC as HHMM numbers (`1000` is 10:00)
of which some only repeat the base, or context bands (`generator.sync.time_windows`).
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from generator.sync.price_fields import EntryPrices, number
from generator.sync.time_windows import minutes, window_text
from wasm_tools.pricing.meters import Meter

METERS = {
    "prompt": Meter("input", "text", "token"),
    "completion": Meter("output", "text", "token"),
    "internal_reasoning": Meter("output", "text", "token", variant="reasoning"),
    "input_cache_read": Meter("input", "text", "token", cache="read"),
    "input_cache_write": Meter("input", "text", "token", cache="write"),
    "input_cache_write_1h": Meter("input", "text", "token", cache="write_1h"),
    "audio": Meter("input", "audio", "token"),
    "audio_output": Meter("output", "audio", "token"),
    "input_audio_cache": Meter("input", "audio", "token", cache="read"),
    "image_output": Meter("output", "image", "token"),
    "image": Meter("input", "image", "token"),
    "web_search": Meter("input", "any", "search"),
    "request": Meter("input", "any", "request"),
}
_NOT_PRICES = frozenset({"overrides", "discount", "display_pricing"})
_CONDITIONS = frozenset({"utc_start", "utc_end", "min_prompt_tokens"})
ROUTED = "price depends on the routed model (-1)"


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all prices of one entry. `discount` is the share that is already taken off, 0 to below 1."""

    tier: str = "standard"
    variant: str = ""
    region: str = "global"
    discount: Decimal = Decimal(0)
    note: str = ""


def variant_of(model_id: str) -> tuple[str, str, str]:
    """SKU, tier and variant of an id: `x:batch` is the batch tier of x, `x:thinking` a variant of it (PE-26)."""
    sku, _, suffix = model_id.partition(":")
    return (sku, "batch", "") if suffix == "batch" else (sku, "standard", suffix)


def base_prices(pricing: Mapping[str, Any]) -> dict[str, Any]:
    """The price fields with their texts as exact numbers; what is no number stays as it is, to be counted."""
    return {key: number(value) for key, value in pricing.items() if key not in _NOT_PRICES}


def is_routed(base: Mapping[str, Any]) -> bool:
    """Whether any price is the sentinel -1 (PE-31)."""
    return any(value == -1 for value in base.values())


def collect_prices(
    prices: EntryPrices, base: Mapping[str, Any], overrides: object, terms: Terms, shadowed: Container[str] = ()
) -> None:
    """Add the base prices and those of bands and windows; `shadowed` fields are stated elsewhere in another unit."""
    _add(prices, base, {}, terms, shadowed)
    for override in overrides if isinstance(overrides, list) else [overrides]:
        condition = _condition(override)
        if condition is None:
            prices.reject("overrides: condition not understood")
            continue
        stated = base_prices({k: v for k, v in override.items() if k not in _CONDITIONS})  # type: ignore[union-attr]
        if "window" in condition and all(base.get(k) == v for k, v in stated.items()):
            prices.reject("window repeats the base price")
            continue
        _add(prices, stated, condition, terms, shadowed)


def _add(
    prices: EntryPrices,
    stated: Mapping[str, Any],
    condition: Mapping[str, Any],
    terms: Terms,
    shadowed: Container[str],
) -> None:
    for key, value in stated.items():
        if key in shadowed:
            continue
        if key == "image_token" and value == stated.get("image_output"):
            prices.reject("image_token repeats image_output")
            continue
        meter = METERS.get(key)
        if meter is None:
            prices.reject(f"{key}: no meter for this key")
            continue
        if key == "image" and value != 0 and value != stated.get("prompt"):
            prices.reject("image: the unit is not stated")
            continue
        if meter.variant and terms.variant and value == stated.get("completion"):
            prices.reject("reasoning rate repeats the output rate")
            continue
        variant = "_".join(filter(None, (terms.variant, meter.variant)))
        meter = replace(meter, tier=terms.tier, variant=variant, **condition)
        prices.add(key, meter, listed(value, terms.discount), region=terms.region, note=terms.note)


def listed(value: object, discount: Decimal) -> object:
    """The price before the discount; exact where the division is."""
    if not discount or not isinstance(value, Decimal | int):
        return value
    return Decimal(value) / (1 - discount)


def _condition(override: object) -> dict[str, Any] | None:
    """The window and context band of an override, or None when it has neither or is not understood."""
    if not isinstance(override, dict):
        return None
    found: dict[str, Any] = {}
    start, end = override.get("utc_start"), override.get("utc_end")
    if start is not None or end is not None:
        try:
            found["window"] = window_text(minutes(f"{start:04}"), minutes(f"{end:04}"))
        except (TypeError, ValueError):
            return None
    threshold = override.get("min_prompt_tokens")
    if threshold is not None:
        if type(threshold) is not int or threshold <= 0:
            return None
        found["above_tokens"] = threshold
    return found or None
