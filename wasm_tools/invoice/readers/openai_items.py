"""Line items of OpenAI's bills: `[priority | ]<model>[ audio|image|text], <class>[, long context]`, and tools.

The classes are those billed, so they are disjoint: `input` is the input that was not cached.
"""

from decimal import Decimal

from wasm_tools.invoice.usage import LineKey

UNITS = {  # quantity_unit: base unit and its number; '' where the unit registry has none
    "tokens": ("token", 1),
    "1000_tokens": ("token", 1_000),
    "duration_seconds": ("audio_second", 1),
    "duration_minutes": ("audio_second", 60),
    "duration_hours": ("audio_second", 3_600),
    "images": ("image", 1),
    "characters": ("character", 1),
}
_CLASSES = {
    "input": "input_uncached",
    "output": "output",
    "cached input": "cache_read",
    "cache write": "cache_write",
    "cache writes": "cache_write",
    "input_tokens": "input",
    "output_tokens": "output",
}
_MODALITIES = {
    ("audio", "input_uncached"): "audio_in",
    ("audio", "output"): "audio_out",
    ("image", "input_uncached"): "image_in",
    ("image", "output"): "image_out",
}
_BY_UNIT = {"audio_second": "seconds", "image": "images", "character": "characters"}
_TIERS = ("priority", "flex", "batch")
_TOOLS = ("web search", "file search", "code interpreter", "tool call", "container")
_STORAGE = ("storage", "gibibyte")


def item_key(line_item: str, currency: str, quantity_unit: str, credit: bool) -> tuple[LineKey, Decimal]:
    """The key of a line item, and base units per unit as billed. `credit`: the amount is negative."""
    item = line_item.strip()
    lowered = item.casefold()
    unit, factor = UNITS.get(quantity_unit.strip().casefold(), ("", 1))
    model, line_class, tier, band = "", "blended", "unknown", ""
    modality = ""
    if any(word in lowered for word in _TOOLS):
        line_class = "tool_call"
        unit = "search" if "search" in lowered and not quantity_unit.strip() else unit
    elif any(word in lowered for word in _STORAGE):
        line_class, unit = "storage", ""
    elif item:
        tier, model, modality, line_class, band = _parsed(item)
        line_class = _BY_UNIT.get(unit, line_class)
    kind = "usage"
    if credit or "credit" in lowered:
        kind = "refund" if "refund" in lowered else "credit"
        line_class = "other" if line_class == "blended" else line_class
    elif lowered in ("tax", "sales tax", "vat"):
        kind, line_class = "tax", "other"
    key = LineKey(
        provider="openai",
        host="openai",
        developer="openai",
        model_raw=model,
        line_class=line_class,
        unit=unit,
        unit_evidence="stated" if unit else "none",
        unit_raw=quantity_unit.strip(),
        tier=tier,
        context_band=band,
        kind=kind,
        cost_basis="invoiced",
        currency=currency,
        join=(("line_item", item), *((("modality", modality),) if modality else ())) if item else (),
    )
    return key, Decimal(factor)


def _parsed(item: str) -> tuple[str, str, str, str, str]:
    """Tier, model, modality, line class and context band of a line item that names a model."""
    tier, band, line_class = "unknown", "", "other"
    head, bar, rest = item.partition(" | ")
    if bar and head.casefold() in _TIERS:
        tier, item = head.casefold(), rest
    model, *words = (part.strip() for part in item.split(","))
    if not words:
        return tier, "", "", "other", ""
    for word in map(str.casefold, words):
        if word == "long context":
            band = "long"
        elif word in _TIERS:
            tier = word
        else:
            line_class = _CLASSES.get(word, line_class)
    named, _, modality = model.rpartition(" ")
    if modality in ("audio", "image", "text"):
        model = named
    else:
        modality = ""
    line_class = _MODALITIES.get((modality, line_class), line_class)
    if "embedding" in model and line_class == "input_uncached":
        line_class = "embedding"
    return tier, model, modality, line_class, band
