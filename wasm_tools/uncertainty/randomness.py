"""Seeded random numbers that are the same in every Python: the only place of the engine where chance enters.

`random.Random` gives the same uniform numbers everywhere; logarithms and powers differ in their last bit between C
libraries. So every number is rounded to a billionth (2^-30) before anything is decided by it. What follows from sums,
products and comparisons is then the same in CPython and in the browser, to the last event of a simulation.
"""

import math
from collections.abc import Callable
from random import Random

from wasm_tools.workload.traffic import InputError

__all__ = ["Random", "generator", "grained", "spread_around_one"]

MAX_SEED = 2**53 - 1  # the largest whole number that JSON carries exactly
GRAIN = 2.0**30


def generator(seed: int) -> Random:
    """The generator of a seed; InputError for what is not a whole number from 0 to 2^53 - 1."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        raise InputError("seed", f"{seed!r} is not a whole number from 0 to {MAX_SEED:,}")
    return Random(seed)


def grained(value: float) -> float:
    """The nearest multiple of 2^-30."""
    return math.floor(value * GRAIN + 0.5) / GRAIN


def spread_around_one(rng: Random, cv: float) -> Callable[[], float]:
    """Numbers with mean 1 and a coefficient of variation: gamma, which is exponential at 1 and no chance at 0."""
    if cv == 0:
        return lambda: 1.0
    if cv == 1:
        exponential = rng.expovariate
        return lambda: math.floor(exponential(1.0) * GRAIN + 0.5) / GRAIN
    shape, scale, gamma = 1 / (cv * cv), cv * cv, rng.gammavariate
    return lambda: math.floor(gamma(shape, scale) * GRAIN + 0.5) / GRAIN
