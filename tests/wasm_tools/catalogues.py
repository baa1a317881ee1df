"""A small catalogue for planner tests, with prices and constants that are easy to check by hand."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from generator.precompute.catalogue import planner_constants
from generator.precompute.hosting import hosting_facts
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelCard, ModelShape
from wasm_tools.models.quality import QualityTable
from wasm_tools.performance.calibration import Calibration
from wasm_tools.performance.open_loop import Tails
from wasm_tools.performance.prediction import NEW_GPU, book
from wasm_tools.performance.service_curve import Bands
from wasm_tools.performance.siblings import Kernel, Kernels
from wasm_tools.planner.catalogue import ApiRate, Catalogue, Curve, CurvePoint, Deployable
from wasm_tools.planner.rentals import Rental
from wasm_tools.planner.request_cost import TokenPrices

REGISTRY = Path(__file__).parents[2] / "data" / "registry"
SHAPE = ModelShape(
    70e9, 70e9, 80, 163_840, hidden=8192, attention_width=8192, full_layers=80, heads=64, kv_heads=8,
)  # fmt: skip
OPEN = ModelCard("open-70b", "Open 70B", "lab", True, 131_072, "medium", SHAPE, "lab/open")
CLOSED = ModelCard("closed-xl", "Closed XL", "vendor", False, 200_000, "frontier")
TINY = ModelCard("tiny-1b", "Tiny 1B", "lab", True, 8_192, "small")
GPU = GpuCard(
    "h100-sxm", "H100 SXM", "NVIDIA", 85_899_345_920, 3.35e12, 700.0, 8, "NVIDIA-H100-80GB-HBM3", "nvidia.com/gpu",
    989e12, 1978e12, None, 450e9,
)  # fmt: skip
KERNEL = Kernel(0.1, 0.1, 0.1, 0.02, 1.0, 1.0, 1.0, 1.0, 1.0)
# Half of every peak and no overhead but 10 ms on arrival: a decode step of 70 GB on two GPUs takes
# 70e9 / 2 / (0.5 · 3.35e12) s = 20.9 ms.
ENGINE = {
    "layer_us": 0.0, "reduction_us": 0.0, "request_us": 0.0, "prompt_layer_us": 0.0, "interference": 0.0,
    "arrival_ms": 10.0, "arrival_steps": 1.0,
}  # fmt: skip
CALIBRATION = Calibration(
    shared={"expert_bandwidth": 1.0, "decode_compute": 1.0, "attention": 1.0, "cache": 1.0, "link": 1.0,
            "expert_layer": 0.0, "spread": 1.0},
    engines={"vllm": ENGINE},
    bandwidth={"": 0.5, "h100-sxm": 0.5},
    compute={name: {"": 0.5, "h100-sxm": 0.5} for name in ("bf16", "fp8", "fp4", "weights_only")},
    kernels=Kernels(KERNEL, KERNEL),
    groups={},
    bands={tier: Bands((0.8, 1.25), (0.5, 2.0), tier) for tier in ("interpolated", "anchored", "modelled", NEW_GPU)},
    measured_gpus=frozenset({"h100-sxm"}),
    basis={"": "a test"},
)  # fmt: skip


def rate(provider: str, model: str, inp: str, out: str, *bands: TokenPrices, suspect: str = "") -> ApiRate:
    prices = {"standard": (TokenPrices(0, Decimal(inp), Decimal(out)), *bands)}
    return ApiRate(provider, model, model, "global", prices, f"test={inp}", "", suspect)


def rental(kind: str, price: str, provider: str = "neocloud", count: int = 1) -> Rental:
    return Rental(provider, f"h100-{kind}", "h100-sxm", "global", kind, Decimal(price), f"test={price}", count)


def deployable(tensor_parallel: int, precision: str = "fp8") -> Deployable:
    cache = "fp8" if precision == "fp8" else "bf16"
    return Deployable("open-70b", "h100-sxm", precision, "vllm", "", tensor_parallel, 1, cache, "lab/open-FP8", "", "")


def curve(prompt: int, output: int, *points: tuple[int, float, float]) -> Curve:
    measured = tuple(CurvePoint(c, ttft, tpot, "2026-03-01") for c, ttft, tpot in points)
    return Curve("open-70b", "fp8", "h100-sxm", "vllm", "0.19.0", 2, 1, prompt, output, "lab/open-FP8", "", measured)


@cache
def catalogue() -> Catalogue:
    cards = {m.id: m for m in (OPEN, CLOSED, TINY)}
    policy = replace(planner_constants(REGISTRY / "planner.toml").policy, headroom=1.0)
    return Catalogue(
        as_of="2026-11-20",
        models=cards,
        gpus={GPU.id: GPU},
        rates=(
            rate("cheap", "tiny-1b", "0.01", "0.02"),
            rate("host", "open-70b", "0.50", "0.80"),
            rate("vendor", "closed-xl", "2", "10", TokenPrices(100_000, Decimal(4), Decimal(20))),
        ),
        rentals=(rental("spot", "1.25"), rental("rented", "2.50")),
        curves=(curve(1024, 1024, (1, 40.0, 8.0), (16, 90.0, 12.0), (64, 200.0, 24.0), (128, 420.0, 40.0)),),
        deployables=(deployable(2), deployable(4), deployable(8)),
        book=book(CALIBRATION, {"open-70b": SHAPE}, {GPU.id: GPU}),
        tails=Tails(0.4, (1.0, 1.1, 1.13, 1.2), (), "a test"),
        policy=policy,
        hosting=hosting_facts(REGISTRY),
        observations={},
        quality=QualityTable({}, {}, {}),
        unplanned={"unrated model": 7},
    )


def with_rates(*rates: ApiRate) -> Catalogue:
    return replace(catalogue(), rates=rates)
