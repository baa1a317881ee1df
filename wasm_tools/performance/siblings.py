"""Measured relatives of a configuration, and how far their residuals carry over.

A relative has the same architecture, GPU, engine and precision; it may differ in concurrency, lengths, tensor and
expert parallelism. Its residual is ln(measured / physics). The correction of a new point is the mean of a Gaussian
process over the residuals (kriging; Rasmussen and Williams 2006, equation 2.25) with the covariance

    group² + local² · exp(−|Δ ln C| / c − distance) + same² · exp(−|Δ ln C| / c) [same configuration and lengths]

where `distance` is |Δ ln TP| / tp + [other expert layout] / ep + |Δ ln ISL| / isl + |Δ ln OSL| / osl. The calibration
solves the weights of the mean, so a correction is one sum over relatives.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

SAME_LENGTHS = 0.12  # in ln: InferenceX draws lengths at 80-100 % of nominal, so nominal and mean differ by 0.105

PUBLISHED, COMMUNITY, OWN = EVIDENCE_CLASSES = ("", "community", "own")  # who measured

Pair = tuple[float, float]  # of TPOT and TTFT
Sums = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Kernel:
    """How like two residuals are: standard deviations of the parts in log units, and lengths of decay."""

    group: float
    local: float
    same: float
    noise: float  # of a measurement
    concurrency: float
    tensor: float
    expert: float
    prompt: float
    answer: float


@dataclass(frozen=True, slots=True)
class MeasuredPoint:
    """A point as it was measured in closed loop, its residual after its curve was made rising, and its weight."""

    concurrency: float
    first_token_ms: float
    tpot_ms: float
    residual: Pair
    weight: Pair


@dataclass(frozen=True, slots=True)
class MeasuredCurve:
    """One measured configuration at one pair of true mean lengths; its points ascend in concurrency."""

    model: str
    tensor_parallel: int
    expert_parallel: int
    prompt: float
    answer: float
    source: str  # engine version, who measured, when
    points: tuple[MeasuredPoint, ...]
    evidence: str = PUBLISHED  # one of EVIDENCE_CLASSES


@dataclass(frozen=True, slots=True)
class Relative:
    """A measured curve made ready: where it lies, and its weighted sums at the standard knots of a service curve."""

    curve: MeasuredCurve
    log_tensor: float
    spread: bool
    log_prompt: float
    log_answer: float
    logs: tuple[float, ...]  # ln C of its points
    sums: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Siblings:
    """All measured curves of one architecture, GPU, engine and precision. `shared` is the part that all have."""

    relatives: tuple[Relative, ...]
    knots: tuple[Sums, Sums]  # of TPOT and TTFT: the sums of all relatives at each standard knot
    shared: Pair
    points: int
    sizes: frozenset[int]  # tensor parallelism that something was measured at


@dataclass(frozen=True, slots=True)
class Kernels:
    """The covariance of each metric."""

    tpot: Kernel
    first_token: Kernel


def siblings(curves: Sequence[MeasuredCurve], kernels: Kernels, knots: Sequence[float]) -> Siblings:
    """The measured curves of one group, ready for corrections at the standard `knots`."""
    logs = [math.log(k) for k in knots]
    relatives = []
    for c in curves:
        points = tuple(math.log(p.concurrency) for p in c.points)
        relatives.append(
            Relative(
                curve=c,
                log_tensor=math.log(c.tensor_parallel),
                spread=c.expert_parallel > 1,
                log_prompt=math.log(c.prompt),
                log_answer=math.log(c.answer),
                logs=points,
                sums=tuple(weighted(c.points, points, kernels, k) for k in logs),
            )
        )
    total = [sum(p.weight[m] for c in curves for p in c.points) for m in (0, 1)]
    shared = (kernels.tpot.group**2 * total[0], kernels.first_token.group**2 * total[1])
    at_knots = zip(*(r.sums for r in relatives), strict=True)  # pairs of all relatives, knot by knot
    by_knot = [tuple(zip(*pairs, strict=True)) for pairs in at_knots]
    sums = (tuple(tpot for tpot, _ in by_knot), tuple(first for _, first in by_knot))
    sizes = frozenset(c.tensor_parallel for c in curves)
    return Siblings(tuple(relatives), sums, shared, sum(len(c.points) for c in curves), sizes)


def weighted(points: Sequence[MeasuredPoint], logs: Sequence[float], kernels: Kernels, at: float) -> Pair:
    """The sum of weight · exp(−|Δ ln C| / c) over the points of a curve, at ln C = `at`."""
    tpot, first_token = kernels.tpot.concurrency, kernels.first_token.concurrency
    pairs = list(zip(points, logs, strict=True))
    return (
        sum(p.weight[0] * math.exp(-abs(at - c) / tpot) for p, c in pairs),
        sum(p.weight[1] * math.exp(-abs(at - c) / first_token) for p, c in pairs),
    )


def is_same(a: Relative, tensor: float, spread: bool, prompt: float, answer: float) -> bool:
    """Whether a place is that of a measured curve: same parallelism, lengths as near as drawn ones are to nominal."""
    near = abs(prompt - a.log_prompt) <= SAME_LENGTHS and abs(answer - a.log_answer) <= SAME_LENGTHS
    return near and tensor == a.log_tensor and spread == a.spread


def corrections(
    of: Siblings, kernels: Kernels, tensor: float, spread: bool, prompt: float, answer: float
) -> tuple[list[float], list[float], float]:
    """What to add to ln TPOT and to ln TTFT of physics at the standard knots, and the distance of the nearest."""
    one, two = kernels.tpot, kernels.first_token
    local, same = (one.local**2, two.local**2), (one.same**2, two.same**2)
    nearest, tpot, first = math.inf, [], []
    for a in of.relatives:  # written out for both metrics at once: an answer asks a thousand times
        d_tensor, d_prompt = abs(tensor - a.log_tensor), abs(prompt - a.log_prompt)
        d_answer, other = abs(answer - a.log_answer), spread != a.spread
        away = d_tensor / one.tensor + d_prompt / one.prompt + d_answer / one.answer
        further = d_tensor / two.tensor + d_prompt / two.prompt + d_answer / two.answer
        if other:
            away, further = away + 1.0 / one.expert, further + 1.0 / two.expert
        nearest = away if away < nearest else nearest
        w, v = local[0] * math.exp(-away), local[1] * math.exp(-further)
        if not (other or d_tensor) and d_prompt <= SAME_LENGTHS and d_answer <= SAME_LENGTHS:
            w, v = w + same[0], v + same[1]
        tpot.append(w)
        first.append(v)
    of_tpot, of_first = of.knots
    return (
        [of.shared[0] + math.sumprod(tpot, sums) for sums in of_tpot],
        [of.shared[1] + math.sumprod(first, sums) for sums in of_first],
        nearest,
    )


def correction_at(
    of: Siblings, kernels: Kernels, tensor: float, spread: bool, prompt: float, answer: float, at: float
) -> Pair:
    """What to add to ln TPOT and to ln TTFT of physics at any load, ln C = `at`: `corrections` at one place."""
    found = list(of.shared)
    for a in of.relatives:
        here = is_same(a, tensor, spread, prompt, answer)
        sums = weighted(a.curve.points, a.logs, kernels, at)
        for m, k in enumerate((kernels.tpot, kernels.first_token)):
            away = abs(tensor - a.log_tensor) / k.tensor + abs(prompt - a.log_prompt) / k.prompt
            away += abs(answer - a.log_answer) / k.answer + (spread != a.spread) / k.expert
            found[m] += (k.local**2 * math.exp(-away) + (k.same**2 if here else 0.0)) * sums[m]
    return found[0], found[1]
