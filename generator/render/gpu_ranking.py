"""The page of rented GPUs among the workloads: what a GiB of GPU memory costs an hour, by kind of renting."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from generator.registry import GpuRow
from generator.render.formats import missing, money, plural, price, significant
from generator.render.gpu_rows import GIBIBYTE, per_gigabyte
from generator.render.page import Page
from generator.render.site_index import SiteIndex
from generator.render.texts import text
from generator.render.workload_words import BY_ID, GPU
from wasm_tools.pricing.meters import price_text
from wasm_tools.pricing.offers import GpuOffer
from wasm_tools.workload.traffic import HOURS_PER_MONTH

SHOWN = 60
COMMITMENTS = ("on_demand", "spot", "1y")


def lowest(rentals: list[GpuOffer], commitment: str) -> GpuOffer | None:
    """The cheapest rental of a commitment; rentals ascend in price."""
    return next((r for r in rentals if r.commitment == commitment), None)


@dataclass(frozen=True, slots=True)
class RankedGpu:
    """A GPU that is rented on demand: its cheapest rental of each kind, prices in USD per GPU-hour."""

    gpu: GpuRow
    best: GpuOffer  # on demand
    median: Decimal  # on demand, the upper one of two
    spot: GpuOffer | None
    reserved: GpuOffer | None  # for a year
    providers: int

    @property
    def per_gib(self) -> Decimal:
        """USD per GiB of memory and hour, on demand."""
        return per_gigabyte(self.best.price, self.gpu.memory_bytes)

    @property
    def month(self) -> Decimal:
        """USD a month at the lowest on-demand price."""
        return self.best.price * HOURS_PER_MONTH


def ranked_gpus(index: SiteIndex) -> list[RankedGpu]:
    """GPUs with an on-demand price by $ per GiB and hour, ascending."""
    found = []
    for gpu in index.data.registry.gpus:
        rentals = index.rentals_of_gpu.get(gpu.id, [])
        best, spot, reserved = (lowest(rentals, commitment) for commitment in COMMITMENTS)
        if best:
            prices = sorted(r.price for r in rentals if r.commitment == "on_demand")
            providers = len({r.provider for r in rentals})
            found.append(RankedGpu(gpu, best, prices[len(prices) // 2], spot, reserved, providers))
    return sorted(found, key=lambda g: (g.per_gib, g.gpu.id))


def row(rank: int, ranked: RankedGpu, index: SiteIndex) -> dict[str, Any]:
    """One GPU as ready strings; the exact values of what is rounded stand beside them."""
    gpu, best, spot, reserved = ranked.gpu, ranked.best, ranked.spot, ranked.reserved
    grade = index.grade(best)
    return {
        "rank": rank,
        "gpu": gpu.name,
        "href": f"gpus/{gpu.id}/",
        "provider": index.provider_name(best.provider),
        "provider_href": f"providers/{best.provider}/",
        "memory": significant(gpu.memory_bytes / GIBIBYTE),
        "memory_exact": gpu.memory_bytes,
        "per_gb": money(ranked.per_gib),
        "per_gb_exact": price_text(ranked.per_gib),
        "price": price(best.price),
        "exact": price_text(best.price),
        "median": price(ranked.median),
        "median_exact": price_text(ranked.median),
        "spot": price(spot.price) if spot else missing("no source states a spot price"),
        "spot_exact": price_text(spot.price) if spot else "",
        "reserved": price(reserved.price) if reserved else missing("no source states a reservation for a year"),
        "reserved_exact": price_text(reserved.price) if reserved else "",
        "month": money(ranked.month),
        "month_exact": price_text(ranked.month),
        "providers": ranked.providers,
        "grade": grade.letter,
        "grade_reason": grade.reason,
    }


def gpu_summary(index: SiteIndex) -> dict[str, Any]:
    """The line of the index."""
    found, rentals = ranked_gpus(index), index.data.rentals
    none = missing(text("workloads.no_price"))
    cheapest: dict[str, Any] = {"lowest": none, "median": none, "cheapest": None}
    if found:
        first, middle = (money(found[n].per_gib) for n in (0, len(found) // 2))
        view = row(1, found[0], index)
        cheapest = {
            "lowest": first,
            "median": middle,
            "cheapest": {**view, "model": view["gpu"], "model_href": view["href"]},
        }
    return {
        "prices": len(rentals),
        "providers": len({r.provider for r in rentals}),
        "ranked": len(found),
        "unit": text("workloads.unit_gpu"),
        **cheapest,
    }


def gpu_page(index: SiteIndex) -> Page:
    """GPUs by the price of their memory."""
    words, found = BY_ID[GPU], ranked_gpus(index)
    return Page(
        path=words.path,
        title="Rented GPUs: prices per GiB of memory and hour",
        description=f"{plural(len(found), 'GPU')} ranked by the on-demand price of a GiB of memory, with spot and"
        " reserved prices.",
        template="workload_gpu.html",
        context={
            "words": words,
            "download": f"api/v1/workloads/{GPU}",
            "rows": [row(n, ranked, index) for n, ranked in enumerate(found[:SHOWN], 1)],
            "total": len(found),
            "unranked": len([g for g in index.rentals_of_gpu if g not in {ranked.gpu.id for ranked in found}]),
        },
    )
