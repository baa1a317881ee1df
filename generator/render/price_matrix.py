"""One matrix of all prices of a model's main sellers: a row a condition, a column a meter, by seller and region.

A condition is tier, context band, hours and variant.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from generator.render.formats import price, significant
from generator.render.meter_words import window_words
from generator.render.price_evidence import quantity_words
from generator.render.price_rows import COLUMNS, region_words
from generator.render.row_choice import PricedRow, each_first
from generator.render.site_index import SiteIndex
from wasm_tools.pricing.meters import Meter, price_text
from wasm_tools.pricing.offers import Offer

GROUPS, CONDITIONS, METERS = 5, 12, 7  # sellers, rows of one, columns: what does not fit is in the explorer
ROWS = 36  # of all sellers
OWN_GROUPS = 3  # regions of the developer's own prices
TIERS = ("standard", "batch", "flex", "priority")
_CACHES = ("none", "read", "write", "write_1h", "write_12h", "storage")
_MODALITIES = ("text", "image", "audio", "video", "any")
_IN_MAIN_TABLE = frozenset(meter for _, meter in COLUMNS)


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """When a price holds. Sorts as the rows of a seller stand."""

    tier: int
    variant: str
    window: str
    above_tokens: int


def condition_of(meter: Meter) -> Condition:
    """The condition of a meter."""
    tier = TIERS.index(meter.tier) if meter.tier in TIERS else len(TIERS)
    return Condition(tier, meter.variant, meter.window, meter.above_tokens)


def quantity_of(meter: Meter) -> Meter:
    """What is counted, whenever: the meter without its condition."""
    return replace(meter, tier="standard", above_tokens=0, window="", variant="")


def has_conditions(row: PricedRow) -> bool:
    """Whether a seller states prices that the table of all sellers has no column for."""
    return len(row.sku.offers) > 1 and any(o.meter not in _IN_MAIN_TABLE for o in row.sku.offers)


def matrix(rows: Sequence[PricedRow], own: str, index: SiteIndex) -> dict[str, Any] | None:
    """The matrix of a model; None where no seller states more than standard and batch prices.

    `rows` are in the order of the page, the developer's own first; `own` is the developer. Its regions come first, then
    of every other seller the first row.
    """
    able = unlike([r for r in rows if has_conditions(r) and not index.ended(r.sku)])
    first = [r for r in able if r.sku.provider == own][:OWN_GROUPS]
    others = [r for r in able if r.sku.provider != own]
    ordered = [others[n] for n in each_first([r.sku.provider for r in others])]
    ordered.sort(key=lambda r: len({condition_of(o.meter) for o in r.sku.offers}) == 1)
    chosen = within(first + ordered)
    if not chosen:
        return None
    meters = chosen_meters(chosen)
    shown = [r for r in chosen if any(quantity_of(o.meter) in meters for o in r.sku.offers)]
    units, groups = index.data.registry.units, [seller_group(r, meters, index) for r in shown]
    return {
        "columns": [{"name": column_words(m), "unit": f"$ / {units.unit(m).label}"} for m in meters],
        "groups": groups,
        "relative": any(r["times"] for g in groups for r in g["rows"]),
        "more": len({(r.sku.provider, r.sku.sku) for r in able}) - len({(r.sku.provider, r.sku.sku) for r in shown}),
        "beside": sum(quantity_of(o.meter) not in meters for r in shown for o in r.sku.offers),
    }


def unlike(rows: Sequence[PricedRow]) -> list[PricedRow]:
    """The rows without those that only repeat prices of another id of the same provider, such as a dated snapshot."""
    found: list[PricedRow] = []
    stated: dict[str, list[frozenset[tuple[Meter, Decimal]]]] = {}
    for r in rows:
        prices = frozenset((o.meter, o.price) for o in r.sku.offers)
        earlier = stated.setdefault(r.sku.provider, [])
        if not any(prices <= other for other in earlier):
            found.append(r)
            earlier.append(prices)
    return found


def within(rows: Sequence[PricedRow]) -> list[PricedRow]:
    """The first rows whose conditions fit into the matrix, at least one."""
    room = ROWS
    found: list[PricedRow] = []
    for r in rows[:GROUPS]:
        room -= min(CONDITIONS, len({condition_of(o.meter) for o in r.sku.offers}))
        if room < 0 and found:
            break
        found.append(r)
    return found


def chosen_meters(rows: Sequence[PricedRow]) -> list[Meter]:
    """The columns: what most of the rows state, in the order of a request."""
    counted = Counter(quantity_of(o.meter) for r in rows for o in r.sku.offers)
    often = sorted(counted, key=lambda m: (_MODALITIES.index(m.modality) > 0, -counted[m], m))[:METERS]
    return sorted(often, key=_place)


def _place(meter: Meter) -> tuple[Any, ...]:
    output = meter.direction == "output"
    return (_MODALITIES.index(meter.modality), output, _CACHES.index(meter.cache), meter.unit, meter)


def column_words(meter: Meter) -> str:
    """The head of a column: `In`, `Cached in`, `Audio out`, `Search`."""
    words = (
        quantity_words(meter).replace("write in", "write") if meter.unit == "token" else meter.unit.replace("_", " ")
    )
    return words[:1].upper() + words[1:]


def seller_group(row: PricedRow, meters: Sequence[Meter], index: SiteIndex) -> dict[str, Any]:
    """The rows of one seller in one group of regions."""
    found: dict[Condition, dict[Meter, Offer]] = {}
    for o in row.sku.offers:
        quantity = quantity_of(o.meter)
        if quantity in meters:
            found.setdefault(condition_of(o.meter), {})[quantity] = o
    ordered = sorted(found)
    base = found[ordered[0]]
    grade = max((index.grade(o) for o in row.sku.offers), key=lambda g: g.letter)
    return {
        "provider": index.provider_name(row.sku.provider),
        "href": f"providers/{row.sku.provider}/",
        "sku": row.sku.sku,
        "region": region_words(row.regions),
        "grade": grade.letter,
        "grade_reason": grade.reason,
        "rows": [
            {
                "when": when_words(c, ordered),
                "times": times_words(found[c], base) if c != ordered[0] else "",
                "times_exact": times_exact(found[c], base),
                "cells": [cell(found[c].get(m)) for m in meters],
            }
            for c in ordered[:CONDITIONS]
        ],
        "more": max(0, len(ordered) - CONDITIONS),
    }


def when_words(condition: Condition, of_seller: Sequence[Condition]) -> str:
    """The condition of a row in words, the lowest band with its end where there is a higher one."""
    alike = [c for c in of_seller if replace(c, above_tokens=0) == replace(condition, above_tokens=0)]
    above = sorted(c.above_tokens for c in alike)
    tier = TIERS[condition.tier] if condition.tier < len(TIERS) else "other tier"
    parts = [tier] if condition.tier or not condition.variant else []
    if condition.variant:
        parts.append(condition.variant.replace("_", " "))
    higher = [a for a in above if a > condition.above_tokens]
    if condition.above_tokens:
        parts.append(f"prompts over {condition.above_tokens:,} tokens")
    elif higher:
        parts.append(f"prompts up to {higher[0]:,} tokens")
    if condition.window:
        parts.append(window_words(condition.window))
    elif any(c.window and c.tier == condition.tier for c in of_seller):
        parts.append("all other hours")
    words = ", ".join(parts)
    return words[:1].upper() + words[1:]


def times_words(prices: dict[Meter, Offer], base: dict[Meter, Offer]) -> str:
    """How a row relates to the first one where two prices and more do so alike: `× 0.5`; else nothing."""
    both = [m for m in prices if m in base and base[m].price]
    ratios = {(prices[m].price / base[m].price).quantize(Decimal("0.001")) for m in both}
    return f"× {significant(float(ratios.pop()))}" if len(ratios) == 1 and len(both) > 1 else ""


def times_exact(prices: dict[Meter, Offer], base: dict[Meter, Offer]) -> str:
    """The two prices behind that ratio: of the row, and of the first one."""
    pairs = [(o.price, base[m].price) for m, o in sorted(prices.items()) if m in base and base[m].price]
    return " ".join(map(price_text, pairs[0])) if pairs else ""


def cell(offer: Offer | None) -> dict[str, str]:
    """A price with its exact digits; empty where the seller states none."""
    return {"price": price(offer.price), "exact": price_text(offer.price)} if offer else {"price": "", "exact": ""}
