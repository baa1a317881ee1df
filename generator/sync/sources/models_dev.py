"""models.dev publishes one JSON object of provider → models with `cost` in USD per million tokens.

It knows no unit but tokens, no batch prices and no history. Traps: `tiers` repeats `context_over_200k`, and the true
threshold is `tiers[].tier.size`, often not 200,000 (PE-12); a cost of 0 mostly means unknown or part of a plan; a
picture generator may carry the rate of image tokens in `output` (PE-08); models that hear only or draw only may carry
minutes, pictures or clips in the token fields, which nothing says. `experimental.modes.fast` is priority processing.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from generator.sync.price_fields import EntryPrices, json_payload, number_problem
from generator.sync.statements import Parsed, PayloadError
from generator.sync.workload_names import workload_of
from wasm_tools.pricing.meters import Meter, UnitRegistry

SOURCE = "models-dev"
PER = 1_000_000  # tokens
IMAGE_RATIO = 20  # a picture model whose output costs more than this many inputs lists image tokens as output
_METERS = {
    "input": Meter("input", "text", "token"),
    "output": Meter("output", "text", "token"),
    "reasoning": Meter("output", "text", "token", variant="reasoning"),
    "cache_read": Meter("input", "text", "token", cache="read"),
    "cache_write": Meter("input", "text", "token", cache="write"),
    "input_audio": Meter("input", "audio", "token"),
    "output_audio": Meter("output", "audio", "token"),
}
_BANDS = frozenset({"tiers", "context_over_200k"})


class _Modalities(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    input: list[str] = []
    output: list[str] = []


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    id: str
    modalities: _Modalities = _Modalities()
    cost: dict[str, Any] | None = None
    experimental: Any = None


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The statements of an `api.json`; raises PayloadError when it is not an object of providers."""
    payload = json_payload(SOURCE, body)
    if not isinstance(payload, dict) or not any(isinstance(p, dict) and "models" in p for p in payload.values()):
        raise PayloadError(f"{SOURCE}: expected a JSON object of providers with models")
    parsed = Parsed()
    for provider, record in payload.items():
        models = record.get("models") if isinstance(record, dict) else None
        if not isinstance(models, dict):
            parsed.entries += 1
            parsed.reject("provider has another shape", provider)
            continue
        for sku, fields in models.items():
            parsed.entries += 1
            _state_model(parsed, units, provider, sku, fields)
    return parsed


def _state_model(parsed: Parsed, units: UnitRegistry, provider: str, sku: str, fields: object) -> None:
    try:
        model = _Model.model_validate(fields)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"] if not isinstance(part, int))
        parsed.reject(f"model has another shape: {place}", f"{provider} {sku}")
        return
    cost, made = model.cost, model.modalities
    prices = EntryPrices(parsed, units, provider, sku, workload_of(sku, made.input, made.output))
    if not cost:
        prices.reject("no price stated")
        return
    unclear = _unit_problem(cost, made)
    if unclear:
        prices.reject(unclear)
        return
    _collect(prices, cost, made)
    for band in _bands(prices, cost):
        _collect(prices, band, made, above_tokens=band["tier"]["size"])
    _collect(prices, _fast_cost(model.experimental), made, tier="priority")
    prices.state()


def _unit_problem(cost: Mapping[str, Any], made: _Modalities) -> str:
    """Why the token fields of this model may not hold token prices, or nothing."""
    if not any(value for key, value in cost.items() if key not in _BANDS):
        return ""  # all zero: counted price by price
    if made.input and set(made.input) <= {"audio", "video"}:
        return "model that only hears or sees, priced in token fields: the unit is not stated"
    if made.output and "text" not in made.output and not cost.get("output"):
        return "model that writes no text, with an input price only: the unit is not stated"
    return ""


def _collect(
    prices: EntryPrices, cost: Mapping[str, Any], made: _Modalities, tier: str = "standard", above_tokens: int = 0
) -> None:
    for key, value in cost.items():
        if key in _BANDS or key == "tier":
            continue
        meter = _METERS.get(key)
        if meter is None:
            prices.reject(f"{key}: no meter for this key")
            continue
        if key == "output":
            meter = replace(meter, modality=_output_modality(prices.sku, cost, made))
        note = "listed as output" if key == "output" and meter.modality != "text" else ""
        prices.add(key, replace(meter, tier=tier, above_tokens=above_tokens), value, PER, note=note)


def _output_modality(sku: str, cost: Mapping[str, Any], made: _Modalities) -> str:
    """What the tokens under `output` are: of the only thing the model makes, or of images when the rate says so."""
    if len(made.output) == 1 and made.output[0] in ("audio", "image", "video"):
        return made.output[0]
    rates = [cost.get("input"), cost.get("output")]
    known = [Decimal(r) for r in rates if isinstance(r, Decimal | int) and not number_problem(r)]
    if len(known) == len(rates) and ("image" in made.output or "image" in sku) and known[1] > IMAGE_RATIO * known[0]:
        return "image"
    return "text"


def _bands(prices: EntryPrices, cost: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The context bands with a stated threshold."""
    tiers = cost.get("tiers")
    if tiers is None:
        if "context_over_200k" in cost:
            prices.reject("context_over_200k without a tier: the threshold is not stated")
        return []
    bands = []
    for band in tiers if isinstance(tiers, list) else [tiers]:
        tier = band.get("tier") if isinstance(band, dict) else None
        if not isinstance(tier, dict) or tier.get("type", "context") != "context" or type(tier.get("size")) is not int:
            prices.reject("tiers: band without a context size")
            continue
        bands.append(band)
    if "context_over_200k" in cost:
        prices.reject("context_over_200k repeats the tiers beside it")
    return bands


def _fast_cost(experimental: object) -> Mapping[str, Any]:
    """The prices of the fast mode, empty without one."""
    cost = experimental
    for key in ("modes", "fast", "cost"):
        cost = cost.get(key) if isinstance(cost, dict) else None
    return cost if isinstance(cost, dict) else {}
