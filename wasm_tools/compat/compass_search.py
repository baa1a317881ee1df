"""The search of Compass at commit cc6a8f9: rows that meet the targets, replicas, cost, scores and its five lists.

The rows are an input; those that it ships are simulated or invented (`compass@cc6a8f9` reproduces its answers, faults
and all: average load, one rate per row, prices that nobody quotes).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wasm_tools.compat.compass_scores import (
    accuracy_score,
    balanced_score,
    complexity_score,
    latency_score,
    price_score,
    slo_status,
)
from wasm_tools.compat.compass_tables import CRITERIA, METRICS, BenchmarkRow, CompassTables
from wasm_tools.workload.traffic import InputError

LABEL = "compass@cc6a8f9"
LISTS = {  # name of a list: the order of its keys, all descending; cost counts negative
    "best_accuracy": ("accuracy", "cost", "latency", "complexity"),
    "lowest_cost": ("cost", "accuracy", "latency", "complexity"),
    "lowest_latency": ("latency", "accuracy", "cost", "complexity"),
    "simplest": ("complexity", "accuracy", "cost", "latency"),
    "balanced": ("balanced", "accuracy", "cost", "latency", "complexity"),
}


@dataclass(frozen=True, slots=True)
class Specification:
    """What is asked for: lengths, requests per second, targets in ms at p95, weights, filters, length of the lists."""

    use_case: str
    prompt_tokens: int
    output_tokens: int
    qps: float
    targets: Mapping[str, float]
    weights: Mapping[str, float]
    minimum_accuracy: int
    listed: int
    gpus: frozenset[str] | None = None
    max_cost_usd: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.qps < math.inf:
            raise InputError("qps", f"{self.qps!r} is not a rate above 0")
        if any(not 0 < self.targets[name] < math.inf for name in METRICS):
            raise InputError("targets", f"{dict(self.targets)!r} are not times above 0 ms")
        if any(not 0 <= self.weights[name] < math.inf for name in CRITERIA) or not any(self.weights.values()):
            raise InputError("weights", f"{dict(self.weights)!r} need numbers from 0 up, one of them above 0")


@dataclass(frozen=True, slots=True)
class Option:
    """A configuration with its scores; times are whole ms, money USD, `accuracy` None has no frozen figure."""

    row: BenchmarkRow
    model_name: str
    replicas: int
    times: dict[str, int]
    usd_hour: float
    usd_month: float
    accuracy: int | None
    price: int
    latency: int
    complexity: int
    balanced: float | None
    status: str

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What makes it distinct: model, GPU, GPUs a replica, replicas."""
        return self.row.model, self.row.gpu, self.row.count, self.replicas


@dataclass(frozen=True, slots=True)
class Answer:
    """All candidates, how many pass the filters, those without an accuracy figure, and the five lists."""

    candidates: list[Option]
    passing: int
    unscored: list[str]
    lists: dict[str, list[Option]]

    @property
    def distinct(self) -> int:
        """Distinct configurations over the five lists."""
        return len({o.key for options in self.lists.values() for o in options})


def dataset(rows: Iterable[BenchmarkRow], by_rate: bool) -> list[BenchmarkRow]:
    """The first row of each (model, GPU, count, lengths), and rate when `by_rate`.

    Upstream's loader keeps one rate (`shipped`, 157 rows of its main file); `full` is the same file read whole (1,282).
    """
    first: dict[tuple[object, ...], BenchmarkRow] = {}
    for r in rows:
        key = (r.model, r.gpu, r.count, r.prompt_tokens, r.output_tokens, r.rps if by_rate else None)
        first.setdefault(key, r)
    return list(first.values())


def matching_rows(rows: Iterable[BenchmarkRow], spec: Specification) -> list[BenchmarkRow]:
    """Rows of exactly these lengths within the targets; for each (model, GPU, count) the highest rate, lowest E2E."""
    best: dict[tuple[str, str, int], BenchmarkRow] = {}
    for r in rows:
        if (r.prompt_tokens, r.output_tokens) != (spec.prompt_tokens, spec.output_tokens):
            continue
        if spec.gpus is not None and r.gpu not in spec.gpus:
            continue
        if any(_p95(r)[name] > spec.targets[name] for name in METRICS):
            continue
        key = (r.model, r.gpu, r.count)
        held = best.get(key)
        if held is None or (-r.rps, r.e2e_ms) < (-held.rps, held.e2e_ms):
            best[key] = r
    return [best[key] for key in sorted(best)]


def _p95(r: BenchmarkRow) -> dict[str, float]:
    return {"ttft": r.ttft_ms, "itl": r.itl_ms, "e2e": r.e2e_ms}


def replicas_for(qps: float, rps: float, tables: CompassTables) -> int:
    """CO-16: the load with 20 % headroom over the rate of a row, rounded up, at least one."""
    return max(1, math.ceil(qps * tables.headroom / rps))


def recommend(rows: Iterable[BenchmarkRow], spec: Specification, tables: CompassTables) -> Answer:
    """The five lists for a specification; empty lists when no row meets it."""
    priced = []
    for row in matching_rows(rows, spec):
        gpu = tables.gpu(row.gpu)
        if gpu is None:
            continue
        replicas = replicas_for(spec.qps, row.rps, tables)
        hourly = gpu.base_usd_hour * (row.count * replicas)
        priced.append((row, replicas, hourly, hourly * tables.hours_per_month))
    months = [month for *_, month in priced]
    costs = (min(months, default=0.0), max(months, default=0.0))
    options = [_option(row, replicas, hourly, month, costs, spec, tables) for row, replicas, hourly, month in priced]
    passing = [
        o
        for o in options
        if o.accuracy is not None
        and o.accuracy >= spec.minimum_accuracy
        and (spec.max_cost_usd is None or o.usd_month <= spec.max_cost_usd)
    ]
    unscored = sorted({o.row.model for o in options if o.accuracy is None})
    return Answer(options, len(passing), unscored, five_lists(passing, spec.listed))


def _option(
    row: BenchmarkRow,
    replicas: int,
    hourly: float,
    month: float,
    costs: tuple[float, float],
    spec: Specification,
    tables: CompassTables,
) -> Option:
    times = {name: int(value) for name, value in _p95(row).items()}
    accuracy = accuracy_score(row.model, spec.use_case, tables)
    price = price_score(month, *costs, tables)
    latency = latency_score(times, tables.use_case(spec.use_case), tables)
    complexity = complexity_score(row.count * replicas, tables)
    balanced = None
    if accuracy is not None:
        scores = {"accuracy": accuracy, "price": price, "latency": latency, "complexity": complexity}
        balanced = balanced_score(scores, spec.weights, replicas, tables)
    status = slo_status(times, spec.targets)
    name = tables.display_names.get(row.model, row.model)
    return Option(row, name, replicas, times, hourly, month, accuracy, price, latency, complexity, balanced, status)


def five_lists(options: Sequence[Option], listed: int) -> dict[str, list[Option]]:
    """Best accuracy: the first of each model name, up to `listed` names. The other lists: all their options."""

    def ordered(name: str, of: Sequence[Option]) -> list[Option]:
        def keys(o: Option) -> tuple[float, ...]:
            by_name = {
                "accuracy": o.accuracy or 0,
                "cost": -o.usd_month,
                "latency": o.latency,
                "complexity": o.complexity,
                "balanced": o.balanced or 0.0,
            }
            return tuple(by_name[key] for key in LISTS[name])

        return sorted(of, key=keys, reverse=True)

    best: dict[str, Option] = {}
    for o in ordered("best_accuracy", options):
        if o.model_name not in best and len(best) < listed:
            best[o.model_name] = o
    among = [o for o in options if o.model_name in best]
    return {name: list(best.values()) if name == "best_accuracy" else ordered(name, among)[:listed] for name in LISTS}


def record(o: Option, rank: int) -> dict[str, object]:
    """An option under the field names of Compass."""
    return {
        "rank": rank,
        "model_id": o.row.model,
        "model_name": o.model_name,
        "gpu": {
            "gpu_type": o.row.gpu,
            "gpu_count": o.row.count,
            "tensor_parallel": o.row.count,
            "replicas": o.replicas,
        },
        "ttft_p95_ms": o.times["ttft"],
        "itl_p95_ms": o.times["itl"],
        "e2e_p95_ms": o.times["e2e"],
        "rps_per_replica": o.row.rps,
        "throughput_rps": o.row.rps * o.replicas,
        "usd_per_hour": o.usd_hour,
        "usd_per_month": o.usd_month,
        "scores": {
            "accuracy_score": o.accuracy,
            "price_score": o.price,
            "latency_score": o.latency,
            "complexity_score": o.complexity,
            "balanced_score": o.balanced,
            "slo_status": o.status,
        },
    }
