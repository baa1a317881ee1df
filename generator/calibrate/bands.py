"""90 % bands of a calibration, from folds inside its own points only."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from generator.calibrate.calibrate import WIDEST, calibrated, short, with_relatives
from generator.calibrate.fit import Fit, Table
from generator.calibrate.folds import Fold, after_dates, by_value, inner_loads, random_configurations, random_groups
from generator.calibrate.other_gpus import with_other_gpus
from generator.calibrate.points import Measured
from generator.calibrate.predict import Predicted, predictions
from generator.calibrate.settings import Settings
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.calibration import Calibration
from wasm_tools.performance.prediction import FAR, NEW_GPU, NEW_NUMBER, NEW_SIZE, book
from wasm_tools.performance.service_curve import Bands

TAIL = 0.05
SEEDS = (101, 102)  # not those of the outer folds
PARTS, PARTS_SEED = 5, 103  # groups that nobody measured, a fifth of all at a time
DATES = (0.5, 0.75)  # shares of the dated points before the date from which the later ones are held out
FEWEST = 40  # predictions of a tier that a band is drawn from
BANDED = ("tpot", "first_token")


@dataclass(frozen=True, slots=True)
class World:
    """What every calibration reads besides points."""

    shapes: Mapping[str, ModelShape]
    gpus: Mapping[str, GpuCard]
    settings: Settings
    benchmarks: Path  # the folder of reviewed benchmark tables


def held_out(of: Table, folds: Iterable[Fold], world: World, fitted: Fit, *, refit: bool) -> list[Predicted]:
    """Predictions of the test rows of each fold by a calibration of its training rows.

    Without `refit` physics stays as fitted to all rows and only the relatives are held back: fifty constants of two
    thousand rows do not remember a single curve.
    """
    found = []
    for train, test in _tables(of, folds):
        if refit:
            by, _ = deployed(train, test, world, fitted)
        else:
            by = with_relatives(train, fitted, world.gpus, world.settings)
        found += predictions(pairs(test), book(by, world.shapes, world.gpus))
    return found


def by_physics(of: Table, folds: Iterable[Fold], world: World, fitted: Fit) -> list[Predicted]:
    """Predictions of the test rows of each fold by physics fitted to its training rows, as if they had no relatives."""
    found = []
    for train, test in _tables(of, folds):
        by, _ = deployed(train, test, world, fitted)
        found += predictions(pairs(test), book(replace(by, groups={}), world.shapes, world.gpus))
    return found


def _tables(of: Table, folds: Iterable[Fold]) -> Iterator[tuple[Table, Table]]:
    """Training and test rows of each fold that has both; a run that has two names is tested once."""
    for f in folds:
        runs = {of.points[i].run: i for i in reversed(f.test)}
        if runs and len(f.train):
            yield of.rows(f.train), of.rows(np.array(sorted(runs.values()), dtype=np.int64))


def deployed(train: Table, test: Table, world: World, near: Fit | None) -> tuple[Calibration, Fit]:
    """What the planner would know of the test rows from the training rows, as `shipped` makes it: of a GPU without
    points the ratio that other benchmarks give, where there is one."""
    by, fitted = calibrated(train, world.gpus, world.settings, near)
    if {p.configuration.gpu for p in test.points} <= by.measured_gpus:
        return by, fitted
    return with_other_gpus(by, world.benchmarks, world.shapes, world.gpus, world.settings), fitted


def pairs(of: Table) -> list[tuple[Measured, float]]:
    """The points of a table with the requests that memory has room for."""
    return list(zip(of.points, of.room.tolist(), strict=True))


def inner_predictions(
    of: Table, names: Collection[str], world: World, fitted: Fit
) -> dict[tuple[str, str], list[Predicted]]:
    """Held-out predictions inside the points of a calibration, by the band of these names and the metric that they
    speak for.

    A band is drawn from the shifts that its predictions may suffer. What nobody measured of a kind may be of another
    model, another GPU, engine or precision of a known model, a later date, or told by another source; TTFT of a source
    has the bursts of its runs in it, which no plan has, so of that shift only TPOT counts. What nobody measured on so
    many GPUs is predicted by physics that never saw that number.
    """
    points = of.points
    found: dict[tuple[str, str], list[Predicted]] = {(name, metric): [] for name in names for metric in BANDED}
    sizes = by_value("", points, lambda p: p.configuration.tensor_parallel)

    def alone(name: str, folds: Iterable[Fold], metrics: Collection[str] = BANDED) -> None:
        if name in names:
            tier = NEW_GPU if name == NEW_GPU else "modelled"
            rows = [p for p in by_physics(of, folds, world, fitted) if p.tier == tier]
            for metric in metrics:
                found[name, metric] += rows

    def related(bands: Collection[str], folds: Iterable[Fold], *, refit: bool) -> None:
        wanted = set(bands) & set(names)
        if wanted:
            for p in held_out(of, folds, world, fitted, refit=refit):
                for metric in BANDED:
                    if p.band in wanted:
                        found[p.band, metric].append(p)

    alone(NEW_GPU, by_value("", points, lambda p: p.configuration.gpu))
    alone(NEW_NUMBER, sizes)
    alone("modelled", by_value("", points, lambda p: p.architecture))
    alone("modelled", random_groups(points, PARTS, PARTS_SEED))
    alone("modelled", after_dates(points, DATES))
    alone("modelled", by_value("", points, lambda p: p.origin), ("tpot",))
    related(("anchored", NEW_SIZE, FAR), [random_configurations(points, seed) for seed in SEEDS], refit=False)
    related((NEW_SIZE, FAR), sizes, refit=True)
    related(("interpolated",), inner_loads(points), refit=False)
    return found


def bands_of(of: Table, names: Collection[str], world: World, fitted: Fit) -> dict[str, Bands]:
    """The bands of the names asked for: factors between which nine of ten held-out measurements lie."""
    found = inner_predictions(of, names, world, fitted)
    balance = world.settings.fit["balance"]
    bands = {}
    for name in names:
        tpot, first_token = (quantiles(found[name, metric], metric, balance) for metric in BANDED)
        bands[name] = Bands(tpot, first_token, name)
    return bands


def quantiles(found: Sequence[Predicted], metric: str, balance: float) -> tuple[float, float]:
    """The 5 and 95 % quantiles of measured / predicted, on either side of 1.

    A group of n predictions counts as n^(1 - balance), as a group of points does in the fit: what comes next is rather
    another group than another row of a large one.
    """
    if len(found) < FEWEST:
        return WIDEST
    ratios = np.log([measured / predicted for predicted, measured in (p.pair(metric) for p in found)])
    size = Counter(p.point.group for p in found)
    share = np.array([size[p.point.group] ** -balance for p in found])
    ends = np.quantile(ratios, (TAIL, 1.0 - TAIL), weights=share, method="inverted_cdf")
    low, high = np.exp(ends)
    return short(min(low, 1.0)), short(max(high, 1.0))
