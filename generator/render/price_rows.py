"""The prices of a SKU as ready strings: the meters everybody compares in columns, all others in collapsed groups."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from generator.render.formats import meter_price, missing, price
from generator.render.meter_words import conditions, meter_words
from generator.render.site_index import BATCH_INPUT, BATCH_OUTPUT, CACHE_READ, SiteIndex, Sku
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter, UnitRegistry, price_text
from wasm_tools.pricing.offers import Offer

COLUMNS: tuple[tuple[str, Meter], ...] = (
    ("input", TEXT_INPUT),
    ("cached", CACHE_READ),
    ("output", TEXT_OUTPUT),
    ("batch_input", BATCH_INPUT),
    ("batch_output", BATCH_OUTPUT),
)
_IN_COLUMNS = frozenset(meter for _, meter in COLUMNS)
_SHORT_CACHES = {
    "none": "",
    "read": "cached ",
    "write": "cache write ",
    "write_1h": "1 h cache write ",
    "write_12h": "12 h cache write ",
    "storage": "cache storage ",
}


def sku_row(sku: Sku, index: SiteIndex, with_columns: bool = True) -> dict[str, Any]:
    """A SKU as strings. Without columns (images, speech, video) its first price stands for it."""
    units = index.data.registry.units
    shown = [o for o in sku.offers if with_columns and o.meter in _IN_COLUMNS] or [main_offer(sku)]
    grade = max((index.grade(o) for o in shown), key=lambda g: g.letter)
    row: dict[str, Any] = {
        "provider": index.provider_name(sku.provider),
        "provider_href": f"providers/{sku.provider}/",
        "model": index.model_name(sku.model) if sku.model else "",
        "model_href": f"models/{sku.model}/" if sku.model else "",
        "sku": sku.sku,
        "region": "" if sku.region == "global" else sku.region,
        "grade": grade.letter,
        "grade_reason": grade.reason,
        "others": price_groups((o for o in sku.offers if o not in shown), units),
        "notes": sku_notes(sku, index),
    }
    if with_columns:
        return row | {name: price_cell(sku.offer(meter)) for name, meter in COLUMNS}
    first = shown[0]
    return row | {"main": meter_price(first.meter, first.price, units), "main_words": meter_words(first.meter)}


def sku_notes(sku: Sku, index: SiteIndex) -> list[str]:
    """What else is known of the prices of a SKU: notes of the sources, and why the planner leaves it out."""
    suspect = index.suspects.get((sku.provider, sku.sku, sku.region), "")
    return sorted({o.note for o in sku.offers if o.note}) + ([f"not ranked: {suspect}"] if suspect else [])


def main_offer(sku: Sku) -> Offer:
    """The offer that stands for a SKU without token prices: an output before an input, the plainest meter first."""
    return min(sku.offers, key=lambda o: (len(str(o.meter).split(";")), o.meter.direction == "input", o.meter))


def price_cell(offer: Offer | None) -> Markup:
    """A price with its exact digits in `data-usd`; a dash where this provider states none."""
    if offer is None:
        return Markup('<td class="n none" title="not stated by any source">—</td>')
    exact = price_text(offer.price)
    return Markup(f'<td class="n" data-usd="{exact}">{price(offer.price)}</td>')


def price_groups(offers: Iterable[Offer], units: UnitRegistry) -> list[dict[str, str]]:
    """Prices outside the columns, those of one tier, band, window and variant in one line."""
    groups: dict[str, list[str]] = {}
    for o in offers:
        groups.setdefault(condition_words(o.meter), []).append(
            f"{quantity_words(o.meter)} {meter_amount(o.meter, o.price, units)}"
        )
    return [{"when": when, "prices": ", ".join(prices)} for when, prices in groups.items()]


def condition_words(meter: Meter) -> str:
    """When a price holds: tier, context band, time of day, variant; `standard` when always."""
    return ", ".join(conditions(meter)) or "standard"


def quantity_words(meter: Meter) -> str:
    """What is counted, in short: `in`, `cached in`, `audio out`."""
    modality = "" if meter.modality in ("text", "any") else f"{meter.modality} "
    return f"{_SHORT_CACHES[meter.cache]}{modality}{'in' if meter.direction == 'input' else 'out'}"


def meter_amount(meter: Meter, value: Decimal, units: UnitRegistry) -> str:
    """A price with its unit where it is not the usual million tokens."""
    return price(value) if meter.unit == "token" else f"{price(value)} /{units.unit(meter).label}"


def spread(values: Iterable[Decimal]) -> dict[str, Any]:
    """Lowest, median and highest of prices as strings; dashes when there is none."""
    ordered = sorted(values)
    if not ordered:
        none = missing("no price")
        return {"lowest": none, "median": none, "highest": none, "count": 0}
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return {"lowest": price(ordered[0]), "median": price(median), "highest": price(ordered[-1]), "count": len(ordered)}
