"""GPUs without measured points: how far they stay behind their data sheets, from ratios of older or tuned results.

A ratio says how much longer a GPU takes than the reference after physics has scaled the reference by the data sheets.
Its efficiencies are those of the reference divided by the median ratio.
"""

import csv
import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from generator.calibrate.calibrate import short
from generator.calibrate.settings import Settings
from generator.tables import TableError
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.calibration import Calibration, efficiency
from wasm_tools.performance.configuration import ServingConfiguration
from wasm_tools.performance.physics import pace, request_cache, step_ms, work


@dataclass(frozen=True, slots=True)
class Lag:
    """How many times longer a GPU takes than its data sheet lets expect, and where that comes from in words."""

    reference: str
    factor: float
    basis: str


def argonne_lags(
    path: Path, of: Calibration, shapes: Mapping[str, ModelShape], gpus: Mapping[str, GpuCard], settings: Settings
) -> dict[str, Lag]:
    """The lags of GPUs in the static batches of Argonne: medians over the points that both GPUs have."""
    told = settings.argonne
    base = f"{told['reference'].partition('-')[0]}_{told['engine']}_s"
    found: dict[str, Lag] = {}
    rows = _rows(path)
    for column, ids in told["gpus"].items():
        pair = (ids[0], told["reference"])
        ratios = []
        for r in rows:
            model = told["models"].get(r["model"], "")
            if r[column] and r[base] and model in shapes:
                slow, fast = (batch_ms(of, _configuration(model, g, r, told), shapes[model], gpus[g], r) for g in pair)
                if slow and fast:
                    ratios.append(math.log(float(r[column]) / float(r[base]) * fast / slow))
        if ratios:
            words = f"Argonne static batches of 2024, {len(ratios)} points"
            lag = Lag(told["reference"], math.exp(statistics.median(ratios)), words)
            found |= dict.fromkeys(ids, lag)
    return found


def batch_ms(
    of: Calibration, c: ServingConfiguration, shape: ModelShape, gpu: GpuCard, row: Mapping[str, str]
) -> float:
    """One static batch by physics with the efficiencies of GPUs without points; 0 where it cannot be worked out.

    All prompts, then as many steps as an answer has tokens; both are `length` tokens long.
    """
    found = work(shape, gpu, c.precision, c.tensor_parallel)
    if isinstance(found, str):
        return 0.0
    length, batch = float(row["length"]), float(row["batch"])
    unknown = replace(gpu, id="")
    times = pace(found, efficiency(of, c, unknown), request_cache(found, length, length), length, length, 0.0)
    return batch * times.prefill + length * step_ms(times, batch)


def mlperf_lags(path: Path, gpus: Mapping[str, GpuCard], settings: Settings) -> dict[str, Lag]:
    """The lags of GPUs in closed server runs of MLPerf: geometric means over the models that both GPUs ran."""
    best: dict[tuple[str, str], float] = {}
    for r in _rows(path):
        if r["division"] == "closed" and r["scenario"] == "server" and r["gpu"] and r["tokens_per_s"]:
            key = (r["gpu"], r["model"])
            best[key] = max(best.get(key, 0.0), float(r["tokens_per_s"]) / int(r["gpus"]))
    found = {}
    plain, with_fp4 = settings.mlperf["references"]
    for gpu in settings.mlperf["gpus"]:
        reference = with_fp4 if gpus[gpu].fp4_flops else plain
        expected = expected_speed(gpus[gpu], gpus[reference])
        models = [m for g, m in best if g == gpu and (reference, m) in best]
        ratios = [math.log(expected * best[(reference, m)] / best[(gpu, m)]) for m in sorted(models)]
        if len(ratios) >= settings.mlperf["least_models"]:
            words = f"MLPerf servers, {len(ratios)} models (derived, unverified)"
            found[gpu] = Lag(reference, math.exp(statistics.mean(ratios)), words)
    return found


def expected_speed(gpu: GpuCard, reference: GpuCard) -> float:
    """How many times faster than the reference the data sheets let expect: compute and bandwidth alike."""
    peaks = [(g.fp4_flops or g.fp8_flops or g.bf16_flops or 0.0) for g in (gpu, reference)]
    if not gpu.bandwidth or not reference.bandwidth or not all(peaks):
        raise TableError(f"gpus.csv: {gpu.id} or {reference.id} lacks bandwidth or peaks, so no MLPerf ratio")
    return math.sqrt(peaks[0] / peaks[1] * gpu.bandwidth / reference.bandwidth)


def with_other_gpus(
    of: Calibration,
    benchmarks: Path,
    shapes: Mapping[str, ModelShape],
    gpus: Mapping[str, GpuCard],
    settings: Settings,
) -> Calibration:
    """A calibration that also has the GPUs of which only ratios are known; `benchmarks` is the folder of the tables."""
    lags = mlperf_lags(benchmarks / "mlperf.csv", gpus, settings)
    lags |= argonne_lags(benchmarks / "argonne.csv", of, shapes, gpus, settings)
    return with_lags(of, lags, settings)


def with_lags(of: Calibration, lags: Mapping[str, Lag], settings: Settings) -> Calibration:
    """A calibration that also has the GPUs of `lags`, unless it knows them from points."""
    new = {g: lag for g, lag in sorted(lags.items()) if g not in of.bandwidth}
    limits = settings.limits

    def scaled(values: Mapping[str, float], limit: str) -> dict[str, float]:
        known = {g: values.get(lag.reference, values[""]) / lag.factor for g, lag in new.items()}
        return {**values, **{g: short(min(value, limits[limit])) for g, value in known.items()}}

    words = {g: f"efficiency of {lag.reference} divided by {lag.factor:.2f}: {lag.basis}" for g, lag in new.items()}
    return replace(
        of,
        bandwidth=scaled(of.bandwidth, "bandwidth"),
        compute={c: scaled(values, "compute") for c, values in of.compute.items()},
        basis={**of.basis, **words},
    )


def _configuration(model: str, gpu: str, row: Mapping[str, str], told: Mapping[str, str]) -> ServingConfiguration:
    return ServingConfiguration(model, gpu, told["precision"], told["engine"], int(row["devices"]))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
