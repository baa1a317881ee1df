"""90 % bands of a calibration, from folds inside its own points only."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.calibrate.calibrate import WIDEST, calibrated, short, with_relatives
from generator.calibrate.fit import Fit, Table
from generator.calibrate.folds import Fold, by_value, inner_loads, random_configurations
from generator.calibrate.other_gpus import with_other_gpus
from generator.calibrate.points import Measured
from generator.calibrate.predict import Predicted, predictions
from generator.calibrate.settings import Settings
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.calibration import Calibration
from wasm_tools.performance.prediction import FAR, NEW_GPU, NEW_SIZE, book
from wasm_tools.performance.service_curve import Bands

TAIL = 0.05
SEEDS = (101, 102)  # not those of the outer folds
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
    for f in folds:
        if len(f.test) and len(f.train):
            train, test = of.rows(f.train), of.rows(f.test)
            if refit:
                by, _ = deployed(train, test, world, fitted)
            else:
                by = with_relatives(train, fitted, world.gpus, world.settings)
            found += predictions(pairs(test), book(by, world.shapes, world.gpus))
    return found


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
    model or told by another source; TTFT of a source has the bursts of its runs in it, which no plan has, so of that
    shift only TPOT counts. What nobody measured on so many GPUs is predicted by physics that never saw that number.
    """
    points = of.points
    found: dict[tuple[str, str], list[Predicted]] = {(name, metric): [] for name in names for metric in BANDED}

    def add(bands: Collection[str], folds: Iterable[Fold], *, refit: bool, metrics: Collection[str] = BANDED) -> None:
        if not set(bands).isdisjoint(names):
            for p in held_out(of, folds, world, fitted, refit=refit):
                for metric in metrics:
                    if p.band in bands and p.band in names:
                        found[p.band, metric].append(p)

    add((NEW_GPU,), by_value("", points, lambda p: p.configuration.gpu), refit=True)
    add(("modelled",), by_value("", points, lambda p: p.architecture), refit=True)
    add(("modelled",), by_value("", points, lambda p: p.origin), refit=True, metrics=("tpot",))
    add(("anchored", NEW_SIZE, FAR), [random_configurations(points, seed) for seed in SEEDS], refit=False)
    add((NEW_SIZE, FAR), by_value("", points, lambda p: p.configuration.tensor_parallel), refit=True)
    add(("interpolated",), inner_loads(points), refit=False)
    return found


def bands_of(of: Table, names: Collection[str], world: World, fitted: Fit) -> dict[str, Bands]:
    """The bands of the names asked for: factors between which nine of ten held-out measurements lie."""
    found = inner_predictions(of, names, world, fitted)
    bands = {}
    for name in names:
        tpot, first_token = (_band(found[name, metric], metric, name) for metric in BANDED)
        bands[name] = Bands(tpot, first_token, name)
    return bands


def _band(found: Sequence[Predicted], metric: str, name: str) -> tuple[float, float]:
    """Quantiles of measured / predicted. A new model is one more model, not one more row of a model; of GPUs there are
    too few to count each alike."""
    if len(found) < FEWEST:
        return WIDEST
    ratios = np.log([measured / predicted for predicted, measured in (p.pair(metric) for p in found)])
    unit = [p.point.architecture if name == "modelled" else "" for p in found]
    size = Counter(unit)
    share = np.array([1.0 / size[u] for u in unit])
    quantiles = np.quantile(ratios, (TAIL, 1.0 - TAIL), weights=share, method="inverted_cdf")
    low, high = np.exp(quantiles)
    return short(min(low, 1.0)), short(max(high, 1.0))
