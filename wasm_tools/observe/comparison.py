"""Observed against predicted: a verdict a figure, drift of lengths and traffic, use, cost, anomalies, what follows."""

from collections.abc import Iterator
from typing import Any

from wasm_tools.observe.expected import Expected
from wasm_tools.observe.observed import Observed, Times
from wasm_tools.planner.plan import significant

INSIDE, BELOW, ABOVE, UNKNOWN = "inside", "below", "above", "unknown"
DRIFT = 0.1  # ours: lengths and traffic that differ by less are as planned
FEW = 100  # ours: below so many requests a p95 rests on fewer than five of them
FULL_CACHE = 0.95  # as in the alert of a plan's files
ERROR_SHARE = 0.01  # as in the alert of a plan's files
DRAFT_MODEL = (
    "would a draft model help? No measurement here covers speculative decoding, so the planner does not predict it: run"
    " the same load test with and without one, and compare both files"
)


def compared(seen: Observed, expected: Expected) -> dict[str, Any]:
    """Figures with verdicts, drift, flags and advice as a JSON-safe record.

    `verdict` says where the observed value lies in the predicted 90 % band; `target` whether it keeps the bound.
    """
    figures = [_time(seen, name, expected) for name in expected.times]
    return {
        "figures": figures,
        "drift": [*_drift(seen, expected), *_drift_of_times(figures)],
        "flags": list(flags(seen)),
        "use": _use(seen, expected),
        "cost": _cost(seen, expected),
        "advice": list(_advice(seen, expected, figures)),
        "questions": list(_questions(seen, figures)),
    }


def _time(seen: Observed, name: str, expected: Expected) -> dict[str, Any]:
    of = expected.times[name]
    # The planner predicts the mean gap of a request, which is TPOT; single gaps vary more.
    metric = "tpot" if name == "itl" and "tpot" in seen.times else name
    times = seen.times.get(metric)
    low, high = _ends(times, of.percentile)
    verdict = UNKNOWN
    if low is not None:
        if low > of.high:
            verdict = ABOVE
        elif high is not None and high < of.low:
            verdict = BELOW
        elif high is not None and of.low <= low and high <= of.high:
            verdict = INSIDE
    target = UNKNOWN
    if of.bound is not None and low is not None:
        target = "missed" if low > of.bound else "met" if high is not None and high <= of.bound else UNKNOWN
    at = None if times is None else times.percentiles.get(of.percentile)
    return {
        "name": name,
        "metric": metric,
        "percentile": of.percentile,
        "unit": "ms",
        "observed": None if at is None else significant(at),
        "between": None if at == low == high or low is None else [low, high],
        "predicted": of.predicted,
        "low": of.low,
        "high": of.high,
        "verdict": verdict,
        "bound": of.bound,
        "target": target,
    }


def _ends(times: Times | None, percentile: int) -> tuple[float | None, float | None]:
    """Between which values a percentile lies: both the same for single values; None where nothing is known."""
    if times is None:
        return None, None
    if percentile in times.between:
        return times.between[percentile]
    at = times.percentiles.get(percentile)
    return at, at


def _drift(seen: Observed, expected: Expected) -> Iterator[dict[str, Any]]:
    for name in ("prompt_tokens", "output_tokens", "requests_per_s"):
        planned, found = getattr(expected, name), getattr(seen, name)
        if planned and found is not None:
            change = found / planned - 1
            yield {
                "name": name,
                "planned": planned,
                "observed": significant(found),
                "change": significant(change),
                "drifted": abs(change) > DRIFT,
            }


def _drift_of_times(figures: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Times against their predictions; one has drifted where it is surely outside its band, as bands are wide."""
    for f in figures:
        if f["observed"] is not None and f["predicted"] and f["verdict"] != UNKNOWN:
            yield {
                "name": f"{f['name']}_ms",
                "planned": f["predicted"],
                "observed": f["observed"],
                "change": significant(f["observed"] / f["predicted"] - 1),
                "drifted": f["verdict"] != INSIDE,
            }


def flags(seen: Observed) -> Iterator[str]:
    """What is odd about an observation, in words."""
    if seen.requests is not None and seen.requests < FEW:
        yield f"only {seen.requests} requests: a p95 rests on fewer than {FEW // 20} of them"
    total = (seen.requests or 0) + (seen.errors or 0)
    if seen.errors and seen.errors / total > ERROR_SHARE:
        yield f"{seen.errors} of {total} requests failed: times are of the others only"
    if seen.kv_use is not None and seen.kv_use > FULL_CACHE:
        yield f"the KV cache was {100 * seen.kv_use:.0f} % full: requests wait for memory"
    if seen.preemptions:
        yield f"{seen.preemptions:.0f} requests were set aside for want of KV cache and computed again"
    if seen.waiting is not None and seen.concurrency is not None and seen.waiting > seen.concurrency:
        yield "more requests waited than were served: the deployment is overloaded"
    if seen.asked_per_s and seen.requests_per_s and seen.requests_per_s < (1 - DRIFT) * seen.asked_per_s:
        yield f"{seen.requests_per_s:.3g} of {seen.asked_per_s:.3g} requests/s came through: saturated, or a short run"


def _use(seen: Observed, expected: Expected) -> dict[str, Any] | None:
    """The observed rate as a share of what all planned replicas serve within the target; None where that is unknown."""
    if not expected.replicas or not expected.replica_requests_per_s or seen.requests_per_s is None:
        return None
    capacity = expected.replicas * expected.replica_requests_per_s
    return {
        "replicas": expected.replicas,
        "capacity_requests_per_s": significant(capacity),
        "observed": significant(seen.requests_per_s / capacity),
        "planned": None if expected.requests_per_s is None else significant(expected.requests_per_s / capacity),
    }


def _cost(seen: Observed, expected: Expected) -> dict[str, Any] | None:
    """US dollars per million output tokens at the observed and at the planned load; None without a cost."""
    if expected.usd_per_hour is None or not seen.output_tokens_per_s:
        return None
    planned = (expected.requests_per_s or 0) * (expected.output_tokens or 0)
    return {
        "usd_per_hour": expected.usd_per_hour,
        "observed_usd_per_million_output": significant(expected.usd_per_hour / 0.0036 / seen.output_tokens_per_s),
        "planned_peak_usd_per_million_output": significant(expected.usd_per_hour / 0.0036 / planned)
        if planned
        else None,
    }


def _advice(seen: Observed, expected: Expected, figures: list[dict[str, Any]]) -> Iterator[str]:
    missed = [f["name"].upper() for f in figures if f["target"] == "missed"]
    if missed:
        names = ", ".join(missed)
        yield f"{names} misses the target: plan anew with the observed lengths and load (plan.json), or add a replica"
    fewer = _one_replica_less(seen, expected, figures)
    if fewer:
        yield fewer


def _questions(seen: Observed, figures: list[dict[str, Any]]) -> Iterator[str]:
    """What might help and nothing here can tell: neither measurement nor planner."""
    if (seen.kv_use or 0) > FULL_CACHE or seen.preemptions:
        yield "can the longest context be shorter, or the KV cache be FP8? Memory is what runs out"
    slow = any(f["name"] in ("itl", "e2e") and f["target"] == "missed" for f in figures)
    if slow and (seen.kv_use or 0) <= FULL_CACHE:
        yield DRAFT_MODEL


def _one_replica_less(seen: Observed, expected: Expected, figures: list[dict[str, Any]]) -> str:
    """Said only if every target is met, lengths are no longer than planned, and the load fits at the slow end.

    One replica serves what the planner found, divided by how much slower the slowest observed time is than predicted,
    or by nothing where all are faster.
    """
    replicas, rate, load = expected.replicas, expected.replica_requests_per_s, seen.requests_per_s
    if not replicas or replicas < 2 or not rate or load is None or seen.errors:
        return ""
    if not figures or any(f["target"] != "met" or f["observed"] is None for f in figures):
        return ""
    for name in ("prompt_tokens", "output_tokens"):
        planned, found = getattr(expected, name), getattr(seen, name)
        if planned is None or found is None or found > planned * (1 + DRIFT):
            return ""
    slower = max([1.0, *(f["observed"] / f["predicted"] for f in figures if f["predicted"])])
    carried = (replicas - 1) * rate / slower
    if load > carried:
        return ""
    return (
        f"one replica less would still hold this load: {replicas - 1} serve {carried:.3g} requests/s within the target,"
        f" {load:.3g} came; none is then left for a failure or a higher peak"
    )
