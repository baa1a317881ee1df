"""One plan under requests in time, event by event."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.methods.kept_run import kept_run
from wasm_tools.methods.plan import answered, chosen_plan
from wasm_tools.uncertainty.assumptions import SIMULATION
from wasm_tools.uncertainty.chosen_plan import chosen_plan as with_background
from wasm_tools.uncertainty.simulated_run import PlanRun
from wasm_tools.workload.traffic import InputError

NAMES = ("arrivals", "rates", "bin_s", *(a.name for a in SIMULATION))


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The record of a run of `seed` for `plan`, the recommended one without an id, of the question in `form`.

    The run is described by `NAMES`, see `simulation_of`. With `until` it is simulated up to that second only, for a
    page that shows progress: see `kept_run`; with `brief` only that second and the last one are told.
    """
    until = params.get("until")
    if until is not None and (isinstance(until, bool) or not isinstance(until, int | float) or not until >= 0):
        raise InputError("until", f"{until!r} is not a time of 0 s or more")

    def begin() -> PlanRun:
        found = answered(params, packs)
        of = with_background(found, chosen_plan(params, found))
        return PlanRun(of, params.get("seed", 1), {name: params[name] for name in NAMES if name in params})

    run = kept_run("simulate", params, packs, begin)
    run.run(until, packs.get("report"))
    if params.get("brief"):
        return {"simulated_s": run.simulation.now, "seconds": run.simulation.traffic.seconds}
    return run.record()
