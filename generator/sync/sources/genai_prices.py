"""genai-prices publishes reviewed prices per provider and model, in USD per million tokens (`*_mtok`), hour or 1,000.

Only the v2 file (`prices/new_data/v2/data.json`) is read; `prices/data.json` is frozen and still holds a cancelled
price rise (PE-42). The package carries the same records as a Python module, turned into the v2 shape by
`generator.sync.package_records`. Traps: `prices` is one object or a list of conditional ones of which the **last that
matches wins**; a condition is a start date or a span of the day in UTC, never both, and cannot name weekdays (PE-16).
So a dated entry holds from its date to the next date, and a span belongs to the newest dated price listed before it.
The base is the off-peak price, as everywhere in the atlas (`generator.sync.time_windows`). `price_variants` are partial
and of them the **first** that matches wins for each key. A value may be `{base, tiers}`; `audio_hours` and
`input_audio_hours` are the same hours; OpenAI's service tier `fast` is another name of `priority`; OpenRouter's ids
carry `:batch` for the batch tier. `price_comments` are sentences of the source: only the page that they cite is used,
and that a model without prices is "free of charge". `:free` in an id is none: the list keeps what OpenRouter has ended.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from generator.sync.price_fields import EntryPrices, json_payload
from generator.sync.sources.openrouter_pricing import variant_of
from generator.sync.statements import Parsed, PayloadError, SkuFacts
from generator.sync.time_windows import minutes, window_text
from generator.sync.workload_names import workload_of
from wasm_tools.pricing.meters import Meter, UnitRegistry

SOURCE = "genai-prices"
NEVER = "9999"  # sorts after every date
NO_WEEKDAYS = "the source cannot name weekdays: the hours may hold on some days only"

_TOKENS = re.compile(
    r"(?P<direction>input|output|cache)(?:_(?P<modality>text|audio|image|video))?"
    r"(?:_(?P<cache>read|write|write_5m|write_1h))?(?:_(?P<variant>reasoning|citation|tool))?_mtok"
)
# Price key -> meter, and how many of the meter's base units the price is for.
_OTHERS = {
    "input_mchars": (Meter("input", "text", "character"), 1_000_000),
    "audio_hours": (Meter("input", "audio", "audio_second"), 3600),
    "input_audio_hours": (Meter("input", "audio", "audio_second"), 3600),
    "output_audio_hours": (Meter("output", "audio", "audio_second"), 3600),
    "input_gpixels": (Meter("input", "image", "megapixel"), 1000),
    "input_document_kpages": (Meter("input", "any", "page"), 1000),
    "input_annotated_document_kpages": (Meter("input", "any", "page", variant="annotated"), 1000),
    "web_searches_kcount": (Meter("input", "any", "search"), 1000),
    "rerank_searches_kcount": (Meter("input", "any", "search"), 1000),
    "social_searches_kcount": (Meter("input", "any", "search", variant="social"), 1000),
    "storage_searches_kcount": (Meter("input", "any", "search", variant="file_search"), 1000),
    "requests_kcount": (Meter("input", "any", "request"), 1000),
    "input_text_messages_kcount": (Meter("input", "text", "request", variant="text_message"), 1000),
    "code_executions_kcount": (Meter("input", "any", "request", variant="code_execution"), 1000),
}
_TIERS = {
    ("processing", "batch"): "batch",
    ("service_tier", "flex"): "flex",
    ("service_tier", "priority"): "priority",
    ("service_tier", "fast"): "priority",
    ("speed", "fast"): "priority",
}
# What a model does when its id does not tell: a part of its price keys, of a model without text tokens as output.
_KEY_WORKLOADS = {
    "input_mchars": "text-to-speech", "document_kpages": "vision", "audio_hours": "speech-to-text",
    "rerank_searches": "rerank", "web_searches": "search",
}  # fmt: skip
# Keys without a price of their own: read here, or looked at and left (texts, patterns that match ids and addresses).
_PROVIDER_KEYS = frozenset({
    "id", "name", "models", "pricing_urls", "api_pattern", "model_match", "provider_match", "extractors", "description",
    "price_comments", "fallback_model_providers",
})  # fmt: skip
_MODEL_KEYS = frozenset({
    "id", "name", "prices", "price_variants", "context_window", "deprecated", "price_comments", "match", "description",
})  # fmt: skip
_FREE = re.compile(r"\bfree of charge\b", re.IGNORECASE)
_PAGE = re.compile(r"https?://[^\s,;)]+[^\s,;).:`]")

Date = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
Clock = Annotated[str, StringConstraints(pattern=r"^\d\d:\d\d:00Z$")]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Constraint(_Strict):
    start_date: Date | None = None
    start_time: Clock | None = None
    end_time: Clock | None = None


class _Conditional(_Strict):
    prices: dict[str, Any]
    constraint: _Constraint | None = None

    @property
    def start(self) -> str:
        return (self.constraint.start_date if self.constraint else None) or ""

    @property
    def window(self) -> str:
        c = self.constraint
        return window_text(minutes(c.start_time), minutes(c.end_time)) if c and c.start_time and c.end_time else ""


class _Variant(_Conditional):
    when: dict[str, str]


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    id: str
    prices: dict[str, Any] | list[_Conditional]
    price_variants: list[_Variant] = []
    name: str | None = None
    context_window: int | None = None
    deprecated: bool | None = None
    price_comments: str | None = None
    description: str | None = None


class _Provider(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    id: str
    models: list[Any]
    pricing_urls: list[str] | None = None


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The statements of a v2 data file; raises PayloadError when it is not a list of providers."""
    payload = json_payload(SOURCE, body)
    if not isinstance(payload, list) or not payload:
        raise PayloadError(f"{SOURCE}: expected a JSON list of providers, found {type(payload).__name__}")
    parsed = Parsed()
    for record in payload:
        try:
            provider = _Provider.model_validate(record)
        except ValidationError:
            parsed.entries += 1
            parsed.reject("provider has another shape", str(record.get("id", "?")) if isinstance(record, dict) else "?")
            continue
        parsed.expect(record, _PROVIDER_KEYS, "provider.")
        page = provider.pricing_urls[0] if provider.pricing_urls else ""
        for fields in provider.models:
            parsed.entries += 1
            _state_model(parsed, units, provider.id, page, fields)
    return parsed


def _state_model(parsed: Parsed, units: UnitRegistry, provider: str, page: str, fields: object) -> None:
    try:
        model = _Model.model_validate(fields)
    except ValidationError as error:
        name = fields.get("id", "?") if isinstance(fields, dict) else "?"
        place = ".".join(str(part) for part in error.errors()[0]["loc"] if not isinstance(part, int))
        parsed.reject(f"model has another shape: {place}", f"{provider} {name}")
        return
    if isinstance(fields, dict):
        parsed.expect(fields, _MODEL_KEYS)
    sku, tier, kind = variant_of(model.id) if provider == "openrouter" else (model.id, "standard", "")
    cited = _PAGE.search(model.price_comments or "")
    page = cited[0] if cited else page
    if sku == model.id:
        parsed.facts.append(_facts(provider, model, page))
    listed = model.prices if isinstance(model.prices, list) else [_Conditional(prices=model.prices)]
    keys = {key for entry in listed for key in entry.prices}
    prices = EntryPrices(parsed, units, provider, sku, _workload(provider, sku, keys))
    for entry, start, end in _dated(listed):
        for name, meter, per, value in _fields(prices, entry.prices):
            meter = replace(meter, window=entry.window, tier=tier, variant=meter.variant or kind)
            note = NO_WEEKDAYS if entry.window else ""
            prices.add(name, meter, value, per, effective_from=start, effective_to=end, note=note, source_url=page)
    _collect_variants(prices, model.price_variants, page)
    if not keys and _FREE.search(f"{model.price_comments} {model.description}"):
        for key in ("input", "output"):
            prices.add_free("price_comments", Meter(key, "text", "token"), 0, source_url=page)
    elif not keys:
        parsed.reject("no price stated", f"{provider} {model.id}")
    _merge_unchanged(prices)
    prices.state()


def _facts(provider: str, model: _Model, page: str) -> SkuFacts:
    return SkuFacts(
        provider=provider,
        sku=model.id,
        name=model.name or "",
        context=model.context_window or None,
        status="deprecated" if model.deprecated else "",
        source_url=page,
    )


def _workload(provider: str, model_id: str, keys: set[str]) -> str:
    """By the words of the id, else by the price keys."""
    if "output_video_mtok" in keys:
        return "video"
    if (provider, model_id) == ("azure", "ada"):
        return "embeddings"  # its record is that of text-embedding-ada-002; OpenAI's `ada` is GPT-3's
    named = workload_of(f"{provider.replace('voyageai', 'voyage-')}/{model_id}")
    if named != "llm" or "output_mtok" in keys:
        return named
    return next((work for part, work in _KEY_WORKLOADS.items() if any(part in key for key in keys)), named)


def _dated(listed: list[_Conditional]) -> Iterator[tuple[_Conditional, str, str]]:
    """Each entry with the dates between which it holds. A span of the day starts with the dated price before it."""
    starts = sorted({e.start for e in listed if not e.window})
    ends = dict(pairwise([*starts, ""]))
    newest = ""
    for position, entry in enumerate(listed):
        later = [e.start for e in listed[position + 1 :] if not e.window]
        if entry.window:
            if "" not in later:  # a later price without condition wins at every hour
                yield entry, newest, min(later, default="")
            continue
        newest = max(newest, entry.start)
        if not any(start <= entry.start for start in later):  # else a later one wins on every day of this one
            yield entry, entry.start, ends[entry.start]


def _fields(prices: EntryPrices, values: Mapping[str, Any]) -> Iterator[tuple[str, Meter, int, Any]]:
    """The prices of one object, context bands spread out: name, meter, base units the price is for, price."""
    for key, value in values.items():
        known = key_meaning(key)
        if known is None:
            prices.reject(f"{key}: no meter for this key")
            continue
        meter, per = known
        if key == "audio_hours" and values.get("input_audio_hours") == value:
            prices.reject("audio_hours repeats input_audio_hours")
            continue
        if not isinstance(value, dict):
            yield key, meter, per, value
            continue
        tiers = value.get("tiers")
        if set(value) != {"base", "tiers"} or not isinstance(tiers, list):
            prices.reject(f"{key}: expected base and tiers")
            continue
        yield key, meter, per, value["base"]
        for tier in tiers:
            if not isinstance(tier, dict) or type(tier.get("start")) is not int:
                prices.reject(f"{key}: tier without a start")
                continue
            yield key, replace(meter, above_tokens=_threshold(tier["start"])), per, tier.get("price")


def _threshold(start: int) -> int:
    """The threshold of a band: 199,999 is how some entries write "200,000 tokens and more"."""
    return start + 1 if (start + 1) % 1000 == 0 else start


@lru_cache(maxsize=256)
def key_meaning(key: str) -> tuple[Meter, int] | None:
    """The meter of a price key and how many of its base units the price is for."""
    match = _TOKENS.fullmatch(key)
    if not match:
        return _OTHERS.get(key)
    if (match["direction"] == "cache") != (match["cache"] is not None):
        return None
    direction = "output" if match["direction"] == "output" else "input"
    cache = (match["cache"] or "none").replace("write_5m", "write")
    meter = Meter(direction, match["modality"] or "text", "token", cache=cache, variant=match["variant"] or "")
    return meter, 1_000_000


def _collect_variants(prices: EntryPrices, variants: list[_Variant], page: str) -> None:
    """Prices of batch, flex and priority processing. Of several variants for one key the first that holds wins."""
    by_meter: dict[tuple[Meter, str], list[tuple[str, Any, int, str]]] = {}
    for variant in variants:
        if len(variant.when) != 1 or variant.window:
            prices.reject("price variant with more than one condition")
            continue
        (what, value), *_ = variant.when.items()
        if (what, value) == ("service_tier", "default"):
            if variant.prices:
                prices.reject("service tier default restates prices")
            continue
        tier = _TIERS.get((what, value), "standard")
        for name, meter, per, price in _fields(prices, variant.prices):
            meter = replace(meter, tier=tier, variant=meter.variant if tier != "standard" else value)
            by_meter.setdefault((meter, f"{what}={value}"), []).append((variant.start, price, per, name))
    for (meter, when), dated in by_meter.items():
        starts = sorted({start for start, *_ in dated})
        for start, end in pairwise([*starts, NEVER]):
            _, price, per, name = next(d for d in dated if d[0] <= start)
            until = "" if end == NEVER else end
            prices.add(f"{when} {name}", meter, price, per, effective_from=start, effective_to=until, source_url=page)


def _merge_unchanged(prices: EntryPrices) -> None:
    """One statement where a dated entry repeats the price of the one before it."""
    ordered = sorted(prices.prices.items(), key=lambda item: (str(item[0][0]), item[0][2]))
    for (before, first), (key, second) in pairwise(ordered):
        same = (first.meter, first.price, first.effective_to) == (second.meter, second.price, second.effective_from)
        if same and before in prices.prices:
            first = prices.prices.pop(before)
            prices.prices[key] = replace(second, effective_from=first.effective_from)
