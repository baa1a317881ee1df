"""The labelled prices of an OpenRouter endpoint: the only place that says in which unit a price field is.

`display_pricing` lists each price with a label (`Input Price`), a price, a multiplier and the unit in which the price
times the multiplier is shown (`/M tokens`, `/minute`, `/image`). The field `prompt` beside it may be a price per
minute, hour, second or character; `image_output` restates a price per image as if pictures had a fixed number of
tokens. So labels of other units than tokens win over the fields that they **shadow**; labels of token prices repeat
their field and are not read twice, because context bands are exact only in the fields. Of an explicit cache only the
labels tell the read price. `web_search` without a label is no price of the host: it is the same for Azure and OpenAI,
and for all Gemini models, although these charge differently.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from generator.sync.price_fields import EntryPrices, number, number_problem
from generator.sync.sources.openrouter_pricing import Terms, listed
from wasm_tools.pricing.meters import Meter

# Unit text -> unit of ours, and how many of its base units the shown price is for.
_UNITS = {
    "/M tokens": ("token", 1_000_000),
    "/M text tokens": ("token", 1_000_000),
    "/M audio tokens": ("token", 1_000_000),
    "/M input tokens": ("token", 1_000_000),
    "/M characters": ("character", 1_000_000),
    "/M UTF-8 bytes": ("character", 1_000_000),
    "/hour": ("audio_second", 3600),
    "/minute": ("audio_second", 60),
    "/second": ("audio_second", 1),
    "/image": ("image", 1),
    "/megapixel": ("megapixel", 1),
    "/B pixels": ("megapixel", 1000),
    "/search": ("search", 1),
    "/request": ("search", 1),
    "/song": ("track", 1),
}
_AUDIO = Meter("input", "audio", "audio_second")
_VIDEO = Meter("output", "video", "video_second")
_DRAWN = Meter("output", "image", "image")
_SEEN = Meter("input", "image", "image")
# Label -> the meter without its unit, the fields that it shadows, and the workload that it gives away.
_LABELS: Mapping[str, tuple[Meter, tuple[str, ...], str]] = {
    "Characters": (Meter("input", "text", "character"), ("prompt",), "text-to-speech"),
    "UTF-8 Bytes": (Meter("input", "text", "character", variant="utf8_bytes"), ("prompt",), "text-to-speech"),
    "Audio Minutes": (_AUDIO, ("prompt",), "speech-to-text"),
    "Audio Minutes (Multilingual)": (replace(_AUDIO, variant="multilingual"), ("prompt",), "speech-to-text"),
    "Audio Hours": (_AUDIO, ("prompt",), "speech-to-text"),
    "Audio Seconds": (_AUDIO, ("prompt",), "speech-to-text"),
    "Input Audio": (_AUDIO, ("audio",), ""),
    "Video Output": (_VIDEO, (), "video"),
    "Video Generation": (_VIDEO, (), "video"),
    "Video (with audio)": (replace(_VIDEO, variant="with_audio"), (), "video"),
    "Video (no audio)": (replace(_VIDEO, variant="no_audio"), (), "video"),
    "Text to Video": (replace(_VIDEO, variant="text_to_video"), (), "video"),
    "Image to Video": (replace(_VIDEO, variant="image_to_video"), (), "video"),
    "Video Tokens (with audio)": (Meter("output", "video", "token", variant="with_audio"), (), "video"),
    "Video Tokens (no audio)": (Meter("output", "video", "token", variant="no_audio"), (), "video"),
    "Image Output": (_DRAWN, ("image_output", "image_token"), "image"),
    "Image Output (moodboards)": (replace(_DRAWN, variant="moodboards"), (), "image"),
    "Image Output (style references)": (replace(_DRAWN, variant="style_references"), (), "image"),
    "Image Input": (_SEEN, ("image",), ""),
    "Reference Image (first 5 free)": (replace(_SEEN, variant="reference_above_5"), (), ""),
    "Search units": (Meter("input", "any", "search"), (), "rerank"),
    "Song Generation": (Meter("output", "audio", "track"), (), "text-to-speech"),
    "Input tokens": (Meter("input", "text", "token"), ("prompt",), "rerank"),
    "Text Input": (Meter("input", "text", "token"), ("prompt",), ""),
    "File Input": (Meter("input", "any", "token", variant="file"), (), ""),
    "Video Input": (Meter("input", "video", "token"), (), ""),
    "Cache Read (5min)": (Meter("input", "text", "token", cache="read", variant="explicit"), (), ""),
}
# Labels of prices that stand in a field of their own with the same number, where they are in tokens or searches.
_REPEATS = frozenset({
    "Input Price", "Output Price", "Cache Read", "Cache Write", "Cache Write (1h)", "Cache Creation (5min)",
    "Input Audio", "Audio Input", "Input Audio Cache", "Output Audio", "Image Output", "Web Search",
})  # fmt: skip
LABEL_KEYS = frozenset({"kind", "sku_label", "price", "displayMultiplier", "unitLabel", "tiers"})
_IMAGE_INPUT = Meter("input", "image", "token")
_BAND = re.compile(r"([≤>])(\d{1,9})K")


@dataclass(slots=True)
class Labelled:
    """What the labels say: prices as meter, price, base units that it is for; shadowed fields; the workload, if any."""

    prices: list[tuple[str, Meter, object, int]] = field(default_factory=list)
    shadowed: set[str] = field(default_factory=set)
    workload: str = ""
    left_out: list[str] = field(default_factory=list)  # reasons


def read_labels(display: object, base: Mapping[str, Any]) -> Labelled:
    """The labelled prices of an endpoint, given its price fields."""
    found = Labelled()
    items = [d for d in display if isinstance(d, dict)] if isinstance(display, list) else []
    labels = {str(d.get("sku_label")) for d in items}
    if {"Text Input", "Input Price"} <= labels:
        # A picture model: its `Input Price` is that of pictures, and no text comes out.
        found.prices.append(("prompt", _IMAGE_INPUT, base.get("prompt"), 1))
        found.shadowed.add("completion")
        found.left_out.append("completion: a picture model writes no text")
    if base.get("web_search") and "Web Search" not in labels:
        found.shadowed.add("web_search")
        found.left_out.append("web_search: set by the gateway for all hosts of a developer")
    for item in items:
        _read(found, str(item.get("sku_label")), str(item.get("unitLabel")), item)
    return found


def _read(found: Labelled, label: str, unit_text: str, item: Mapping[str, Any]) -> None:
    unit, per = _UNITS.get(unit_text, ("", 1))
    if unit_text == "/M audio tokens" and label == "Output Price":
        found.prices.append((label, Meter("output", "audio", "token"), number(item.get("price")), 1))
        found.shadowed.add("completion")
        found.workload = found.workload or "text-to-speech"
        return
    if label in _REPEATS and unit in ("token", "search"):
        return
    meter, shadowed, workload = _LABELS.get(label, (None, (), ""))
    if meter is None or not unit:
        found.left_out.append(f"label {label} {unit_text}: no meter for this label")
        return
    if unit != meter.unit and not (meter.unit == "video_second" and unit_text == "/second"):
        meter = replace(meter, unit=unit)
    scale = _multiplier(item)
    found.shadowed.update(shadowed)
    found.workload = found.workload or (workload if unit != "token" or workload in ("rerank", "video") else "")
    for variant, above, price in _tiers(item):
        whole = replace(meter, above_tokens=above, variant="_".join(filter(None, (variant, meter.variant))))
        found.prices.append((label, whole, price * scale if isinstance(price, Decimal) else price, per))


def _multiplier(item: Mapping[str, Any]) -> Decimal | int:
    value = item.get("displayMultiplier", 1)
    return 1 if number_problem(value) or not isinstance(value, Decimal | int) else value


def _tiers(item: Mapping[str, Any]) -> Iterator[tuple[str, int, object]]:
    """The prices of one label: variant, threshold in tokens, price. Tiers by resolution or by length of the prompt."""
    tiers = item.get("tiers")
    if not isinstance(tiers, list) or not tiers:
        yield "", 0, number(item.get("price"))
        return
    above = 0
    for tier in (t for t in tiers if isinstance(t, dict)):
        label, price = str(tier.get("sku_label")), number(tier.get("price"))
        band = _BAND.fullmatch(label)
        if band is None:
            yield re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_"), 0, price
            continue
        thousands = int(band[2]) * 1000
        yield "", thousands if band[1] == ">" else above, price
        above = thousands


def state_labelled(prices: EntryPrices, found: Labelled, terms: Terms) -> None:
    """Add the labelled prices to those of an entry, and count the labels that mean nothing."""
    for reason in found.left_out:
        prices.reject(reason)
    for name, meter, price, per in found.prices:
        variant = "_".join(filter(None, (meter.variant, terms.variant)))
        meter = replace(meter, tier=terms.tier, variant=variant)
        value = listed(price, terms.discount)
        prices.add(name, meter, value, per, region=terms.region, note=terms.note)
