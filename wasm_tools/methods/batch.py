"""Several scenarios at once, with totals and a shared budget."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from wasm_tools.methods.plan import asked, catalogue_in
from wasm_tools.methods.scenarios import scenarios_in
from wasm_tools.planner.batch import Planned, batch_record, checked_budget, planned
from wasm_tools.planner.scenario import Scenario, inputs_id


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The plans of the `scenarios` and their totals; `budget` is shared, in USD a month, `build` that of the data."""
    catalogue, budget = catalogue_in(packs), checked_budget(params.get("budget"))
    return batch_record(planned_in(scenarios_in(params), params, packs), catalogue.as_of, budget)


def planned_in(
    scenarios: tuple[Scenario, ...], params: Mapping[str, Any], packs: Mapping[str, Any]
) -> tuple[Planned, ...]:
    """Each scenario with its recommended plan; tells the `report` of `packs` how far it is."""
    as_of, build, report = catalogue_in(packs).as_of, str(params.get("build", "")), packs.get("report")
    rows = []
    for done, scenario in enumerate(scenarios):
        if report is not None:
            report("batch", done, len(scenarios))
        read = partial(asked, {"form": scenario.form}, packs)
        rows.append(planned(scenario.name, inputs_id(scenario.form, as_of, build), read))
    return tuple(rows)
