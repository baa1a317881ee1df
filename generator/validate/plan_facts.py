"""What a bundle's plan.json says, as the facts that the rules hold its files against."""

import json
from collections.abc import Mapping
from typing import Any

from wasm_tools.manifests.checks.catalogue import PlanFacts
from wasm_tools.manifests.checks.parts import at, text, whole


def plan_facts(texts: Mapping[str, str]) -> PlanFacts:
    """The facts of the plan.json in the top folder; none where there is none or it is another tool's file."""
    try:
        plan = json.loads(texts.get("plan.json", "null"))
    except (ValueError, RecursionError):  # reported as a file that is no JSON
        plan = None
    return facts_of(plan) if isinstance(plan, Mapping) else PlanFacts()


def facts_of(plan: Mapping[str, Any]) -> PlanFacts:
    """The facts of a plan as its bundle states it."""
    deployment = plan.get("deployment") or {}
    return PlanFacts(
        plan_id=text(plan.get("plan_id")),
        gpus=whole(at(deployment, "gpus_per_replica")) or 0,
        replicas=whole(at(deployment, "replicas")) or 0,
    )
