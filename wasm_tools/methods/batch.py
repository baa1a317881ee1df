"""Several scenarios at once, with totals and a shared budget."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.methods.plan import catalogue_in, question_of_form
from wasm_tools.methods.scenarios import scenarios_in
from wasm_tools.planner.batch import Member, Planned, batch_record, checked_budget, planned
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.scenario import Scenario, inputs_id
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The plans of the `scenarios` and their totals; `budget` is shared, in USD a month, `build` that of the data."""
    catalogue, budget = catalogue_in(packs), checked_budget(params.get("budget"))
    return batch_record(planned_in(scenarios_in(params), params, packs), catalogue.as_of, budget)


def planned_in(
    scenarios: tuple[Scenario, ...], params: Mapping[str, Any], packs: Mapping[str, Any]
) -> tuple[Planned, ...]:
    """Each scenario with its recommended plan; tells the `report` of `packs` how far it is."""
    catalogue, report = catalogue_in(packs), packs.get("report")
    rows = []
    for done, scenario in enumerate(scenarios):
        if report is not None:
            report("batch", done, len(scenarios))
        rows.append(planned(_member(scenario, catalogue, str(params.get("build", ""))), catalogue))
    return tuple(rows)


def _member(scenario: Scenario, catalogue: Catalogue, build: str) -> Member:
    identifier = inputs_id(scenario.form, catalogue.as_of, build)
    try:
        return Member(scenario.name, identifier, question_of_form(scenario.form))
    except InputError as error:
        return Member(scenario.name, identifier, error)
