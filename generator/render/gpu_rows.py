"""Rental prices of GPUs as ready strings."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from generator.render.formats import missing, money, price
from generator.render.offer_columns import COMMITMENT_WORDS, agreeing
from generator.render.offer_ids import rental_id, report_address
from generator.render.site_index import SiteIndex
from generator.render.sku_facts import is_page
from wasm_tools.pricing.meters import price_text
from wasm_tools.pricing.offers import GpuOffer

GIBIBYTE = 2**30
MILLIONTH = Decimal("0.000001")


def rental_row(rental: GpuOffer, index: SiteIndex) -> dict[str, Any]:
    """One rental price. The memory price is per GiB of the GPU's memory and hour."""
    grade = index.grade(rental)
    card = index.data.registry.gpu.get(rental.gpu)
    return {
        "provider": index.provider_name(rental.provider),
        "provider_href": f"providers/{rental.provider}/",
        "gpu": card.name if card else rental.gpu_name,
        "gpu_href": f"gpus/{rental.gpu}/" if rental.gpu else "",
        "instance": rental.instance,
        "count": rental.count,
        "region": "" if rental.region == "global" else rental.region,
        "commitment": COMMITMENT_WORDS[rental.commitment],
        "price": price(rental.price),
        "exact": price_text(rental.price),
        "per_gb": money(per_gigabyte(rental.price, card.memory_bytes)) if card else missing("GPU not identified"),
        "per_gb_exact": price_text(per_gigabyte(rental.price, card.memory_bytes)) if card else "",
        "host": rental.host_included if rental.host_included != "unknown" else missing("the source does not say"),
        "source": stated_by(rental, index),
        "grade": grade.letter,
        "grade_reason": grade.reason,
        "report": report_address(rental_id(rental)),
    }


def stated_by(rental: GpuOffer, index: SiteIndex) -> dict[str, Any]:
    """The source of a rental price: its page of this price, else its homepage, and when it was read."""
    registry, snapshots = index.data.registry.source, index.data.state.snapshots
    evidence = agreeing(rental) or rental.evidence
    names = sorted({e.source for e in evidence if e.source in registry}, key=lambda s: (registry[s].rank, s))
    if not names:
        return {"title": missing("no source is registered"), "href": "", "read": "", "more": 0}
    first = names[0]
    return {
        "title": registry[first].title,
        "href": rental.source_url if is_page(rental.source_url) else registry[first].homepage,
        "read": snapshots[first].observed_at if first in snapshots else "",
        "more": len(names) - 1,
    }


def per_gigabyte(value: Decimal, memory_bytes: int) -> Decimal:
    """$ per GiB of GPU memory and hour, to the millionth."""
    return (value * GIBIBYTE / memory_bytes).quantize(MILLIONTH, ROUND_HALF_EVEN)
