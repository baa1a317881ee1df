"""Two to six scenarios side by side."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.methods.batch import planned_in
from wasm_tools.methods.plan import catalogue_in
from wasm_tools.methods.scenarios import scenarios_in
from wasm_tools.planner.form_fields import FIELDS
from wasm_tools.planner.scenario_comparison import checked_number, comparison_record


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The comparison of the `scenarios`; `build` is that of the data."""
    scenarios = scenarios_in(params)
    checked_number(len(scenarios))  # before anything is computed
    defaults = {field.name: field.default for field in FIELDS}
    rows = planned_in(scenarios, params, packs)
    return comparison_record(rows, [s.form for s in scenarios], defaults, catalogue_in(packs).as_of)
