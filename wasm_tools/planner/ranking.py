"""The ranked list: every way to serve a workload, cheapest first, with a reason for all that is left out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wasm_tools.planner.api_plans import api_plans
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.gpu_plans import gpu_plans
from wasm_tools.planner.plan import Candidate, Plan, plan_record
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
    """All plans by monthly cost, ties by id; shown are at most three of one kind and model, one a provider."""
    excluded: Counter[str] = Counter()
    candidates = [*api_plans(workload, catalogue, excluded), *gpu_plans(workload, slo, catalogue, excluded)]
    candidates.sort(key=lambda candidate: (candidate.usd_per_month, candidate.id))
    kept = list(_varied(candidates, shown))
    # The cheapest plan with a verified target must not fall off a list full of cheaper unverified ones.
    if shown > 1 and not any(candidate.dependable for _, candidate in kept):
        first = next(((rank, c) for rank, c in enumerate(candidates, 1) if c.dependable), None)
        if first is not None:
            kept = [*kept[: shown - 1], first]
    plans = tuple((rank, candidate.described()) for rank, candidate in kept)
    return Ranking(plans, len(candidates), tuple(sorted(excluded.items())))


def _varied(candidates: Iterable[Candidate], shown: int) -> Iterator[tuple[int, Candidate]]:
    of_model: Counter[tuple[str, str]] = Counter()
    seen: set[tuple[str, str, str]] = set()
    for rank, c in enumerate(candidates, 1):
        offer, kind_and_model = (c.kind, c.model, c.provider), (c.kind, c.model)
        if offer in seen or of_model[kind_and_model] == PLANS_PER_MODEL:
            continue
        seen.add(offer)
        of_model[kind_and_model] += 1
        yield rank, c
        if len(seen) == shown:
            return


def ranking_record(ranking: Ranking) -> dict[str, object]:
    """A JSON-safe record of a ranking."""
    return {
        "plans": [{"rank": rank, **plan_record(plan)} for rank, plan in ranking.plans],
        "possible": ranking.possible,
        "excluded": dict(ranking.excluded),
    }
