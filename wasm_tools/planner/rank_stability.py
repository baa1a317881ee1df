"""The balanced order under weights of the reader's own, and how firmly its first plan stands."""

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.lists import ID, USD, Weights, balanced_value, first_of_each, in_order
from wasm_tools.workload.traffic import InputError

SHOWN = 10
STEPS = (0.5, math.sqrt(0.5), 1.0, math.sqrt(2.0), 2.0)  # each weight is taken half to twice as high
MOST = 100.0
# What a weight is multiplied with in `balanced_value`, one at a time.
UNITS = (Weights(1, 0, 0, 0), Weights(0, 1, 0, 0), Weights(0, 0, 1, 0), Weights(0, 0, 0, 1))


@dataclass(frozen=True, slots=True)
class Balanced:
    """One plan of the balanced order. `terms` are the parts of `value` by cost, latency, quality and simplicity."""

    candidate: Candidate
    value: float
    terms: tuple[float, float, float, float]
    first: float  # share of the nearby weights under which it is the first of all


@dataclass(frozen=True, slots=True)
class BalancedOrder:
    """The best plans under the weights. `others_first`: share of nearby weights with a first plan that is not shown."""

    plans: tuple[Balanced, ...]
    nearby: int
    others_first: float


def checked_weights(cost: float, latency: float, quality: float, simplicity: float) -> Weights:
    """The weights, each from 0 to 100 and one of them above 0; InputError names the wrong one."""
    weights = Weights(cost, latency, quality, simplicity)
    for name, value in zip(("cost", "latency", "quality", "simplicity"), astuple(weights), strict=True):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST:
            raise InputError(f"weights.{name}", f"{value!r} is not a weight from 0 to {MOST:g}")
    if not any(astuple(weights)):
        raise InputError("weights", "all weights are 0; give at least one of them some")
    return weights


def balanced_order(candidates: Iterable[Candidate], weights: Weights, shown: int = SHOWN) -> BalancedOrder:
    """The qualified plans in balanced order, one of each kind, model and provider, and how firmly the first stands.

    Nearby weights are a fixed lattice: each of the four at half, 0.71, 1, 1.41 and 2 times its height, 625 points.
    """
    able = in_order([c for c in candidates if c.qualifies], USD, ID)
    ordered = first_of_each(in_order(able, lambda c: balanced_value(c, weights)), shown)
    rivals = _rivals(able)
    firsts = Counter(_first(rivals, near) for near in nearby_weights(weights)) if rivals else Counter()
    number = max(1, firsts.total())
    plans = []
    for c in ordered:
        terms = tuple(balanced_value(c, unit) * weight for unit, weight in zip(UNITS, astuple(weights), strict=True))
        plans.append(Balanced(c, math.fsum(terms), terms, firsts[c.id] / number))
    known = {c.id for c in ordered}
    others = sum(number for plan, number in firsts.items() if plan not in known)
    return BalancedOrder(tuple(plans), number, others / number)


def nearby_weights(weights: Weights) -> Iterable[Weights]:
    """The lattice around the weights."""
    for factors in itertools.product(STEPS, repeat=4):
        yield Weights(*(weight * factor for weight, factor in zip(astuple(weights), factors, strict=True)))


Rival = tuple[float, float, float, float, str]


def _rivals(able: Sequence[Candidate]) -> Sequence[Rival]:
    """The terms of those plans that may be first under some weights, in the order in which ties are broken.

    One that another beats or equals in all four terms is never first, as no weight is below 0.
    """
    rivals: list[Rival] = []
    for c in able:
        a, b, q, s = (balanced_value(c, unit) for unit in UNITS)
        if not any(r[0] <= a and r[1] <= b and r[2] <= q and r[3] <= s for r in rivals):
            rivals.append((a, b, q, s, c.id))
    return rivals


def _first(rivals: Sequence[Rival], weights: Weights) -> str:
    cost, latency, quality, simplicity = astuple(weights)
    best = min(rivals, key=lambda r: cost * r[0] + latency * r[1] + quality * r[2] + simplicity * r[3])
    return best[4]
