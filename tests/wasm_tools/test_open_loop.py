"""One replica under open-loop arrivals, against a discrete-event simulation and its own laws."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wasm_tools.replica_simulation import Curve, simulate
from wasm_tools.performance.lengths import Lengths, TokenSpread, fixed, fixed_lengths
from wasm_tools.performance.open_loop import (
    OpenLoop,
    Saturated,
    Tails,
    behaviour,
    in_flight_at,
    in_flight_at_pace,
    latency,
    replica,
    traffic,
)
from wasm_tools.performance.service_curve import at
from wasm_tools.workload.traffic import InputError

SHORT = Curve(
    (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0),
    (60.0, 65.0, 70.0, 80.0, 95.0, 120.0, 160.0, 240.0),
    (8.0, 8.3, 9.0, 10.0, 12.0, 16.0, 24.0, 38.0),
    60.0,
)
LONG = Curve((1.0, 4.0, 16.0, 64.0), (800.0, 850.0, 1000.0, 1600.0), (10.0, 14.0, 36.0, 140.0), 800.0)
ALIKE = Tails(1e-9, (1.0, 1.0, 1.0, 1.0))  # the simulation has no spread but that of queues and lengths
MEASURED = Tails(0.4, (1.0, 1.1, 1.13, 1.2), ((8, 1.1), (64, 3.0)))


def exponential(mean: float) -> TokenSpread:
    return TokenSpread(mean, 1.0, (mean * 0.693, mean * 2.303, mean * 2.996, mean * 4.605))


# name: curve, slots, prefill ms, output tokens, whether they vary, whether prompts vary
CASES = {
    "fixed lengths": (SHORT, 128, 60, 256, False, False),
    "varying outputs": (SHORT, 128, 60, 256, True, False),
    "all vary, short prefill": (SHORT, 128, 20, 256, True, True),
    "room for 24": (SHORT, 24, 60, 256, True, False),
    "room for 8": (SHORT, 8, 60, 256, True, False),
    "long prompts": (LONG, 64, 800, 512, False, False),
    "long prompts, all vary": (LONG, 64, 800, 512, True, True),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("load", [0.3, 0.6, 0.85])
def test_open_loop_is_what_a_simulation_finds(name, load):
    curve, slots, prefill, tokens, outputs_vary, prompts_vary = CASES[name]
    lengths = Lengths(
        exponential(1000) if prompts_vary else fixed(1000), exponential(tokens) if outputs_vary else fixed(tokens)
    )
    curve = replace(curve, prefill_ms=prefill)
    r = replica(curve, traffic(lengths, ALIKE), slots)
    rate = load * r.saturation
    found = simulate(
        curve,
        rate,
        slots,
        prompt=(lambda rng: rng.expovariate(1)) if prompts_vary else None,
        output=(lambda rng: rng.expovariate(1) * tokens) if outputs_vary else (lambda rng: tokens),
    )
    told = behaviour(r, rate)
    steep = prefill == 800 and load > 0.8  # throughput hardly grows there, so the number in service wanders widely
    assert told.in_flight == pytest.approx(found.in_flight, rel=0.15 if steep else 0.05)
    assert 0.97 < told.ttft_mean_ms / (sum(found.ttft_ms) / len(found.ttft_ms)) < 1.35
    assert 0.8 < told.ttft_ms[2] / found.quantile(found.ttft_ms, 0.95) < 1.4
    assert 0.9 < told.ttft_ms[3] / found.quantile(found.ttft_ms, 0.99) < (2.0 if steep else 1.4)
    if outputs_vary:  # else E2E is all pace, whose spread is measured and not simulated
        assert told.e2e_ms[2] == pytest.approx(found.quantile(found.e2e_ms, 0.95), rel=0.2)


@pytest.mark.parametrize(("room", "load"), [(128, 0.3), (128, 0.85), (24, 0.6), (24, 0.85), (8, 0.6), (8, 0.85)])
def test_bursty_arrivals_are_told_on_the_safe_side(room, load):
    r = replica(SHORT, traffic(Lengths(fixed(1000), exponential(256)), ALIKE, arrival_cv=2.0), room)
    found = simulate(SHORT, load * r.saturation, room, output=lambda rng: rng.expovariate(1) * 256, gap_cv=2.0)
    told = behaviour(r, load * r.saturation)
    assert told.in_flight == pytest.approx(found.in_flight, rel=0.06)
    assert 1 < told.ttft_mean_ms / (sum(found.ttft_ms) / len(found.ttft_ms)) < 1.6
    assert 1 < told.ttft_ms[2] / found.quantile(found.ttft_ms, 0.95) < 2.5


def test_littles_law_holds():
    r = replica(SHORT, traffic(fixed_lengths(512, 256), MEASURED), 500)
    told = behaviour(r, 5)
    seconds = (SHORT.at(told.in_flight + 1)[0] + 255 * SHORT.at(told.in_flight + 1)[1]) / 1000
    assert told.in_flight == pytest.approx(5 * seconds)


def test_a_lone_request_has_the_times_of_the_first_knot():
    told = behaviour(replica(SHORT, traffic(fixed_lengths(512, 256), MEASURED), 500), 1e-6)
    assert told.tpot_mean_ms == pytest.approx(8) and told.ttft_mean_ms == pytest.approx(60)
    assert told.ttft_ms[2] == pytest.approx(60 * math.exp(1.6449 * 0.4 - 0.08), rel=1e-3)
    assert told.tpot_ms[2] == pytest.approx(8 * 1.13, rel=1e-4)


def test_everything_rises_with_the_rate():
    for cv in (0.0, 1.0, 3.0):
        arriving = traffic(Lengths(exponential(512), exponential(256)), MEASURED, cv)
        for room in (2, 10.5, 64, 1000):
            r = replica(SHORT, arriving, room)
            told = [behaviour(r, r.saturation * 0.85 * k / 200) for k in range(1, 201)]
            for lower, higher in pairwise(told):
                for name in ("ttft_ms", "tpot_ms", "e2e_ms"):
                    for a, b in zip(getattr(lower, name), getattr(higher, name), strict=True):
                        assert math.isfinite(b) and a <= b * (1 + 1e-12)
                assert lower.in_flight < higher.in_flight and lower.ttft_mean_ms <= higher.ttft_mean_ms


def test_percentiles_are_in_order_and_are_never_sums():
    told = behaviour(replica(SHORT, traffic(Lengths(fixed(512), exponential(256)), MEASURED), 500), 6)
    for quantiles in (told.ttft_ms, told.tpot_ms, told.e2e_ms):
        assert list(quantiles) == sorted(quantiles)
    p95_of_tokens = exponential(256).quantiles[2]
    assert told.e2e_ms[2] < told.ttft_ms[2] + (p95_of_tokens - 1) * told.tpot_ms[2]
    assert told.e2e_ms[2] > (p95_of_tokens - 1) * told.tpot_mean_ms


def test_end_to_end_tail_is_that_of_the_output_lengths():
    def ratio(output):
        told = behaviour(replica(SHORT, traffic(Lengths(fixed(512), output), MEASURED), 500), 3)
        return told.e2e_ms[2] / told.e2e_ms[0]

    assert ratio(fixed(256)) < 1.2 < 4 < ratio(exponential(256)) < 4.5  # exponential lengths: 2.996 / 0.693 = 4.32


def test_near_saturation_no_latency_is_given():
    r = replica(SHORT, traffic(fixed_lengths(512, 256), MEASURED), 64)
    assert isinstance(behaviour(r, 0.85 * r.saturation), OpenLoop)
    assert behaviour(r, 0.851 * r.saturation) == Saturated(0.851 * r.saturation, r.saturation, 0.85)
    assert r.saturation == pytest.approx(64_000 / (160 + 255 * 24))


def test_slots_end_where_throughput_falls():
    falling = Curve((1.0, 8.0, 16.0), (50.0, 60.0, 90.0), (10.0, 20.0, 80.0), 50.0)
    r = replica(falling, traffic(fixed_lengths(512, 256), MEASURED), 16)
    assert (r.slots, r.limited_by) == (8, "saturation")
    assert replica(SHORT, traffic(fixed_lengths(512, 256), MEASURED), 999).limited_by == "range"
    assert replica(SHORT, traffic(fixed_lengths(512, 256), MEASURED), 20).limited_by == "memory"


def test_prefill_is_never_slower_than_the_curve_shows():
    # 16 in flight finish one request in 66 ms; a prefill of 500 ms cannot be serial.
    curve = Curve((1.0, 16.0), (500.0, 800.0), (1.0, 1.0), 500.0)
    r = replica(curve, traffic(fixed_lengths(512, 256), MEASURED), 16)
    assert r.prefill_ms == pytest.approx((800 + 255) / 16)


def test_a_class_of_longer_prompts_waits_for_its_longer_prefill():
    everyone, own = fixed_lengths(512, 256), fixed_lengths(1024, 64)
    all_told = behaviour(replica(SHORT, traffic(everyone, MEASURED), 64), 3)
    told = behaviour(replica(SHORT, traffic(everyone, MEASURED, judged=own), 64), 3)
    assert told.rate == all_told.rate and told.in_flight == all_told.in_flight
    assert told.ttft_mean_ms == pytest.approx(all_told.ttft_mean_ms + 60)  # twice the prefill of 60 ms
    assert told.ttft_ms[2] > all_told.ttft_ms[2] and told.e2e_ms[2] < 0.4 * all_told.e2e_ms[2]


def test_single_gaps_have_their_own_tail():
    r = replica(SHORT, traffic(fixed_lengths(512, 256), MEASURED), 500)
    told = behaviour(r, latency(r, 31, 0, 0)[0])
    assert told.gap_p99_ms == pytest.approx(3.0 * told.tpot_mean_ms)
    assert told.gap_p99_ms > told.tpot_ms[3]


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan, math.inf])
def test_impossible_rates_are_refused(rate):
    with pytest.raises(InputError, match="rate"):
        behaviour(replica(SHORT, traffic(fixed_lengths(512, 256), MEASURED), 64), rate)


@pytest.mark.parametrize("room", [0, 0.5, -1, math.nan])
def test_a_replica_without_room_is_refused(room):
    with pytest.raises(InputError, match="max_in_flight"):
        replica(SHORT, traffic(fixed_lengths(512, 256), MEASURED), room)


@pytest.mark.parametrize(
    "bad", [(0, 0, (1, 1, 1, 1)), (5, -1, (1, 1, 1, 1)), (5, 0, (4, 3, 5, 6)), (math.nan, 0, (1, 1, 1, 1))]
)
def test_impossible_lengths_are_refused(bad):
    with pytest.raises(InputError, match="lengths"):
        TokenSpread(*bad)


@pytest.mark.parametrize("bad", [-0.1, math.nan, math.inf, 21.0])
def test_an_impossible_burstiness_is_refused(bad):
    with pytest.raises(InputError, match="arrival_cv"):
        traffic(fixed_lengths(512, 256), MEASURED, bad)


@pytest.mark.parametrize("curve", [SHORT, LONG])
@given(room=st.floats(1.0, 200.0), share=st.floats(0.001, 0.999))
def test_the_load_at_a_rate_is_the_inverse_of_the_rate_at_a_load(curve, room, share):
    r = replica(curve, traffic(fixed_lengths(1000, 256), MEASURED), room)
    in_flight = in_flight_at(r, share * r.saturation)
    assert 0 < in_flight <= r.slots
    assert latency(r, in_flight, 0, 0)[0] == pytest.approx(share * r.saturation, rel=1e-12)


@given(room=st.floats(1.0, 200.0), pace=st.floats(7.0, 50.0))
def test_the_load_at_a_pace_is_the_largest_that_keeps_it(room, pace):
    r = replica(SHORT, traffic(fixed_lengths(1000, 256), MEASURED), room)
    in_flight = in_flight_at_pace(r, pace)
    if in_flight == math.inf:
        assert at(SHORT, r.slots)[1] <= pace
    elif pace < SHORT.tpot_ms[0]:
        assert in_flight == 0
    else:
        assert at(SHORT, in_flight + 1)[1] <= pace < at(SHORT, in_flight * 1.0001 + 1.0001)[1]
