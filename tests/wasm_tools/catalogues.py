"""A small catalogue for planner tests, with prices and points that are easy to check by hand."""

from dataclasses import replace
from decimal import Decimal

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelCard, ModelShape
from wasm_tools.planner.catalogue import ApiRate, Band, Catalogue, Curve, CurvePoint, Rental, TailRatios

OPEN = ModelCard(
    "open-70b", "Open 70B", "lab", True, 131_072, "medium", ModelShape(70e9, 70e9, 80, 163_840), "lab/open"
)
CLOSED = ModelCard("closed-xl", "Closed XL", "vendor", False, 200_000, "frontier")
TINY = ModelCard("tiny-1b", "Tiny 1B", "lab", True, 8_192, "small")
GPU = GpuCard("h100-sxm", "H100 SXM", "NVIDIA", 85_899_345_920, 3.35e12, 700.0, 8, "NVIDIA-H100-80GB-HBM3")


def rate(provider: str, model: str, inp: str, out: str, *bands: Band, suspect: str = "") -> ApiRate:
    return ApiRate(
        provider, model, model, "global", (Band(0, Decimal(inp), Decimal(out)), *bands), f"test={inp}", "", suspect
    )


def curve(prompt: int, output: int, *points: tuple[int, float, float]) -> Curve:
    measured = tuple(CurvePoint(c, ttft, tpot, "2026-03-01") for c, ttft, tpot in points)
    return Curve("open-70b", "fp8", "h100-sxm", "vllm", "0.19.0", 2, 1, prompt, output, "lab/open-FP8", "", measured)


def catalogue() -> Catalogue:
    return Catalogue(
        as_of="2026-11-20",
        models={m.id: m for m in (OPEN, CLOSED, TINY)},
        gpus={GPU.id: GPU},
        rates=(
            rate("cheap", "tiny-1b", "0.01", "0.02"),
            rate("host", "open-70b", "0.50", "0.80"),
            rate("vendor", "closed-xl", "2", "10", Band(100_000, Decimal(4), Decimal(20))),
        ),
        rentals=(
            Rental("neocloud", "h100-sxm-od", "h100-sxm", "global", "rented", Decimal("2.50"), "test=2.50"),
            Rental("neocloud", "h100-sxm-spot", "h100-sxm", "global", "spot", Decimal("1.25"), "test=1.25"),
        ),
        curves=(curve(1024, 1024, (1, 40.0, 8.0), (16, 90.0, 12.0), (64, 200.0, 24.0), (128, 420.0, 40.0)),),
        tails=TailRatios(2.0, 1.0, "a test"),
        utilisation_cap=0.85,
        unplanned={"unrated model": 7},
    )


def with_rates(*rates: ApiRate) -> Catalogue:
    return replace(catalogue(), rates=rates)
