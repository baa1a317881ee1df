"""Views of one set of candidates: the recommendation, close calls, five orderings and the Pareto set.

Each ordering compares true quantities, never scores scaled to the candidates at hand, so that taking a plan away never
changes the order of the others.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from wasm_tools.planner.candidate import Candidate

LISTS = ("best_quality", "lowest_cost", "lowest_latency", "simplest", "balanced")
UNKNOWN_LATENCY = math.inf


@dataclass(frozen=True, slots=True)
class Weights:
    """What a doubling of cost, latency or GPUs is worth against one class of quality, in `balanced_value`."""

    cost: float
    latency: float
    quality: float
    simplicity: float


def recommended(candidates: Iterable[Candidate]) -> Candidate | None:
    """The cheapest dependable candidate that counts as meeting the target, risk included; ties by true cost and id."""
    able = (c for c in candidates if c.qualifies and c.dependable)
    return min(able, key=lambda c: (c.adjusted, c.usd_per_month, c.id), default=None)


def cheapest_unverified(candidates: Iterable[Candidate]) -> Candidate | None:
    """The cheapest candidate whose latency nobody has verified."""
    unknown = (c for c in candidates if c.status == "unknown")
    return min(unknown, key=lambda c: (c.usd_per_month, c.id), default=None)


def close_calls(winner: Candidate, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Qualified candidates whose cost cannot be told from the winner's: the two error bands overlap. Cheapest first."""
    highest = winner.usd_per_month * (1 + winner.cost_error)
    near = (
        c
        for c in candidates
        if c.qualifies and c.dependable and c.id != winner.id and c.usd_per_month * (1 - c.cost_error) <= highest
    )
    return tuple(sorted(near, key=lambda c: (c.usd_per_month, c.id)))


def pareto_set(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Qualified candidates with known latency that no other beats on cost, end-to-end time and quality; by cost.

    One is beaten by another that is no worse on all three and better on one. Equal ones stand for themselves once, by
    id: listing the same trade-off from ten sellers helps nobody.
    """
    able = sorted(
        (c for c in candidates if c.qualifies and c.e2e_ms is not None),
        key=lambda c: (c.usd_per_month, _latency(c), -c.quality, c.id),
    )
    best: dict[int, float] = {}  # lowest latency so far at each quality or better
    kept = []
    for c in able:
        if _latency(c) < min((ms for quality, ms in best.items() if quality >= c.quality), default=math.inf):
            kept.append(c)
            best[c.quality] = _latency(c)
    return tuple(kept)


def five_lists(candidates: Iterable[Candidate], weights: Weights, shown: int) -> Mapping[str, tuple[Candidate, ...]]:
    """The five orderings of the qualified candidates, each the best `shown` plans, one a model and provider."""
    able = [c for c in candidates if c.qualifies]
    return {name: _first_of_each(sorted(able, key=_order(name, weights)), shown) for name in LISTS}


def balanced_value(candidate: Candidate, weights: Weights) -> float:
    """Lower is better. Each term is a log2 of a true quantity, so that a doubling counts alike everywhere."""
    return (
        weights.cost * math.log2(max(candidate.adjusted, 0.01))
        + weights.latency * math.log2(max(_finite_latency(candidate), 1.0))
        + weights.simplicity * math.log2(1 + candidate.gpus)
        - weights.quality * candidate.quality
    )


def _order(name: str, weights: Weights) -> Callable[[Candidate], tuple[float | str, ...]]:
    orders: dict[str, Callable[[Candidate], tuple[float | str, ...]]] = {
        "best_quality": lambda c: (-c.quality, -c.score if c.score is not None else math.inf, c.usd_per_month, c.id),
        "lowest_cost": lambda c: (c.usd_per_month, _latency(c), c.id),
        "lowest_latency": lambda c: (_latency(c), c.usd_per_month, c.id),
        "simplest": lambda c: (c.gpus, c.usd_per_month, c.id),
        "balanced": lambda c: (balanced_value(c, weights), c.usd_per_month, c.id),
    }
    return orders[name]


def _first_of_each(ordered: Sequence[Candidate], shown: int) -> tuple[Candidate, ...]:
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for c in ordered:
        key = (c.kind, c.model, c.provider)
        if key not in seen:
            seen.add(key)
            kept.append(c)
            if len(kept) == shown:
                break
    return tuple(kept)


def _latency(candidate: Candidate) -> float:
    return UNKNOWN_LATENCY if candidate.e2e_ms is None else candidate.e2e_ms


def _finite_latency(candidate: Candidate) -> float:
    """A plan without a known time counts as slow as an hour, not as infinitely slow: the sum has to stay a number."""
    return 3_600_000.0 if candidate.e2e_ms is None else candidate.e2e_ms
