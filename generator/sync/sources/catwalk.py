"""Catwalk publishes one JSON file per provider of a coding agent, USD per million tokens, hand-made and generated.

Two forms are read. The older one (stored, tested on the whole payload) has `cost_per_1m_in`, `cost_per_1m_out` and two
cached fields whose names say "in" and "out" but mean write and read in no fixed order (PE-34): Claude has 12.5 and 1 at
an input price of 10, OpenCode Zen the same the other way round, OpenAI only the read. Of two prices the dearer is the
write; one alone is the write above the input price and the read below it; one that repeats the input or the output
price is neither. The newer form names them: `pricing` with `input`, `output`, `cache_create` and `cache_hit`.

Traps: zero is "not sold by the token" (GitHub Copilot, Kimi's coding plan) or unknown, and free only where the id or
the name says so; the files of the gateways (OpenRouter, Vercel, Hugging Face, AIHubMix …) are generated from the
gateway's own list and are no second opinion on it, least of all on what is free there today; `default_max_tokens` is a
setting of the agent, not a limit of the model.
"""

from collections.abc import Mapping
from typing import Any

from generator.sync.price_fields import EntryPrices, folder_payload, json_payload, number_problem, says_free
from generator.sync.statements import Parsed, PayloadError, SkuFacts
from generator.sync.workload_names import workload_of
from wasm_tools.pricing.meters import Meter, UnitRegistry

SOURCE = "catwalk"
PER = 1_000_000  # tokens
INPUT, OUTPUT = Meter("input", "text", "token"), Meter("output", "text", "token")
READ, WRITE = Meter("input", "text", "token", cache="read"), Meter("input", "text", "token", cache="write")
IN_CACHED, OUT_CACHED = "cost_per_1m_in_cached", "cost_per_1m_out_cached"
_PRICING = {"input": INPUT, "output": OUTPUT, "cache_create": WRITE, "cache_hit": READ}
_PROVIDER_KEYS = frozenset({
    "name", "id", "type", "api_key", "api_endpoint", "default_large_model_id", "default_small_model_id",
    "default_headers", "session_affinity_header", "models",
})  # fmt: skip
# Settings of the agent (how it asks the model to reason, sampling, how much it asks for) beside prices and facts.
_MODEL_KEYS = frozenset({
    "id", "name", "type", "cost_per_1m_in", "cost_per_1m_out", IN_CACHED, OUT_CACHED, "pricing", "context_window",
    "default_max_tokens", "can_reason", "supports_attachments", "capabilities", "max_attachments", "reasoning",
    "default_reasoning_effort", "reasoning_levels", "reasoning_effort", "has_reasoning_efforts", "options",
    "temperature", "top_p",
})  # fmt: skip


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The statements of all provider files; raises PayloadError when none of them is one."""
    parsed = Parsed()
    read = 0
    for name, text in folder_payload(SOURCE, body).items():
        try:
            file = json_payload(SOURCE, text.encode())
        except PayloadError:
            parsed.reject("file is not JSON", name)
            continue
        models = file.get("models") if isinstance(file, dict) else None
        if not isinstance(models, list) or not isinstance(file.get("id"), str):
            parsed.reject("file has another shape", name)
            continue
        read += 1
        parsed.expect(file, _PROVIDER_KEYS, "provider.")
        for model in models:
            parsed.entries += 1
            _state_model(parsed, units, file["id"], model)
    if not read:
        raise PayloadError(f"{SOURCE}: none of the files is a provider with models")
    return parsed


def _state_model(parsed: Parsed, units: UnitRegistry, provider: str, model: Any) -> None:
    sku = model.get("id") if isinstance(model, dict) else None
    if not isinstance(sku, str) or not sku:
        parsed.reject("model has another shape: id", provider)
        return
    parsed.expect(model, _MODEL_KEYS)
    prices = EntryPrices(parsed, units, provider, sku, workload_of(sku))
    pricing = model.get("pricing")
    if isinstance(pricing, dict):
        parsed.expect(pricing, _PRICING, "pricing.")
        for key, meter in _PRICING.items():
            if key in pricing:
                prices.add(f"pricing.{key}", meter, pricing[key], PER)
    elif pricing is None and says_free(provider, sku, str(model.get("name"))):
        prices.add_free("cost_per_1m_in", INPUT, model.get("cost_per_1m_in"))
        prices.add_free("cost_per_1m_out", OUTPUT, model.get("cost_per_1m_out"))
    elif "cost_per_1m_in" in model and pricing is None:
        prices.add("cost_per_1m_in", INPUT, model["cost_per_1m_in"], PER)
        prices.add("cost_per_1m_out", OUTPUT, model.get("cost_per_1m_out"), PER)
        _add_cached(prices, model)
    else:
        prices.reject("no price stated")
    prices.state()
    parsed.facts.append(_facts(provider, sku, model))


def _add_cached(prices: EntryPrices, model: Mapping[str, Any]) -> None:
    """The two cached fields by what their size says they are; a field of zero or none is not stated."""
    stated = {}
    for field in (IN_CACHED, OUT_CACHED):
        value = model.get(field)
        if value is None or value == 0:
            continue
        if number_problem(value):
            prices.add(field, READ, value, PER)  # counts the reason
        elif value in (model["cost_per_1m_in"], model.get("cost_per_1m_out")):
            prices.reject(f"{field}: repeats the price without a cache")
        else:
            stated[field] = value
    if len(stated) == 2:
        lower, higher = sorted(stated, key=lambda f: stated[f])
        if stated[lower] == stated[higher]:
            prices.add(lower, READ, stated[lower], PER)
            prices.reject(f"{higher}: repeats the other cached price")
            return
        prices.add(lower, READ, stated[lower], PER)
        prices.add(higher, WRITE, stated[higher], PER)
        return
    for field, value in stated.items():
        base = model["cost_per_1m_in"]
        if number_problem(base):
            prices.reject(f"{field}: whether it is a write or a read is not stated")
        else:
            prices.add(field, WRITE if value > base else READ, value, PER)


def _facts(provider: str, sku: str, model: Mapping[str, Any]) -> SkuFacts:
    name, context, sees = model.get("name"), model.get("context_window"), model.get("supports_attachments")
    if isinstance(model.get("capabilities"), dict):
        sees = model["capabilities"].get("vision")
    return SkuFacts(
        provider=provider,
        sku=sku,
        name=name if isinstance(name, str) and name != sku else "",
        context=context if type(context) is int and context > 0 else None,
        input_modalities=("text", "image") if sees is True else ("text",) if sees is False else (),
    )
