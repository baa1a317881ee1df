"""What the cheapest way of each kind costs at another load, and from which load on another kind is the cheapest."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.plan import significant
from wasm_tools.planner.question import Question
from wasm_tools.planner.ranking import answer

# Ways that a reader decides between, and the kinds of plan that each has.
WAYS: Mapping[str, tuple[str, ...]] = {
    "api": ("api",),
    "rented": ("rented", "marketplace", "community"),
    "spot": ("spot",),
    "serverless": ("serverless",),
    "reserved": ("reserved-3m", "reserved-6m", "reserved-1y", "reserved-3y", "scheduled"),
    "owned": ("owned", "bought"),
}
FACTORS = (0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0)


@dataclass(frozen=True, slots=True)
class CostPoint:
    """The cheapest plan of each way at one load, in mean requests per second; a way without a plan is not there."""

    qps: float
    cheapest: Mapping[str, Candidate]


@dataclass(frozen=True, slots=True)
class Crossing:
    """The load (requests per second on average) at which one way stops being the cheapest and another begins."""

    qps: float
    before: str
    after: str


def cost_point(question: Question, catalogue: Catalogue, factor: float) -> CostPoint:
    """The cheapest plans at `factor` times the load. Money limits are left aside: they would cut the curves off.

    A plan counts when it meets the target, an API also when nobody knows whether it does.
    """
    w = question.workload
    limits = replace(question.limits, usd_per_month=None, usd_per_hour=None, usd_per_1k_tokens=None)
    asked = replace(
        question,
        workload=replace(w, qps=significant(w.qps * factor), peak_qps=significant(w.peak_qps * factor)),
        wishes=replace(question.wishes, limits=limits),
    )
    able = [c for c in answer(asked, catalogue).candidates if c.qualifies or c.status == "unknown"]
    found = {way: next((c for c in able if c.kind in kinds), None) for way, kinds in WAYS.items()}
    return CostPoint(asked.workload.qps, {way: c for way, c in found.items() if c is not None})


def crossings(costs: Sequence[tuple[float, Mapping[str, float]]]) -> tuple[Crossing, ...]:
    """Where the cheapest way changes, from `costs`: loads in ascending order with USD a month by way.

    Between two loads the costs are taken as straight lines on two logarithmic axes. Costs rise in steps, so the load is
    about right and no more.
    """
    return tuple(_changes(costs))


def _changes(costs: Sequence[tuple[float, Mapping[str, float]]]) -> Iterator[Crossing]:
    for (low, one), (high, other) in pairwise((load, of) for load, of in costs if of):
        before, after = _cheapest(one), _cheapest(other)
        if before == after:
            continue
        if before in other and after in one and min(one[before], other[after]) > 0:
            ahead, behind = math.log(one[after] / one[before]), math.log(other[before] / other[after])
            share = ahead / (ahead + behind) if ahead + behind > 0 else 0.5
        else:
            share = 0.5
        yield Crossing(low * (high / low) ** share, before, after)


def _cheapest(of: Mapping[str, float]) -> str:
    return min(of, key=lambda way: (of[way], way))
