"""Statements that are held back, as rows: what the source says, what others say, and why it is not used."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from generator.render.formats import missing, price
from generator.render.meter_words import meter_words
from generator.render.price_evidence import in_meter_words
from generator.render.site_index import SiteIndex
from generator.sync.state import Quarantined
from wasm_tools.pricing.meters import parse_meter, price_text

SHOWN = 8  # rows of one page; the download has all


def held_back(statements: Sequence[Quarantined], index: SiteIndex, shown: int = SHOWN) -> dict[str, Any]:
    """The first statements as rows, and how many there are."""
    return {"rows": [held_back_row(q, index) for q in statements[:shown]], "total": len(statements)}


def held_back_row(held: Quarantined, index: SiteIndex) -> dict[str, Any]:
    """A statement that is held back, with the reason."""
    rental = held.meter.startswith("gpu_hour")
    source = index.data.registry.source.get(held.source)
    return {
        "source": source.title if source else held.source,
        "provider": index.provider_name(held.provider),
        "provider_href": f"providers/{held.provider}/" if held.provider in index.providers else "",
        "sku": held.sku,
        "meter": "GPU-hour" if rental else meter_words(parse_meter(held.meter)),
        "price": stated_price(held.price, held.currency),
        "price_exact": held.price,
        "expected": stated_price(held.expected, held.currency) if held.expected else missing("no single price"),
        "expected_exact": held.expected,
        "reason": in_meter_words(held.reason),
    }


def stated_price(text: str, currency: str) -> str:
    """A price in dollars as on every page; in another currency with its exact digits and its code."""
    return price(Decimal(text)) if currency == "USD" else f"{price_text(Decimal(text))} {currency}"
