"""What the test found, as plain values: errors by fold, tier, GPU, engine and model, targets, and points to plot."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import beta

from generator.calibrate.bands import BANDED
from generator.calibrate.evaluate import HeldOut
from generator.calibrate.predict import METRICS
from generator.calibrate.settings import Settings, Target
from generator.calibrate.tails import TailAccuracy

PLOTTED = ("one inner load", "random configurations", "unseen model", "unseen GPU", "other source")
TAIL_METRICS = {"ttft": "first_token", "tpot": "tpot", "e2e": "end_to_end"}
DIGITS = 4


def accuracy_record(
    found: Sequence[HeldOut], tails: Mapping[str, Sequence[TailAccuracy]], settings: Settings
) -> dict[str, Any]:
    """The record of a test: errors as shares, bias as mean ln(predicted / measured); percentiles by what was left out.

    The bias of a percentile is a median.
    """
    worst = settings.evaluation["worst_group_rows"]
    kinds = list(dict.fromkeys(t.kind for t in found))
    return {
        "targets": [_target(t, found) for t in settings.targets],
        "folds": [
            {"kind": kind, "folds": len({t.fold for t in rows}), **_errors(rows), "worst": _worst(rows, worst)}
            for kind in kinds
            for rows in [[t for t in found if t.kind == kind]]
        ],
        "tiers": _by_fold_and_tier(found),
        "pooled_tiers": _split(found, lambda t: (t.predicted.tier,)),
        "bands": _split(found, lambda t: (t.predicted.band,)),
        "gpus": _split(found, lambda t: (t.kind, t.predicted.point.configuration.gpu)),
        "engines": _split(found, lambda t: (t.kind, t.predicted.point.configuration.engine)),
        "models": _split(found, lambda t: (t.kind, t.predicted.point.configuration.model)),
        "tails": [_tail(test, of) for test, rows in tails.items() for of in rows],
        "points": _points(found, settings.evaluation["plot_points"]),
    }


def _split(found: Iterable[HeldOut], key: Callable[[HeldOut], tuple[str, ...]]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, ...], list[HeldOut]] = {}
    for t in found:
        groups.setdefault(key(t), []).append(t)
    return [{"of": list(name), **_errors(rows)} for name, rows in groups.items()]


def _by_fold_and_tier(found: Sequence[HeldOut]) -> list[dict[str, Any]]:
    """The errors by fold and tier, with what tells how far a coverage can be trusted and what a band is worth.

    `groups` are the groups of relatives that the rows come from. For each metric with bands `interval` is the 95 %
    interval of the coverage by Clopper and Pearson, as if rows did not depend on each other, and `width` the median of
    upper over lower end.
    """
    cells = _split(found, _fold_and_tier)
    rows: dict[tuple[str, ...], list[HeldOut]] = {}
    for t in found:
        rows.setdefault(_fold_and_tier(t), []).append(t)
    for cell in cells:
        members = rows[tuple(cell["of"])]
        cell["groups"] = len({t.predicted.point.group for t in members})
        for metric in BANDED:
            ends = [_band(t, metric) for t in members]
            cell[metric]["interval"] = interval(sum(_inside(members, metric)), len(members))
            cell[metric]["width"] = _short(np.median([high / low for low, high in ends]))
    return cells


def _fold_and_tier(t: HeldOut) -> tuple[str, ...]:
    return t.kind, t.predicted.tier


def interval(inside: int, n: int) -> list[float]:
    """The 95 % interval of a share by Clopper and Pearson: `inside` of `n`."""
    low = beta.ppf(0.025, inside, n - inside + 1) if inside else 0.0
    high = beta.ppf(0.975, inside + 1, n - inside) if inside < n else 1.0
    return [_short(low), _short(high)]


def _errors(rows: Sequence[HeldOut]) -> dict[str, Any]:
    return {"n": len(rows), **{metric: _metric(rows, metric) for metric in METRICS}}


def _band(of: HeldOut, metric: str) -> tuple[float, float]:
    return of.bands.tpot if metric == "tpot" else of.bands.first_token


def _inside(rows: Sequence[HeldOut], metric: str) -> list[bool]:
    """Whether the measurement of each row lies within its band."""
    return [
        low <= measured / predicted <= high
        for t in rows
        for (low, high), (predicted, measured) in [(_band(t, metric), t.predicted.pair(metric))]
    ]


def _metric(rows: Sequence[HeldOut], metric: str) -> dict[str, float]:
    pairs = np.array([t.predicted.pair(metric) for t in rows])
    error = np.abs(pairs[:, 0] / pairs[:, 1] - 1.0)
    found = {
        "mean": _short(error.mean()),
        "median": _short(np.median(error)),
        "p90": _short(np.quantile(error, 0.9)),
        "bias": _short(np.log(pairs[:, 0] / pairs[:, 1]).mean()),
    }
    if metric in BANDED:
        found["coverage"] = _short(np.mean(_inside(rows, metric)))
    return found


def _worst(rows: Sequence[HeldOut], least: int) -> dict[str, Any]:
    """For TPOT and TTFT the group of model, GPU, engine and precision with the largest median error."""
    groups: dict[tuple[str, ...], list[HeldOut]] = {}
    for t in rows:
        c = t.predicted.point.configuration
        groups.setdefault((c.model, c.gpu, c.engine, c.precision), []).append(t)
    large = {name: members for name, members in groups.items() if len(members) >= least}
    found = {}
    for metric in BANDED:
        medians = {name: _metric(members, metric)["median"] for name, members in large.items()}
        if medians:
            name = max(sorted(medians), key=lambda n: medians[n])
            found[metric] = {"of": list(name), "n": len(large[name]), "median": medians[name]}
    return found


def _target(target: Target, found: Sequence[HeldOut]) -> dict[str, Any]:
    rows = [t for t in found if t.kind == target.kind and target.tier in ("", t.predicted.tier)]
    reached = _metric(rows, target.metric)[target.statistic] if rows else math.inf
    return {
        "name": target.name, "metric": target.metric, "statistic": target.statistic, "n": len(rows),
        "most": target.most, "reached": reached, "met": reached <= target.most,
    }  # fmt: skip


def _tail(test: str, of: TailAccuracy) -> dict[str, Any]:
    errors = {"mean": of.mean_ape, "median": of.median_ape, "bias": of.bias, "coverage": of.coverage, "width": of.width}
    known = {"test": test, "metric": TAIL_METRICS[of.metric], "percentile": of.percentile, "n": of.n}
    return known | {name: _short(value) for name, value in errors.items()}


def _points(found: Sequence[HeldOut], most: int) -> list[list[Any]]:
    """Points to plot, every n-th of a kind: kind, tier, model, GPU, engine, then predicted and measured TPOT, TTFT."""
    chosen: list[list[Any]] = []
    for kind in PLOTTED:
        rows = [t.predicted for t in found if t.kind == kind]
        for p in rows[:: max(1, -(-len(rows) // most))]:
            c = p.point.configuration
            figures = (p.tpot_ms, p.point.tpot_ms, p.first_token_ms, p.point.first_token_ms)
            chosen.append([kind, p.tier, c.model, c.gpu, c.engine, *(_short(f) for f in figures)])
    return chosen


def _short(value: float) -> float:
    return float(f"{float(value):.{DIGITS}g}")
