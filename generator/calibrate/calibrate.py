"""From measured points to the calibrated constants that the engine reads."""

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np

from generator.calibrate.fit import Fit, Table, fit, predictor
from generator.calibrate.kriging import weights
from generator.calibrate.parameters import Floats, limited
from generator.calibrate.points import Measured
from generator.calibrate.settings import Settings
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.performance.calibration import ANY_GPU, SHARED_FIELDS, Calibration
from wasm_tools.performance.closed_loop import service_residual
from wasm_tools.performance.isotonic import rising
from wasm_tools.performance.prediction import FAR, NEW_GPU, NEW_NUMBER, NEW_SIZE
from wasm_tools.performance.service_curve import Bands
from wasm_tools.performance.siblings import MeasuredCurve, MeasuredPoint, Pair

Columns = tuple[Floats, Floats]  # TPOT and TTFT
DIGITS = 6
BANDS = ("interpolated", "anchored", NEW_SIZE, FAR, "modelled", NEW_NUMBER, NEW_GPU)
LASTING = (False, True)  # of TPOT and TTFT: a queue or a cold server is in the TTFT of most points of a run
WIDEST = (0.1, 10.0)  # before any band is known


def calibrated(
    of: Table, gpus: Mapping[str, GpuCard], settings: Settings, near: Fit | None = None
) -> tuple[Calibration, Fit]:
    """The constants of a fit to these points, with the weights of all measured curves, and the fit itself."""
    found = fit(of, gpus, settings, near)
    return with_relatives(of, found, gpus, settings), found


def with_relatives(of: Table, found: Fit, gpus: Mapping[str, GpuCard], settings: Settings) -> Calibration:
    """The constants of a fit with the measured curves of these points."""
    physics = predictor(of, found.parameters, dict(gpus), settings)(found.logs)
    measured = (np.exp(of.log_tpot), np.exp(of.log_first))
    return constants(found, settings, groups(of.points, measured, physics, settings))


def constants(
    found: Fit, settings: Settings, measured: Mapping[tuple[str, str, str, str], tuple[MeasuredCurve, ...]]
) -> Calibration:
    """The engine's form of fitted parameters: efficiencies within their limits, rounded."""
    v, limits = found.values, settings.limits
    gpus = [n.partition(".")[2] for n in v if n.startswith("gpu_bandwidth.")]
    engines = sorted({n.partition(".")[0] for n in v if n.endswith(".layer_us")})
    classes = [n.partition(".")[2] for n in settings.priors if n.startswith("compute.")]
    shared = {c: v.get(f"compute.{c}", settings.priors[f"compute.{c}"].start) for c in classes}

    def share(value: float, limit: str) -> float:
        return short(float(limited(np.array(value), limits[limit])))

    return Calibration(
        shared={f: short(v[f"shared.{f}"]) for f in SHARED_FIELDS},
        engines={
            e: {n.partition(".")[2]: short(v[n]) for n in v if n.startswith(f"{e}.")} for e in engines
        },
        bandwidth={ANY_GPU: share(v["bandwidth"], "bandwidth")}
        | {g: share(v["bandwidth"] * v[f"gpu_bandwidth.{g}"], "bandwidth") for g in gpus},
        compute={
            c: {ANY_GPU: share(value, "compute")}
            | {g: share(value * v[f"gpu_compute.{g}"], "compute") for g in gpus}
            for c, value in shared.items()
        },
        kernels=settings.kernels,
        groups=measured,
        bands={name: Bands(WIDEST, WIDEST, name) for name in BANDS},
        measured_gpus=frozenset(gpus),
        basis={ANY_GPU: ""},
    )  # fmt: skip


def groups(
    of: Sequence[Measured], measured: Columns, physics: Columns, settings: Settings
) -> dict[tuple[str, str, str, str], tuple[MeasuredCurve, ...]]:
    """The measured curves by group, with the residual and weight of each point.

    `measured` and `physics` are TPOT and TTFT of each point in closed loop.
    """
    kernels = (settings.kernels.tpot, settings.kernels.first_token)
    order = sorted(range(len(of)), key=lambda i: (of[i].group, of[i].curve, of[i].configuration.model, i))
    found = {}
    for key, members in groupby(order, key=lambda i: of[i].group):
        rows = list(members)
        points = [of[i] for i in rows]
        solved = [
            weights(k, points, of_service(np.log(m[rows] / p[rows]), metric), settings, lasting=lasting)
            for metric, (k, m, p, lasting) in enumerate(zip(kernels, measured, physics, LASTING, strict=True))
        ]
        weight = {i: (short(solved[0][n]), short(solved[1][n])) for n, i in enumerate(rows)}
        curves = groupby(rows, key=lambda i: (of[i].curve, of[i].configuration.model))
        found[key] = tuple(_curve(list(c), of, measured, physics, weight) for _, c in curves)
    return found


def of_service(residuals: Floats, metric: int) -> Floats:
    """Residuals in closed loop as those of the service: TPOT is what it is, of TTFT a part is the burst."""
    return residuals if metric == 0 else np.array([service_residual(r) for r in residuals.tolist()])


def _curve(
    rows: list[int], of: Sequence[Measured], measured: Columns, physics: Columns, weight: Mapping[int, Pair]
) -> MeasuredCurve:
    rows.sort(key=lambda i: (of[i].concurrency, of[i].source))
    first = of[rows[0]]
    risen = [
        of_service(np.log(np.array(rising(m[rows].tolist())) / p[rows]), metric)
        for metric, (m, p) in enumerate(zip(measured, physics, strict=True))
    ]
    points = (
        MeasuredPoint(
            of[i].concurrency, of[i].first_token_ms, of[i].tpot_ms,
            (short(risen[0][n]), short(risen[1][n])), weight[i],
        )
        for n, i in enumerate(rows)
    )  # fmt: skip
    return MeasuredCurve(
        model=first.configuration.model,
        tensor_parallel=first.configuration.tensor_parallel,
        expert_parallel=first.configuration.expert_parallel,
        prompt=first.prompt,
        answer=first.answer,
        source=source_of([of[i] for i in rows]),
        points=tuple(points),
    )


def source_of(points: Sequence[Measured]) -> str:
    """Who measured a curve, the newest last."""
    return "; ".join(sorted({p.source for p in points}))


def short(value: float) -> float:
    """A number with six significant digits: the same bytes whatever the last bits of a machine's arithmetic."""
    return float(f"{float(value):.{DIGITS}g}")
