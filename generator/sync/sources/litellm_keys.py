"""The price keys of litellm: which meter each one means.

A key is a stem, then in this order an optional cache lifetime, context band and service tier:
`cache_creation_input_token_cost` + `_above_1hr` + `_above_272k_tokens` + `_flex`.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from wasm_tools.pricing.meters import Meter

PIXELS_PER_MEGAPIXEL = 1_000_000
TIERS = {"batches": "batch", "batch_requests": "batch", "flex": "flex", "priority": "priority"}
# Service levels of single hosts that no tier of ours covers: kept apart as variants.
LEVELS = ("ultrafast", "balanced", "decisions")

_KEY = re.compile(
    r"(?P<stem>.+?)"
    r"(?:_above_(?P<ttl>1|12)hr)?"
    r"(?:_above_(?P<band>\d+)k_tokens)?"
    rf"(?:_(?P<tier>{'|'.join((*TIERS, *LEVELS))}))?"
)
_SIZED = re.compile(r"(output_cost_per_(?:image|second))_([0-9.]+[kKp]?|premium_image|above_\d+_and_\d+_pixels\w*)")
_INTERVAL = re.compile(r"(input_cost_per_video_per_second)_(above_\d+s_interval)")

# A unit of capacity that is rented by the second whether it works or not; the id of its SKU names the commitment.
PROVISIONED = Meter("input", "any", "provisioned_second", variant="provisioned")
TRACK = Meter("output", "audio", "track")

_STEMS = {
    "input_cost_per_token": Meter("input", "text", "token"),
    "output_cost_per_token": Meter("output", "text", "token"),
    "cache_read_input_token_cost": Meter("input", "text", "token", cache="read"),
    "input_cost_per_token_cache_hit": Meter("input", "text", "token", cache="read"),
    "explicit_cache_read_input_token_cost": Meter("input", "text", "token", cache="read", variant="explicit"),
    "cache_creation_input_token_cost": Meter("input", "text", "token", cache="write"),
    "input_cost_per_audio_token": Meter("input", "audio", "token"),
    "output_cost_per_audio_token": Meter("output", "audio", "token"),
    "cache_read_input_audio_token_cost": Meter("input", "audio", "token", cache="read"),
    "cache_read_input_token_cost_per_audio_token": Meter("input", "audio", "token", cache="read"),
    "cache_creation_input_audio_token_cost": Meter("input", "audio", "token", cache="write"),
    "input_cost_per_image_token": Meter("input", "image", "token"),
    "output_cost_per_image_token": Meter("output", "image", "token"),
    "cache_read_input_image_token_cost": Meter("input", "image", "token", cache="read"),
    "input_cost_per_video_token": Meter("input", "video", "token"),
    "output_cost_per_video_token": Meter("output", "video", "token"),
    "output_cost_per_reasoning_token": Meter("output", "text", "token", variant="reasoning"),
    "citation_cost_per_token": Meter("output", "text", "token", variant="citation"),
    "input_cost_per_character": Meter("input", "text", "character"),
    "output_cost_per_character": Meter("output", "text", "character"),
    "input_cost_per_image": Meter("input", "image", "image"),
    "output_cost_per_image": Meter("output", "image", "image"),
    # Both name the generated picture: the input key of an image generator is not the price of a prompt.
    "input_cost_per_pixel": Meter("output", "image", "megapixel"),
    "output_cost_per_pixel": Meter("output", "image", "megapixel"),
    "input_cost_per_audio_per_second": Meter("input", "audio", "audio_second"),
    "input_cost_per_video_per_second": Meter("input", "video", "video_second"),
    "output_cost_per_video_per_second": Meter("output", "video", "video_second"),
    "ocr_cost_per_page": Meter("input", "any", "page"),
    "annotation_cost_per_page": Meter("input", "any", "page", variant="annotated"),
    "input_cost_per_query": Meter("input", "any", "search"),
    "google_maps_grounding_cost_per_query": Meter("input", "any", "search", variant="maps"),
    "file_search_cost_per_1k_calls": Meter("input", "any", "search", variant="file_search"),
    "input_cost_per_request": Meter("input", "any", "request"),
    "input_cost_per_text_message": Meter("input", "text", "request", variant="text_message"),
    "code_interpreter_cost_per_session": Meter("input", "any", "session", variant="code_interpreter"),
    "cost_per_second": PROVISIONED,
}
_AUDIO_IN = Meter("input", "audio", "audio_second")
_VIDEO_OUT = Meter("output", "video", "video_second")
# What a second means depends on the mode. A transcriber bills the recording once, whichever key names it.
_SECONDS = {
    ("input_cost_per_second", "audio_transcription"): _AUDIO_IN,
    ("output_cost_per_second", "audio_transcription"): _AUDIO_IN,
    ("input_cost_per_second", "realtime"): _AUDIO_IN,
    ("output_cost_per_second", "audio_speech"): Meter("output", "audio", "audio_second"),
    ("output_cost_per_second", "video_generation"): _VIDEO_OUT,
    ("input_cost_per_second", "chat"): PROVISIONED,
    ("output_cost_per_second", "chat"): PROVISIONED,
}
_NO_METER = {
    "input_cost_per_second": "a second of what is not stated",
    "output_cost_per_second": "a second of what is not stated",
    "input_dbu_cost_per_token": "Databricks units, not money",
    "output_dbu_cost_per_token": "Databricks units, not money",
    "output_db_cost_per_token": "Databricks units, not money",
    "ocr_cost_per_credit": "a credit is not a unit of work",
    "guardrail_cost_per_unit": "policy units are not in the unit registry",
}
_SIZE = re.compile(r"\d+-x-\d+|max-x-max")
_QUALITIES = frozenset({"low", "medium", "high", "xhigh", "max", "standard", "hd"})
_PRICED = re.compile(r"cost|pric")
_NESTED = frozenset({"off_peak_pricing", "tiered_pricing", "search_context_cost_per_query"})


@dataclass(frozen=True, slots=True)
class KeyMeaning:
    """The meter of a key and the scale of its price, or why it has no meter."""

    meter: Meter | None
    scale: int = 1  # the price is multiplied by this …
    per: int = 1  # … and then holds for this many base units of the meter
    why_not: str = ""


@lru_cache(maxsize=4096)
def is_priced(key: str) -> bool:
    """Whether a key of an entry states a price by itself."""
    return key not in _NESTED and _PRICED.search(key) is not None


@lru_cache(maxsize=4096)
def meaning(key: str, mode: str) -> KeyMeaning:
    """What the price under `key` is a price of, in an entry of `mode`."""
    match = _KEY.fullmatch(key)
    stem = match["stem"] if match else key
    if key in _STEMS:  # `cache_read_input_token_cost_…` stems may look like suffixes
        match, stem = None, key
    variant = ""
    for pattern in (_SIZED, _INTERVAL):
        sized = pattern.fullmatch(stem)
        if sized:
            stem, variant = sized[1], sized[2].lower()
    meter = _STEMS.get(stem) or _SECONDS.get((stem, mode))
    if meter is None:
        return KeyMeaning(None, why_not=_NO_METER.get(stem, "no meter for this key"))
    if match:
        ttl, band, tier = match["ttl"], match["band"], match["tier"]
        if ttl and meter.cache != "write":
            return KeyMeaning(None, why_not="a cache lifetime on something that is not a cache write")
        meter = replace(
            meter,
            cache=f"write_{ttl}h" if ttl else meter.cache,
            tier=TIERS.get(tier or "", "standard"),
            above_tokens=int(band or 0) * 1000,
            variant=variant or (tier if tier in LEVELS else meter.variant),
        )
    scale = PIXELS_PER_MEGAPIXEL if stem.endswith("_per_pixel") else 1
    return KeyMeaning(meter, scale=scale, per=1000 if stem.endswith("_per_1k_calls") else 1)


def picture_of(sku: str) -> tuple[str, str]:
    """The model of an id that also says which picture is priced, and that picture in the words of the meter.

    `azure/hd/1024-x-1792/dall-e-3` is azure/dall-e-3 and 1024x1792-hd, `512-x-512/50-steps/sd` sd and 512x512-50-steps.
    """
    parts = sku.split("/")
    at = next((i for i, part in enumerate(parts) if _SIZE.fullmatch(part)), None)
    if at is None or at == len(parts) - 1:
        return sku, ""
    words = [parts.pop(at).replace("max-x-max", "max").replace("-x-", "x")]
    if parts[at].endswith("-steps") and at < len(parts) - 1:
        words.append(parts.pop(at))
    if at and parts[at - 1] in _QUALITIES:
        words.append(parts.pop(at - 1))
    return "/".join(parts), "-".join(words)
