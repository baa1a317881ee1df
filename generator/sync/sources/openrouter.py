"""OpenRouter publishes its model list with prices as **strings**, USD per token (a search or a request is per unit).

A price is what the gateway charges for one of its hosts, so the provider is always OpenRouter and never the
developer (PE-25). Traps: `-1` means that the price depends on the routed model; ids that start with `~` are aliases;
`:free` is no price and `:batch` is the batch tier of the same model; `overrides` hold either spans of the day in UTC as
HHMM numbers (`1000` is 10:00) of which some only repeat the base, or context bands (`generator.sync.time_windows`);
`image` is per image token where it equals the text rate, and its unit is unknown elsewhere; an `expiration_date` of
2098 means none and is not used. Descriptions stay out: numbers and names only.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from generator.sync.price_fields import EntryPrices, json_payload
from generator.sync.statements import Parsed, PayloadError
from generator.sync.time_windows import minutes, window_text
from generator.sync.workload_names import workload_of
from wasm_tools.pricing.meters import Meter, UnitRegistry

SOURCE = PROVIDER = "openrouter"
_METERS = {
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
_CONDITIONS = frozenset({"utc_start", "utc_end", "min_prompt_tokens"})


class _Architecture(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    input_modalities: list[str] = []
    output_modalities: list[str] = []


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    id: str
    pricing: dict[str, Any]
    architecture: _Architecture = _Architecture()
    created: int = 0


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The statements of a model list; raises PayloadError when it is not `{"data": [models]}`."""
    payload = json_payload(SOURCE, body)
    models = payload.get("data") if isinstance(payload, dict) else None
    if not isinstance(models, list) or not models:
        raise PayloadError(f'{SOURCE}: expected {{"data": [models]}}')
    parsed, newest = Parsed(entries=len(models)), 0
    for fields in models:
        try:
            model = _Model.model_validate(fields)
        except ValidationError as error:
            name = fields.get("id", "?") if isinstance(fields, dict) else "?"
            place = ".".join(str(part) for part in error.errors()[0]["loc"] if not isinstance(part, int))
            parsed.reject(f"model has another shape: {place}", str(name))
            continue
        newest = max(newest, model.created)
        _state_model(parsed, units, model)
    parsed.as_of = datetime.fromtimestamp(newest, UTC).date().isoformat() if newest else ""
    return parsed


def _state_model(parsed: Parsed, units: UnitRegistry, model: _Model) -> None:
    sku, _, suffix = model.id.partition(":")
    if model.id.startswith("~"):
        parsed.reject("alias of another id", model.id)
        return
    if suffix == "free":
        parsed.reject("free variant is not a price", model.id)
        return
    base = _numbers(model.pricing)
    if any(value == -1 for value in base.values()):
        parsed.reject("price depends on the routed model (-1)", model.id)
        return
    made = model.architecture
    workload = workload_of(sku, made.input_modalities, made.output_modalities)
    prices = EntryPrices(parsed, units, PROVIDER, sku, workload)
    variant = Meter("input", "text", "token", tier="batch" if suffix == "batch" else "standard")
    other = suffix if variant.tier == "standard" else ""
    _collect(prices, base, {}, variant.tier, other)
    overrides = model.pricing.get("overrides", [])
    for override in overrides if isinstance(overrides, list) else [overrides]:
        condition = _condition(override)
        if condition is None:
            prices.reject("overrides: condition not understood")
            continue
        stated = _numbers({k: v for k, v in override.items() if k not in _CONDITIONS})
        if "window" in condition and all(base.get(k) == v for k, v in stated.items()):
            prices.reject("window repeats the base price")
            continue
        _collect(prices, stated, condition, variant.tier, other)
    prices.state()


def _numbers(pricing: Mapping[str, Any]) -> dict[str, Any]:
    """The price fields with their texts as exact numbers; what is no number stays as it is, to be counted."""
    return {key: _number(value) for key, value in pricing.items() if key != "overrides"}


def _number(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return Decimal(value)
    except InvalidOperation:
        return value


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


def _collect(
    prices: EntryPrices, stated: Mapping[str, Any], condition: Mapping[str, Any], tier: str, variant: str
) -> None:
    for key, value in stated.items():
        meter = _METERS.get(key)
        if meter is None:
            prices.reject(f"{key}: no meter for this key")
            continue
        if key == "image" and value != 0 and value != stated.get("prompt"):
            prices.reject("image: the unit is not stated")
            continue
        prices.add(key, replace(meter, tier=tier, variant=variant or meter.variant, **condition), value)
