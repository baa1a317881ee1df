"""The price keys of Portkey: which meter each one means, and which of them hold another unit than their name says.

Every price is in **US cents** per unit. The names of the token keys are also used for what is not billed by the token:
a minute of sound (PE-05), a character to be spoken (PE-06), a reranked search, a page to be read. Cents per token
from 0.1 (1,000 USD per million) on can only be such a unit, and the kind of the model says which.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from wasm_tools.pricing.meters import Meter

CENTS = 100  # of a dollar
MINUTE = 60
NO_TOKEN_COSTS = Decimal("0.1")  # cents; no token is as dear as this

_TEXT_IN = Meter("input", "text", "token")
_TEXT_OUT = Meter("output", "text", "token")
_PICTURE = Meter("output", "image", "image")
_SEARCH = Meter("input", "any", "search")
_HEARD = Meter("input", "audio", "audio_second")
_SPOKEN = Meter("output", "audio", "audio_second")
_METERS = {
    "request_token": _TEXT_IN,
    "request_text_token": _TEXT_IN,
    "response_token": _TEXT_OUT,
    "response_text_token": _TEXT_OUT,
    "reasoning_token": Meter("output", "text", "token", variant="reasoning"),
    "routing_units": Meter("input", "text", "token", variant="routing"),
    "cache_read_input_token": Meter("input", "text", "token", cache="read"),
    "cache_read_text_input_token": Meter("input", "text", "token", cache="read"),
    "cached_text_input_token": Meter("input", "text", "token", cache="read"),
    "cache_write_input_token": Meter("input", "text", "token", cache="write"),
    "cache_write_1h": Meter("input", "text", "token", cache="write_1h"),
    "request_audio_token": Meter("input", "audio", "token"),
    "response_audio_token": Meter("output", "audio", "token"),
    "cache_read_audio_input_token": Meter("input", "audio", "token", cache="read"),
    "request_image_token": Meter("input", "image", "token"),
    "response_image_token": Meter("output", "image", "token"),
    "image_token": Meter("output", "image", "token"),
    "cache_read_image_input_token": Meter("input", "image", "token", cache="read"),
    "cached_image_input_token": Meter("input", "image", "token", cache="read"),
    "embedding_text_token": _TEXT_IN,
    "embedding_image_token": Meter("input", "image", "token"),
    "output_video_token": Meter("output", "video", "token"),
    "web_search": _SEARCH,
    "search": _SEARCH,
    "enterprise_web_search": Meter("input", "any", "search", variant="enterprise"),
    "maps": Meter("input", "any", "search", variant="maps"),
    "file_search": Meter("input", "any", "search", variant="file_search"),
    "attachment_search": Meter("input", "any", "search", variant="attachments"),
    "x_search": Meter("input", "any", "search", variant="social"),
    "web_search_low_context": Meter("input", "any", "search", variant="context_low"),
    "web_search_medium_context": Meter("input", "any", "search", variant="context_medium"),
    "web_search_high_context": Meter("input", "any", "search", variant="context_high"),
    "code_execution": Meter("input", "any", "request", variant="code_execution"),
    "generated_images": _PICTURE,
    "image_1k": Meter("output", "image", "image", variant="1k"),
    "megapixels": Meter("output", "image", "megapixel"),
    "video_seconds": Meter("output", "video", "video_second"),
    "input_video_plus": Meter("input", "video", "video_second", variant="plus"),
    "input_video_standard": Meter("input", "video", "video_second"),
    "input_video_essential": Meter("input", "video", "video_second", variant="essential"),
}
# In dollars, not cents. Together's pictures and seconds of video agree with two other lists only then (SDXL 0.0019, a
# megapixel of FLUX.1-schnell 0.0027, ten seconds of Hailuo 0.49); its tokens are cents. BytePlus's own page has 0.125
# and 0.325 per million for this embedder.
_IN_DOLLARS = (
    ("together-ai", re.compile(r"."), frozenset({"image", "megapixel", "video_second"})),
    ("byteplus", re.compile(r"skylark-embedding-vision"), frozenset({"token"})),
)
DOLLARS_NOTE = "listed in dollars, not in cents"
# 0.0039 is neither the dollars nor the cents of a picture that costs 0.039 everywhere else.
MISPRINTED = {("together-ai", "google/flash-image-2.5"): "a tenth of the price in dollars, ten times that in cents"}
_PARAMETERS = frozenset({"default_duration_seconds", "default_sample_count", "default_steps"})
_SIZED_VIDEO = re.compile(r"video_duration_seconds_(\d{1,6})_(\d{1,6})")
_PICTURES_ONLY = re.compile(r"mai-image|(^|/)gpt-image-1(-mini)?$")
_PICTURE_KEYS = frozenset({"image_token", "response_image_token", "response_text_token", "generated_images"})


@dataclass(frozen=True, slots=True)
class KeyMeaning:
    """The meter of a key and how many of its base units the price is for, or why it has no meter."""

    meter: Meter | None
    per: int = CENTS
    note: str = ""
    why_not: str = ""


def nothing(why_not: str) -> KeyMeaning:
    """A key that states no price of ours."""
    return KeyMeaning(None, why_not=why_not)


def meaning(key: str, value: Decimal, block: Mapping[str, Any], workload: str, sku: str) -> KeyMeaning:
    """What `value` cents under `key` are the price of, beside the other prices of its block."""
    plain = listed(key)
    if plain.meter is None:
        return _picture_input(sku) if key == "input_image" else plain
    if key == "request_token":
        return _request(value, block, workload) or plain
    if key == "request_audio_token" and value >= NO_TOKEN_COSTS:
        return KeyMeaning(_HEARD, CENTS * MINUTE, "per minute, listed under request_audio_token")
    if key == "response_audio_token" and value >= NO_TOKEN_COSTS:
        return KeyMeaning(_SPOKEN, CENTS * MINUTE, "per minute, listed under response_audio_token")
    if key == "response_token" and value:
        return _response(block, workload, sku) or plain
    return plain


def in_dollars(provider: str, sku: str, meter: Meter) -> bool:
    """Whether a price of this file is known to stand there in dollars."""
    return any(file == provider and meter.unit in units and name.search(sku) for file, name, units in _IN_DOLLARS)


@lru_cache(maxsize=1024)
def listed(key: str) -> KeyMeaning:
    """What the name of a key says by itself."""
    if key in _METERS:
        return KeyMeaning(_METERS[key])
    if key in _PARAMETERS:
        return nothing("a default of the request, not a price")
    sized = _SIZED_VIDEO.fullmatch(key)
    if sized:
        return KeyMeaning(Meter("output", "video", "video_second", variant=_resolution(int(sized[1]), int(sized[2]))))
    return nothing("no meter for this key")


def _resolution(width: int, height: int) -> str:
    """The usual name of a video format, the same for upright and lying ones: 720p, 4k."""
    lines = min(width, height)
    return "4k" if lines == 2160 else f"{lines}p"


def _request(value: Decimal, block: Mapping[str, Any], workload: str) -> KeyMeaning | None:
    """What stands under `request_token` where it is not a token."""
    hears = any("audio" in key for key in block)
    if workload == "speech-to-text" and value >= NO_TOKEN_COSTS:
        return KeyMeaning(_HEARD, CENTS * MINUTE, "per minute, listed under request_token")
    if workload == "speech-to-text" and not hears and value:
        return nothing("a transcriber priced in text tokens only: the unit is not stated")
    if workload == "text-to-speech" and not hears and not block.get("response_token"):
        return KeyMeaning(Meter("input", "text", "character"), CENTS, "per character, listed under request_token")
    if workload == "rerank" and value >= NO_TOKEN_COSTS:
        return KeyMeaning(_SEARCH, CENTS, "per search, listed under request_token")
    if workload == "vision" and value >= NO_TOKEN_COSTS:
        return KeyMeaning(Meter("input", "any", "page"), CENTS, "per page, listed under request_token")
    return None


def _response(block: Mapping[str, Any], workload: str, sku: str) -> KeyMeaning | None:
    """What stands under `response_token` of a model that speaks or paints."""
    if workload == "speech-to-text" and not any("audio" in key for key in block):
        return nothing("a transcriber priced in text tokens only: the unit is not stated")
    if workload == "text-to-speech" and "response_audio_token" not in block:
        return KeyMeaning(Meter("output", "audio", "token"), CENTS, "listed under response_token")
    if workload != "image" or _PICTURE_KEYS & block.keys():
        return None
    name = sku.lower()
    if _PICTURES_ONLY.search(name):
        return KeyMeaning(Meter("output", "image", "token"), CENTS, "listed under response_token")
    if "gpt-image" in name:
        return nothing("tokens of a model that writes and paints: which ones is not stated")
    return None


def _picture_input(sku: str) -> KeyMeaning:
    """`input_image` is a picture for an embedder, a token for MAI, and neither where it says nothing."""
    name = sku.lower()
    if "embedding" in name:
        return KeyMeaning(Meter("input", "image", "image"))
    if "mai-image" in name:
        return KeyMeaning(Meter("input", "image", "token"), CENTS, "per token, listed under input_image")
    return nothing("the unit is not stated")
