"""Added measurements: a prediction at one is what was measured, further away less so, and the rest stays as it is."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from tests.wasm_tools.performance_book import DENSE, GPU, MIXTURE, OTHER, calibration, measured
from wasm_tools.performance.added_measurements import AddedPoint, classes_of, with_added
from wasm_tools.performance.calibration import Calibration, calibration_pack, read_calibration
from wasm_tools.performance.configuration import ServingConfiguration
from wasm_tools.performance.prediction import Book, Refusal, book, service_curve
from wasm_tools.performance.service_curve import ServiceCurve, at, evidence_at
from wasm_tools.performance.siblings import COMMUNITY, OWN
from wasm_tools.workload.traffic import InputError

PLACE = ServingConfiguration("dense", "gpu", "bf16", "vllm", 1, 1)
SHAPES = {"dense": DENSE, "mixture": MIXTURE}
GPUS = {"gpu": GPU, "other": OTHER}


def of(calibrated: Calibration) -> Book:
    return book(calibrated, SHAPES, GPUS)


def point(concurrency: float = 16.0, tpot: float = 30.0, **changed: Any) -> AddedPoint:
    plain = AddedPoint(PLACE, 1000.0, 500.0, concurrency, 400.0, tpot, 0.0, "vllm 1, somebody, 2026-11-20, CC-BY-4.0")
    return replace(plain, **changed)


def predicted(calibrated: Calibration, place: ServingConfiguration = PLACE, isl: float = 1000.0) -> ServiceCurve:
    found = service_curve(place, isl, 500.0, 0.0, of(calibrated))
    assert not isinstance(found, Refusal)
    return found


@pytest.mark.parametrize("published", [(), (measured(),)], ids=["alone", "beside published ones"])
def test_a_prediction_at_an_own_point_is_what_was_measured(published: Any) -> None:
    before = calibration(*published)
    low, high = (1.5 * at(predicted(before), load)[1] for load in (8, 32))
    added = with_added(of(before), [point(8, low), point(32, high)], OWN, 1.0).calibration
    curve = predicted(added)
    assert at(curve, 8)[1] == pytest.approx(low, rel=1e-4) and at(curve, 32)[1] == pytest.approx(high, rel=1e-4)
    assert evidence_at(curve, 8) == "measured" and "your own measurement" in curve.basis[0]


def test_published_curves_and_constants_stay_byte_for_byte() -> None:
    before = calibration(measured())
    after = with_added(of(before), [point()], COMMUNITY, math.sqrt(2)).calibration
    old, new = (json.loads(json.dumps(calibration_pack(c))) for c in (before, after))
    (group,) = new["groups"]
    assert group[4][: len(old["groups"][0][4])] == old["groups"][0][4] and group[4][-1][-1] == COMMUNITY
    assert {k: v for k, v in new.items() if k != "groups"} == {k: v for k, v in old.items() if k != "groups"}
    assert read_calibration(new) == after
    assert with_added(of(before), [], COMMUNITY, 1.0).calibration == before


def test_a_published_curve_goes_before_the_community_and_an_own_one_before_both() -> None:
    before = calibration(measured())
    of_all = with_added(of(before), [point(16, 30.0)], COMMUNITY, 1.4).calibration
    assert "community" not in predicted(of_all).basis[0]
    tpot = 1.3 * at(predicted(of_all), 16)[1]
    mine = with_added(of(of_all), [point(16, tpot)], OWN, 1.0).calibration
    assert at(predicted(mine), 16)[1] == pytest.approx(tpot, rel=1e-4)
    assert classes_of(mine) == {COMMUNITY: 1, OWN: 1}


def test_a_community_curve_where_nothing_is_published_is_named_with_who_measured() -> None:
    found = predicted(with_added(of(calibration()), [point()], COMMUNITY, 1.4).calibration)
    assert found.evidence == "interpolated"
    assert "from the community" in found.basis[0] and "somebody" in found.basis[0] and "CC-BY-4.0" in found.basis[0]


def test_its_effect_fades_with_distance() -> None:
    before = calibration(measured())
    after = with_added(of(before), [point(16, 1.5 * at(predicted(before), 16)[1])], OWN, 1.0).calibration

    def shift(isl: float, load: float, tensor: int = 1) -> float:
        place = replace(PLACE, tensor_parallel=tensor)
        new, old = (at(predicted(c, place, isl), load)[1] for c in (after, before))
        return math.log(new / old)

    near, longer, wider = shift(1300.0, 16), shift(8000.0, 16), shift(1300.0, 16, 8)
    assert near > longer > 0 and near > wider > 0
    apart = replace(PLACE, gpu="other")
    assert at(predicted(after, apart), 16) == at(predicted(before, apart), 16)  # another GPU learns nothing


def test_community_points_move_a_prediction_less_than_own_ones() -> None:
    def moved(noise: float) -> float:
        added = with_added(of(calibration()), [point(16, 60.0)], OWN, noise).calibration
        return at(predicted(added, isl=2000.0), 16)[1]

    assert moved(1.0) > moved(math.sqrt(2)) > moved(100.0)


def test_weights_solve_the_equations_of_kriging() -> None:
    """With one point: w = r / (group² + local² + same² + noise²)."""
    alone = with_added(of(calibration()), [point()], OWN, 1.0).calibration
    (curve,) = alone.groups["dense", "gpu", "vllm", "bf16"]
    (p,) = curve.points
    assert p.weight[0] == pytest.approx(p.residual[0] / (0.1**2 + 0.2**2 + 0.1**2 + 0.05**2), rel=1e-4)


def test_a_point_that_says_what_relatives_say_changes_nothing() -> None:
    """It explains what is left; of a place that the published points predict already nothing is."""
    before, isl = calibration(measured()), 3000.0
    foretold = at(predicted(before, isl=isl), 16)[1]
    after = with_added(of(before), [point(16, foretold, prompt=isl)], OWN, 1.0).calibration
    (_, curve) = after.groups["dense", "gpu", "vllm", "bf16"]
    assert curve.points[0].weight[0] == pytest.approx(0.0, abs=1e-3)
    assert at(predicted(after, isl=5000.0), 16)[1] == pytest.approx(at(predicted(before, isl=5000.0), 16)[1], rel=1e-3)


def test_many_points_of_one_place_are_no_trouble() -> None:
    """Points on top of each other make the covariance nearly singular; the noise keeps it solvable."""
    many = [point(16, 30.0 + n / 100) for n in range(150)]
    curve = predicted(with_added(of(calibration()), many, OWN, 1.0).calibration)
    assert at(curve, 16)[1] == pytest.approx(30.75, rel=0.01)
    assert len(curve.raw) == 1


def test_what_cannot_be_predicted_is_refused_with_the_reason() -> None:
    strange = point(configuration=replace(PLACE, model="nobody"))
    (refused,) = with_added(of(calibration()), [strange], OWN, 1.0).refused
    assert refused[0] is strange and "not registered" in refused[1]
    with pytest.raises(InputError):
        with_added(of(calibration()), [point(configuration=replace(PLACE, engine="magic"))], OWN, 1.0)
