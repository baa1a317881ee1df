"""TrueFoundry publishes one YAML file a model, USD per token, character, second, image or query: a copy of LiteLLM.

Two forms are read. The stored one (tested on the whole payload) folds a state of February 2026 into one JSON object of
provider → file → content, with one `costs` object and the region in `defaultRegion`. The live one (tested on files
written in its shape) is the repository's tree, one request a file: `costs` is a list with one entry a region, "*" for
all, and may hold `priority_pricing`. In both, `tiered_pricing` lists context bands by `from`.

Traps: the keys are those of LiteLLM and so are its faults: the region of an Azure or Bedrock price is that of the
LiteLLM id it was taken from, a realtime model's image tokens stand in `input_cost_per_image`, and a transcriber has its
one rate under input and output (PE-07). `default.yaml` describes a provider, not a model; 336 models have no price.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml

from generator.sync.payloads import TransportError
from generator.sync.price_fields import EntryPrices, json_payload, number, number_problem
from generator.sync.statements import Parsed, PayloadError, SkuFacts
from generator.sync.workload_names import workload_of
from wasm_tools.pricing.meters import Meter, UnitRegistry

SOURCE = "truefoundry"
FOLDER, SUFFIX = "providers/", ".yaml"
RAW = "https://raw.githubusercontent.com/truefoundry/models/main"
NOT_MODELS = frozenset({"default.yaml", "provider-config.yaml"})
COUNT_DIGITS = 10  # a number of tokens has fewer
TOKEN_SIZED = 0.00001  # USD: below this a "price per image" is one per image token
_WORKLOADS = {
    "embedding": "embeddings", "rerank": "rerank", "audio_transcription": "speech-to-text",
    "audio_translation": "speech-to-text", "audio_speech": "text-to-speech", "text_to_speech": "text-to-speech",
    "realtime": "realtime", "image": "image", "video": "video", "ocr": "vision", "moderation": "moderation",
}  # fmt: skip
_IMAGE_OUT = Meter("output", "image", "image")
_METERS = {
    "input_cost_per_token": Meter("input", "text", "token"),
    "output_cost_per_token": Meter("output", "text", "token"),
    "input_cost_per_token_batches": Meter("input", "text", "token", tier="batch"),
    "output_cost_per_token_batches": Meter("output", "text", "token", tier="batch"),
    "cache_read_input_token_cost": Meter("input", "text", "token", cache="read"),
    "cache_creation_input_token_cost": Meter("input", "text", "token", cache="write"),
    "cache_read_input_audio_token_cost": Meter("input", "audio", "token", cache="read"),
    "cache_creation_input_audio_token_cost": Meter("input", "audio", "token", cache="write"),
    "cache_creation_input_token_cost_per_hour": Meter("input", "text", "token_hour", cache="storage"),
    "input_cost_per_audio_token": Meter("input", "audio", "token"),
    "output_cost_per_audio_token": Meter("output", "audio", "token"),
    "input_cost_per_image_token": Meter("input", "image", "token"),
    "output_cost_per_image_token": Meter("output", "image", "token"),
    "input_cost_per_video_token": Meter("input", "video", "token"),
    "output_cost_per_video_token": Meter("output", "video", "token"),
    "input_cost_per_character": Meter("input", "text", "character"),
    "input_cost_per_image": Meter("input", "image", "image"),
    "output_cost_per_image": _IMAGE_OUT,
    "input_cost_per_query": Meter("input", "any", "search"),
    "input_cost_per_request": Meter("input", "any", "request"),
    "input_cost_per_page": Meter("input", "any", "page"),
    "input_cost_per_annotated_page": Meter("input", "any", "page", variant="annotated"),
}
_AUDIO_IN = Meter("input", "audio", "audio_second")
_SECONDS = {
    ("input_cost_per_second", "speech-to-text"): _AUDIO_IN,
    ("output_cost_per_second", "speech-to-text"): _AUDIO_IN,
    ("input_cost_per_second", "realtime"): _AUDIO_IN,
    ("output_cost_per_second", "text-to-speech"): Meter("output", "audio", "audio_second"),
    ("output_cost_per_second", "video"): Meter("output", "video", "video_second"),
}
_SIZED = {"output_cost_per_image_": _IMAGE_OUT, "output_cost_per_second_": Meter("output", "video", "video_second")}
_BANDS = {
    "input": _METERS["input_cost_per_token"],
    "output": _METERS["output_cost_per_token"],
    "cache_read": _METERS["cache_read_input_token_cost"],
    "cache_write": _METERS["cache_creation_input_token_cost"],
}
_NOT_PRICES = frozenset({"region", "tiered_pricing", "priority_pricing"})
_NO_REGION = frozenset({"*", "speech"})  # `speech` is a path of Azure, not a place
# How the gateway calls the model (parameters, roles, paths) beside prices and facts.
_MODEL_KEYS = frozenset({
    "model", "mode", "costs", "limits", "features", "modalities", "is_deprecated", "isDeprecated", "status",
    "deprecationDate", "retirementDate", "sources", "original_provider", "defaultRegion", "params", "removeParams",
    "requiredParams", "messages", "type", "thinking", "supportedModes", "provisioning", "preferChatCompletions",
    "extra_configuration",
})  # fmt: skip
_MODALITIES = ("text", "image", "audio", "video")


def collect(url: str, read: Callable[[str, str], str]) -> dict[str, str]:
    """All model files of the repository by path; `url` is the index of its tree."""
    try:
        index = json_payload(SOURCE, read("index.json", url).encode())
    except PayloadError:
        index = None
    tree = index.get("tree") if isinstance(index, dict) and not index.get("truncated") else None
    if not isinstance(tree, list):
        raise TransportError(SOURCE, "live", "the index of its repository is incomplete", "look at the address")
    paths = [e["path"] for e in tree if isinstance(e, dict) and str(e.get("path", "")).startswith(FOLDER)]
    wanted = [p for p in paths if p.endswith(SUFFIX) and p.rpartition("/")[2] not in NOT_MODELS]
    return {path: read(path, f"{RAW}/{path}") for path in wanted}


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The statements of either form; raises PayloadError when it is neither."""
    payload = json_payload(SOURCE, body)
    if not isinstance(payload, dict) or not payload:
        raise PayloadError(f"{SOURCE}: expected a JSON object of providers, or of file texts by path")
    parsed = Parsed()
    for provider, file, model in _models(parsed, payload):
        parsed.entries += 1
        if file.rpartition("/")[2] in NOT_MODELS:
            parsed.reject("defaults of a provider, not a model", f"{provider} {file}")
        elif not isinstance(model, dict) or not isinstance(model.get("model"), str) or not model["model"]:
            parsed.reject("model has another shape: model", f"{provider} {file}")
        else:
            _state_model(parsed, units, provider, model)
    if not parsed.entries:
        raise PayloadError(f"{SOURCE}: there is no model file in the payload")
    return parsed


def _models(parsed: Parsed, payload: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for name, content in payload.items():
        if isinstance(content, dict):
            yield from ((name, file, model) for file, model in content.items())
        elif isinstance(content, str) and name.startswith(FOLDER) and name.endswith(SUFFIX):
            provider, _, file = name.removeprefix(FOLDER).partition("/")
            try:
                # Every scalar stays a text, so that a price keeps its own digits.
                yield provider, file, yaml.load(content, Loader=yaml.BaseLoader)
            except yaml.YAMLError:
                parsed.reject("file is not YAML", name)
        else:
            parsed.reject("provider has another shape", name)


def _state_model(parsed: Parsed, units: UnitRegistry, provider: str, model: Mapping[str, Any]) -> None:
    parsed.expect(model, _MODEL_KEYS)
    sku, mode, costs = model["model"], model.get("mode"), model.get("costs")
    workload = _WORKLOADS.get(mode) if isinstance(mode, str) else None
    prices = EntryPrices(parsed, units, provider, sku, workload or workload_of(sku))
    if isinstance(costs, dict):
        region = model.get("defaultRegion")
        _collect(prices, costs, _region(region))
    elif isinstance(costs, list) and all(isinstance(c, dict) for c in costs):
        for cost in costs:
            _collect(prices, cost, _region(cost.get("region")))
    if not costs:
        prices.reject("no price stated")
    elif not isinstance(costs, dict | list):
        prices.reject("costs have another shape")
    prices.state()
    parsed.facts.append(_facts(provider, sku, model))


def _region(name: object) -> str:
    return name if isinstance(name, str) and name and name not in _NO_REGION else "global"


def _collect(prices: EntryPrices, costs: Mapping[str, Any], region: str, tier: str = "standard") -> None:
    makes_more = any(not number_problem(number(v)) for k, v in costs.items() if k.startswith("output_cost"))
    for key, text in costs.items():
        if key in _NOT_PRICES or text is None:
            continue
        value = number(text)
        meter = _meter(key, prices.workload)
        if meter is None:
            prices.reject(f"{key}: no meter for this key")
            continue
        if key == "input_cost_per_image" and not number_problem(value) and float(str(value)) < TOKEN_SIZED:
            prices.reject(f"{key}: the price of a token")
            continue
        if key == "input_cost_per_image" and prices.workload == "image" and not makes_more:
            meter = _IMAGE_OUT
        prices.add(key, meter if tier == "standard" else replace(meter, tier=tier), value, region=region)
    _collect_bands(prices, costs.get("tiered_pricing"), region, tier)
    if isinstance(costs.get("priority_pricing"), dict):
        _collect(prices, costs["priority_pricing"], region, "priority")


def _meter(key: str, workload: str) -> Meter | None:
    known = _METERS.get(key) or _SECONDS.get((key, workload))
    if known is None:
        for stem, meter in _SIZED.items():
            if key.startswith(stem):
                return replace(meter, variant=key.removeprefix(stem).lower())
    return known


def _collect_bands(prices: EntryPrices, tiered: object, region: str, tier: str) -> None:
    if tiered is None:
        return
    if not isinstance(tiered, dict):
        prices.reject("tiered_pricing: band of another shape")
        return
    marginal = {"marginal": "only tokens above the threshold", "cumulative": "the whole prompt"}
    note = marginal.get(str(tiered.get("pricing_mode")), "")
    for key, bands in tiered.items():
        meter = _BANDS.get(key)
        if key == "pricing_mode":
            continue
        if meter is None or not isinstance(bands, list):
            prices.reject(f"tiered_pricing.{key}: no meter for this key")
            continue
        for band in bands:
            start = _count(band, "from") if isinstance(band, dict) else None
            if start is None:
                prices.reject("tiered_pricing: band without a threshold")
                continue
            above = replace(meter, above_tokens=start, tier=tier)
            prices.add(f"tiered_pricing.{key}", above, number(band.get("cost_per_token")), region=region, note=note)


def _facts(provider: str, sku: str, model: Mapping[str, Any]) -> SkuFacts:
    limits, made = _object(model, "limits"), _object(model, "modalities")
    gone = str(model.get("is_deprecated") or model.get("isDeprecated") or "").lower() == "true"
    status = {"preview": "beta", "deprecated": "deprecated", "retired": "dead"}.get(str(model.get("status")), "")
    sources = model.get("sources")
    return SkuFacts(
        provider=provider,
        sku=sku,
        context=_count(limits, "context_window") or _count(limits, "max_input_tokens"),
        max_output=_count(limits, "max_output_tokens"),
        status=status or ("deprecated" if gone else ""),
        deprecated_on=str(model.get("deprecationDate") or ""),
        retires_on=str(model.get("retirementDate") or ""),
        input_modalities=_named(made.get("input")) or _seen(model.get("features")),
        output_modalities=_named(made.get("output")),
        source_url=next((s for s in sources if isinstance(s, str)), "") if isinstance(sources, list) else "",
    )


def _object(model: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = model.get(key)
    return value if isinstance(value, dict) else {}


def _count(record: Mapping[str, Any], key: str) -> int | None:
    text = str(record.get(key, ""))
    return int(text) if text.isdecimal() and len(text) < COUNT_DIGITS and int(text) > 0 else None


def _named(kinds: object) -> tuple[str, ...]:
    return tuple(m for m in _MODALITIES if m in kinds) if isinstance(kinds, list) else ()


def _seen(features: object) -> tuple[str, ...]:
    """What the older form says by its features: `vision` of images, `audio_input` of speech, beside text."""
    if not isinstance(features, list):
        return ()
    seen = [m for m, word in (("image", "vision"), ("audio", "audio_input")) if word in features]
    return ("text", *seen) if seen else ()
