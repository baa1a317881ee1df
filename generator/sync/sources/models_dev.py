"""models.dev publishes one JSON object of provider → models with `cost` in USD per million tokens.

It knows no unit but tokens, no batch prices and no history. Traps: `tiers` repeats `context_over_200k`, and the true
threshold is `tiers[].tier.size`, often not 200,000 (PE-12); a cost of 0 mostly means unknown or part of a plan, and a
free offer only where the id or the name says so (OpenRouter's own list says which of its models are free today); a
picture generator may carry the rate of image tokens in `output` (PE-08); models that hear only, draw only or diffuse
may carry minutes, pictures or clips in the token fields, which nothing says. `experimental.modes.fast` is priority
processing. `limit.input` is the share of the window that the prompt may take; a limit of 0 is unknown. `doc` is the
provider's page about its models.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from generator.sync.price_fields import EntryPrices, json_payload, number_problem, says_free
from generator.sync.sources.openrouter_pricing import variant_of
from generator.sync.statements import Parsed, PayloadError, SkuFacts
from generator.sync.workload_names import counts_no_tokens, workload_of
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
_FAST = (("modes", {"modes"}), ("fast", {"fast"}), ("cost", {"cost", "provider"}))  # the way to the prices
_STATUS = {"deprecated": "deprecated", "beta": "beta", "alpha": "beta"}
# Models that are billed by image tokens and make pictures only, as far as the payload says.
_DRAWS_TOKENS = ("gpt-image", "banana", "gemini")
# Keys that are read here, and those that say nothing about a price or a card of a model.
_PROVIDER_KEYS = frozenset({"id", "name", "doc", "models", "env", "npm", "api"})
_MODEL_KEYS = frozenset({
    "id", "name", "cost", "modalities", "experimental", "limit", "release_date", "last_updated", "knowledge", "status",
    "open_weights",
    "attachment", "reasoning", "reasoning_options", "tool_call", "temperature", "family", "structured_output",
    "interleaved", "provider",
})  # fmt: skip
_SHAPES: Mapping[str, type] = {"id": str, "modalities": dict, "cost": dict, "limit": dict}


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
        parsed.expect(record, _PROVIDER_KEYS, "provider.")
        page = _text(record.get("doc"))
        for sku, fields in models.items():
            parsed.entries += 1
            _state_model(parsed, units, provider, sku, page, fields)
    return parsed


def _state_model(parsed: Parsed, units: UnitRegistry, provider: str, sku: str, page: str, fields: object) -> None:
    problem = _shape_problem(fields)
    if problem or not isinstance(fields, dict):
        parsed.reject(f"model has another shape: {problem}", f"{provider} {sku}")
        return
    parsed.expect(fields, _MODEL_KEYS)
    if "status" in fields:
        parsed.expect([str(fields["status"])], _STATUS, "status ")
    parsed.as_of = max(parsed.as_of, _text(fields.get("last_updated")))
    cost = fields.get("cost")
    facts = _facts(provider, sku, page, fields)
    parsed.facts.append(facts)
    name, tier, variant = variant_of(sku) if provider == "openrouter" else (sku, "standard", "")
    workload = workload_of(sku, facts.input_modalities, facts.output_modalities)
    prices = EntryPrices(parsed, units, provider, name, workload)
    if not cost:
        prices.reject("no price stated")
        return
    if says_free(provider, sku, facts.name) and not any(cost.get(key) for key in ("input", "output")):
        for key in (k for k in cost if k in _METERS):
            prices.add_free(key, _METERS[key], cost[key])
        prices.state()
        return
    unclear = _unit_problem(sku, cost, facts)
    if unclear:
        prices.reject(unclear)
        return
    made = facts.output_modalities
    _collect(prices, cost, made, (tier, 0, variant))
    for band in _bands(prices, cost):
        _collect(prices, band, made, (tier, band["tier"]["size"], variant))
    _collect(prices, _fast_cost(parsed, fields.get("experimental")), made, ("priority", 0, variant))
    prices.state()


def _shape_problem(fields: object) -> str:
    """The first field that has another type than it should, or nothing."""
    if not isinstance(fields, dict):
        return "not an object"
    if "id" not in fields:
        return "id"
    return next((key for key, kind in _SHAPES.items() if not isinstance(fields.get(key, kind()), kind | None)), "")


def _facts(provider: str, sku: str, page: str, fields: Mapping[str, Any]) -> SkuFacts:
    limit, modalities = fields.get("limit") or {}, fields.get("modalities") or {}
    opened = fields.get("open_weights")
    return SkuFacts(
        provider=provider,
        sku=sku,
        name=_text(fields.get("name")),
        context=_whole(limit.get("context")),
        max_output=_whole(limit.get("output")),
        released=_date(fields.get("release_date")),
        knowledge=_date(fields.get("knowledge")),
        status=_STATUS.get(_text(fields.get("status")), ""),
        open_weights={True: "yes", False: "no"}.get(opened, "") if isinstance(opened, bool) else "",
        input_modalities=_words(modalities.get("input")),
        output_modalities=_words(modalities.get("output")),
        source_url=page,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _date(value: object) -> str:
    """A date, month or year; the beginning of the Unix epoch stands for none."""
    text = _text(value)
    return "" if text.startswith("1970") else text


def _whole(value: object) -> int | None:
    return value if type(value) is int and value > 0 else None


def _words(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _unit_problem(sku: str, cost: Mapping[str, Any], facts: SkuFacts) -> str:
    """Why the token fields of this model may not hold token prices, or nothing."""
    heard, made = facts.input_modalities, facts.output_modalities
    if not any(value for key, value in cost.items() if key not in _BANDS):
        return ""  # all zero: counted price by price
    if heard and set(heard) <= {"audio", "video"}:
        return "model that only hears or sees, priced in token fields: the unit is not stated"
    if counts_no_tokens(sku):
        return "a diffusion model counts no tokens, the unit is not stated"
    if made and "text" not in made and not cost.get("output"):
        return "model that writes no text, with an input price only: the unit is not stated"
    if made == ("image",) and not any(word in sku.lower() for word in _DRAWS_TOKENS):
        return "model that only draws, priced in token fields: the unit is not stated"
    return ""


def _collect(prices: EntryPrices, cost: Mapping[str, Any], made: tuple[str, ...], terms: tuple[str, int, str]) -> None:
    """Add the prices of one cost object; `terms` are the tier, the threshold and the variant of all of them."""
    for key, value in cost.items():
        if key in _BANDS or key == "tier":
            continue
        modality = _output_modality(prices.sku, cost, made) if key == "output" else "text"
        meter = _meter(key, modality, *terms)
        if meter is None:
            prices.reject(f"{key}: no meter for this key")
            continue
        prices.add(key, meter, value, PER, note="listed as output" if modality != "text" else "")


@lru_cache(maxsize=1024)
def _meter(key: str, modality: str, tier: str, above_tokens: int, variant: str) -> Meter | None:
    meter = _METERS.get(key)
    if meter is None:
        return None
    meter = replace(meter, tier=tier, above_tokens=above_tokens, variant=variant or meter.variant)
    return replace(meter, modality=modality) if key == "output" else meter


def _output_modality(sku: str, cost: Mapping[str, Any], made: tuple[str, ...]) -> str:
    """What the tokens under `output` are: of the only thing the model makes, or of images when the rate says so."""
    if len(made) == 1 and made[0] in ("audio", "image", "video"):
        return made[0]
    rates = [cost.get("input"), cost.get("output")]
    known = [Decimal(r) for r in rates if isinstance(r, Decimal | int) and not number_problem(r)]
    if len(known) == len(rates) and ("image" in made or "image" in sku) and known[1] > IMAGE_RATIO * known[0]:
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


def _fast_cost(parsed: Parsed, experimental: object) -> Mapping[str, Any]:
    """The prices of the fast mode, empty without one."""
    cost, place = experimental, "experimental."
    for key, known in _FAST:
        if isinstance(cost, dict):
            parsed.expect(cost, known, place)
        cost, place = cost.get(key) if isinstance(cost, dict) else None, f"{place}{key}."
    return cost if isinstance(cost, dict) else {}
