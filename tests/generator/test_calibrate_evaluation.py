"""The honest test: folds that do not leak, bands from inside, counts that are asserted, a record that says it all."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from generator.calibrate.bands import World, bands_of, deployed, held_out, inner_predictions, quantiles
from generator.calibrate.calibrate import calibrated
from generator.calibrate.commands import commands, tables
from generator.calibrate.evaluate import EvaluationError, HeldOut, check_rows, of_fold, second_source
from generator.calibrate.fit import Table, table
from generator.calibrate.folds import (
    after_dates,
    by_value,
    fold,
    inner_loads,
    outer_folds,
    random_configurations,
    random_groups,
)
from generator.calibrate.points import Measured, inferencemax_points, known_shapes, silicon_points, throughput
from generator.calibrate.record import accuracy_record, interval
from generator.calibrate.settings import load_settings
from generator.calibrate.tails import tail_accuracy
from generator.places import checkout
from generator.registry import load_registry
from generator.sync.state import load_state
from wasm_tools.performance.prediction import NEW_SIZE

PLACES = checkout()


@pytest.fixture(scope="module")
def world() -> World:
    registry = load_registry(PLACES.registry)
    settings = load_settings(PLACES.registry / "calibration.toml")
    return World(known_shapes(registry), registry.gpu_cards, settings, PLACES.registry / "benchmarks")


@pytest.fixture(scope="module")
def silicon(world: World) -> list[Measured]:
    registry = load_registry(PLACES.registry)
    return silicon_points(registry, load_state(PLACES.state).points, world.settings)


@pytest.fixture(scope="module")
def some(silicon: list[Measured], world: World) -> Table:
    curves = sorted({p.curve for p in silicon})[::4]
    return table([p for p in silicon if p.curve in set(curves)], world.shapes, world.gpus)


@pytest.fixture(scope="module")
def tested(some: Table, world: World) -> list[HeldOut]:
    _, whole = calibrated(some, world.gpus, world.settings)
    folds = [random_configurations(some.points, 0), inner_loads(some.points)[0]]
    folds += by_value("unseen GPU", some.points, lambda p: p.configuration.gpu)[:1]
    return [t for f in folds for t in of_fold(some, f, world, whole)]


def test_every_fold_leaves_out_and_keeps_each_row_once(silicon: list[Measured]) -> None:
    for f in outer_folds(silicon):
        assert sorted([*f.test, *f.train]) == list(range(len(silicon)))


def test_no_configuration_is_on_both_sides(silicon: list[Measured]) -> None:
    for f in outer_folds(silicon):
        if f.kind not in ("one inner load", "later in time"):
            assert not {silicon[i].curve for i in f.test} & {silicon[i].curve for i in f.train}, f.name


def test_the_same_run_under_two_names_is_never_on_both_sides(silicon: list[Measured]) -> None:
    def run(p: Measured) -> tuple[object, ...]:
        return (p.configuration.gpu, p.isl, p.osl, p.concurrency, p.first_token_ms, p.tpot_ms)

    for f in outer_folds(silicon):
        if f.kind in ("random configurations", "unseen model"):
            assert not {run(silicon[i]) for i in f.test} & {run(silicon[i]) for i in f.train}, f.name


def test_an_inner_load_has_a_smaller_and_a_larger_one_left(silicon: list[Measured]) -> None:
    for f in inner_loads(silicon):
        loads: dict[object, list[float]] = {}
        for i in f.train:
            loads.setdefault((silicon[i].curve, silicon[i].configuration.model), []).append(silicon[i].concurrency)
        for i in f.test:
            p = silicon[i]
            kept = loads[(p.curve, p.configuration.model)]
            assert min(kept) < p.concurrency < max(kept)


def test_the_folds_have_the_rows_they_must_have(silicon: list[Measured], world: World) -> None:
    kinds: dict[str, int] = {}
    for f in outer_folds(silicon):
        kinds[f.kind] = kinds.get(f.kind, 0) + len(f.test)
    assert kinds["unseen model"] >= world.settings.evaluation["unseen_model_rows"]
    assert kinds["unseen GPU"] == kinds["tensor parallelism"] == kinds["lengths"] == len(silicon)
    assert kinds["one inner load"] >= 1250 and kinds["later in time"] >= 600


def test_the_other_source_is_predicted_without_its_configurations(silicon: list[Measured], world: World) -> None:
    registry = load_registry(PLACES.registry)
    other = inferencemax_points(registry, PLACES.registry / "benchmarks" / "inferencemax.csv")
    both, f = second_source(silicon, other, world)
    assert len(f.test) == len(other)
    assert not {both.points[i].curve for i in f.test} & {both.points[i].curve for i in f.train}


def test_siblings_predict_better_than_an_unseen_gpu(tested: list[HeldOut]) -> None:
    def error(kind: str, tier: str) -> float:
        rows = [t.predicted.pair("tpot") for t in tested if t.kind == kind and t.predicted.tier.startswith(tier)]
        return float(np.median([abs(a / b - 1) for a, b in rows]))

    assert error("one inner load", "interpolated") < error("random configurations", "anchored")
    assert error("random configurations", "anchored") < error("unseen GPU", "modelled")


def test_bands_come_from_training_rows_only(some: Table, world: World) -> None:
    f = random_configurations(some.points, 0)
    train = some.rows(f.train)
    _, fitted = calibrated(train, world.gpus, world.settings)
    band = bands_of(train, ["interpolated"], world, fitted)["interpolated"]
    wild = replace(some, log_tpot=some.log_tpot.copy())
    wild.log_tpot[f.test] += 3.0
    assert bands_of(wild.rows(f.train), ["interpolated"], world, fitted)["interpolated"] == band
    assert 0.5 < band.tpot[0] <= 1 <= band.tpot[1] < 2


def test_of_another_source_only_the_time_per_token_counts(some: Table, world: World) -> None:
    few = some.rows(np.flatnonzero([p.architecture in ("glm-5", "qwen3-32b", "gpt-oss-120b") for p in some.points]))
    _, fitted = calibrated(few, world.gpus, world.settings)
    found = inner_predictions(few, ["modelled"], world, fitted)
    assert {p.point.origin for p in found["modelled", "tpot"]} == {"infx", "nvint"}
    assert len(found["modelled", "tpot"]) > 1.15 * len(found["modelled", "first_token"]) > 1.6 * len(few)


def test_one_run_under_two_names_is_one_prediction_of_a_band(silicon: list[Measured], world: World) -> None:
    of = table(
        [p for p in silicon if p.configuration.model in ("deepseek-r1", "deepseek-v3")], world.shapes, world.gpus
    )
    runs = {p.run for p in of.points}
    assert len(runs) < 0.8 * len(of)
    _, fitted = calibrated(of, world.gpus, world.settings)
    halves = [fold("", str(n), [(p.isl > 1024) == bool(n) for p in of.points]) for n in (0, 1)]
    found = held_out(of, halves, world, fitted, refit=False)
    assert len(found) == len({p.point.run for p in found}) == len(runs)


def test_a_small_group_counts_for_more_than_a_row_and_for_less_than_a_large_group(
    tested: list[HeldOut], world: World
) -> None:
    (large, n), *_ = Counter(t.predicted.point.group for t in tested).most_common()
    of_large = [t.predicted for t in tested if t.predicted.point.group == large]
    other = next(t.predicted for t in tested if t.predicted.point.group != large)
    exact = [replace(p, tpot_ms=p.point.tpot_ms) for p in of_large]
    slow = replace(other, tpot_ms=other.point.tpot_ms / 3)  # measured three times as long as predicted
    assert n >= 40
    assert quantiles([*exact, slow], "tpot", 0.0) == pytest.approx((1.0, 1.0))
    assert quantiles([*exact, slow], "tpot", 0.5) == pytest.approx((1.0, 3.0 if n**-0.5 > 0.05 else 1.0))


def test_groups_and_dates_are_held_out_whole(silicon: list[Measured]) -> None:
    parts = random_groups(silicon, 5, 103)
    assert sorted(i for f in parts for i in f.test) == list(range(len(silicon)))
    for f in parts:
        assert not {silicon[i].group for i in f.test} & {silicon[i].group for i in f.train}
    early, late = after_dates(silicon, (0.5, 0.75))
    assert len(early.test) > len(late.test) > 0
    assert min(silicon[i].measured for i in late.test) > max(silicon[i].measured for i in late.train)
    assert after_dates([replace(p, measured="") for p in silicon[:9]], (0.5,)) == []


def test_physics_is_fitted_without_the_number_of_gpus_that_is_left_out(silicon: list[Measured], world: World) -> None:
    of = table([p for p in silicon if p.architecture == "gpt-oss-120b"], world.shapes, world.gpus)
    _, fitted = calibrated(of, world.gpus, world.settings)
    off = replace(fitted, logs=fitted.logs + 0.5, values={n: 1.65 * v for n, v in fitted.values.items()})
    found = [inner_predictions(of, [NEW_SIZE], world, by)[NEW_SIZE, "tpot"] for by in (fitted, off)]
    assert {p.point.configuration.tensor_parallel for p in found[0]} == {1, 2, 4, 8}
    errors = [np.median([abs(np.log(a / b)) for a, b in (p.pair("tpot") for p in of)]) for of in found]
    assert errors[1] == pytest.approx(errors[0], rel=0.1)  # whatever a fit says that knows that number


def test_a_gpu_that_only_a_ratio_is_known_of_is_predicted_with_it_as_in_a_plan(some: Table, world: World) -> None:
    registry = load_registry(PLACES.registry)
    points = inferencemax_points(registry, PLACES.registry / "benchmarks" / "inferencemax.csv")
    other = table([p for p in points if p.configuration.gpu == "mi300x"], world.shapes, world.gpus)
    known, fitted = deployed(some, some, world, None)
    assert "mi300x" not in known.bandwidth
    by, _ = deployed(some, other, world, fitted)
    assert by.bandwidth["mi300x"] < 0.7 * by.bandwidth["h100-sxm"] and "mi300x" not in by.measured_gpus


def test_throughput_follows_from_the_two_times(silicon: list[Measured]) -> None:
    p = replace(silicon[0], concurrency=10.0, answer=101.0)
    assert throughput(p, 1000.0, 10.0) == pytest.approx(10 * 101 / 2.0)


def test_a_test_without_rows_is_an_error(tested: list[HeldOut], world: World) -> None:
    with pytest.raises(EvaluationError, match="0 rows of unseen models"):
        check_rows(tested, world.settings.evaluation)


def test_the_record_counts_every_prediction_in_each_split(tested: list[HeldOut], world: World) -> None:
    tails = {"later round": tail_accuracy(PLACES.registry)}
    record = accuracy_record(tested, tails, world.settings)
    for split in ("folds", "tiers", "pooled_tiers", "bands", "gpus", "engines", "models"):
        assert sum(row["n"] for row in record[split]) == len(tested), split
    fold = record["folds"][0]
    rows = [t.predicted.pair("tpot") for t in tested if t.kind == fold["kind"]]
    assert fold["tpot"]["mean"] == pytest.approx(np.mean([abs(a / b - 1) for a, b in rows]), rel=1e-3)
    assert 0 <= fold["tpot"]["coverage"] <= 1 and fold["worst"]["tpot"]["median"] >= fold["tpot"]["median"]
    assert len(tables(record)) == 8
    assert {(t["metric"], t["percentile"]) for t in record["tails"]} >= {("first_token", "p95"), ("end_to_end", "p50")}
    assert all(t["test"] == "later round" and t["n"] == 170 and 0 < t["median"] < 1 for t in record["tails"])


def test_a_target_without_rows_is_not_met(tested: list[HeldOut], world: World) -> None:
    targets = {t["name"]: t for t in accuracy_record(tested, {}, world.settings)["targets"]}
    assert not targets["ITL of an unseen model"]["met"] and targets["ITL of an unseen model"]["n"] == 0


def test_the_published_record_is_small_and_meets_its_counts() -> None:
    text = (PLACES.state / "accuracy.json").read_text(encoding="utf-8")
    record = json.loads(text)
    assert len(text.encode()) < 200_000
    n = {row["kind"]: row["n"] for row in record["folds"]}
    assert n["unseen model"] >= 2260
    anchored = next(r for r in record["tiers"] if r["of"] == ["random configurations", "anchored"])
    assert anchored["n"] >= 5 * 650
    for tier in [*record["pooled_tiers"], *record["bands"]]:
        assert all(0.85 <= tier[m]["coverage"] <= 0.95 for m in ("tpot", "first_token")), tier
    for fold_ in record["folds"]:
        most = {"tpot": 0.95, "first_token": 0.965 if fold_["kind"] == "later in time" else 0.95}
        assert all(0.85 <= fold_[m]["coverage"] <= most[m] for m in most), fold_["kind"]


# What is known to lie outside, with the reason; in each the upper limit of chance reaches into what is aimed at.
WIDE = {
    ("later in time", "anchored", "tpot"),  # six groups, all of them near
    ("later in time", "modelled", "first_token"),  # earlier runs had queues before the engine, later ones have none
    ("later in time", "modelled, no measurement on this GPU", "tpot"),  # one GPU
    ("later in time", "modelled, no measurement on this GPU", "first_token"),
    ("other source", "modelled", "first_token"),
}


def test_bands_hold_in_each_fold_and_tier_that_enough_predictions_tell_of() -> None:
    record = json.loads((PLACES.state / "accuracy.json").read_text(encoding="utf-8"))
    told = 0
    for cell in record["tiers"]:
        for metric in ("tpot", "first_token"):
            of = cell[metric]
            assert of["interval"][0] <= of["coverage"] <= of["interval"][1] and of["width"] > 1
            if cell["n"] < 50:
                continue
            told += 1
            assert of["coverage"] >= 0.85, cell["of"]
            if (*cell["of"], metric) in WIDE:
                assert of["interval"][0] <= 0.95, cell["of"]
            else:
                assert of["coverage"] <= 0.95, cell["of"]
    assert told >= 22
    widths = {tuple(c["of"]): (c["tpot"]["width"], c["first_token"]["width"]) for c in record["tiers"]}
    for of, most in ((("random configurations", "anchored"), (1.4, 3.6)), (("unseen model", "modelled"), (3.1, 7.8))):
        assert all(w <= m for w, m in zip(widths[of], most, strict=True)), of  # a wide band holds and helps nobody


def test_the_interval_of_a_share_is_that_of_clopper_and_pearson() -> None:
    assert interval(9, 10) == pytest.approx([0.555, 0.9975], abs=1e-4)
    assert interval(0, 5)[0] == 0 and interval(5, 5)[1] == 1


@pytest.mark.parametrize("name", ["calibrate", "evaluate"])
def test_commands_explain_themselves(name: str) -> None:
    result = CliRunner().invoke(commands, [name, "--help"])
    assert result.exit_code == 0 and "Example: atlas" in result.output and "--json" in result.output
