"""OpenRouter publishes its model list with prices as **strings**, USD per token (a search or a request is per unit).

A price is what the gateway charges for one of its hosts, so the provider is always OpenRouter and never the
developer (PE-25); what each host charges is `openrouter_endpoints`. Traps beside those of `openrouter_pricing`: ids
that start with `~` are aliases; `:free` is the same model at no price, under limits of its own and at no other's price
(`variant=free`), and `:batch` is its batch tier; an `expiration_date` of 2098 means none; `created` is the day of the
listing here, not of the release. Descriptions stay out: numbers and names only.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from generator.sync.plain_values import day_of
from generator.sync.price_fields import FREE, EntryPrices, json_payload
from generator.sync.sources.openrouter_pricing import (
    METERS,
    ROUTED,
    Terms,
    base_prices,
    collect_prices,
    is_routed,
    variant_of,
)
from generator.sync.statements import Parsed, PayloadError, SkuFacts
from generator.sync.workload_names import workload_of
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = PROVIDER = "openrouter"
PAGES = "https://openrouter.ai/"  # + id: the page of a model
NO_END = "2098"  # an expiration in or after this year means that there is none
# Keys that are read here, and those that say nothing about a price or a card of a model.
_KEYS = frozenset({
    "id", "name", "created", "context_length", "architecture", "pricing", "top_provider", "hugging_face_id",
    "knowledge_cutoff", "expiration_date", "alias_target",
    "canonical_slug", "description", "per_request_limits", "supported_parameters", "default_parameters",
    "supported_voices", "links", "reasoning", "benchmarks",
})  # fmt: skip


class _Architecture(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    input_modalities: list[str] = []
    output_modalities: list[str] = []


class _TopProvider(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    max_completion_tokens: int | None = None


class _Alias(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    slug: str = ""


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    id: str
    pricing: dict[str, Any]
    name: str = ""
    architecture: _Architecture = _Architecture()
    created: int = 0
    context_length: int | None = None
    top_provider: _TopProvider = _TopProvider()
    hugging_face_id: str | None = None
    knowledge_cutoff: str | None = None
    expiration_date: str | None = None
    alias_target: _Alias = _Alias()


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The statements of a model list; raises PayloadError when it is not `{"data": [models]}`."""
    payload = json_payload(SOURCE, body)
    models = payload.get("data") if isinstance(payload, dict) else None
    if not isinstance(models, list) or not models:
        raise PayloadError(f'{SOURCE}: expected {{"data": [models]}}')
    parsed, newest = Parsed(entries=len(models)), 0
    facts: dict[str, SkuFacts] = {}
    for fields in models:
        try:
            model = _Model.model_validate(fields)
        except ValidationError as error:
            name = fields.get("id", "?") if isinstance(fields, dict) else "?"
            place = ".".join(str(part) for part in error.errors()[0]["loc"] if not isinstance(part, int))
            parsed.reject(f"model has another shape: {place}", str(name))
            continue
        parsed.expect(fields, _KEYS)
        newest = max(newest, model.created)
        sku = variant_of(model.id)[0]
        if sku == model.id or sku not in facts:  # the plain id speaks for its variants
            facts[sku] = _facts(sku, model)
        _state_model(parsed, units, model)
    parsed.facts = list(facts.values())
    parsed.as_of = day_of(newest) if newest else ""
    return parsed


def _state_model(parsed: Parsed, units: UnitRegistry, model: _Model) -> None:
    sku, tier, variant = variant_of(model.id)
    if model.id.startswith("~"):
        parsed.reject("alias of another id", model.id)
        return
    base = base_prices(model.pricing)
    if is_routed(base):
        parsed.reject(ROUTED, model.id)
        return
    made = model.architecture
    workload = workload_of(sku, made.input_modalities, made.output_modalities)
    prices = EntryPrices(parsed, units, PROVIDER, sku, workload)
    if variant == FREE:
        for key in ("prompt", "completion"):
            prices.add_free(key, METERS[key], base.get(key))
        prices.state()
        return
    collect_prices(prices, base, model.pricing.get("overrides", []), Terms(tier, variant))
    prices.state()


def _facts(sku: str, model: _Model) -> SkuFacts:
    developer, colon, name = model.name.partition(": ")
    end = model.expiration_date or ""
    return SkuFacts(
        provider=PROVIDER,
        sku=sku,
        name=name if colon else model.name,
        developer=developer if colon else "",
        context=model.context_length or None,
        max_output=model.top_provider.max_completion_tokens or None,
        knowledge=model.knowledge_cutoff or "",
        retires_on=end if end < NO_END else "",
        input_modalities=tuple(model.architecture.input_modalities),
        output_modalities=tuple(model.architecture.output_modalities),
        hf_repo=model.hugging_face_id or "",
        alias_of=model.alias_target.slug,
        source_url=PAGES + sku,
    )
