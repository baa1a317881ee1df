"""LLM Stats (llm-leaderboard) publishes offers by provider in US **cents** per million tokens (PE-28), and model cards.

The list has not changed since October 2025; its better use is what it says about models. Each offer names its
organisation and model, whose card `data/organizations/<organization>/models/<model>/model.json` has release date,
knowledge cut-off, licence and weights. Traps: `throughput` and `latency` come from an unknown method and are not used,
nor are scores; `max_output_tokens` mostly repeats the input limit and then says nothing; the provider `zeroeval` is the
gateway of LLM Stats itself; a few prices are 10 or 1,000 times too high (Together's gemma-3n, Groq's llama-3.3-70b,
Replicate's deepseek-vl2) and are left as they are: only other lists can tell.
"""

from collections.abc import Callable, Mapping
from typing import Any

from generator.sync.payloads import TransportError
from generator.sync.price_fields import EntryPrices, folder_payload, json_payload
from generator.sync.statements import Parsed, PayloadError, SkuFacts
from generator.sync.workload_names import workload_of
from wasm_tools.pricing.meters import Meter, UnitRegistry

SOURCE = "llm-stats"
PER = 100 * 1_000_000  # cents, per million tokens
OFFERS, CARD = "providers/{provider}/models.json", "organizations/{organization_id}/models/{model_id}/model.json"
PROVIDERS = (
    "anthropic", "azure", "bedrock", "cerebras", "cohere", "deepinfra", "deepseek", "fireworks", "google", "groq",
    "hyperbolic", "lambda", "mistral", "novita", "openai", "replicate", "sambanova", "together", "xai", "zeroeval",
)  # fmt: skip
HUB = "https://huggingface.co/"
PROPRIETARY = "proprietary"
_LICENCES = {"apache_2_0": "Apache-2.0", "mit": "MIT"}
_PRICES = {
    "input_cents_per_million_tokens": Meter("input", "text", "token"),
    "output_cents_per_million_tokens": Meter("output", "text", "token"),
}
_NAMES = ("provider_id", "model_id", "organization_id")
_MODALITIES = ("text", "image", "audio", "video")
_OFFER_KEYS = frozenset({
    "model_provider_id", "model_id", "provider_id", "provider_model_id_used", "deprecated_at", "quantization",
    "max_input_tokens", "max_output_tokens", "throughput", "latency", "created_at", "updated_at", "model_name",
    "organization_id", "feature_web_search", "feature_function_calling", "feature_structured_output",
    "feature_code_execution", "feature_batch_inference", "feature_finetuning", *_PRICES,
    *(f"{side}_modality_{kind}" for side in ("input", "output") for kind in _MODALITIES),
})  # fmt: skip
_CARD_KEYS = frozenset({
    "model_id", "name", "organization_id", "model_family_id", "fine_tuned_from_model_id", "description", "release_date",
    "announcement_date", "license_id", "multimodal", "knowledge_cutoff", "param_count", "training_tokens",
    "available_in_zeroeval", "source_api_ref", "source_playground", "source_paper", "source_scorecard_blog_link",
    "source_repo_link", "source_weights_link", "created_at", "updated_at",
})  # fmt: skip


def collect(url: str, read: Callable[[str, str], str]) -> dict[str, str]:
    """The offers of all providers and the cards of the models they name, below `url`."""
    texts: dict[str, str] = {}
    for provider in PROVIDERS:
        name = OFFERS.format(provider=provider)
        texts[name] = read(name, f"{url}/{name}")
    cards = {
        CARD.format_map(offer)
        for text in texts.values()
        for offer in _list(text)
        if isinstance(offer, dict) and all(_text(offer, k) for k in _NAMES)
    }
    for name in sorted(cards):
        try:
            texts[name] = read(name, f"{url}/{name}")
        except TransportError as error:
            if not error.absent:
                raise
    return texts


def _list(text: str) -> list[Any]:
    try:
        offers = json_payload(SOURCE, text.encode())
    except PayloadError:
        return []
    return offers if isinstance(offers, list) else []


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The statements and facts of the collected files; raises PayloadError when there is no offer among them."""
    files = folder_payload(SOURCE, body)
    parsed = Parsed()
    cards = {name: _card(parsed, name, text) for name, text in files.items() if name.startswith("organizations/")}
    for name, text in files.items():
        if name in cards:
            continue
        offers = _list(text)
        if not offers:
            parsed.reject("file has no list of offers", name)
        for offer in offers:
            parsed.entries += 1
            _state_offer(parsed, units, offer, cards)
    if not parsed.offers:
        raise PayloadError(f"{SOURCE}: none of the files is a list of offers with prices")
    return parsed


def _card(parsed: Parsed, name: str, text: str) -> Mapping[str, Any]:
    try:
        card = json_payload(SOURCE, text.encode())
    except PayloadError:
        card = None
    if not isinstance(card, dict):
        parsed.reject("model card is not a JSON object", name)
        return {}
    parsed.expect(card, _CARD_KEYS, "card.")
    return card


def _state_offer(parsed: Parsed, units: UnitRegistry, offer: Any, cards: Mapping[str, Mapping[str, Any]]) -> None:
    if not isinstance(offer, dict) or not all(_text(offer, k) for k in _NAMES):
        parsed.reject(f"offer has another shape: {', '.join(_NAMES)}", str(offer)[:80])
        return
    parsed.expect(offer, _OFFER_KEYS)
    provider = _text(offer, "provider_id")
    sku = _text(offer, "provider_model_id_used") or _text(offer, "model_id")
    inputs, outputs = (
        tuple(m for m in _MODALITIES if offer.get(f"{side}_modality_{m}") is True) for side in ("input", "output")
    )
    prices = EntryPrices(parsed, units, provider, sku, workload_of(sku, inputs, outputs))
    for key, meter in _PRICES.items():
        if offer.get(key) is None:
            prices.reject(f"{key}: not stated")
        else:
            prices.add(key, meter, offer[key], PER)
    prices.state()
    parsed.as_of = max(parsed.as_of, _text(offer, "updated_at")[:10])
    card = cards.get(CARD.format_map(offer), {})
    weights = _text(card, "source_weights_link")
    repo = weights.removeprefix(HUB).strip("/") if weights.startswith(HUB) else ""
    licence = _text(card, "license_id")
    limit, output = _count(offer, "max_input_tokens"), _count(offer, "max_output_tokens")
    parsed.facts.append(
        SkuFacts(
            provider=provider,
            sku=sku,
            name=_text(offer, "model_name") or _text(card, "name"),
            developer=_text(offer, "organization_id"),
            context=limit,
            max_output=output if output != limit else None,
            released=_text(card, "release_date"),
            knowledge=_text(card, "knowledge_cutoff"),
            status="deprecated" if offer.get("deprecated_at") else "",
            deprecated_on=_text(offer, "deprecated_at")[:10],
            licence=_LICENCES.get(licence, licence),
            open_weights="yes" if weights else "no" if licence == PROPRIETARY else "",
            quantization=_text(offer, "quantization"),
            input_modalities=inputs,
            output_modalities=outputs,
            hf_repo=repo if repo.count("/") == 1 else "",
        )
    )


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else ""


def _count(record: Mapping[str, Any], key: str) -> int | None:
    value = record.get(key)
    return value if type(value) is int and value > 0 else None
