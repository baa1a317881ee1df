"""LiteLLM publishes one JSON object of model id → prices in USD per token, second, image, page, query or character.

The unit is told by the key name alone (`litellm_keys`). Traps: `sample_spec` is documentation; a price of 0 mostly
means unknown; Databricks units stand beside USD; transcribers repeat one rate as input and output seconds (PE-07); an
image generator with nothing but `input_cost_per_image` means the generated image; its size and quality stand in the id
(`hd/1024-x-1792/dall-e-3`) and are conditions of the meter, not models; rows of decision models have the mode
`evaluation` or `decisions`, those that cost nothing run on the reader's own machine; `output_cost_per_image` also
prices tracks of music and, once, tokens; a model router has a fee of its own and bills the routed model on top; one row
takes its price from a list that may not be redistributed. `mode` is the API route: among its chat models are readers of
documents, guards and music. With `off_peak_pricing` the **top-level price is the peak price**: it is stated for the
peak windows (`generator.sync.time_windows`), and the off-peak price becomes the price without window. Multipliers for
regional processing and for fast mode are prices too: they are stated as the exact product, for tokens, with a note.
What stands beside the prices is read by `litellm_facts`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from generator.sync.price_fields import EntryPrices, json_payload, number_problem, says_free
from generator.sync.sources.bedrock_scopes import with_regional_scope
from generator.sync.sources.litellm_facts import NOT_PRICES, SPECIAL_KEYS, entry_facts, source_page
from generator.sync.sources.litellm_hours import peak_hours
from generator.sync.sources.litellm_keys import TRACK, KeyMeaning, is_priced, meaning, picture_of
from generator.sync.statements import Parsed, PayloadError, SkuFacts
from generator.sync.workload_names import CALLS_NO_TOOLS, calls_no_tools, counts_no_tokens, workload_of
from wasm_tools.pricing.meters import Meter, UnitRegistry, plain

SOURCE = "litellm"
NOT_MODELS = frozenset({"sample_spec", "fallback_generalizations"})
_WORKLOADS = {
    "chat": "llm", "completion": "llm", "responses": "llm", "decisions": "llm", "extraction": "llm",
    "evaluation": "llm", "embedding": "embeddings", "rerank": "rerank", "audio_transcription": "speech-to-text",
    "audio_speech": "text-to-speech", "realtime": "realtime", "image_generation": "image", "image_edit": "image",
    "video_generation": "video", "ocr": "vision", "moderation": "moderation", "moderations": "moderation",
    "guardrail": "moderation",
    "search": "search", "vector_store": "search",
}  # fmt: skip
# Tasks that a model behind the chat route may have by its name or by what it makes.
_BEHIND_CHAT = frozenset(
    {"embeddings", "image", "moderation", "realtime", "rerank", "text-to-speech", "video", "vision"}
)
_FREE_API = re.compile(r"\bAPI is free\b")
_BEDROCK = frozenset({"bedrock", "bedrock_converse", "bedrock_mantle"})
_ROUTERS = ("model_router", "model-router")
_ROUTER_NOTE = "the router's own fee; the routed model is billed on top"
_IMAGE_MODES = frozenset({"image_generation", "image_edit"})
_SEARCH = Meter("input", "any", "search")
_PICTURE = Meter("output", "image", "image")
_TEXT_REQUEST = Meter("input", "text", "request")
_BAND_KEYS = frozenset({"range", "max_results_range"})
_PEAK_NOTE, _OFF_PEAK_NOTE = "peak hours", "outside peak hours"
# Multipliers on all token prices: key, the region or tier they lead to, and what to call them.
_UPLIFTS = (
    ("regional_processing_uplift_multiplier_eu", "eu", "regional processing"),
    ("regional_processing_uplift_multiplier_us", "us", "regional processing"),
    ("regional_endpoint_uplift_multiplier", "regional", "regional endpoint"),
    ("provider_specific_entry.us", "us", "regional processing"),
)
_UPLIFT_KEYS = frozenset(key for key, _, _ in _UPLIFTS)


@dataclass(frozen=True, slots=True)
class Entry:
    """One checked entry: its id, provider, mode (empty when not stated) and fields.

    `picture` is the size and quality of the picture that its id prices: `1024x1024-hd`.
    """

    sku: str
    provider: str
    mode: str
    fields: Mapping[str, Any]
    picture: str = ""


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The statements of a price map; raises PayloadError when it is not an object of entries."""
    payload = json_payload(SOURCE, body)
    if not isinstance(payload, dict) or not any(isinstance(v, dict) for v in payload.values()):
        raise PayloadError(f"{SOURCE}: expected a JSON object of models, found {type(payload).__name__}")
    parsed = Parsed(entries=len(payload))
    for sku, fields in payload.items():
        entry = _entry(sku, fields)
        if isinstance(entry, str):
            parsed.reject(entry, sku)
            continue
        facts = entry_facts(entry.provider, entry.sku, entry.fields)
        parsed.facts.append(facts)
        prices = EntryPrices(parsed, units, entry.provider, entry.sku, _workload(entry, facts))
        if says_free(entry.provider, sku) or _says_so(entry):
            for key in filter(is_priced, entry.fields):
                if meter := meaning(key, entry.mode).meter:
                    prices.add_free(key, meter, entry.fields[key], source_url=facts.source_url)
        elif not _collect(prices, entry):
            parsed.reject("no price stated", sku)
        prices.state()
    parsed.offers = with_regional_scope(parsed.offers, _BEDROCK)
    return parsed


def _entry(sku: str, fields: object) -> Entry | str:
    """The entry, or why it is none."""
    if sku in NOT_MODELS:
        return "documentation, not a model"
    if not isinstance(fields, dict):
        return "entry is not an object"
    provider, mode = fields.get("litellm_provider"), fields.get("mode") or ""
    if not isinstance(provider, str) or not provider or not isinstance(mode, str):
        return "litellm_provider or mode is not a text"
    if mode == "evaluation" and not any(fields.get(key) for key in fields if is_priced(key)):
        return "evaluation row without a price: it runs on the reader's own machine, or bills nothing"
    if mode and mode not in _WORKLOADS:
        return f"mode {mode} is not a workload"
    if "artificialanalysis" in str(fields.get("source", "")):
        return "price taken from a list that may not be redistributed"
    name, picture = picture_of(sku) if mode in _IMAGE_MODES else (sku, "")
    return Entry(name, provider, mode, fields, picture)


def _says_so(entry: Entry) -> bool:
    """Whether a remark calls the whole interface free of charge; "output is free" is said of others, too."""
    remarks = entry.fields.get("metadata")
    return isinstance(remarks, dict) and bool(_FREE_API.search(str(remarks.get("notes"))))


def _workload(entry: Entry, facts: SkuFacts) -> str:
    """By the mode; for the chat route and for entries without a mode by what the model makes, then by its name."""
    stated = _WORKLOADS.get(entry.mode)
    if stated and stated != "llm":
        return stated
    if not stated and any(key.startswith("input_cost_per_character") for key in entry.fields):
        return "text-to-speech"
    named = workload_of(f"{entry.provider}/{entry.sku}", facts.input_modalities, facts.output_modalities)
    return named if not stated or named in _BEHIND_CHAT else "llm"


def _collect(prices: EntryPrices, entry: Entry) -> bool:
    """Add every price of an entry; False when it states none."""
    fields, found, page = entry.fields, False, source_page(entry.fields)
    note = _ROUTER_NOTE if entry.sku.endswith(_ROUTERS) else ""
    hours = peak_hours(prices, fields.get("off_peak_pricing"))
    for key, value in fields.items():
        if not is_priced(key):
            if key not in NOT_PRICES and not key.startswith("supports_"):
                prices.parsed.unread[key] += 1
            continue
        if value is None:
            continue
        found = True
        known = _checked(key, value, entry, prices)
        if known is None or known.meter is None:
            continue
        if known.meter not in hours.meters:
            prices.add(key, known.meter, value * known.scale, known.per, note=note, source_url=page)
        for window in hours.windows if known.meter in hours.meters else ():
            meter = replace(known.meter, window=window)
            prices.add(key, meter, value * known.scale, known.per, note=_PEAK_NOTE, source_url=page)
    for meter, value in hours.meters.items() if hours.windows else ():
        prices.add("off_peak_pricing", meter, value, note=_OFF_PEAK_NOTE, source_url=page)
    found |= _collect_bands(prices, entry, page)
    found |= _collect_searches(prices, fields, page)
    _collect_products(prices, fields)
    return found


def _checked(key: str, value: object, entry: Entry, prices: EntryPrices) -> KeyMeaning | None:
    """What the key means in this entry, or None after counting why it means nothing."""
    known = meaning(key, entry.mode)
    why_not = f"{key}: {known.why_not}" if known.meter is None else ""
    if known.meter and entry.sku.endswith(_ROUTERS):
        known = replace(known, meter=replace(known.meter, variant="router_fee"))
    elif known.meter and known.meter.unit == "token" and counts_no_tokens(entry.sku):
        why_not = f"{key}: a diffusion model counts no tokens, the unit is not stated"
    if key == "input_cost_per_query" and prices.workload == "embeddings":
        known = replace(known, meter=_TEXT_REQUEST)  # a text that an embedder of videos turns into a vector
    if known.meter and known.meter.unit == "image":
        known, why_not = _image_meaning(key, known, entry)
    if known.meter and entry.picture and known.meter.direction == "output":
        known = replace(
            known, meter=replace(known.meter, variant="-".join(filter(None, (entry.picture, known.meter.variant))))
        )
    twice = value == entry.fields.get("input_cost_per_second") and value != 0
    if key == "output_cost_per_second" and entry.mode == "audio_transcription" and twice:
        why_not = "output seconds repeat the input rate of a transcriber"
    if not why_not and number_problem(value) == "not a number":
        why_not = f"{key}: not a number"
    if why_not:
        prices.reject(why_not)
        return None
    return known


def _image_meaning(key: str, known: KeyMeaning, entry: Entry) -> tuple[KeyMeaning, str]:
    """Image keys by what the entry makes: a picture, music, neither, or both a picture and an input image."""
    made = entry.fields.get("supported_output_modalities")
    if key.startswith("output_cost_per_image"):
        if made == ["audio"] and "realtime" not in entry.sku:
            return replace(known, meter=TRACK), ""
        if entry.mode not in _IMAGE_MODES and isinstance(made, list) and "image" not in made:
            return known, f"{key}: the model makes no images"
        return known, ""
    if entry.mode not in _IMAGE_MODES or key != "input_cost_per_image":
        return known, ""
    if not any(k.startswith("output_cost") and v for k, v in entry.fields.items()):
        return replace(known, meter=_PICTURE), ""
    if entry.fields.get("output_cost_per_image") == entry.fields[key]:
        return known, "input image repeats the price of the generated image"
    return known, ""


def _collect_bands(prices: EntryPrices, entry: Entry, page: str) -> bool:
    """`tiered_pricing`: one object a context band, or a band of search results."""
    bands = entry.fields.get("tiered_pricing")
    if bands is None:
        return False
    for band in bands if isinstance(bands, list) else [bands]:
        tokens = _lower_bound(band, "range")
        results = _lower_bound(band, "max_results_range")
        if tokens is None and results is None:
            prices.reject("tiered_pricing: band without a range")
            continue
        variant = f"results_{results}-{int(band['max_results_range'][1])}" if results is not None else ""
        prices.parsed.expect((k for k in band if not is_priced(k)), _BAND_KEYS, "tiered_pricing.")
        for key, value in band.items():
            if not is_priced(key):
                continue
            known = _checked(key, value, entry, prices)
            if known and known.meter:
                meter = replace(known.meter, above_tokens=tokens or 0, variant=variant or known.meter.variant)
                prices.add(f"tiered_pricing.{key}", meter, value, source_url=page)
    return True


def _lower_bound(band: object, name: str) -> int | None:
    bounds = band.get(name) if isinstance(band, dict) else None
    if not isinstance(bounds, list) or len(bounds) != 2 or any(number_problem(b) and b != 0 for b in bounds):
        return None
    return int(bounds[0])


def _collect_searches(prices: EntryPrices, fields: Mapping[str, Any], page: str) -> bool:
    """Web searches by context size; one price when all sizes cost the same."""
    by_size, free = fields.get("search_context_cost_per_query"), fields.get("search_free_requests")
    if not isinstance(by_size, dict) or not by_size:
        return False
    if calls_no_tools(prices.workload, prices.sku):
        prices.reject(f"search_context_cost_per_query: {CALLS_NO_TOOLS}")
        return True
    note = f"the first {free.get('count')} a {free.get('period')} are free" if isinstance(free, dict) else ""
    if len(set(map(str, by_size.values()))) == 1:
        by_size = {"": next(iter(by_size.values()))}
    for name, value in by_size.items():
        size = name.removeprefix("search_context_size_")
        meter = replace(_SEARCH, variant=f"context_{size}" if size else "")
        prices.add("search_context_cost_per_query", meter, value, note=note, source_url=page)
    return True


def _collect_products(prices: EntryPrices, fields: Mapping[str, Any]) -> None:
    """Prices stated as a multiple of the token prices."""
    special = fields.get("provider_specific_entry")
    special = special if isinstance(special, dict) else {}
    prices.parsed.expect(special, SPECIAL_KEYS, "provider_specific_entry.")
    if not special and not _UPLIFT_KEYS & fields.keys():
        return
    listed = [s for s in prices.prices.values() if s.meter.unit == "token" and s.region == "global"]
    for key, region, what in _UPLIFTS:
        head, dot, tail = key.partition(".")
        factor = special.get(tail) if dot else fields.get(head)
        for statement, product in _products(prices, key, factor, listed):
            note = f"list price x {factor} ({what})"
            prices.prices[(statement.meter, region, "", "USD")] = replace(
                statement, price=product, region=region, note=note, field=key
            )
    standard = [s for s in listed if s.meter.tier == "standard" and not s.meter.variant]
    for statement, product in _products(prices, "provider_specific_entry.fast", special.get("fast"), standard):
        meter = replace(statement.meter, tier="priority")
        note = f"list price x {special['fast']} (fast mode)"
        fast = replace(statement, meter=meter, price=product, note=note, field="provider_specific_entry.fast")
        prices.prices.setdefault((meter, "global", "", "USD"), fast)


def _products(prices: EntryPrices, key: str, factor: object, listed: list[Any]) -> Iterator[tuple[Any, Decimal]]:
    if factor is None:
        return
    if number_problem(factor) or not isinstance(factor, Decimal | int):
        prices.reject(f"{key}: not a multiplier")
        return
    yield from ((s, plain(s.price * factor)) for s in listed)
