"""A small book for tests: one dense and one mixture model, two GPUs, and a few measured points."""

from dataclasses import replace

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.calibration import Calibration
from wasm_tools.performance.prediction import FAR, NEW_GPU, NEW_NUMBER, NEW_SIZE, Book, book
from wasm_tools.performance.service_curve import Bands
from wasm_tools.performance.siblings import Kernel, Kernels, MeasuredCurve, MeasuredPoint

DENSE = ModelShape(
    parameters=8e9, active_parameters=8e9, layers=10, kv_elements=1000, hidden=1000, attention_width=1000,
    full_layers=10, heads=8, kv_heads=8,
)  # fmt: skip
MIXTURE = replace(
    DENSE, parameters=100e9, active_parameters=10e9, expert_parameters=96e9, experts=32, chosen_experts=2,
    windowed_elements=500, window=128, state_elements=10,
)  # fmt: skip
GPU = GpuCard("gpu", "GPU", "NVIDIA", 80 * 10**9, 1e12, bf16_flops=1e14, fp8_flops=2e14, link_bandwidth=1e11)
OTHER = replace(GPU, id="other", name="Other", bandwidth=2e12)
BARE = GpuCard("bare", "Bare", "NVIDIA", 8 * 10**9)

PERFECT = {
    "expert_bandwidth": 1.0, "decode_compute": 1.0, "attention": 1.0, "cache": 1.0, "link": 1.0, "expert_layer": 1.0,
    "spread": 1.0,
}  # fmt: skip
PLAIN = {
    "layer_us": 10.0, "reduction_us": 20.0, "request_us": 5.0, "prompt_layer_us": 0.0, "interference": 0.5,
    "arrival_ms": 30.0, "arrival_steps": 1.0, "waiting": 1.0,
}  # fmt: skip
KERNEL = Kernel(0.1, 0.2, 0.1, 0.05, 1.0, 1.5, 1.5, 2.0, 2.0)
NAMES = ("interpolated", "anchored", NEW_SIZE, FAR, "modelled", NEW_NUMBER, NEW_GPU)


def points(*rows: tuple[float, float, float, float, float]) -> tuple[MeasuredPoint, ...]:
    """Measured points of (concurrency, TTFT, TPOT, TPOT residual, weight)."""
    return tuple(MeasuredPoint(c, first, tpot, (r, 0.0), (w, 0.0)) for c, first, tpot, r, w in rows)


def measured(model: str = "dense", tensor: int = 1, prompt: float = 1000.0) -> MeasuredCurve:
    """A curve of three points, slower than physics by 10, 20 and 30 %."""
    rows = points((4, 90.0, 11.0, 0.1, 2.0), (16, 100.0, 13.0, 0.2, 2.0), (64, 150.0, 20.0, 0.3, 2.0))
    return MeasuredCurve(model, tensor, 1, prompt, 500.0, "engine 1, a run, 2026-01-01", rows)


def calibration(*curves: MeasuredCurve) -> Calibration:
    """Constants by which physics can be worked out by hand, and the curves as relatives on `gpu`."""
    return Calibration(
        shared=PERFECT,
        engines={"vllm": PLAIN, "sglang": PLAIN},
        bandwidth={"": 0.5, "gpu": 0.5},
        compute={c: {"": 0.5} for c in ("bf16", "fp8", "fp4", "weights_only")},
        kernels=Kernels(KERNEL, KERNEL),
        groups={("dense", "gpu", "vllm", "bf16"): curves} if curves else {},
        bands={name: Bands((0.8, 1.2), (0.5, 2.0), name) for name in NAMES},
        measured_gpus=frozenset({"gpu"}),
        basis={"": "others", "gpu": "this one"},
    )


def small_book(*curves: MeasuredCurve) -> Book:
    """The book of that calibration; `twin` has the shape of `dense`."""
    shapes = {"dense": DENSE, "mixture": MIXTURE, "twin": replace(DENSE), "unknown": ModelShape(1e9, 1e9, 10, 100)}
    return book(calibration(*curves), shapes, {g.id: g for g in (GPU, OTHER, BARE)})
