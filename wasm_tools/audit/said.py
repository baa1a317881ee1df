"""A setup out of a form record of the planner, such as plain words come to: its load as tokens and requests a month."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.form import question_of_form
from wasm_tools.planner.plan import significant
from wasm_tools.workload.traffic import SECONDS_PER_MONTH

_SAME = ("use_case", "slo", "cacheable_share", "batchable_share")
_LOADS = ("qps", "users", "load")


def setup_of_form(form: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """The fields of a setup that a form record states. A budget is no spend, and what only follows from a default of a
    use case is left open: a load counts only where one is stated."""
    found: dict[str, Any] = {name: form[name] for name in _SAME if name in form}
    for name, names in (("model", "models"), ("provider", "providers"), ("precision", "precisions")):
        if len(form.get(names) or ()) == 1:
            found[name] = form[names][0]
    if "pattern" in form:
        found["traffic"] = form["pattern"]
    if inventory := form.get("inventory"):
        found["gpu"], found["gpu_count"] = max(inventory.items(), key=lambda item: (item[1], item[0]))
    if "gpu" in found:
        found["deployment"] = "gpus"
    elif list(form.get("kinds") or ()) == ["api"]:
        found["deployment"] = "api"
    if any(name in form for name in _LOADS):
        w = question_of_form(form, catalogue).workload
        requests = significant(w.qps * SECONDS_PER_MONTH, 6)
        found |= {
            "requests": requests,
            "input_tokens": significant(requests * w.prompt_tokens, 6),
            "output_tokens": significant(requests * w.output_tokens, 6),
        }
    return found
