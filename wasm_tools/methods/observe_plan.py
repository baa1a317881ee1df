"""Observe: the planner asked again with what was observed."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.methods.plan import catalogue_in
from wasm_tools.observe.observed import Observed, number
from wasm_tools.observe.replan import replanned
from wasm_tools.workload.traffic import InputError

MOST_PEAK = 1e6


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """`document` of a prediction asked again with `prompt_tokens`, `output_tokens` and `requests_per_s` of a level.

    `peak` stands for the observed rate where it is given. InputError says why the planner cannot be asked.
    """
    document = params.get("document")
    if not isinstance(document, Mapping):
        raise InputError("plan", "this prediction does not hold the question of its plan; give plan.json")
    rate, prompt, output = (number(params.get(n), n) for n in ("requests_per_s", "prompt_tokens", "output_tokens"))
    peak = number(params.get("peak"), "peak")
    if peak is not None and not 0 < peak <= MOST_PEAK:
        raise InputError("peak", f"{peak:g} is no rate above 0 and up to {MOST_PEAK:,.0f} requests/s")
    return replanned(
        document,
        Observed("", requests_per_s=rate, prompt_tokens=prompt, output_tokens=output),
        catalogue_in(packs),
        peak,
    )
