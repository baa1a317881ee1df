"""GPUs: the index, and a page each with its data sheet, what it rents for, and how fast models were measured on it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from generator.registry import GpuRow
from generator.render.change_index import change_index
from generator.render.change_section import change_section
from generator.render.change_section import elements as change_elements
from generator.render.charts.book import chart_book
from generator.render.charts.views import chart_views
from generator.render.feeds import alternates
from generator.render.fitting_models import LENGTH, fit_rows
from generator.render.formats import missing, money, plural, price, significant
from generator.render.gpu_rows import GIBIBYTE, per_gigabyte, rental_row
from generator.render.offer_columns import COMMITMENT_WORDS
from generator.render.page import Page, SiteData
from generator.render.price_evidence import shown_sources
from generator.render.price_rows import spread
from generator.render.rental_spread import provider_spread
from generator.render.row_choice import each_first
from generator.render.site_index import SiteIndex, site_index
from generator.render.speeds import speed_rows
from generator.render.texts import text
from wasm_tools.pricing.meters import price_text

RENTALS, RENTAL_ELEMENTS = 30, 12  # rows of a page without changes, and the elements of one
SPEEDS = 18
FIRST, FIGURES = ("on_demand", "spot", "1y"), 3  # commitments in large figures; the table below has them all


def pages(data: SiteData) -> Iterator[Page]:
    """The index and a page a GPU."""
    index = site_index(data)
    rows = sorted(
        (index_row(g, index) for g in data.registry.gpus), key=lambda r: (-r["prices"], -r["memory_bytes"], r["id"])
    )
    yield Page(
        path="gpus/",
        title=text("gpus.title"),
        description=text("gpus.description", n=len(rows)),
        template="gpus.html",
        context={
            "rows": [r for r in rows if r["prices"] or r["models"]],
            "measured": sorted((r for r in rows if r["models"]), key=lambda r: (-r["models"], r["id"])),
            "others": [r for r in rows if not (r["prices"] or r["models"])],
            "total": len(data.rentals),
            "charts": chart_views(chart_book(data).of("gpus"), "gpus", 0),
        },
    )
    for gpu in data.registry.gpus:
        yield gpu_page(gpu, index)


def lowest(gpu: GpuRow, commitment: str, index: SiteIndex) -> Decimal | None:
    """The lowest rental price of a commitment."""
    return min((r.price for r in index.rentals_of_gpu.get(gpu.id, []) if r.commitment == commitment), default=None)


def index_row(gpu: GpuRow, index: SiteIndex) -> dict[str, Any]:
    """A GPU in the list."""
    rentals = index.rentals_of_gpu.get(gpu.id, [])
    on_demand, spot = lowest(gpu, "on_demand", index), lowest(gpu, "spot", index)
    return {
        "id": gpu.id,
        "name": gpu.name,
        "href": f"gpus/{gpu.id}/",
        "memory_bytes": gpu.memory_bytes,
        "memory": significant(gpu.memory_bytes / GIBIBYTE),
        "bandwidth": significant(gpu.bandwidth_bytes_s / 1e12) if gpu.bandwidth_bytes_s else "—",
        "on_demand": price(on_demand) if on_demand else "—",
        "spot": price(spot) if spot else "—",
        "per_gb": money(per_gigabyte(on_demand, gpu.memory_bytes)) if on_demand else "—",
        "providers": len({r.provider for r in rentals}),
        "prices": len(rentals),
        "models": len({c.model for c in index.curves_of_gpu.get(gpu.id, [])}),
    }


def gpu_page(gpu: GpuRow, index: SiteIndex) -> Page:
    """Everything known about one GPU."""
    rentals = index.rentals_of_gpu.get(gpu.id, [])
    # Each seller's cheapest of a commitment first: one cloud with forty regions must not fill the page.
    history = change_index(index.data)
    changes = change_section(history.groups_of_gpu.get(gpu.id, []), f"gpus/{gpu.id}", history)
    room = RENTALS - -(-change_elements(changes) // RENTAL_ELEMENTS)
    positions = each_first([f"{r.provider} {r.commitment}" for r in rentals])[:room]
    shown = [rentals[n] for n in sorted(positions)]
    spreads = [
        {"commitment": words, **spread([r.price for r in rentals if r.commitment == commitment])}
        for commitment, words in sorted(COMMITMENT_WORDS.items(), key=lambda c: c[0] not in FIRST)
    ]
    busy = index.of_models.cheapest_rental(gpu.id)
    return Page(
        path=f"gpus/{gpu.id}/",
        title=f"{gpu.name} rental prices and measured speed",
        description=f"{gpu.name}: {plural(len(rentals), 'rental price')}, data sheet and measured speed of models.",
        template="gpu.html",
        context={
            "name": gpu.name,
            "facts": facts(gpu),
            "spreads": [s for s in spreads if s["count"]][:FIGURES],
            "rentals": [rental_row(r, index) for r in shown],
            "sources": shown_sources("gpu", gpu.id, (), shown, index),
            "total": len(rentals),
            "by_provider": provider_spread(rentals, index),
            "fits": fit_rows(gpu, index),
            "fit_length": LENGTH,
            "rent": None
            if busy is None
            else {
                "price": price(busy.price),
                "exact": price_text(busy.price),
                "provider": index.provider_name(busy.provider),
                "href": f"providers/{busy.provider}/",
            },
            "charts": chart_views(chart_book(index.data).of(f"gpus/{gpu.id}"), f"gpus/{gpu.id}", 0),
            "speeds": speed_rows(index.curves_of_gpu.get(gpu.id, []), index, SPEEDS),
            "price_changes": changes,
        },
        alternates=alternates(f"gpus/{gpu.id}", f"{gpu.name}: price changes") if changes["feed"] else (),
    )


def facts(gpu: GpuRow) -> list[dict[str, Any]]:
    """The data sheet in terms and values."""
    silent = missing("the data sheet does not say")

    def whole(value: float | None) -> str:
        return price_text(Decimal(repr(value))) if value else ""

    def flops(value: float | None) -> Any:
        return f"{significant(value / 1e12)} TFLOP/s" if value else silent

    return [
        {"term": "Vendor", "value": gpu.vendor},
        {"term": "Memory", "value": f"{significant(gpu.memory_bytes / GIBIBYTE, 4)} GiB ({gpu.memory_bytes:,} bytes)",
         "exact": str(gpu.memory_bytes)},
        {"term": "Bandwidth",
         "value": f"{significant(gpu.bandwidth_bytes_s / 1e12)} TB/s" if gpu.bandwidth_bytes_s else silent,
         "exact": whole(gpu.bandwidth_bytes_s)},
        {"term": "BF16, dense", "value": flops(gpu.bf16_flops), "exact": whole(gpu.bf16_flops)},
        {"term": "FP8, dense", "value": flops(gpu.fp8_flops), "exact": whole(gpu.fp8_flops)},
        {"term": "FP4, dense", "value": flops(gpu.fp4_flops), "exact": whole(gpu.fp4_flops)},
        {"term": "Power", "value": f"{gpu.tdp_w:,.0f} W" if gpu.tdp_w else silent, "exact": whole(gpu.tdp_w)},
        {"term": "GPUs a machine", "value": str(gpu.gpus_per_node) if gpu.gpus_per_node else silent,
         "exact": whole(gpu.gpus_per_node)},
        {"term": "Kubernetes",
         "value": f"{gpu.k8s_resource}, node label {gpu.node_label}" if gpu.node_label else gpu.k8s_resource},
        {"term": "Source", "value": gpu.source},
    ]  # fmt: skip
