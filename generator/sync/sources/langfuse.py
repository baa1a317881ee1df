"""langfuse publishes the prices with which it values traces: USD per token, model ids as regular expressions.

One price stands under every name that some SDK gives to the same tokens (`input`, `promptTokenCount`, …): it is stated
once. A pattern gives an id only where it is a list of literal ids (`langfuse_patterns`), and of these only the ids of
the developer's own API are prices: the same pattern covers Bedrock, Vertex and Azure spellings, whose prices differ
by region (PE-20). `pricingTiers` are conditions: a service tier, a speed, or a prompt longer than a number of tokens.
`total` is one price for all tokens, of an embedder the price of its input. Fine-tuned models have patterns without end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from generator.sync.price_fields import EntryPrices, json_payload
from generator.sync.sources.langfuse_patterns import literal_ids
from generator.sync.sources.repeated_prices import drop_repeats
from generator.sync.statements import Parsed, PayloadError
from generator.sync.workload_names import workload_of
from wasm_tools.pricing.meters import Meter, UnitRegistry

SOURCE = "langfuse"
_ENTRY = frozenset({
    "id", "modelName", "matchPattern", "createdAt", "updatedAt", "tokenizerId", "tokenizerConfig", "pricingTiers",
})  # fmt: skip
_TIER = frozenset({"id", "name", "isDefault", "priority", "conditions", "prices"})
_IN, _OUT = Meter("input", "text", "token"), Meter("output", "text", "token")
_NAMES = {
    _IN: (
        "input", "input_tokens", "input_text", "input_text_tokens", "input_modality_1", "prompt_token_count",
        "promptTokenCount",
    ),
    _OUT: (
        "output", "output_tokens", "output_text", "output_text_tokens", "output_modality_1", "candidates_token_count",
        "candidatesTokenCount",
    ),
    replace(_OUT, variant="reasoning"): (
        "output_reasoning_tokens", "output_reasoning", "reasoning_tokens", "thoughtsTokenCount", "thoughts_token_count",
    ),
    replace(_IN, cache="read"): (
        "input_cached_tokens", "input_cache_read", "cache_read_input_tokens", "cached_content_token_count",
        "input_cached_text_tokens",
    ),
    replace(_IN, cache="write"): (
        "input_cache_creation", "cache_creation_input_tokens", "input_cache_creation_5m", "cache_write_tokens",
    ),
    replace(_IN, cache="write_1h"): ("input_cache_creation_1h",),
    Meter("input", "audio", "token"): ("input_audio_tokens", "input_audio"),
    Meter("output", "audio", "token"): ("output_audio_tokens", "output_audio"),
    Meter("input", "audio", "token", cache="read"): ("input_cached_audio_tokens",),
    Meter("input", "image", "token"): ("input_image",),
    Meter("input", "any", "search"): (
        "grounding_queries", "groundingQueries", "web_search_queries", "webSearchQueries",
    ),
}  # fmt: skip
_METERS = {name: meter for meter, names in _NAMES.items() for name in names}
_SPEEDS = {"fast": "priority", "priority": "priority", "flex": "flex", "batch": "batch"}
_DEVELOPERS = (
    ("anthropic", ("claude",)),
    ("google", ("gemini", "text-bison", "chat-bison", "code", "textembedding", "text-unicorn")),
    ("openai", ("gpt", "o1", "o3", "o4", "chatgpt", "text-", "davinci", "babbage")),
)
_PREFIXES = ("openai/", "anthropic/", "google/", "googleai/")
_OTHER_HOSTS = ("anthropic.", "@", "-V1", "-V2", "gpt-35")  # Bedrock, Vertex, Vertex, Vertex, Azure


@dataclass(frozen=True, slots=True)
class Scope:
    """The conditions of a pricing tier."""

    tier: str = "standard"
    above_tokens: int = 0


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The statements of a list of default prices; raises PayloadError when it is not a list of models."""
    payload = json_payload(SOURCE, body)
    if not isinstance(payload, list) or not any(isinstance(e, dict) and "matchPattern" in e for e in payload):
        raise PayloadError(f"{SOURCE}: expected a JSON list of models with patterns")
    parsed = Parsed(entries=len(payload))
    skus: dict[tuple[str, str], EntryPrices] = {}
    for entry in payload:
        if not isinstance(entry, dict):
            parsed.reject("model has another shape", str(entry)[:40])
            continue
        parsed.expect(entry, _ENTRY)
        name, pattern, tiers = (entry.get(key) for key in ("modelName", "matchPattern", "pricingTiers"))
        if not isinstance(name, str) or not isinstance(pattern, str) or not isinstance(tiers, list):
            parsed.reject("model has another shape", str(name))
            continue
        parsed.as_of = max(parsed.as_of, str(entry.get("updatedAt") or "")[:10])
        provider, ids = _developer(name), _own_ids(parsed, name, pattern)
        if ids and not provider:
            parsed.reject("the developer of the model is not known", name)
            continue
        for sku in ids:
            key = (provider, sku)
            prices = skus.setdefault(key, EntryPrices(parsed, units, provider, sku, workload_of(sku)))
            for tier in tiers:
                _collect(prices, tier)
    for prices in skus.values():
        drop_repeats(prices)
        prices.state()
    return parsed


def _developer(name: str) -> str:
    """Whose model it is: langfuse lists OpenAI, Anthropic and Google, and names no provider."""
    return next((developer for developer, heads in _DEVELOPERS if name.startswith(heads)), "")


def _own_ids(parsed: Parsed, name: str, pattern: str) -> list[str]:
    """The ids of the developer's own API in a pattern; what else the pattern covers is counted."""
    ids = literal_ids(pattern)
    if not ids:
        parsed.reject("pattern is not a list of literal ids", name)
        return []
    own = [i for i in ids if not any(mark in i for mark in _OTHER_HOSTS)]
    if len(own) < len(ids):
        parsed.reject("ids of other hosts under the pattern of the developer's price", name)
    plain = dict.fromkeys(_without_prefix(i) for i in own)
    return list(plain)


def _without_prefix(model_id: str) -> str:
    return next((model_id.removeprefix(p) for p in _PREFIXES if model_id.startswith(p)), model_id)


def _collect(prices: EntryPrices, tier: object) -> None:
    """Add the prices of a pricing tier."""
    stated = tier.get("prices") if isinstance(tier, dict) else None
    if not isinstance(tier, dict) or not isinstance(stated, dict):
        prices.reject("pricing tier has another shape")
        return
    prices.parsed.expect(tier, _TIER, "pricingTiers.")
    scope = _scope(tier.get("conditions"))
    if scope is None:
        prices.reject("pricing tier: condition not understood")
        return
    for key, value in stated.items():
        if key == "total":
            _collect_total(prices, value, scope)
            continue
        meter = _METERS.get(key)
        if meter is None:
            prices.reject(f"{key}: no meter for this key")
            continue
        prices.add(key, replace(meter, tier=scope.tier, above_tokens=scope.above_tokens), value)


def _collect_total(prices: EntryPrices, value: Any, scope: Scope) -> None:
    """One price for all tokens: of an embedder those that go in, else of both directions."""
    for meter in (_IN,) if prices.workload == "embeddings" else (_IN, _OUT):
        note = "" if prices.workload == "embeddings" else "one price for all tokens"
        prices.add("total", replace(meter, tier=scope.tier, above_tokens=scope.above_tokens), value, note=note)


def _scope(conditions: object) -> Scope | None:
    """What the conditions of a tier say, or None when one of them is not understood. No condition is the list price."""
    if not isinstance(conditions, list):
        return None
    scope = Scope()
    for condition in conditions:
        if not isinstance(condition, dict):
            return None
        tier, above = _service_tier(condition), _threshold(condition)
        if tier:
            scope = replace(scope, tier=tier)
        elif above:
            scope = replace(scope, above_tokens=above)
        else:
            return None
    return scope


def _service_tier(condition: Mapping[str, Any]) -> str:
    """The tier that a parameter of the request selects, or nothing."""
    values = condition.get("values")
    if condition.get("key") not in ("service_tier", "speed") or condition.get("operator") != "in":
        return ""
    tiers = {_SPEEDS.get(str(v), "") for v in values} if isinstance(values, list) else set()
    return tiers.pop() if len(tiers) == 1 else ""


def _threshold(condition: Mapping[str, Any]) -> int:
    """The length above which a price holds, or 0: a sum over the counts of what goes in."""
    above = condition.get("value")
    pattern = condition.get("usageDetailPattern")
    counts_input = isinstance(pattern, str) and "input" in pattern
    return above if counts_input and condition.get("operator") == "gt" and type(above) is int else 0
