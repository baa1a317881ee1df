"""What a GPU rents for by provider and commitment: the range over regions, in one line a provider."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from generator.render.formats import plural, price
from generator.render.offer_columns import COMMITMENT_WORDS
from generator.render.site_index import SiteIndex
from wasm_tools.pricing.meters import price_text
from wasm_tools.pricing.offers import GpuOffer

PROVIDERS = 24
COLUMNS = 6  # commitments that most providers state


def provider_spread(rentals: Sequence[GpuOffer], index: SiteIndex) -> dict[str, Any] | None:
    """Providers by their lowest on-demand price, a column a commitment; None where there is nothing to compare."""
    groups: dict[str, dict[str, list[GpuOffer]]] = {}
    for r in rentals:
        groups.setdefault(r.provider, {}).setdefault(r.commitment, []).append(r)
    if not groups:
        return None
    sellers = {c: sum(c in of for of in groups.values()) for c in COMMITMENT_WORDS}
    prices = Counter(r.commitment for r in rentals)
    often = sorted((c for c in sellers if sellers[c]), key=lambda c: (-sellers[c], -prices[c], c))
    columns = [c for c in COMMITMENT_WORDS if c in often[:COLUMNS]]

    def order(provider: str) -> tuple[Any, ...]:
        of = groups[provider]
        first = next((n for n, c in enumerate(columns) if c in of), COLUMNS)
        of_first = of[columns[first]] if first < COLUMNS else [r for rows in of.values() for r in rows]
        return (first, min(r.price for r in of_first), provider)

    providers = sorted(groups, key=order)
    return {
        "columns": [COMMITMENT_WORDS[c] for c in columns],
        "rows": [
            {
                "provider": index.provider_name(p),
                "href": f"providers/{p}/",
                "regions": region_count(groups[p]),
                "cells": [range_cell(groups[p].get(c, [])) for c in columns],
            }
            for p in providers[:PROVIDERS]
        ],
        "more": max(0, len(providers) - PROVIDERS),
    }


def region_count(of: dict[str, list[GpuOffer]]) -> str:
    """How many regions a provider names; empty where it names none."""
    regions = {r.region for rows in of.values() for r in rows} - {"global", ""}
    return plural(len(regions), "region") if regions else ""


def range_cell(rows: Sequence[GpuOffer]) -> dict[str, str]:
    """The lowest and highest price of one commitment: `$2.49`, `$2.49–3.10`; empty where there is none."""
    if not rows:
        return {"words": "", "exact": ""}
    low, high = min(r.price for r in rows), max(r.price for r in rows)
    words = price(low) if low == high else f"{price(low)}–{price(high).removeprefix('$')}"
    return {"words": words, "exact": " ".join(dict.fromkeys((price_text(low), price_text(high))))}
