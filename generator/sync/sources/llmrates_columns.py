"""The price columns of LLMRates: which meter each one means in a row of a given kind.

Columns are per million tokens or characters, per 1,000 pages or searches, per hour, second, picture or track, in the
currency of the row. Some hold another unit than their name says, and the rest of the row shows it: pictures, clips,
seconds of sound and spoken characters of Alibaba stand in the token columns, because its page has one price column for
all of them; minutes of OpenAI's transcribers (PE-05) and a picture of Google do, too; `video_price` is per second
except at MiniMax, and `image_price` of a video model is per clip.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.pricing.meters import Meter

MILLION, THOUSAND, TEN_THOUSAND, HOUR, MINUTE = 1_000_000, 1000, 10_000, 3600, 60
ALIBABA = "qwen"
PER_CLIP = frozenset({"minimax"})
NO_PICTURE_COSTS = 100  # CNY; what stands above it is not the price of a picture
NO_TOKEN_IS_AS_CHEAP = Decimal("0.1")  # per million
PICTURES_COST_LESS = Decimal("0.5")  # USD; a dearer output of a picture model is one of tokens
_TOKENS = {  # direction, cache, variant
    "input_price_per_million": ("input", "none", ""),
    "cached_input_price_per_million": ("input", "read", ""),
    "cached_write_price_per_million": ("input", "write", ""),
    "output_price_per_million": ("output", "none", ""),
    "thinking_output_price_per_million": ("output", "none", "reasoning"),
}
_OTHERS = {
    "image_price": (Meter("output", "image", "image"), 1),
    "image_price_per_million": (Meter("input", "image", "token"), MILLION),
    "character_price_per_million": (Meter("input", "text", "character"), MILLION),
    "audio_price_per_hour": (Meter("input", "audio", "audio_second"), HOUR),
    "audio_price_per_million": (Meter("input", "audio", "token"), MILLION),
    "video_price": (Meter("output", "video", "video_second"), 1),
    "video_price_per_second": (Meter("output", "video", "video_second"), 1),
    "video_price_per_million": (Meter("input", "video", "token"), MILLION),
    "track_price": (Meter("output", "audio", "track"), 1),
    "page_price": (Meter("input", "any", "page"), THOUSAND),
    "search_price_per_thousand": (Meter("input", "any", "search"), THOUSAND),
}
PRICES = (*_TOKENS, *_OTHERS)
MADE = frozenset({"output_price_per_million", "thinking_output_price_per_million"})
_CLIP = Meter("output", "video", "clip")
_SPOKEN = Meter("output", "audio", "audio_second")
_HEARD = Meter("input", "audio", "audio_second")
_CHARACTER = Meter("input", "text", "character")


@dataclass(frozen=True, slots=True)
class Column:
    """The meter of a column and how many of its base units the price is for, or why it has no meter."""

    meter: Meter | None
    per: int = 1
    note: str = ""
    why_not: str = ""


def column_meaning(
    name: str, row: Mapping[str, str], workload: str, modality: str, known_text: Collection[str]
) -> Column:
    """What the column `name` of a row is the price of.

    `modality` is that of a label; `known_text` are the output prices in the rows labelled as text: an audio row of
    Gemini repeats the price of the text that the model answers with.
    """
    value, kinds = Decimal(row[name]), set(row["modalities"].split("|"))
    if name in _TOKENS:
        other = _not_tokens(name, value, row, workload, modality, kinds)
        return other or _tokens(name, row, workload, modality, kinds, known_text)
    meter, per = _OTHERS[name]
    if name == "audio_price_per_hour" and workload == "text-to-speech":
        meter = _SPOKEN
    if name == "video_price" and row["provider_slug"] in PER_CLIP:
        return Column(_CLIP)
    if name == "image_price" and kinds == {"video"}:
        return Column(_CLIP, note="per clip, listed under image_price")
    if name == "image_price" and kinds == {"audio"}:
        return Column(None, why_not="of a speech model: the unit is not stated")
    if name == "image_price" and row["tier_label"] in ("Visual Captioning", "Visual Q&A"):
        meter = Meter("input", "image", "image")
    return Column(meter, per)


def _tokens(
    name: str,
    row: Mapping[str, str],
    workload: str,
    modality: str,
    kinds: set[str],
    known_text: Collection[str],
) -> Column:
    """A price of tokens: their modality is that of the label, else of the only thing the model hears or makes."""
    direction, cache, variant = _TOKENS[name]
    made = direction == "output"
    if modality:
        kind = "text" if row[name] in known_text else modality
    elif row["model_type"] == "video":
        kind = "video" if made else "text"
    elif made and (workload == "image" and row["image_price_per_million"]):
        kind = "image"
    elif (kinds == {"audio"} and row["provider_slug"] != ALIBABA) or (made and workload == "text-to-speech"):
        kind = "audio"
    else:
        kind = "text"
    note = "" if kind == "text" or modality else "modality from the kind of model"
    return Column(Meter(direction, kind, "token", cache=cache, variant=variant), MILLION, note)


def _not_tokens(
    name: str, value: Decimal, row: Mapping[str, str], workload: str, modality: str, kinds: set[str]
) -> Column | None:
    """What stands in a token column without being tokens, or None."""
    provider, made = row["provider_slug"], _TOKENS[name][0] == "output"
    if provider == ALIBABA and len(kinds) == 1 and kinds < {"video", "image", "audio"}:
        return _alibaba(name, value, row, *kinds)
    if modality == "audio" and made and not row["input_price_per_million"] and value < NO_TOKEN_IS_AS_CHEAP:
        return Column(_HEARD, MINUTE, "per minute, listed per 1M tokens")
    price_in = Decimal(row["input_price_per_million"] or 0)
    if workload == "image" and kinds == {"embedding"} and not made and not row["output_price_per_million"]:
        return Column(Meter("output", "image", "token"), MILLION, "tokens of the picture, listed as input")
    if workload == "image" and made and not modality and 0 < value < min(price_in, PICTURES_COST_LESS):
        return Column(Meter("output", "image", "image"), 1, "per picture, listed per 1M tokens")
    if workload == "vision" and 0 < value < Decimal("0.01"):
        return Column(Meter("input", "any", "page"), 1, "per page, listed per 1M tokens")
    return None


def _alibaba(name: str, value: Decimal, row: Mapping[str, str], kind: str) -> Column | None:
    """The unit of Alibaba's only price column, from what the model makes and which columns are filled."""
    direction = _TOKENS[name][0]
    if kind == "video":
        return Column(Meter(direction, "video", "video_second"), 1, "per second of video, listed per 1M tokens")
    if kind == "image":
        if value > NO_PICTURE_COSTS:
            return Column(None, why_not="too dear for a picture: the unit is not stated")
        return Column(Meter(direction, "image", "image"), 1, "per picture, listed per 1M tokens")
    filled = [c for c in _TOKENS if row[c]]
    if "thinking_output_price_per_million" in filled:
        return Column(None, why_not="of a model that speaks: text or sound is not stated")
    if len(filled) > 1:
        return None  # tokens of text in, of sound out
    if direction == "output":
        return Column(_SPOKEN, 1, "per second of sound, listed per 1M tokens")
    if value < NO_TOKEN_IS_AS_CHEAP:
        return Column(_HEARD, 1, "per second of sound, listed per 1M tokens")
    return Column(_CHARACTER, TEN_THOUSAND, "per 10,000 characters, listed per 1M tokens")
