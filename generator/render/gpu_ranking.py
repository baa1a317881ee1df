"""The page of rented GPUs among the workloads: what a GiB of GPU memory costs an hour, by kind of renting."""

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


def ranked_gpus(index: SiteIndex) -> list[tuple[Decimal, GpuRow, GpuOffer]]:
    """GPUs with an on-demand price by $ per GiB and hour, ascending, each with its cheapest rental."""
    found = []
    for gpu in index.data.registry.gpus:
        best = lowest(index.rentals_of_gpu.get(gpu.id, []), "on_demand")
        if best:
            found.append((per_gigabyte(best.price, gpu.memory_bytes), gpu, best))
    return sorted(found, key=lambda f: (f[0], f[1].id))


def row(rank: int, gpu: GpuRow, best: GpuOffer, index: SiteIndex) -> dict[str, Any]:
    """One GPU with its cheapest rental of each kind."""
    rentals = index.rentals_of_gpu[gpu.id]
    of_kind = {c: lowest(rentals, c) for c in COMMITMENTS}
    on_demand = sorted(r.price for r in rentals if r.commitment == "on_demand")
    grade = index.grade(best)
    return {
        "rank": rank,
        "gpu": gpu.name,
        "href": f"gpus/{gpu.id}/",
        "provider": index.provider_name(best.provider),
        "provider_href": f"providers/{best.provider}/",
        "memory": significant(gpu.memory_bytes / GIBIBYTE),
        "per_gb": money(per_gigabyte(best.price, gpu.memory_bytes)),
        "per_gb_exact": price_text(per_gigabyte(best.price, gpu.memory_bytes)),
        "price": price(best.price),
        "exact": price_text(best.price),
        "median": price(on_demand[len(on_demand) // 2]),
        "spot": price(s.price) if (s := of_kind["spot"]) else missing("no source states a spot price"),
        "reserved": price(y.price) if (y := of_kind["1y"]) else missing("no source states a reservation for a year"),
        "month": money(best.price * HOURS_PER_MONTH),
        "providers": len({r.provider for r in rentals}),
        "grade": grade.letter,
        "grade_reason": grade.reason,
    }


def gpu_summary(index: SiteIndex) -> dict[str, Any]:
    """The line of the index."""
    found, rentals = ranked_gpus(index), index.data.rentals
    none = missing(text("workloads.no_price"))
    cheapest: dict[str, Any] = {"lowest": none, "median": none, "cheapest": None}
    if found:
        _, gpu, best = found[0]
        first, middle = (money(found[n][0]) for n in (0, len(found) // 2))
        view = row(1, gpu, best, index)
        cheapest = {
            "lowest": first,
            "median": middle,
            "cheapest": {**view, "model": gpu.name, "model_href": view["href"]},
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
            "rows": [row(n, gpu, best, index) for n, (_, gpu, best) in enumerate(found[:SHOWN], 1)],
            "total": len(found),
            "unranked": len([g for g in index.rentals_of_gpu if g not in {gpu.id for _, gpu, _ in found}]),
        },
    )
