"""Observe: what was observed as an outcome file, the form in which measurements are kept."""

import re
from collections.abc import Mapping
from typing import Any

from wasm_tools.methods.observe import prediction_of
from wasm_tools.methods.plan import catalogue_in
from wasm_tools.observe.expected import expected_of, plan_in
from wasm_tools.observe.outcome import outcome_record
from wasm_tools.observe.report import read_files
from wasm_tools.outcomes.fields import NUMBER, OUTCOME_FIELD, WHOLE
from wasm_tools.outcomes.reading import outcome_text
from wasm_tools.planner.question import checked_names
from wasm_tools.workload.traffic import InputError

FLAG = re.compile(r" \(--[^)]*\)")  # the page has fields instead


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The `text` of an outcome file of all levels in `files`, with the `stated` fields and the chosen prediction.

    `by` says what wrote it. InputError names what is missing.
    """
    read = read_files(params.get("files", ()))
    if not read.levels:
        raise InputError("files", "no file of a load test or of monitoring was read, so nothing came out")
    prediction = prediction_of(params, packs, read)
    given = prediction[1] if prediction else {}
    expected = expected_of(given) if given else None
    stated, catalogue = _stated(params.get("stated")), catalogue_in(packs)
    by = str(params.get("by") or "inference-price-atlas")[:80]
    try:
        rows = [outcome_record(seen, stated, plan_in(given), expected, by) for _, seen in read.levels]
    except InputError as error:
        raise InputError(error.field, FLAG.sub("", error.message)) from None
    for row in rows:
        checked_names("model", (row["model"],), catalogue.models)
        checked_names("gpu", (row["gpu"],), catalogue.gpus)
    return {"text": outcome_text(rows), "count": len(rows), "tier": rows[0]["tier"]}


def _stated(given: Any) -> dict[str, Any]:
    """Texts of the page's fields as values; a number that cannot be read stays a text, which is refused by name."""
    found: dict[str, Any] = {}
    for name, value in (given if isinstance(given, Mapping) else {}).items():
        field = OUTCOME_FIELD.get(str(name))
        if field is None:
            raise InputError(str(name)[:40], "no field of an outcome has this name")
        typed = str(value).strip()
        if typed:
            found[field.name] = _number(typed) if field.kind in (WHOLE, NUMBER) else typed
    return found


def _number(text: str) -> Any:  # int, float or text
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value
