"""Views of one set of candidates: the recommendation, close calls, five orderings and the Pareto set.

Each ordering compares true quantities, never scores scaled to the candidates at hand, so that taking a plan away never
changes the order of the others.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from wasm_tools.planner.candidate import Candidate

LISTS = ("best_quality", "lowest_cost", "lowest_latency", "simplest", "balanced")
UNKNOWN_LATENCY = math.inf
USD, ID = attrgetter("usd_per_month"), attrgetter("id")


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
    able = [c for c in candidates if c.qualifies and c.e2e_ms is not None]
    best: dict[int, float] = {}  # lowest latency so far at each quality or better
    kept = []
    for c in in_order(able, USD, _latency, _quality, ID):
        if _latency(c) < min((ms for quality, ms in best.items() if quality >= c.quality), default=math.inf):
            kept.append(c)
            best[c.quality] = _latency(c)
    return tuple(kept)


def five_lists(candidates: Iterable[Candidate], weights: Weights, shown: int) -> Mapping[str, tuple[Candidate, ...]]:
    """The five orderings of the qualified candidates, each the best `shown` plans, one a model and provider."""
    able = in_order([c for c in candidates if c.qualifies], USD, ID)
    orders = {
        "best_quality": in_order(able, _quality, _score),
        "lowest_cost": in_order(able, USD, _latency, ID),
        "lowest_latency": in_order(able, _latency),
        "simplest": in_order(able, attrgetter("gpus")),
        "balanced": in_order(able, lambda c: balanced_value(c, weights)),
    }
    return {name: first_of_each(orders[name], shown) for name in LISTS}


def in_order(candidates: Sequence[Candidate], *keys: Callable[[Candidate], float | str]) -> Sequence[Candidate]:
    """Candidates by several keys, the first of which counts most; those that are equal in all stay as they were.

    One stable sort a key, the last one first: there are too many candidates to make a tuple of keys for each.
    """
    for key in reversed(keys):
        candidates = sorted(candidates, key=key)
    return candidates


def first_of_each(ordered: Sequence[Candidate], shown: int) -> tuple[Candidate, ...]:
    """The first `shown` candidates, one of each kind, model and provider."""
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


def balanced_value(candidate: Candidate, weights: Weights) -> float:
    """Lower is better. Each term is a log2 of a true quantity, so that a doubling counts alike everywhere."""
    return (
        weights.cost * math.log2(max(candidate.adjusted, 0.01))
        + weights.latency * math.log2(max(_finite_latency(candidate), 1.0))
        + weights.simplicity * math.log2(1 + candidate.gpus)
        - weights.quality * candidate.quality
    )


def _quality(candidate: Candidate) -> float:
    return -candidate.quality


def _score(candidate: Candidate) -> float:
    return math.inf if candidate.score is None else -candidate.score


def _latency(candidate: Candidate) -> float:
    return UNKNOWN_LATENCY if candidate.e2e_ms is None else candidate.e2e_ms


def _finite_latency(candidate: Candidate) -> float:
    """A plan without a known time counts as slow as an hour, not as infinitely slow: the sum has to stay a number."""
    return 3_600_000.0 if candidate.e2e_ms is None else candidate.e2e_ms
