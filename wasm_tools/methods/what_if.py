"""What if: the changes that can be made to a question, and what one of them makes of it."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.methods.plan import answered, asked, form_in
from wasm_tools.planner import plan_record
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.plan import significant
from wasm_tools.planner.what_if import best_plan, changes, outcome, patched_record
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """Without `params["change"]` the changes and the best plan as it is; with one (its place) what becomes of it.

    `form` of a change is the form record with it. One that contradicts the question is `refused` in words.
    """
    found, form = answered(params, packs), form_in(params)
    every = changes(found)
    if "change" not in params:
        rows = [{"id": c.id, "values": dict(c.values), "form": patched_record(form, c.patch)} for c in every]
        return {"changes": rows, **_best(*best_plan(found))}
    place = params["change"]
    if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < len(every):
        raise InputError("change", f"{place!r} is not the place of one of the {len(every)} changes")
    try:
        after = outcome(*asked({"form": patched_record(form, every[place].patch)}, packs))
    except InputError as error:
        return {"refused": error.message, "plan": None, "dependable": False, "usd_difference": None, "relaxation": ""}
    before, _ = best_plan(found)
    difference = after.plan.usd_per_month - before.usd_per_month if after.plan and before else None
    relaxation = None if after.plan else after.found.relaxation
    return {
        "refused": "",
        **_best(after.plan, after.dependable),
        "usd_difference": None if difference is None else significant(difference),
        "relaxation": relaxation.words if relaxation else "",
    }


def _best(plan: Candidate | None, dependable: bool) -> dict[str, Any]:
    return {"plan": plan_record(plan.described()) if plan else None, "dependable": dependable}
