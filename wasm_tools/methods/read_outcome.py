"""An outcome file, reduced to the measured points that a question is answered with."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.methods.plan import catalogue_in
from wasm_tools.outcomes.reading import read_outcomes
from wasm_tools.planner.own_measurements import FIELD, MOST, points_of_outcomes
from wasm_tools.planner.scenario import canonical_text
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The form field `own_measurements` of the `text` of an outcome file, with what was read in words.

    Raises InputError that says what is wrong with the text, or why none of its outcomes can be used.
    """
    catalogue = catalogue_in(packs)
    points, left = points_of_outcomes(read_outcomes(str(params.get("text", ""))), catalogue.models, catalogue.gpus)
    if not points:
        raise InputError(FIELD, "; ".join(left[:3]))
    if len(points) > MOST:
        raise InputError(FIELD, f"{len(points):,} points are more than {MOST}; give fewer outcomes")
    runs = sorted({f"{p['model']} on {p['tensor_parallel']} × {catalogue.gpus[p['gpu']].name}" for p in points})
    said = f"{len(points)} measured points: {', '.join(runs[:3])}" + "".join(f"; left out: {w}" for w in left[:3])
    return {"fields": {FIELD: canonical_text({"points": points})}, "said": said}
