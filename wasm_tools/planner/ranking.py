"""The ranked list: every way to serve a workload, cheapest first, with a reason for all that is left out."""

from collections import Counter
from dataclasses import dataclass

from wasm_tools.planner.api_plans import api_plans
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.gpu_plans import gpu_plans
from wasm_tools.planner.plan import Plan, plan_record
from wasm_tools.workload.traffic import Slo, Workload

PLANS_SHOWN = 30
PLANS_PER_MODEL = 3  # of one kind; more of the same would hide the other models


@dataclass(frozen=True, slots=True)
class Ranking:
    """The plans shown, each with its rank among all possible ones, and why others were left out."""

    plans: tuple[tuple[int, Plan], ...]
    possible: int
    excluded: tuple[tuple[str, int], ...]


def ranked_plans(workload: Workload, slo: Slo, catalogue: Catalogue, shown: int = PLANS_SHOWN) -> Ranking:
    """All plans by monthly cost, ties by id, with at most three of one kind and model."""
    excluded: Counter[str] = Counter()
    plans = [*api_plans(workload, catalogue, excluded), *gpu_plans(workload, slo, catalogue, excluded)]
    plans.sort(key=lambda plan: (plan.usd_per_month, plan.id))
    kept: list[tuple[int, Plan]] = []
    of_model: Counter[tuple[str, str]] = Counter()
    for rank, plan in enumerate(plans, 1):
        of_model[(plan.kind, plan.model)] += 1
        if of_model[(plan.kind, plan.model)] <= PLANS_PER_MODEL and len(kept) < shown:
            kept.append((rank, plan))
    # The cheapest plan with a verified target must not fall off a list full of cheaper unverified ones.
    if not any(plan.slo == "met" for _, plan in kept):
        met = next(((rank, plan) for rank, plan in enumerate(plans, 1) if plan.slo == "met"), None)
        if met is not None:
            kept = [*kept[: shown - 1], met]
    return Ranking(tuple(kept), len(plans), tuple(sorted(excluded.items())))


def ranking_record(ranking: Ranking) -> dict[str, object]:
    """A JSON-safe record of a ranking."""
    return {
        "plans": [{"rank": rank, **plan_record(plan)} for rank, plan in ranking.plans],
        "possible": ranking.possible,
        "excluded": dict(ranking.excluded),
    }
