"""The calibration: what it reads, that it is the same every time, and that it finds what is in the data."""

from dataclasses import replace

import numpy as np
import pytest

from generator.calibrate.calibrate import calibrated
from generator.calibrate.fit import Table, fit, predictor, soft, table
from generator.calibrate.kriging import covariance, weights
from generator.calibrate.other_gpus import Lag, argonne_lags, mlperf_lags, with_lags
from generator.calibrate.parameters import limited
from generator.calibrate.points import Measured, inferencemax_points, known_shapes, silicon_points
from generator.calibrate.settings import Settings, load_settings
from generator.calibrate.shipped import calibration_text, load_calibration
from generator.places import checkout
from generator.registry import Registry, load_registry
from generator.sync.state import load_state
from generator.tables import TableError
from wasm_tools.performance.calibration import Calibration
from wasm_tools.performance.prediction import KNOTS, book, prepared
from wasm_tools.performance.siblings import corrections

PLACES = checkout()


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(PLACES.registry)


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(PLACES.registry / "calibration.toml")


@pytest.fixture(scope="module")
def silicon(registry: Registry, settings: Settings) -> list[Measured]:
    return silicon_points(registry, load_state(PLACES.state).points, settings)


@pytest.fixture(scope="module")
def some(silicon: list[Measured], registry: Registry) -> Table:
    return table(silicon[::6], known_shapes(registry), registry.gpu_cards)


@pytest.fixture(scope="module")
def found(some: Table, registry: Registry, settings: Settings) -> Calibration:
    return calibrated(some, registry.gpu_cards, settings)[0]


def test_every_clean_point_is_read(silicon: list[Measured]) -> None:
    assert len(silicon) >= 2260
    assert len({p.architecture for p in silicon}) >= 10


def test_drawn_lengths_are_nine_tenths_of_nominal(silicon: list[Measured]) -> None:
    for p in silicon:
        assert p.prompt == pytest.approx(p.isl * (0.9 if p.origin == "infx" else 1.0))


def test_models_of_one_shape_are_one_family(silicon: list[Measured]) -> None:
    family = {p.configuration.model: p.architecture for p in silicon}
    assert family["deepseek-r1"] == family["deepseek-v3"] != family["kimi-k2.5"]


def test_doubtful_rows_are_kept_and_count_less(silicon: list[Measured]) -> None:
    doubtful = [p for p in silicon if p.weight < 1]
    assert len(doubtful) == 21
    assert {(p.configuration.model, p.configuration.gpu) for p in doubtful} == {("llama-3.1-8b-instruct", "h200-sxm")}


def test_an_assumed_precision_is_said(silicon: list[Measured]) -> None:
    assert sum("assumed bf16" in p.source for p in silicon) == 366


def test_a_point_of_an_unknown_model_is_an_error_that_names_it(registry: Registry, settings: Settings) -> None:
    point = replace(load_state(PLACES.state).points[0], model="nobody/Nothing-1B")
    with pytest.raises(TableError, match="nobody/Nothing-1B"):
        silicon_points(registry, [point], settings)


def test_the_second_source_has_amd_and_no_attention_data_parallelism(registry: Registry) -> None:
    points = inferencemax_points(registry, PLACES.registry / "benchmarks" / "inferencemax.csv")
    assert {"mi300x", "mi355x"} <= {p.configuration.gpu for p in points}
    assert len(points) == 311


def test_the_same_points_give_the_same_bytes(
    some: Table, found: Calibration, registry: Registry, settings: Settings
) -> None:
    assert calibration_text(calibrated(some, registry.gpu_cards, settings)[0]) == calibration_text(found)


def test_the_minimum_does_not_depend_on_the_start(some: Table, registry: Registry, settings: Settings) -> None:
    cold = fit(some, registry.gpu_cards, settings)
    shifted = replace(cold, values={n: v * (1.3 if i % 2 else 0.8) for i, (n, v) in enumerate(cold.values.items())})
    warm = fit(some, registry.gpu_cards, settings, shifted)
    predict = predictor(some, cold.parameters, dict(registry.gpu_cards), settings)
    for a, b in zip(predict(cold.logs), predict(warm.logs), strict=True):
        assert np.median(np.abs(a / b - 1)) < 0.01


def test_efficiencies_stay_within_physics(found: Calibration, settings: Settings) -> None:
    assert all(0.2 < v <= settings.limits["bandwidth"] for v in found.bandwidth.values())
    assert all(0.05 < v <= settings.limits["compute"] for of in found.compute.values() for v in of.values())


def test_a_fit_recovers_the_constants_that_made_the_data(some: Table, registry: Registry, settings: Settings) -> None:
    start = fit(some, registry.gpu_cards, settings)
    made = start.logs + np.array([0.15 if ".layer_us" in n else 0.0 for n in start.parameters.names])
    tpot, first = predictor(some, start.parameters, dict(registry.gpu_cards), settings)(made)
    synthetic = replace(some, log_tpot=np.log(tpot), log_first=np.log(first))
    again = fit(synthetic, registry.gpu_cards, settings)
    fitted, _ = predictor(some, again.parameters, dict(registry.gpu_cards), settings)(again.logs)
    assert np.abs(fitted / tpot - 1).mean() < 0.02


def test_the_engine_sums_to_the_mean_of_the_process(
    some: Table, found: Calibration, registry: Registry, settings: Settings
) -> None:
    """Kriging by matrices here and by sums in the engine are one thing."""
    by = book(found, known_shapes(registry), registry.gpu_cards)
    group = max(found.groups, key=lambda k: len(found.groups[k]))
    measured = by.siblings(group)
    assert measured
    members = [p for p in some.points if p.group == group]
    ready = prepared(members[0].configuration, by)
    kernel = settings.kernels.tpot
    solved = {
        (a.curve.tensor_parallel, a.curve.prompt, a.curve.answer, p.concurrency): p.weight[0]
        for a in measured.relatives
        for p in a.curve.points
    }
    new = replace(members[0], isl=333, prompt=333.0, osl=77, answer=77.0)
    knots = [replace(new, concurrency=k) for k in KNOTS]
    cross = covariance(kernel, [*members, *knots])[: len(members), len(members) :]
    vector = np.array([solved[(p.configuration.tensor_parallel, p.prompt, p.answer, p.concurrency)] for p in members])
    place = (np.log(new.configuration.tensor_parallel), ready.spread, np.log(333.0), np.log(77.0))  # type: ignore[union-attr]
    assert corrections(measured, found.kernels, *place)[0] == pytest.approx((vector @ cross).tolist())


def test_a_lone_outlier_among_relatives_loses_its_weight(silicon: list[Measured], settings: Settings) -> None:
    curves = {p.curve: [q for q in silicon if q.curve == p.curve] for p in silicon[:200]}
    curve = max(curves.values(), key=len)
    residuals = np.zeros(len(curve))
    residuals[1] = 3.0
    kernel = settings.kernels.tpot
    plain = np.linalg.solve(covariance(kernel, curve) + kernel.noise**2 * np.eye(len(curve)), residuals)
    robust = weights(kernel, curve, residuals, settings)
    means = [np.abs(covariance(kernel, curve) @ w)[0] for w in (plain, robust)]
    assert means[1] < 0.3 * means[0]


def test_points_of_one_faulty_run_do_not_vouch_for_each_other(silicon: list[Measured], settings: Settings) -> None:
    curves = {p.curve: [q for q in silicon if q.curve == p.curve] for p in silicon}
    curve = max(curves.values(), key=len)
    kernel = settings.kernels.first_token

    def mean(residual: float, **how: bool) -> float:
        found = weights(kernel, curve, np.full(len(curve), residual), settings, **how)
        return float((covariance(kernel, curve) @ found)[0]) / residual

    assert mean(0.1) == pytest.approx(mean(0.1, lasting=True), rel=0.01) and mean(0.1) > 0.9  # nothing to doubt
    assert mean(4.0) > 2 * mean(4.0, lasting=True)  # forty times the noise: relatives that agree do not lift the doubt
    assert mean(4.0, lasting=True) < 0.4


def test_large_errors_count_linearly_and_small_ones_squared() -> None:
    assert soft(np.array([1e-6]))[0] == pytest.approx(1e-6)
    assert soft(np.array([100.0]))[0] ** 2 == pytest.approx(2 * 100, rel=0.02)
    assert limited(np.array([0.3, 9.0]), 0.65).tolist() == pytest.approx([0.3, 0.65], rel=1e-3)


def test_other_gpus_get_the_efficiencies_of_a_reference_over_their_lag(found: Calibration, settings: Settings) -> None:
    more = with_lags(found, {"l40s": Lag("h100-sxm", 2.0, "a test"), "h200-sxm": Lag("h100-sxm", 9.0, "")}, settings)
    assert more.bandwidth["l40s"] == pytest.approx(found.bandwidth["h100-sxm"] / 2, rel=1e-5)
    assert more.bandwidth["h200-sxm"] == found.bandwidth["h200-sxm"]  # points of its own count more
    assert "a test" in more.basis["l40s"] and "l40s" not in more.measured_gpus


def test_ratios_of_other_gpus_say_mi300x_is_behind_its_data_sheet(
    found: Calibration, registry: Registry, settings: Settings
) -> None:
    folder = PLACES.registry / "benchmarks"
    shapes = known_shapes(registry)
    argonne = argonne_lags(folder / "argonne.csv", found, shapes, registry.gpu_cards, settings)
    assert argonne["mi300x"].factor > 1.5 > argonne["a100-sxm-80gb"].factor > 0.7
    mlperf = mlperf_lags(folder / "mlperf.csv", registry.gpu_cards, settings)
    assert mlperf["l40s"].factor > 1.3 and "h100-pcie" not in mlperf  # one model only


def test_the_shipped_calibration_can_be_read(registry: Registry, silicon: list[Measured]) -> None:
    of = load_calibration(PLACES.state / "calibration.json")
    assert sum(len(c.points) for curves in of.groups.values() for c in curves) >= len(silicon)
    assert calibration_text(of) == (PLACES.state / "calibration.json").read_text(encoding="utf-8")
    assert {"mi300x", "b200-sxm"} <= of.measured_gpus <= set(registry.gpu_cards)
