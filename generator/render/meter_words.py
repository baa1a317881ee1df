"""Meters in the words of the pages: "text input, cache read, batch, prompts over 200,000 tokens"."""

from generator.render.texts import text
from wasm_tools.pricing.meters import Meter


def meter_words(meter: Meter) -> str:
    """What is billed, without the unit, which stands beside the price."""
    parts = [text(f"meters.{meter.modality}_{meter.direction}")]
    if meter.cache != "none":
        parts.append(text(f"meters.cache.{meter.cache}"))
    return ", ".join([*parts, *conditions(meter)])


def conditions(meter: Meter) -> list[str]:
    """When a price holds: tier, context band, time of day, variant; empty when always."""
    parts = []
    if meter.tier != "standard":
        parts.append(text(f"meters.tier.{meter.tier}"))
    if meter.above_tokens:
        parts.append(text("meters.band", tokens=meter.above_tokens))
    if meter.window:
        parts.append(window_words(meter.window))
    if meter.variant:
        parts.append(meter.variant.replace("_", " "))
    return parts


def window_words(window: str) -> str:
    """A window like `0100-0400@mon-fri` as `01:00–04:00 UTC mon–fri`; other texts as they are."""
    hours, _, days = window.partition("@")
    start, dash, end = hours.partition("-")
    if not (dash and len(start) == len(end) == 4 and (start + end).isdigit()):
        return window
    clock = f"{start[:2]}:{start[2:]}–{end[:2]}:{end[2:]} UTC"
    return f"{clock} {days.replace('-', '–')}" if days else clock
