"""The cheapest ways to serve each model at a few loads: one question of the planner a load answers for all models."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wasm_tools.planner import Catalogue, Question, answer
from wasm_tools.planner.candidate import Candidate
from wasm_tools.workload.traffic import Slo, Workload

API, FIRM, SPOT = "api", "firm", "spot"
GROUPS = {"api": API, "rented": FIRM, "serverless": FIRM, "spot": SPOT}  # others are paid for long after, or private
LOADS = (0.3, 1.0, 3.0, 10.0, 30.0)  # requests per second; below, a GPU stands idle, above, the lines go on


@dataclass(frozen=True, slots=True)
class LoadCost:
    """The cheapest plan of a group at a load, in dollars a month."""

    load: float
    usd: float
    plan: Candidate


def load_costs(
    catalogue: Catalogue, prompt: int, output: int, slo: Slo, peak: float, loads: Sequence[float] = LOADS
) -> Mapping[str, Mapping[str, tuple[LoadCost, ...]]]:
    """By model and group, ascending by load. GPUs count where they meet the target, APIs also where nobody knows."""
    found: dict[str, dict[str, list[LoadCost]]] = {}
    for load in loads:
        workload = Workload(prompt, output, load, round(load * peak, 6), "small")
        for (model, group), best in cheapest(answer(Question(workload, slo), catalogue).candidates).items():
            found.setdefault(model, {}).setdefault(group, []).append(LoadCost(load, best.usd_per_month, best))
    return {m: {g: tuple(costs) for g, costs in groups.items()} for m, groups in sorted(found.items())}


def cheapest(candidates: Iterable[Candidate]) -> dict[tuple[str, str], Candidate]:
    """The first, and so the cheapest, candidate of each model and group."""
    best: dict[tuple[str, str], Candidate] = {}
    for c in candidates:
        group = GROUPS.get(c.kind)
        if group and ((group == API and c.status != "missed") or c.qualifies):
            best.setdefault((c.model, group), c)
    return best
