"""One model on all GPUs."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.methods.plan import answered
from wasm_tools.planner import plan_record
from wasm_tools.planner.gpu_options import gpu_options, hosted_models
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """Every GPU for the model `params["model"]`, else for the one with the cheapest plan on GPUs.

    A row with a plan has its record; one without has `missing` and `relaxation` in words.
    """
    found = answered(params, packs)
    catalogue, models = found.catalogue, hosted_models(found)
    model = str(params.get("model") or "") or next(iter(models), "")
    if not model:
        raise InputError("model", "no model can be hosted for this question; allow GPUs or a looser target")
    rows = [
        {
            "gpu": option.gpu.id,
            "memory_bytes": option.gpu.memory_bytes,
            "smallest": option.smallest,
            "precision": option.precision,
            "plan": plan_record(option.plan.described()) if option.plan else None,
            "missing": option.missing,
            "relaxation": option.relaxation.words if option.relaxation else "",
        }
        for option in gpu_options(found.question, catalogue, model)
    ]
    able = [m for m in catalogue.deployables_of_models if not found.question.unfit(catalogue.models[m])]
    return {"model": model, "models": [*models, *sorted(set(able) - set(models))], "rows": rows}
