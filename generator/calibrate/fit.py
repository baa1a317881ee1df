"""The fit of physics to measured points: regularised least squares on log residuals, all groups at once.

The formulas are those of the engine (`wasm_tools.performance.physics` and `closed_loop`), run over arrays. GPUs,
engines and kinds of arithmetic share one structure; by what a GPU deviates from it is shrunk by a prior.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, cast

import numpy as np
from scipy.optimize import least_squares

from generator.calibrate.parameters import Floats, Indices, Parameters, class_of, limited, parameters
from generator.calibrate.points import Measured
from generator.calibrate.settings import Settings
from generator.failure import Failure
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.calibration import ENGINE_FIELDS, SHARED_FIELDS
from wasm_tools.performance.closed_loop import closed_first_token_ms
from wasm_tools.performance.memory import max_concurrency
from wasm_tools.performance.physics import Efficiency, Work, pace, request_cache, tpot_ms, work


class UnknownHardwareError(Failure):
    """A measured point whose model or GPU lacks a fact that physics needs."""


@dataclass(frozen=True, slots=True)
class Table:
    """Measured points as columns. `work` holds arrays where the engine has numbers."""

    points: tuple[Measured, ...]
    work: Work
    cache: Floats
    prompt: Floats
    answer: Floats
    concurrency: Floats
    room: Floats  # requests at once, at most `concurrency`
    log_tpot: Floats
    log_first: Floats
    weight: Floats

    def __len__(self) -> int:
        return len(self.points)

    def rows(self, chosen: Indices) -> "Table":
        """Some of the points."""
        columns = {f.name: getattr(self, f.name)[chosen] for f in fields(self) if f.name not in ("points", "work")}
        moved = {f.name: getattr(self.work, f.name)[chosen] for f in fields(Work)}
        return Table(points=tuple(self.points[i] for i in chosen), work=Work(**moved), **columns)


def table(points: Sequence[Measured], shapes: Mapping[str, ModelShape], gpus: Mapping[str, GpuCard]) -> Table:
    """The columns of the points; raises UnknownHardwareError naming what is missing for one."""
    works, caches, rooms = [], [], []
    for p in points:
        c = p.configuration
        shape, gpu = shapes[c.model], gpus[c.gpu]
        found = work(shape, gpu, c.precision, c.tensor_parallel, c.expert_parallel)
        if isinstance(found, str):
            raise UnknownHardwareError(f"{c.model} on {c.gpu}: {found}")
        works.append(found)
        caches.append(request_cache(found, p.prompt, p.answer))
        # Requests are in the middle of their answers on average. A point whose weights alone do not fit was measured
        # on more GPUs than it says (9 rows): it keeps its concurrency.
        held = max_concurrency(shape, c.precision, gpu, c.tensor_parallel, round(p.prompt + p.answer / 2))
        rooms.append(min(float(held), p.concurrency) if held else p.concurrency)
    columns = {f.name: np.array([getattr(w, f.name) for w in works]) for f in fields(Work)}
    return Table(
        points=tuple(points),
        work=Work(**cast(dict[str, Any], columns)),
        cache=np.array(caches),
        prompt=np.array([p.prompt for p in points]),
        answer=np.array([p.answer for p in points]),
        concurrency=np.array([p.concurrency for p in points]),
        room=np.array(rooms),
        log_tpot=np.log([p.tpot_ms for p in points]),
        log_first=np.log([p.first_token_ms for p in points]),
        weight=np.array([p.weight for p in points]),
    )


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted parameters by name."""

    parameters: Parameters
    logs: Floats
    values: Mapping[str, float]


def fit(of: Table, gpus: Mapping[str, GpuCard], settings: Settings, near: Fit | None = None) -> Fit:
    """The most likely parameters of the points under the priors; deterministic. `near` is a fit to start from."""
    free = parameters(of.points, dict(gpus), settings)
    how = settings.fit
    scales = (how["tpot_scale"], how["first_token_scale"])
    prior = np.sqrt(how["prior_weight"])
    size = Counter(p.group for p in of.points)
    balance = np.array([(how["balance_size"] / size[p.group]) ** how["balance"] for p in of.points])
    importance = np.sqrt(of.weight * balance)
    predict = predictor(of, free, dict(gpus), settings)

    def residuals(logs: Floats) -> Floats:
        tpot, first = predict(logs)
        one = importance * soft((np.log(tpot) - of.log_tpot) / scales[0])
        two = importance * np.sqrt(how["first_token_weight"]) * soft((np.log(first) - of.log_first) / scales[1])
        return np.concatenate([one, two, prior * (logs - free.start) / free.spread])

    low, high = free.bounds
    known = near.values if near else {}
    start = np.array([np.log(known[n]) if n in known else s for n, s in zip(free.names, free.start, strict=True)])
    start = np.clip(start, low + 1e-6, high - 1e-6)
    found = least_squares(residuals, start, bounds=(low, high), max_nfev=60, ftol=1e-5, xtol=1e-6)
    logs = np.asarray(found.x)
    return Fit(free, logs, dict(zip(free.names, np.exp(logs).tolist(), strict=True)))


def soft(z: Floats) -> Floats:
    """The residual whose square is the soft-L1 loss: quadratic near zero, linear far away."""
    return np.asarray(z * np.sqrt(2.0 / (1.0 + np.sqrt(1.0 + z * z))))


def predictor(of: Table, free: Parameters, gpus: dict[str, GpuCard], settings: Settings) -> Any:
    """A function from log parameters to TPOT and TTFT in closed loop of all points, in ms."""
    engine = [p.configuration.engine for p in of.points]
    gpu = [p.configuration.gpu for p in of.points]
    compute = free.index([f"compute.{class_of(p, gpus)}" for p in of.points])
    of_gpu = free.index([f"gpu_bandwidth.{g}" for g in gpu]), free.index([f"gpu_compute.{g}" for g in gpu])
    of_engine = {f: free.index([f"{e}.{f}" for e in engine]) for f in (*ENGINE_FIELDS, "waiting")}
    burst = free.index([f"{p.configuration.engine}.burst.{p.origin}" for p in of.points])
    shared = {f: free.names.index(f"shared.{f}") for f in SHARED_FIELDS}
    bandwidth = free.names.index("bandwidth")
    limits = settings.limits

    def predict(logs: Floats) -> tuple[Floats, Floats]:
        p = np.exp(logs)
        at = Efficiency(
            bandwidth=cast(float, limited(p[bandwidth] * p[of_gpu[0]], limits["bandwidth"])),
            compute=cast(float, limited(p[compute] * p[of_gpu[1]], limits["compute"])),
            **{f: p[i] for f, i in shared.items()},
            **{f: cast(float, p[of_engine[f]]) for f in ENGINE_FIELDS},
        )
        times = pace(of.work, at, cast(float, of.cache), cast(float, of.prompt), cast(float, of.answer), 0.0)
        room = cast(float, of.room)
        loop = [cast(float, p[index]) for index in (of_engine["waiting"], burst)]
        first = closed_first_token_ms(times, cast(float, of.concurrency), room, *loop)
        return np.asarray(tpot_ms(times, room)), np.asarray(first)

    return predict
