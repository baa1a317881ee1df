"""Service curves: which evidence they rest on, what they promise, what they refuse."""

import itertools
import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wasm_tools.performance_book import KERNEL, calibration, measured, points, small_book
from wasm_tools.performance.calibration import calibration_pack, read_calibration
from wasm_tools.performance.configuration import ServingConfiguration
from wasm_tools.performance.isotonic import rising
from wasm_tools.performance.physics import first_token_ms, tpot_ms
from wasm_tools.performance.prediction import (
    FAR,
    KNOTS,
    NEW_GPU,
    NEW_NUMBER,
    NEW_SIZE,
    Book,
    Refusal,
    pace_of,
    prepared,
    service_curve,
)
from wasm_tools.performance.service_curve import ServiceCurve, at, bands_at, evidence_at
from wasm_tools.workload.traffic import InputError

HERE = ServingConfiguration("dense", "gpu", "bf16", "vllm")


def served(c: ServingConfiguration, of: Book, isl: float = 1000, osl: float = 500) -> ServiceCurve:
    found = service_curve(c, isl, osl, 0.0, of)
    assert isinstance(found, ServiceCurve)
    return found


def physical(c: ServingConfiguration, of: Book, load: float, isl: float = 1000) -> tuple[float, float]:
    ready = prepared(c, of)
    assert not isinstance(ready, Refusal)
    pace = pace_of(ready, isl, 500)
    return first_token_ms(pace, load), tpot_ms(pace, load)


def test_a_measured_knot_has_the_measured_residual():
    of = small_book(measured())
    found = served(HERE, of)
    assert found.evidence == "interpolated" and found.measured == (4, 16, 64)
    for load, residual in ((4, 0.1), (16, 0.2), (64, 0.3)):
        assert at(found, load)[1] == pytest.approx(physical(HERE, of, load)[1] * math.exp(residual))
        assert evidence_at(found, load) == "measured"
    assert evidence_at(found, 8) == "interpolated" and evidence_at(found, 65) == "anchored"


def test_between_two_measured_points_the_residual_is_on_their_line():
    of = small_book(measured())
    assert at(served(HERE, of), 8)[1] == pytest.approx(physical(HERE, of, 8)[1] * math.exp(0.15))


def test_the_raw_points_are_kept_as_they_were_measured():
    found = served(HERE, small_book(measured()))
    assert found.raw == ((4, 90.0, 11.0), (16, 100.0, 13.0), (64, 150.0, 20.0))
    assert "3 measured points" in found.basis[0] and "2026-01-01" in found.basis[0]


def test_nominal_lengths_find_the_curve_that_was_drawn_at_nine_tenths_of_them():
    assert served(HERE, small_book(measured()), 1000 / 0.9, 500 / 0.9).evidence == "interpolated"
    assert served(HERE, small_book(measured()), 1300, 500).evidence == "anchored"


def test_another_size_or_expert_layout_is_a_relative_and_not_the_same() -> None:
    of = small_book(measured())
    assert served(replace(HERE, tensor_parallel=2), of).evidence == "anchored"
    assert served(replace(HERE, expert_parallel=2), of).evidence == "anchored"


def test_a_relative_at_other_lengths_carries_part_of_its_residual():
    of = small_book(replace(measured(), points=points((16, 90.0, 11.0, 0.1, 3.0))))
    found = served(HERE, of, isl=4000)
    shared = KERNEL.group**2 + KERNEL.local**2 * math.exp(-math.log(4) / KERNEL.prompt)
    assert found.evidence == "anchored"
    assert at(found, 16)[1] == pytest.approx(physical(HERE, of, 16, 4000)[1] * math.exp(3.0 * shared))


def test_the_farther_a_relative_the_less_it_says():
    of = small_book(measured())
    ratios = [at(served(HERE, of, isl=n), 16)[1] / physical(HERE, of, 16, n)[1] for n in (2000, 8000, 64_000)]
    assert ratios[0] > ratios[1] > ratios[2] > 1


def test_without_relatives_physics_speaks_alone():
    of = small_book(measured())
    other = replace(HERE, engine="sglang")
    found = served(other, of)
    assert found.evidence == "modelled" and found.concurrency == KNOTS and not found.measured
    assert at(found, 16) == pytest.approx(physical(other, of, 16))
    assert served(replace(HERE, gpu="other"), of).basis == ("others",)


def test_models_of_one_shape_share_their_measurements():
    found = served(replace(HERE, model="twin"), small_book(measured()))
    assert found.evidence == "interpolated" and "dense" in found.basis[0]


def test_a_cached_prefix_shortens_the_first_token_of_a_measured_curve():
    of = small_book(measured())
    plain, cached = (service_curve(HERE, 1000, 500, share, of) for share in (0.0, 0.8))
    assert isinstance(plain, ServiceCurve) and isinstance(cached, ServiceCurve)
    assert at(cached, 16)[0] < at(plain, 16)[0] and cached.prefill_ms < plain.prefill_ms


def test_bands_outside_of_the_measured_range_are_those_of_anchored():
    found = served(HERE, small_book(measured()))
    wide = replace(found, outside=replace(found.bands, tpot=(0.1, 9.0)))
    assert bands_at(wide, 16) == found.bands and bands_at(wide, 128).tpot == (0.1, 9.0)


def test_each_kind_of_evidence_has_its_own_band():
    few = small_book(measured())
    many = small_book(*(measured(prompt=n) for n in (1000.0, 2000.0, 4000.0, 8000.0)))
    assert served(HERE, few, isl=1500).bands.of == served(HERE, many, isl=100_000).bands.of == FAR
    assert served(HERE, many, isl=2900).bands.of == "anchored"
    assert served(HERE, many).bands.of == "interpolated"
    assert served(replace(HERE, engine="sglang"), many).bands.of == "modelled"
    assert served(replace(HERE, gpu="other"), many).bands.of == NEW_GPU


def test_a_number_of_gpus_that_no_relative_has_has_its_own_band():
    many = small_book(*(measured(tensor=n, prompt=p) for n in (1, 2, 4) for p in (1000.0, 2000.0)))
    assert served(replace(HERE, tensor_parallel=4), many, isl=1400).bands.of == "anchored"
    assert served(replace(HERE, tensor_parallel=8), many).bands.of == NEW_SIZE  # one doubling away
    assert served(replace(HERE, tensor_parallel=16), many).bands.of == FAR  # two doublings


def test_physics_has_its_own_band_for_a_number_of_gpus_that_nothing_was_measured_on():
    unrelated = replace(HERE, engine="sglang")
    by = small_book(measured(tensor=1), measured(tensor=2))
    assert [served(replace(unrelated, tensor_parallel=n), by).bands.of for n in (1, 2, 4)] == ["modelled"] * 2 + [
        NEW_NUMBER
    ]
    assert served(replace(unrelated, gpu="other", tensor_parallel=4), by).bands.of == NEW_GPU
    older = replace(by.calibration, bands={n: b for n, b in by.calibration.bands.items() if n != NEW_NUMBER})
    assert served(replace(unrelated, tensor_parallel=4), replace(by, calibration=older)).bands.of == "modelled"


@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(-5, 5)), min_size=1, max_size=6), st.floats(10, 100_000))
def test_a_service_curve_never_falls(rows: list[tuple[float, float]], isl: float):
    of = small_book(replace(measured(), points=points(*((4.0 * 2**i, 90.0, 11.0, *r) for i, r in enumerate(rows)))))
    found = served(HERE, of, isl)
    for values in (found.tpot_ms, found.first_token_ms):
        assert all(a <= b for a, b in itertools.pairwise(values))


@given(st.permutations([measured(), measured("twin", 2), measured("dense", 4, 8000.0)]))
def test_the_order_of_measurements_does_not_matter(curves: list):
    found, expected = (
        served(replace(HERE, tensor_parallel=2), small_book(*c), isl=3000)
        for c in (curves, [measured(), measured("twin", 2), measured("dense", 4, 8000.0)])
    )
    assert found.tpot_ms == pytest.approx(expected.tpot_ms) and found.evidence == expected.evidence


def test_a_calibration_survives_its_pack():
    of = calibration(measured(), measured("twin", 2))
    assert read_calibration(json.loads(json.dumps(calibration_pack(of)))) == of


def test_what_is_unknown_is_refused_with_the_reason():
    of = small_book()
    for c, word in (
        (replace(HERE, gpu="bare"), "Bare"),
        (replace(HERE, gpu="none"), "GPU none"),
        (replace(HERE, model="none"), "architecture of none"),
        (replace(HERE, model="unknown"), "not known well enough"),
    ):
        found = service_curve(c, 1000, 500, 0.0, of)
        assert isinstance(found, Refusal) and word in found.reason


@pytest.mark.parametrize(
    ("isl", "osl", "prefix", "field"),
    [
        (0, 500, 0.0, "prompt_tokens"), (math.nan, 500, 0.0, "prompt_tokens"), (True, 500, 0.0, "prompt_tokens"),
        (1000, -1, 0.0, "output_tokens"), (1000, math.inf, 0.0, "output_tokens"),
        (1000, 500, 1.0, "cacheable_share"), (1000, 500, math.nan, "cacheable_share"),
    ],
)  # fmt: skip
def test_impossible_lengths_are_named(isl: float, osl: float, prefix: float, field: str):
    with pytest.raises(InputError) as error:
        service_curve(HERE, isl, osl, prefix, small_book())
    assert error.value.field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [({"precision": "fp3"}, "precision"), ({"engine": "magic"}, "engine"), ({"tensor_parallel": 0}, "tensor_parallel")],
)
def test_impossible_configurations_are_named(change: dict, field: str):
    with pytest.raises(InputError) as error:
        prepared(replace(HERE, **change), small_book())
    assert error.value.field == field


def test_falling_neighbours_become_their_mean():
    assert rising([1.0, 3.0, 2.0, 4.0]) == (1.0, 2.5, 2.5, 4.0)
    assert rising([3.0, 2.0, 1.0]) == (2.0, 2.0, 2.0)


@given(st.lists(st.floats(0.1, 1e6), min_size=1))
def test_a_rising_curve_is_left_alone_and_sums_are_kept(values: list[float]):
    found = rising(values)
    assert all(a <= b * (1 + 1e-12) for a, b in itertools.pairwise(found))
    assert sum(found) == pytest.approx(sum(values))
    assert rising(sorted(values)) == tuple(sorted(values))
