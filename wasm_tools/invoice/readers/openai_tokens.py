"""Tokens and other quantities of OpenAI's usage files, made disjoint.

`input_tokens` contains the cached tokens and those written to the cache. The columns by modality split the same tokens
once more; they are used instead of the totals where audio or images were used.
"""

from collections.abc import Callable
from decimal import Decimal

from wasm_tools.invoice.usage import EXACT, LineKey, exact_sum

ZERO = Decimal(0)
TOTALS = ("input_tokens", "output_tokens", "input_cached_tokens", "input_cache_write_tokens")
MIXED = ("input_audio_tokens", "output_audio_tokens", "input_image_tokens", "output_image_tokens")
MODAL = ("input_cached_audio_tokens", "input_cached_image_tokens")
UNSPLIT = "the columns by modality do not add up to input_tokens"
COUNTED = {  # of the other endpoints: column, line class, base unit
    "characters": ("characters", "character"),
    "seconds": ("seconds", "audio_second"),
    "images": ("images", "image"),
    "num_images": ("images", "image"),
    "num_sessions": ("tool_call", "session"),
    "sessions": ("tool_call", "session"),
    "num_requests": ("tool_call", "search"),
    "usage_bytes": ("storage", ""),
}
_TIERS = {"default": "standard", "flex": "flex", "priority": "priority", "scale": "committed", "batch": "batch"}
Tokens = list[tuple[str, str, Decimal]]  # line class, modality of cached tokens, quantity above zero


class TokensProblem(ValueError):
    """Counts that contradict each other."""


def usage_key(model: str, batch: str, service_tier: str, line_class: str, unit: str, modality: str) -> LineKey:
    """The key of a quantity; usage files state no cost."""
    tier = "batch" if batch.casefold() in ("true", "1") else _TIERS.get(service_tier.casefold(), "unknown")
    if tier == "unknown" and batch.casefold() == "false":
        tier = "standard"
    return LineKey(
        provider="openai",
        host="openai",
        developer="openai",
        model_raw=model,
        line_class=line_class,
        unit=unit,
        unit_evidence="stated" if unit else "none",
        unit_raw="bytes" if line_class == "storage" else unit,
        tier=tier,
        join=(("modality", modality),) if modality else (),
    )


def text_tokens(total: Decimal, output: Decimal, cached: Decimal, written: Decimal) -> Tokens:
    """The disjoint classes of a row of text tokens. Raises TokensProblem when more is cached than there was."""
    subtract = EXACT.subtract
    uncached = subtract(subtract(total, cached), written)
    if uncached < 0 or min(output, cached, written) < 0:
        raise TokensProblem("input_tokens is less than its cached and cache-write tokens")
    found = (
        ("input_uncached", "", uncached),
        ("cache_read", "", cached),
        ("cache_write", "", written),
        ("output", "", output),
    )
    return [entry for entry in found if entry[2]]


def mixed_tokens(of: Callable[[str], Decimal]) -> tuple[Tokens, str]:
    """The disjoint classes of a row with audio or images, and a note when its columns do not add up.

    Files differ in whether the input of a modality contains its cached tokens: the one that adds up holds.
    """
    total, output, cached, written = map(of, TOTALS)
    audio, audio_out, image, image_out = map(of, MIXED)
    cached_audio, cached_image = map(of, MODAL)
    text = of("input_text_tokens")
    split = exact_sum((text, audio, image))
    subtract = EXACT.subtract
    if split == total and cached:  # they contain the cached tokens
        audio, image = subtract(audio, cached_audio), subtract(image, cached_image)
    elif EXACT.add(split, EXACT.add(cached, written)) != total and split != total and text:
        return text_tokens(total, output, cached, written), UNSPLIT
    cached_text = subtract(cached, EXACT.add(cached_audio, cached_image))
    text = subtract(total, exact_sum((cached, written, audio, image)))
    text_out = subtract(output, EXACT.add(audio_out, image_out))
    found = (
        ("input_uncached", "", text),
        ("cache_read", "", cached_text),
        ("cache_read", "audio", cached_audio),
        ("cache_read", "image", cached_image),
        ("cache_write", "", written),
        ("audio_in", "", audio),
        ("image_in", "", image),
        ("output", "", text_out),
        ("audio_out", "", audio_out),
        ("image_out", "", image_out),
    )
    if any(quantity < 0 for _, _, quantity in found):
        return text_tokens(total, output, cached, written), UNSPLIT
    return [entry for entry in found if entry[2]], ""


def input_class(model: str) -> str:
    """The class of the tokens of an endpoint that has no output: embeddings or moderation."""
    return "moderation" if "moderation" in model.casefold() else "embedding"
