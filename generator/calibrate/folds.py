"""What is held out: whole configurations, single loads, lengths, sizes, models, GPUs, later measurements.

Points of one configuration and pair of lengths stay together in all files, and models of identical shape with their
quantised checkpoints are one model; otherwise the test would know its answers.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from generator.calibrate.parameters import Indices
from generator.calibrate.points import Measured

SEEDS = range(5)
LEFT_OUT = 0.3
LATER = "2026-03-15"


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows to predict and rows to learn from."""

    kind: str
    name: str
    test: Indices
    train: Indices


def fold(kind: str, name: str, held_out: Sequence[bool]) -> Fold:
    """A fold of the rows that are held out and of all others."""
    out = np.asarray(held_out)
    return Fold(kind, name, np.flatnonzero(out), np.flatnonzero(~out))


def by_value(kind: str, points: Sequence[Measured], value: Callable[[Measured], Hashable]) -> list[Fold]:
    """One fold for each value: all rows that have it."""
    values = [value(p) for p in points]
    return [fold(kind, str(v), [w == v for w in values]) for v in sorted(set(values), key=str)]


def random_configurations(points: Sequence[Measured], seed: int, share: float = LEFT_OUT) -> Fold:
    """A share of the configurations with all their loads."""
    curves = sorted({p.curve for p in points})
    drawn = np.random.default_rng(seed).choice(len(curves), int(share * len(curves)), replace=False)
    chosen = {curves[i] for i in drawn}
    return fold("random configurations", f"seed {seed}", [p.curve in chosen for p in points])


def random_groups(points: Sequence[Measured], parts: int, seed: int) -> list[Fold]:
    """The groups of relatives shuffled into so many folds: what nobody measured of a model that is known elsewhere."""
    names = sorted({p.group for p in points})
    order = np.random.default_rng(seed).permutation(len(names))
    chosen = [{names[i] for i in order[n::parts]} for n in range(parts)]
    return [fold("groups", f"part {n + 1}", [p.group in groups for p in points]) for n, groups in enumerate(chosen)]


def after_dates(points: Sequence[Measured], shares: Sequence[float]) -> list[Fold]:
    """What was measured from a date on, where dates lie after these shares of the dated points."""
    dates = sorted(p.measured for p in points if p.measured)
    found = [dates[int(share * len(dates))] for share in shares] if dates else []
    return [fold("later in time", f"from {date}", [p.measured >= date for p in points]) for date in found]


def inner_loads(points: Sequence[Measured]) -> list[Fold]:
    """The loads that have a smaller and a larger one in their curve, the n-th of each curve together in fold n."""
    curves: dict[object, list[int]] = {}
    for i, p in enumerate(points):
        curves.setdefault((p.curve, p.configuration.model), []).append(i)
    rounds: dict[int, set[int]] = {}
    for rows in curves.values():
        rows.sort(key=lambda i: points[i].concurrency)
        for n, i in enumerate(rows[1:-1]):
            rounds.setdefault(n, set()).add(i)
    return [
        fold("one inner load", f"position {n + 2}", [i in rows for i in range(len(points))])
        for n, rows in sorted(rounds.items())
    ]


def outer_folds(points: Sequence[Measured]) -> list[Fold]:
    """All folds inside one set of points."""
    return [
        *(random_configurations(points, seed) for seed in SEEDS),
        *inner_loads(points),
        *by_value("lengths", points, lambda p: f"{p.isl} in, {p.osl} out"),
        *by_value("tensor parallelism", points, lambda p: f"TP {p.configuration.tensor_parallel}"),
        *by_value("unseen model", points, lambda p: p.architecture),
        *by_value("unseen GPU", points, lambda p: p.configuration.gpu),
        fold("later in time", f"from {LATER}", [p.measured >= LATER for p in points]),
    ]
