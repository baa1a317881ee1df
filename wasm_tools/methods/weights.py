"""The balanced order under the reader's own weights, and how firmly its first plan stands."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from wasm_tools.methods.plan import answered
from wasm_tools.planner import plan_record
from wasm_tools.planner.plan import significant
from wasm_tools.planner.rank_stability import balanced_order, checked_weights
from wasm_tools.workload.traffic import InputError

TERMS = ("cost", "latency", "quality", "simplicity")


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The order under `params["weights"]`, or under those of the form's priority where none are given."""
    found = answered(params, packs)
    priorities, given = found.catalogue.policy.priorities, params.get("weights")
    if given is not None and not isinstance(given, Mapping):
        raise InputError("weights", "give cost, latency, quality and simplicity a number each")
    weights = (
        priorities[found.question.wishes.priority]
        if given is None
        else checked_weights(*(given.get(name, 0) for name in TERMS))
    )
    order = balanced_order(found.candidates, weights)
    plans = [
        {
            **plan_record(one.candidate.described()),
            "value": significant(one.value),
            "terms": dict(zip(TERMS, map(significant, one.terms), strict=True)),
            "first": significant(one.first),
        }
        for one in order.plans
    ]
    return {
        "weights": asdict(weights),
        "presets": {name: asdict(one) for name, one in priorities.items()},
        "plans": plans,
        "nearby": order.nearby,
        "others_first": significant(order.others_first),
    }
