"""90 % bands of a calibration, from folds inside its own points only."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from generator.calibrate.calibrate import WIDEST, calibrated, short, with_relatives
from generator.calibrate.fit import Fit, Table
from generator.calibrate.folds import Fold, by_value, inner_loads, random_configurations
from generator.calibrate.points import Measured
from generator.calibrate.predict import Predicted, predictions
from generator.calibrate.settings import Settings
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.prediction import FAR, NEW_GPU, book
from wasm_tools.performance.service_curve import Bands

TAIL = 0.05
SEEDS = (101, 102)  # not those of the outer folds
FEWEST = 40  # predictions of a tier that a band is drawn from


@dataclass(frozen=True, slots=True)
class World:
    """What every calibration reads besides points."""

    shapes: Mapping[str, ModelShape]
    gpus: Mapping[str, GpuCard]
    settings: Settings


def held_out(of: Table, folds: Iterable[Fold], world: World, fitted: Fit, *, refit: bool) -> list[Predicted]:
    """Predictions of the test rows of each fold by a calibration of its training rows.

    Without `refit` physics stays as fitted to all rows and only the relatives are held back: fifty constants of two
    thousand rows do not remember a single curve.
    """
    found = []
    for f in folds:
        if len(f.test) and len(f.train):
            train = of.rows(f.train)
            if refit:
                by, _ = calibrated(train, world.gpus, world.settings, fitted)
            else:
                by = with_relatives(train, fitted, world.gpus, world.settings)
            found += predictions(pairs(of.rows(f.test)), book(by, world.shapes, world.gpus))
    return found


def pairs(of: Table) -> list[tuple[Measured, float]]:
    """The points of a table with the requests that memory has room for."""
    return list(zip(of.points, of.room.tolist(), strict=True))


def inner_predictions(of: Table, names: Collection[str], world: World, fitted: Fit) -> list[Predicted]:
    """Held-out predictions inside the points of a calibration, for bands of these names."""
    points, found = of.points, []
    if NEW_GPU in names:
        found += held_out(of, by_value("", points, lambda p: p.configuration.gpu), world, fitted, refit=True)
    if "modelled" in names:
        found += held_out(of, by_value("", points, lambda p: p.architecture), world, fitted, refit=True)
    if "anchored" in names or FAR in names:
        folds = [random_configurations(points, seed) for seed in SEEDS]
        folds += by_value("", points, lambda p: str(p.configuration.tensor_parallel))
        found += held_out(of, folds, world, fitted, refit=False)
    if "interpolated" in names:
        found += held_out(of, inner_loads(points), world, fitted, refit=False)
    return found


def bands_of(of: Table, names: Collection[str], world: World, fitted: Fit) -> dict[str, Bands]:
    """The bands of the names asked for: factors between which nine of ten held-out measurements lie."""
    found = inner_predictions(of, names, world, fitted)
    bands = {}
    for name in names:
        rows = [p for p in found if p.band == name]
        enough = len(rows) >= FEWEST
        tpot, first_token = (_band(rows, m, name) for m in ("tpot", "first_token")) if enough else WIDEST
        bands[name] = Bands(tpot, first_token, name)
    return bands


def _band(found: Sequence[Predicted], metric: str, name: str) -> tuple[float, float]:
    """Quantiles of measured / predicted. A new model is one more model, not one more row of a model; of GPUs there are
    too few to count each alike."""
    ratios = np.log([measured / predicted for predicted, measured in (p.pair(metric) for p in found)])
    unit = [p.point.architecture if name == "modelled" else "" for p in found]
    size = Counter(unit)
    share = np.array([1.0 / size[u] for u in unit])
    quantiles = np.quantile(ratios, (TAIL, 1.0 - TAIL), weights=share, method="inverted_cdf")
    low, high = np.exp(quantiles)
    return short(min(low, 1.0)), short(max(high, 1.0))
