"""The honest test: every fold is calibrated without its rows and predicted through the engine, bands from inside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from generator.calibrate.bands import World, bands_of, deployed, pairs
from generator.calibrate.calibrate import calibrated
from generator.calibrate.fit import Fit, Table, table
from generator.calibrate.folds import Fold, fold, outer_folds
from generator.calibrate.points import Measured
from generator.calibrate.predict import Predicted, predictions
from generator.failure import Failure
from wasm_tools.performance.prediction import book
from wasm_tools.performance.service_curve import Bands

OTHER_SOURCE = "other source"


class EvaluationError(Failure):
    """A test that does not have the rows it must have."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A prediction of the test, with the fold it belongs to and the bands that its calibration gave it."""

    kind: str
    fold: str
    predicted: Predicted
    bands: Bands


def tested(
    silicon: Sequence[Measured], other: Sequence[Measured], world: World, report: Callable[[str], None]
) -> list[HeldOut]:
    """All predictions of all folds. `silicon` are the points of the state, `other` those of a second source.

    Raises EvaluationError when a fold lacks rows that the settings ask for.
    """
    of = table(silicon, world.shapes, world.gpus)
    _, whole = calibrated(of, world.gpus, world.settings)
    found = []
    for f in outer_folds(silicon):
        report(f"{f.kind}: {f.name}")
        found += of_fold(of, f, world, whole)
    report(OTHER_SOURCE)
    found += of_fold(*second_source(silicon, other, world), world, whole)
    check_rows(found, world.settings.evaluation)
    return found


def of_fold(of: Table, f: Fold, world: World, near: Fit) -> list[HeldOut]:
    """The predictions of one fold. `near` is where the fit starts from: its minimum does not depend on it."""
    if not len(f.test):
        return []
    train, test = of.rows(f.train), of.rows(f.test)
    by, fitted = deployed(train, test, world, near)
    found = predictions(pairs(test), book(by, world.shapes, world.gpus))
    bands = bands_of(train, sorted({p.band for p in found}), world, fitted)
    return [HeldOut(f.kind, f.name, p, bands[p.band]) for p in found]


def second_source(silicon: Sequence[Measured], other: Sequence[Measured], world: World) -> tuple[Table, Fold]:
    """A fold that learns from one source without the configurations of the other, and predicts the other."""
    shared = {p.curve for p in other}
    kept = [p for p in silicon if p.curve not in shared]
    both = table([*kept, *other], world.shapes, world.gpus)
    return both, fold(OTHER_SOURCE, "InferenceMAX", [False] * len(kept) + [True] * len(other))


def check_rows(found: Sequence[HeldOut], least: Mapping[str, int]) -> None:
    """Raise EvaluationError when the test has become smaller than it must be."""
    unseen = sum(t.kind == "unseen model" for t in found)
    draws = {t.fold for t in found if t.kind == "random configurations"}
    siblings = sum(t.kind == "random configurations" and t.predicted.tier == "anchored" for t in found)
    if unseen < least["unseen_model_rows"] or siblings < least["sibling_rows"] * max(len(draws), 1):
        raise EvaluationError(
            f"the test has {unseen} rows of unseen models and {siblings} with siblings in {len(draws)} draws; it needs "
            f"{least['unseen_model_rows']} and {least['sibling_rows']} a draw. Are benchmark files missing?"
        )
