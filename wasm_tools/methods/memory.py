"""The memory of the GPUs of one plan."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from wasm_tools.methods.plan import answered, chosen_plan
from wasm_tools.planner import plan_record
from wasm_tools.planner.plan import significant
from wasm_tools.planner.plan_memory import plan_memory


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The plan `params["plan"]`, else the recommended one, else the cheapest hosted; `split` is None for an API."""
    found = answered(params, packs)
    chosen = chosen_plan(params, found)
    plan = chosen.described()
    if plan.configuration is None:
        return {"plan": plan_record(plan), "split": None}
    memory = plan_memory(found.question, found.catalogue, plan.model, plan.configuration)
    split = {name: significant(float(value)) for name, value in asdict(memory.split).items()}
    return {
        "plan": plan_record(plan),
        "split": split,
        "tokens": memory.tokens,
        "concurrency": memory.concurrency,
        "needed": significant(memory.needed),
        "context": memory.context,
    }
