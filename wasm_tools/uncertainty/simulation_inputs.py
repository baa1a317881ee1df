"""From a chosen plan and what a reader states to a simulation that can run."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wasm_tools.planner.plan import significant
from wasm_tools.uncertainty.arrivals import Rates
from wasm_tools.uncertainty.assumptions import SIMULATION, assumed
from wasm_tools.uncertainty.chosen_plan import ChosenPlan
from wasm_tools.uncertainty.simulated_plan import Scaling, simulated
from wasm_tools.uncertainty.simulation import Simulation, Traffic
from wasm_tools.workload.patterns import HOURS
from wasm_tools.workload.traffic import InputError

ARRIVALS = ("peak", "mean", "day", "trace")
HOUR_S = 3600.0
MOST_BINS = 10_000
MINUTES, MANY = 10.0, 60_000  # of a run that nobody asked to be longer, and its requests at most


def simulation_of(of: ChosenPlan, seed: int, given: Mapping[str, Any]) -> tuple[Simulation, dict[str, Any]]:
    """A simulation that has not begun, and every number it runs with.

    `given` may hold any of `SIMULATION`, `arrivals` (see `ARRIVALS`) and for a trace its `rates` in requests/s and
    `bin_s`. Raises InputError naming what cannot be, and for an API, of whose replicas nothing is known.
    """
    stated = {name: value for name, value in given.items() if name not in ("arrivals", "rates", "bin_s")}
    numbers = assumed(SIMULATION, stated)
    plan, w = simulated(of), of.question.workload
    of_plan = plan.scaling
    most = _or(numbers["max_replicas"], max(of_plan.most, _or(numbers["min_replicas"], of_plan.most)))
    least = _or(numbers["min_replicas"], min(of_plan.least, most))
    if least > most:
        raise InputError("min_replicas", f"{least:g} are more than the {most:g} replicas at most")
    scaling = Scaling(
        least=int(least),
        most=int(most),
        target=_or(numbers["target_in_flight"], of_plan.target),
        start_s=_or(numbers["start_s"], of_plan.start_s),
        down_delay_s=_or(numbers["down_delay_s"], of_plan.down_delay_s),
        check_s=_or(numbers["check_s"], of_plan.check_s),
        pays_start=of_plan.pays_start,
    )
    arrivals = str(given.get("arrivals") or "peak")
    rates = _rates(of, arrivals, numbers, given)
    seconds = 60 * _or(numbers["minutes"], _usual_minutes(rates))
    arrival_cv = _or(numbers["arrival_cv"], w.arrival_cv)
    traffic = Traffic(rates, arrival_cv, seconds, numbers["patience_s"], numbers["availability"])
    ran = {
        "minutes": significant(seconds / 60),
        "arrivals": arrivals,
        "mean_rate": significant(rates.expected(seconds) / seconds),
        "arrival_cv": arrival_cv,
        "min_replicas": scaling.least,
        "max_replicas": scaling.most,
        "target_in_flight": significant(scaling.target),
        "check_s": scaling.check_s,
        "down_delay_s": scaling.down_delay_s,
        "start_s": significant(scaling.start_s),
        "patience_s": traffic.patience_s,
        "availability": traffic.availability,
    }
    return Simulation(replace(plan, scaling=scaling), traffic, seed), ran


def _usual_minutes(rates: Rates) -> float:
    expected = rates.expected(60 * MINUTES)
    return MINUTES if expected <= MANY else min(MINUTES, significant(MANY * MINUTES / expected, 2))


def _rates(of: ChosenPlan, arrivals: str, numbers: Mapping[str, float | None], given: Mapping[str, Any]) -> Rates:
    """The rates of a way to arrive; a stated `qps` sets the level of any of them but a trace."""
    w, pattern, qps = of.question.workload, of.question.pattern, numbers["qps"]
    if arrivals == "peak":
        return Rates((_or(qps, w.peak_qps),))
    if arrivals == "mean":
        return Rates((_or(qps, w.qps),))
    if arrivals == "day":
        if pattern is None:
            raise InputError("arrivals", "the question has no daily pattern; choose one, or simulate the peak or mean")
        busiest = pattern.hourly.index(max(pattern.hourly))
        first = int(_or(numbers["start_hour"], (busiest - 1) % HOURS))
        hours = pattern.hourly[first:] + pattern.hourly[:first]
        return Rates(tuple(_or(qps, w.qps) * factor for factor in hours), HOUR_S)
    if arrivals == "trace":
        rates, bin_s = given.get("rates"), given.get("bin_s")
        if not isinstance(rates, list | tuple) or not 1 <= len(rates) <= MOST_BINS:
            raise InputError("rates", f"give 1 to {MOST_BINS:,} rates in requests/s")
        for value in (*rates, bin_s):
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InputError("rates", f"{value!r} is not a number")
        return Rates(tuple(float(rate) for rate in rates), float(bin_s or 0))
    raise InputError("arrivals", f"{arrivals!r} is not one of {', '.join(ARRIVALS)}")


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
