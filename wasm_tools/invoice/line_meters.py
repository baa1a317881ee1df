"""Which meters of a product a line may have been billed by, and which of them what the line says points to."""

from collections.abc import Iterable
from dataclasses import dataclass

from wasm_tools.invoice.tariffs import Tariff
from wasm_tools.invoice.usage import LineKey
from wasm_tools.pricing.meters import TIERS, Meter

# direction, modality, cache of a meter by line class; '' is any
SHAPES = {
    "input_uncached": ("input", "text", "none"),
    "input": ("input", "text", ""),
    "cache_read": ("input", "text", "read"),
    "cache_write": ("input", "text", "write"),
    "cache_write_5m": ("input", "text", "write"),
    "cache_write_1h": ("input", "text", "write_1h"),
    "cache_write_12h": ("input", "text", "write_12h"),
    "cache_storage": ("input", "text", "storage"),
    "output": ("output", "text", "none"),
    "reasoning": ("output", "text", "none"),
    "audio_in": ("input", "audio", "none"),
    "audio_out": ("output", "audio", "none"),
    "image_in": ("input", "image", "none"),
    "image_out": ("output", "image", "none"),
    "video_in": ("input", "video", "none"),
    "embedding": ("input", "text", "none"),
}
NEVER = frozenset({"blended", "storage"})  # classes that no meter stands for


@dataclass(frozen=True, slots=True)
class Fit:
    """Tariffs by how well they fit a line: `said` agree with all that it states, `other` differ in tier, band or place.

    Both begin with what a line without further words means; `first` is the one at the head. `mixed`: the line does not
    say which of several kinds of tokens (input, output, cached) it counts.
    """

    first: Tariff | None
    said: tuple[Tariff, ...]
    other: tuple[Tariff, ...]
    mixed: bool


def fit(tariffs: Iterable[Tariff], key: LineKey) -> Fit:
    """The tariffs that a line of `key` may have been billed by. Nobody bills a gift: free variants are left out."""
    if key.line_class in NEVER or not key.unit:
        return Fit(None, (), (), False)
    direction, modality, cache = SHAPES.get(key.line_class, ("", "", ""))
    cached = dict(key.join).get("modality", "") if cache else ""
    modality = cached if cached and cached != "text" else modality
    shaped = [
        t
        for t in tariffs
        if t.meter.unit == key.unit
        and t.meter.variant != "free"
        and direction in ("", t.meter.direction)
        and modality in ("", t.meter.modality)
        and cache in ("", t.meter.cache)
    ]
    places = {t.offer.region for t in shaped}
    shaped.sort(key=lambda t: _order(t, key))
    said = tuple(t for t in shaped if _agrees(t, key, places))
    kinds = {(t.meter.direction, t.meter.modality, t.meter.cache) for t in said}
    other = tuple(t for t in shaped if t not in said)
    return Fit((said or other or (None,))[0], said, other, len(kinds) > 1)


def _agrees(t: Tariff, key: LineKey, places: set[str]) -> bool:
    meter = t.meter
    return (
        (key.tier not in TIERS or meter.tier == key.tier)
        and (key.context_band != "short" or not meter.above_tokens)
        and (key.context_band != "long" or meter.above_tokens > 0)
        and _in_place(t.offer.region, key, places)
    )


def _in_place(region: str, key: LineKey, places: set[str]) -> bool:
    """Whether a price of a region holds: work that may run anywhere has the global price, wherever it was ordered."""
    wanted = "global" if key.region_scope == "global" else key.region
    return wanted not in places or region == wanted


def _order(t: Tariff, key: LineKey) -> tuple[object, ...]:
    """What a line means that says no more: standard, uncached, short, everywhere, without conditions."""
    meter: Meter = t.meter
    return (
        t.gone,
        meter.tier != (key.tier if key.tier in TIERS else "standard"),
        meter.cache != "none",
        meter.above_tokens,
        key.region_scope != "global" and bool(key.region) and t.offer.region != key.region,
        t.offer.region != "global",
        bool(meter.variant),
        bool(meter.window),
        meter.direction != "input",
        t.offer.price,
        t.offer.region,
        str(meter),
    )
