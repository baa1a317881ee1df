"""Files of scenarios: read strictly, and written in the one canonical way."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.planner.scenario import (
    MOST_SCENARIOS,
    Scenario,
    checked_apart,
    read_scenarios,
    scenario_of,
    scenario_record,
    scenarios_text,
)
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - as all methods
    """The scenarios of a file given as `text`, or of records given as `scenarios`, and the file that they make."""
    text = params.get("text")
    found = read_scenarios(text) if isinstance(text, str) else scenarios_in(params)
    return {"scenarios": [scenario_record(s) for s in found], "text": scenarios_text(found)}


def scenarios_in(params: Mapping[str, Any]) -> tuple[Scenario, ...]:
    """The scenarios among the parameters of a method; InputError names what is wrong."""
    rows = params.get("scenarios")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_SCENARIOS:
        raise InputError("scenarios", f"choose 1 to {MOST_SCENARIOS} scenarios")
    found = tuple(scenario_of(row, f"scenarios[{place}].", versioned=True) for place, row in enumerate(rows))
    checked_apart(s.name for s in found)
    return found
