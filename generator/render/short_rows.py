"""Sellers of a model in one short line each: those for which the page has no room with all their evidence."""

from collections.abc import Sequence
from typing import Any

from generator.render.comparable import rankable
from generator.render.price_rows import price_cell
from generator.render.row_choice import PricedRow
from generator.render.site_index import CACHE_READ, SiteIndex
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT

MOST = 12
ROOM = 20 + 8 * MOST  # elements of the table


def short_rows(rows: Sequence[PricedRow], shown: set[str], index: SiteIndex) -> list[dict[str, Any]]:
    """The first comparable row of each seller that is not `shown`, in the given order."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        sku = row.sku
        if sku.provider in shown or sku.provider in found or not rankable(sku, index):
            continue
        offers = [sku.offer(meter) for meter in (TEXT_INPUT, CACHE_READ, TEXT_OUTPUT)]
        grades = [index.grade(o) for o in offers if o]
        worst = max(grades, key=lambda g: g.letter)
        found[sku.provider] = {
            "provider": index.provider_name(sku.provider),
            "href": f"providers/{sku.provider}/",
            "cells": [price_cell(o) for o in offers],
            "grade": worst.letter,
            "grade_reason": worst.reason,
        }
        if len(found) == MOST:
            break
    return list(found.values())
