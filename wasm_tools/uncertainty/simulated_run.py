"""The figures of a simulation: counts, percentiles, what was waited for, replicas and their cost, the timeline."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wasm_tools.planner.plan import significant
from wasm_tools.uncertainty.chosen_plan import ChosenPlan
from wasm_tools.uncertainty.simulation import Simulation
from wasm_tools.uncertainty.simulation_inputs import simulation_of
from wasm_tools.workload.traffic import HOURS_PER_MONTH, Slo

LEVELS = (50, 90, 95, 99)
POINT = ("t_s", "arrivals_per_s", "waiting", "in_service", "ready", "starting", "served_per_s")


class PlanRun:
    """The simulation of a chosen plan with what it was asked with; goes on where it stopped."""

    def __init__(self, of: ChosenPlan, seed: int, given: Mapping[str, Any]) -> None:
        """Raises InputError for what cannot be simulated."""
        self.of, self.seed = of, seed
        self.stated = sorted(name for name in given if given[name] is not None)
        self.simulation, self.ran = simulation_of(of, seed, given)

    def run(self, until: float | None = None, report: Callable[[str, int, int], None] | None = None) -> None:
        """Simulate up to `until` seconds, at most to the end."""
        self.simulation.run(until, report)

    def record(self) -> dict[str, Any]:
        """A JSON-safe record of what was simulated so far."""
        return {
            "plan": self.of.plan.id,
            "assumptions": self.ran,
            "stated": self.stated,
            "evidence": self.of.load.evidence,
            **run_record(self.simulation, self.of.question.slo),
        }


def run_record(run: Simulation, slo: Slo) -> dict[str, Any]:
    """A JSON-safe record of what was simulated so far; figures of nothing are None."""
    way = run.plan.way_s
    ttft = [1000 * (t + way) for t in run.ttft]
    e2e = [1000 * (t + way) for t in run.e2e]
    itl = [  # of answers with a token after the first
        1000 * (whole - first) / tokens
        for whole, first, tokens in zip(run.e2e, run.ttft, run.further, strict=True)
        if tokens >= 1
    ]
    first, gap, whole = (p or slo.percentile for p in (slo.ttft_percentile, slo.itl_percentile, slo.e2e_percentile))
    return {
        "seed": run.seed,
        "seconds": run.traffic.seconds,
        "simulated_s": significant(run.now),
        "counts": counts(run),
        "times": {"ttft_ms": spread(ttft), "itl_ms": spread(itl), "e2e_ms": spread(e2e)},
        "targets": {
            "ttft": _target(ttft, slo.ttft_ms, first),
            "itl": _target(itl, slo.itl_ms, gap),
            "e2e": _target(e2e, slo.e2e_ms, whole),
        },
        "queue": _queue(run),
        "replicas": _replicas(run),
        "timeline": {name: [significant(point[place]) for point in run.points] for place, name in enumerate(POINT)},
    }


def counts(run: Simulation) -> dict[str, int]:
    """Requests by what became of them: arrived = served + in service + waiting + given up."""
    return {
        "arrived": run.arrived,
        "served": len(run.e2e),
        "in_service": run.running,
        "waiting": len(run.line),
        "given_up": run.given_up,
        "retried": run.retried,
    }


def seconds_in_system(run: Simulation) -> float:
    """The time that all requests so far have spent in the system, request by request: Little's law from that side."""
    inside = [*run.line, *(r for server in run.servers for r in server.serving.values())]
    return run.in_system_s + math.fsum(run.now - request.arrived for request in inside)


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """Mean and percentiles, each the smallest value that so many per cent do not exceed."""
    if not values:
        return {"mean": None, **dict.fromkeys(f"p{p}" for p in LEVELS)}
    ordered = sorted(values)
    found = {f"p{p}": ordered[max(0, math.ceil(p / 100 * len(ordered)) - 1)] for p in LEVELS}
    return {name: significant(v) for name, v in (("mean", math.fsum(ordered) / len(ordered)), *found.items())}


def _target(values: Sequence[float], bound: float, percentile: int) -> dict[str, Any]:
    within = sum(1 for v in values if v <= bound) / len(values) if values else None
    return {
        "bound": bound,
        "percentile": percentile,
        "within": None if within is None else significant(within),
        "met": None if within is None else within >= percentile / 100,
    }


def _queue(run: Simulation) -> dict[str, Any]:
    now, waiting = run.now or 1.0, math.fsum(run.waited.values())
    return {
        "mean_waiting": significant(waiting / now),
        "mean_in_service": significant(run.served_s / now),
        "longest": run.longest_line,
        "mean_wait_ms": significant(1000 * waiting / run.arrived) if run.arrived else None,
        "wait_ms_by_cause": {
            cause: significant(1000 * s / run.arrived) if run.arrived else None for cause, s in run.waited.items()
        },
    }


def _replicas(run: Simulation) -> dict[str, Any]:
    now, hours, price = run.now or 1.0, run.paid_s / 3600, run.plan.usd_per_hour
    ready: Mapping[str, float] = {"mean_ready": run.ready_s / now, "mean_paid": run.paid_s / now}
    usd = None if price is None else hours * price
    return {
        **{name: significant(value) for name, value in ready.items()},
        "starts": run.starts,
        "failures": run.failures,
        "hours": significant(hours),
        "usd": None if usd is None else significant(usd),
        "usd_per_hour": None if price is None else significant(price),
        "usd_per_month": None if usd is None else significant(usd * 3600 / now * HOURS_PER_MONTH),
    }
