"""The calibrated constants of the performance model, as the nightly run writes them and the engine reads them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.performance.configuration import MEASURED_AS, ServingConfiguration
from wasm_tools.performance.physics import Efficiency
from wasm_tools.performance.service_curve import Bands
from wasm_tools.performance.siblings import Kernel, Kernels, MeasuredCurve, MeasuredPoint

WEIGHTS_ONLY = "weights_only"  # 4-bit weights that are unpacked and multiplied at 16 bits
ANY_GPU = ""  # the shared value, for a GPU without measurements


@dataclass(frozen=True, slots=True)
class Calibration:
    """Constants by what they depend on.

    `shared` has the fields of `Efficiency` that are the same everywhere, `engines` those of an engine. `bandwidth` is
    by GPU, `compute` by class of arithmetic and GPU, both with the shared value under an empty GPU id. `groups` are the
    measured curves by (architecture, GPU, engine, precision), `bands` the 90 % bands by what they hold for.
    """

    shared: Mapping[str, float]
    engines: Mapping[str, Mapping[str, float]]
    bandwidth: Mapping[str, float]
    compute: Mapping[str, Mapping[str, float]]
    kernels: Kernels
    groups: Mapping[tuple[str, str, str, str], tuple[MeasuredCurve, ...]]
    bands: Mapping[str, Bands]
    measured_gpus: frozenset[str]  # GPUs with points; others have shared efficiencies or those of a ratio
    basis: Mapping[str, str]  # by GPU, empty for any other: in words what its efficiencies rest on


ENGINE_FIELDS = (
    "layer_us", "reduction_us", "request_us", "prompt_layer_us", "interference", "arrival_ms", "arrival_steps",
)  # fmt: skip
SHARED_FIELDS = ("expert_bandwidth", "decode_compute", "attention", "cache", "link", "expert_layer", "spread")


def arithmetic_class(gpu: GpuCard, precision: str) -> str:
    """How a GPU multiplies at a precision: natively, or for 4-bit weights without native kernels at 16 bits."""
    measured = MEASURED_AS.get(precision, precision)
    native = {"fp8": gpu.fp8_flops, "int8": gpu.fp8_flops, "fp4": gpu.fp4_flops}.get(measured)
    if native:
        return "fp8" if measured == "int8" else measured
    return WEIGHTS_ONLY if measured in ("fp4", "int4") else "bf16"


def efficiency(calibration: Calibration, configuration: ServingConfiguration, gpu: GpuCard) -> Efficiency:
    """The constants that apply to one configuration."""
    compute = calibration.compute[arithmetic_class(gpu, configuration.precision)]
    return Efficiency(
        bandwidth=calibration.bandwidth.get(gpu.id, calibration.bandwidth[ANY_GPU]),
        compute=compute.get(gpu.id, compute[ANY_GPU]),
        **{field: calibration.shared[field] for field in SHARED_FIELDS},
        **{field: calibration.engines[configuration.engine][field] for field in ENGINE_FIELDS},
    )


def calibration_pack(of: Calibration) -> dict[str, Any]:
    """The constants as plain values for a data pack; `read_calibration` is the inverse."""
    return {
        "shared": dict(of.shared),
        "engines": {name: dict(values) for name, values in of.engines.items()},
        "bandwidth": dict(of.bandwidth),
        "compute": {name: dict(values) for name, values in of.compute.items()},
        "kernels": asdict(of.kernels),
        "bands": {tier: [*b.tpot, *b.first_token] for tier, b in of.bands.items()},
        "measured_gpus": sorted(of.measured_gpus),
        "basis": dict(of.basis),
        "groups": [[*key, [_curve_row(c) for c in curves]] for key, curves in of.groups.items()],
    }


def read_calibration(pack: Mapping[str, Any]) -> Calibration:
    """The constants out of a data pack."""
    return Calibration(
        shared=pack["shared"],
        engines=pack["engines"],
        bandwidth=pack["bandwidth"],
        compute=pack["compute"],
        kernels=Kernels(Kernel(**pack["kernels"]["tpot"]), Kernel(**pack["kernels"]["first_token"])),
        groups={(g[0], g[1], g[2], g[3]): tuple(_curve(row) for row in g[4]) for g in pack["groups"]},
        bands={tier: Bands((b[0], b[1]), (b[2], b[3]), tier) for tier, b in pack["bands"].items()},
        measured_gpus=frozenset(pack["measured_gpus"]),
        basis=pack["basis"],
    )


def _curve_row(c: MeasuredCurve) -> list[Any]:
    points = [[p.concurrency, p.first_token_ms, p.tpot_ms, *p.residual, *p.weight] for p in c.points]
    row = [c.model, c.tensor_parallel, c.expert_parallel, c.prompt, c.answer, c.source, points]
    return [*row, c.evidence] if c.evidence else row


def _curve(row: list[Any]) -> MeasuredCurve:
    points = tuple(MeasuredPoint(p[0], p[1], p[2], (p[3], p[4]), (p[5], p[6])) for p in row[6])
    return MeasuredCurve(row[0], row[1], row[2], row[3], row[4], row[5], points, *row[7:8])
