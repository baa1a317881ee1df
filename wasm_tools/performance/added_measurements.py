"""Measurements that join a calibration without moving it: those of the community, and a reader's own.

The fitted constants and the weights of the published points stay as they are. Added points explain what these leave
unexplained: the residual of an added point is ln(measured / predicted from the published), and the weights of the added
points of a group solve (K + noise) · w = residual with the covariance of `siblings`. So a prediction at an added point
is almost what was measured there, and the further away, the more it is what it would be without.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from wasm_tools.performance.calibration import Calibration, efficiency
from wasm_tools.performance.closed_loop import closed_first_token_ms, service_residual
from wasm_tools.performance.configuration import MEASURED_AS, ServingConfiguration, check_configuration
from wasm_tools.performance.isotonic import rising
from wasm_tools.performance.memory import max_concurrency
from wasm_tools.performance.physics import pace, request_cache, tpot_ms, work
from wasm_tools.performance.prediction import KNOTS, Book
from wasm_tools.performance.siblings import (
    COMMUNITY,
    Kernel,
    MeasuredCurve,
    MeasuredPoint,
    Pair,
    correction_at,
    siblings,
)

MOST = 200  # points of a group: the weights of more take long in a browser
DIGITS = 6
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class AddedPoint:
    """One measured point of one replica. `concurrency` is what a request meets, itself included; `burst` the share of
    the requests that started together; lengths are true means."""

    configuration: ServingConfiguration
    prompt: float
    answer: float
    concurrency: float
    first_token_ms: float
    tpot_ms: float
    burst: float
    source: str


@dataclass(frozen=True, slots=True)
class Added:
    """A calibration with added points, and what could not be added, in words."""

    calibration: Calibration
    refused: tuple[tuple[AddedPoint, str], ...]


def with_added(of: Book, points: Iterable[AddedPoint], evidence: str, noise: float) -> Added:
    """The calibration of the book with more points of a class of evidence, COMMUNITY or OWN.

    `noise` is a factor on the standard deviation of a measurement's noise. Raises InputError for a configuration that
    does not exist.
    """
    groups: dict[Key, list[tuple[AddedPoint, Pair]]] = {}
    refused = []
    for p in points:
        check_configuration(p.configuration)
        found = _physics(p, of)
        if isinstance(found, str):
            refused.append((p, found))
            continue
        c = p.configuration
        key = (of.architectures[c.model], c.gpu, c.engine, MEASURED_AS.get(c.precision, c.precision))
        members = groups.setdefault(key, [])
        if len(members) == MOST:
            refused.append((p, f"more than {MOST} points of one model on one GPU"))
        else:
            members.append((p, found))
    curves = dict(of.calibration.groups)
    for key in sorted(groups):
        rows = sorted(groups[key], key=lambda row: _order(row[0]))
        curves[key] = (*curves.get(key, ()), *_curves(rows, curves.get(key, ()), of.calibration, evidence, noise))
    return Added(replace(of.calibration, groups=curves), tuple(refused))


def _physics(p: AddedPoint, of: Book) -> Pair | str:
    """TPOT and TTFT of a point by the calibrated physics alone, or why there are none."""
    c = p.configuration
    shape, gpu = of.shapes.get(c.model), of.gpus.get(c.gpu)
    if shape is None or gpu is None:
        return f"the {'architecture of ' + c.model if shape is None else 'GPU ' + c.gpu} is not registered"
    if c.engine not in of.calibration.engines:
        return f"nothing is calibrated for {c.engine}"
    moved = work(shape, gpu, c.precision, c.tensor_parallel, c.expert_parallel)
    if isinstance(moved, str):
        return moved
    cache = request_cache(moved, p.prompt, p.answer)
    times = pace(moved, efficiency(of.calibration, c, gpu), cache, p.prompt, p.answer, 0.0)
    held = max_concurrency(shape, c.precision, gpu, c.tensor_parallel, round(p.prompt + p.answer / 2))
    room = min(float(held), p.concurrency) if held else p.concurrency
    waiting = of.calibration.engines[c.engine].get("waiting", 1.0)
    return tpot_ms(times, room), closed_first_token_ms(times, p.concurrency, room, waiting, p.burst)


def _curves(
    rows: Sequence[tuple[AddedPoint, Pair]],
    known: Sequence[MeasuredCurve],
    calibration: Calibration,
    evidence: str,
    noise: float,
) -> Iterable[MeasuredCurve]:
    kernels = (calibration.kernels.tpot, calibration.kernels.first_token)
    relatives = siblings(known, calibration.kernels, KNOTS) if known else None
    points = [p for p, _ in rows]
    left: tuple[list[float], list[float]] = ([], [])
    for p, (tpot, first) in rows:
        before = correction_at(relatives, calibration.kernels, *_place(p)) if relatives else (0.0, 0.0)
        left[0].append(math.log(p.tpot_ms / tpot) - before[0])
        left[1].append(service_residual(math.log(p.first_token_ms / first)) - before[1])
    weights = [_weights(k, points, r, noise) for k, r in zip(kernels, left, strict=True)]
    curves: dict[tuple[object, ...], list[int]] = {}
    for n, p in enumerate(points):
        curves.setdefault(_curve_key(p), []).append(n)
    for members in curves.values():
        yield _curve([rows[n] for n in members], [(weights[0][n], weights[1][n]) for n in members], evidence)


def _curve(rows: Sequence[tuple[AddedPoint, Pair]], weights: Sequence[Pair], evidence: str) -> MeasuredCurve:
    """The points of one configuration at one pair of lengths, of several at one load their geometric mean."""
    loads: dict[float, list[int]] = {}
    for n, (p, _) in enumerate(rows):
        loads.setdefault(p.concurrency, []).append(n)
    joined = []
    for load, members in sorted(loads.items()):
        of = [rows[n] for n in members]
        tpot, first = _mean([p.tpot_ms for p, _ in of]), _mean([p.first_token_ms for p, _ in of])
        physics = _mean([t for _, (t, _) in of]), _mean([f for _, (_, f) in of])
        weight = tuple(math.fsum(weights[n][m] for n in members) for m in (0, 1))
        joined.append((load, tpot, first, physics, weight))
    risen = rising([tpot for _, tpot, *_ in joined]), rising([first for _, _, first, *_ in joined])
    first_row = rows[0][0]
    c = first_row.configuration
    return MeasuredCurve(
        c.model, c.tensor_parallel, c.expert_parallel, first_row.prompt, first_row.answer,
        "; ".join(sorted({p.source for p, _ in rows})),
        tuple(
            MeasuredPoint(
                load, _short(first), _short(tpot),
                (
                    _short(math.log(risen[0][n] / physics[0])),
                    _short(service_residual(math.log(risen[1][n] / physics[1]))),
                ),
                (_short(weight[0]), _short(weight[1])),
            )
            for n, (load, tpot, first, physics, weight) in enumerate(joined)
        ),
        evidence,
    )  # fmt: skip


def _curve_key(p: AddedPoint) -> tuple[object, ...]:
    """What points of one curve share. Lengths of one test differ by a token or two from load to load."""
    c = p.configuration
    return (c.model, c.tensor_parallel, c.expert_parallel, _step(p.prompt), _step(p.answer))


def _step(tokens: float) -> int:
    """Steps of 5 %: means of one data set fall into one of them, or into two neighbours."""
    return round(math.log(tokens) / 0.05)


def _order(p: AddedPoint) -> tuple[object, ...]:
    c = p.configuration
    sizes = (c.tensor_parallel, c.expert_parallel, p.prompt, p.answer, p.concurrency)
    return (c.model, *sizes, p.source, p.first_token_ms, p.tpot_ms)


def _place(p: AddedPoint) -> tuple[float, bool, float, float, float]:
    c = p.configuration
    spread = c.expert_parallel > 1
    return math.log(c.tensor_parallel), spread, math.log(p.prompt), math.log(p.answer), math.log(p.concurrency)


def _weights(kernel: Kernel, points: Sequence[AddedPoint], residuals: Sequence[float], noise: float) -> list[float]:
    """(K + noise)⁻¹ · residuals by Cholesky's decomposition; K + noise is positive definite."""
    places = [_place(p) for p in points]
    keys = [_curve_key(p) for p in points]
    variance = (kernel.noise * noise) ** 2
    lower: list[list[float]] = []
    for i in range(len(points)):
        row: list[float] = []
        for j in range(i + 1):
            value = _covariance(kernel, places[i], places[j], keys[i] == keys[j]) + (variance if i == j else 0.0)
            value -= math.sumprod(row[:j], lower[j][:j] if j < i else row[:j])
            row.append(math.sqrt(value) if i == j else value / lower[j][j])
        lower.append(row)
    forward: list[float] = []
    for i, row in enumerate(lower):
        forward.append((residuals[i] - math.sumprod(row[:i], forward)) / row[i])
    solved = [0.0] * len(points)
    for i in reversed(range(len(points))):
        above = math.fsum(lower[k][i] * solved[k] for k in range(i + 1, len(points)))
        solved[i] = (forward[i] - above) / lower[i][i]
    return solved


def _covariance(
    kernel: Kernel, a: tuple[float, bool, float, float, float], b: tuple[float, bool, float, float, float], same: bool
) -> float:
    away = abs(a[0] - b[0]) / kernel.tensor + abs(a[2] - b[2]) / kernel.prompt + abs(a[3] - b[3]) / kernel.answer
    away += (a[1] != b[1]) / kernel.expert
    near = math.exp(-abs(a[4] - b[4]) / kernel.concurrency)
    return kernel.group**2 + near * (kernel.local**2 * math.exp(-away) + (kernel.same**2 if same else 0.0))


def _mean(values: Sequence[float]) -> float:
    return math.exp(math.fsum(map(math.log, values)) / len(values))


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def classes_of(calibration: Calibration) -> Mapping[str, int]:
    """How many points of each class of evidence beside the published ones a calibration holds."""
    found: dict[str, int] = {}
    for curves in calibration.groups.values():
        for c in curves:
            if c.evidence:
                found[c.evidence] = found.get(c.evidence, 0) + len(c.points)
    return {COMMUNITY: 0} | found
