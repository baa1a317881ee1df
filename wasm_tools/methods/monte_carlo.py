"""How surely a plan keeps its target and the budget, over months that could come."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.methods.kept_run import kept_run
from wasm_tools.methods.plan import answered, chosen_plan
from wasm_tools.uncertainty.assumptions import MONTE_CARLO
from wasm_tools.uncertainty.chosen_plan import chosen_plan as with_background
from wasm_tools.uncertainty.monte_carlo import MonteCarlo
from wasm_tools.workload.traffic import InputError

NAMES = tuple(a.name for a in MONTE_CARLO)


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The record of the draws of `seed` for `plan`, the recommended one without an id, of the question in `form`.

    `draws`, `load_cv`, `peak_cv`, `prompt_cv` and `output_cv` are as in `MONTE_CARLO`. With `until` only so many
    months are drawn yet, for a page that shows progress: see `kept_run`; with `brief` only their number is told.
    """
    until = params.get("until")
    if until is not None and (isinstance(until, bool) or not isinstance(until, int) or until < 0):
        raise InputError("until", f"{until!r} is not a number of months of 0 or more")

    def begin() -> MonteCarlo:
        found = answered(params, packs)
        of = with_background(found, chosen_plan(params, found))
        return MonteCarlo(of, params.get("seed", 1), {name: params[name] for name in NAMES if name in params})

    run = kept_run("monte_carlo", params, packs, begin)
    run.run(until, packs.get("report"))
    return {"drawn": len(run.drawn), "draws": run.draws} if params.get("brief") else run.record()
