"""Capacity: the highest rate within every bound, what binds, and what misses."""

import math
import random
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.wasm_tools.replica_simulation import Curve, simulate
from wasm_tools.performance.capacity import Capacity, Miss, capacity, mix_capacity
from wasm_tools.performance.lengths import Lengths, TokenSpread, fixed, fixed_lengths
from wasm_tools.performance.open_loop import OpenLoop, Tails, behaviour, replica, traffic
from wasm_tools.workload.mixes import RequestClass
from wasm_tools.workload.traffic import InputError, Slo

CURVE = Curve(
    (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0),
    (60.0, 65.0, 70.0, 80.0, 95.0, 120.0, 160.0, 240.0),
    (8.0, 8.3, 9.0, 10.0, 12.0, 16.0, 24.0, 38.0),
    60.0,
)
TAILS = Tails(0.4, (1.0, 1.1, 1.13, 1.2))
CHAT = fixed_lengths(512, 256)
ARRIVING = traffic(CHAT, TAILS)
LOOSE = Slo(1e6, 1e6, 1e9)
SAME = 1 + 1e-3  # the search stops within 1e-4 of a bound


def found(slo, room=1000.0, arriving=ARRIVING, curve=CURVE, **options):
    result = capacity(curve, slo, arriving, room, **options)
    assert isinstance(result, Capacity)
    return result


def random_slo(rng):
    return Slo(
        rng.uniform(110, 2000),
        rng.uniform(10, 60),
        rng.uniform(3000, 20_000),
        rng.choice((50, 90, 95, 99)),
        e2e_percentile=rng.choice((None, 50, 99)),
        tokens_per_s=rng.choice((None, rng.uniform(10, 90))),
    )


@pytest.mark.parametrize(
    ("slo", "binds"),
    [
        (Slo(150, 1e6, 1e9), "ttft"),
        (Slo(1e6, 20, 1e9), "itl"),
        (Slo(1e6, 1e6, 5000), "e2e"),
        (replace(LOOSE, tokens_per_s=60.0), "throughput"),
        (LOOSE, "range"),
    ],
)
def test_the_bound_that_binds_is_met_and_no_more_fits(slo, binds):
    result = found(slo)
    assert result.binds == binds and result.at_least == (binds == "range")
    r = replica(CURVE, ARRIVING, 1000)
    at, beyond = behaviour(r, result.rate), behaviour(r, result.rate * 1.002)

    def within(told):
        return isinstance(told, OpenLoop) and (
            told.ttft_ms[2] <= slo.ttft_ms
            and told.tpot_ms[2] <= slo.itl_ms
            and told.e2e_ms[2] <= slo.e2e_ms
            and 1000 / told.tpot_ms[0] >= (slo.tokens_per_s or 0)
        )

    assert within(at) and not within(beyond)


def test_pace_alone_gives_the_knot_of_the_curve():
    # TPOT p95 = 1.13 · 16 ms is met up to the knot of 32: 31 others in service.
    result = found(Slo(1e6, 1.13 * 16, 1e9))
    assert result.in_flight == pytest.approx(31, rel=1e-3)
    assert result.rate == pytest.approx(31_000 / (120 + 255 * 16), rel=1e-3)


def test_what_binds_is_told_of_the_capacity_and_not_of_a_lone_request():
    # Alone the pace uses 72 % of its bound and the first token 27 %; in a small room waiting comes first.
    assert found(Slo(400, 12.5, 1e9), room=8).binds == "ttft"


def test_memory_binds_at_the_cap_on_saturation():
    result = found(LOOSE, room=40)
    assert (result.binds, result.slots) == ("memory", 40)
    assert result.utilisation == pytest.approx(0.85, rel=2e-4) and result.utilisation <= 0.85
    assert found(LOOSE, room=40, cap=0.5).rate == pytest.approx(result.rate * 0.5 / 0.85, rel=1e-3)


def test_capacity_never_rises_when_a_bound_tightens():
    rng = random.Random(4)
    for _ in range(400):
        slo, room = random_slo(rng), rng.choice((1, 3, 17.5, 100, 1000))
        tight = replace(
            slo, **{name: getattr(slo, name) * rng.uniform(0.6, 1) for name in ("ttft_ms", "itl_ms", "e2e_ms")}
        )
        loose, tighter = capacity(CURVE, slo, ARRIVING, room), capacity(CURVE, tight, ARRIVING, room)
        if isinstance(loose, Miss):
            assert isinstance(tighter, Miss)
        elif isinstance(tighter, Capacity):
            assert 0 < tighter.rate <= loose.rate * SAME
            assert math.isfinite(loose.rate) and loose.utilisation <= 0.85


def test_a_later_percentile_never_allows_more():
    for name in ("ttft_percentile", "itl_percentile", "e2e_percentile"):
        rates = [found(replace(Slo(200, 22, 6000), **{name: p})).rate for p in (50, 90, 95, 99)]
        assert all(b <= a * SAME for a, b in pairwise(rates))
    assert found(Slo(200, 1e6, 1e9, 50)).rate > 1.5 * found(Slo(200, 1e6, 1e9, 99)).rate


def test_more_room_never_lowers_capacity():
    for slo in (LOOSE, Slo(300, 30, 8000), Slo(2000, 100, 30_000, 99)):
        rates = [found(slo, room=room).rate for room in (1, 2, 3, 5, 8, 8.5, 16, 30, 64, 127, 128, 500)]
        assert all(a <= b * SAME for a, b in pairwise(rates))


def test_bursty_arrivals_never_raise_capacity():
    rates = [
        found(Slo(300, 30, 8000), room=48, arriving=traffic(CHAT, TAILS, cv)).rate for cv in (0, 0.5, 1, 2, 3.3, 13)
    ]
    assert all(b <= a * SAME for a, b in pairwise(rates)) and rates[-1] < 0.6 * rates[2]


def test_a_miss_says_by_how_much_and_that_relaxation_passes():
    slo = Slo(50, 8, 8000)
    miss = capacity(CURVE, slo, ARRIVING, 100)
    assert isinstance(miss, Miss)
    factors = dict(miss.missed)
    assert set(factors) == {"ttft", "itl"} and factors["itl"] == pytest.approx(1.13)
    relaxed = replace(slo, ttft_ms=slo.ttft_ms * factors["ttft"] * 1.001, itl_ms=slo.itl_ms * factors["itl"] * 1.001)
    assert isinstance(capacity(CURVE, relaxed, ARRIVING, 100), Capacity)
    assert capacity(CURVE, LOOSE, ARRIVING, 0) == Miss((("memory", math.inf),))


def test_what_is_not_streamed_has_an_end_to_end_bound_only():
    slo = Slo(1, 1, 6000, tokens_per_s=1000)
    assert isinstance(capacity(CURVE, slo, ARRIVING, 100), Miss)
    assert found(slo, streaming=False).binds == "e2e"


def test_a_prefill_known_to_be_short_waits_less():
    slo = Slo(200, 1e6, 1e9)
    assert found(slo, curve=replace(CURVE, prefill_ms=10)).rate > 1.1 * found(slo).rate


def test_the_class_that_bears_least_sets_the_mix():
    chat = RequestClass("chat", 0.7, CHAT, Slo(400, 30, 9000))
    report = RequestClass("report", 0.3, fixed_lengths(4096, 1024), Slo(1, 1, 25_000), streaming=False)
    who, together = mix_capacity(CURVE, (chat, report), TAILS, 500)
    loose = replace(report, slo=Slo(1, 1, 1e9))
    who_loose, more = mix_capacity(CURVE, (chat, loose), TAILS, 500)
    assert (who, who_loose) == ("report", "chat") and together.rate < more.rate
    assert mix_capacity(CURVE, (replace(chat, share=1.0),), TAILS, 500) == ("chat", found(chat.slo, room=500))
    impossible = replace(chat, slo=Slo(1, 1, 1))
    assert isinstance(mix_capacity(CURVE, (impossible, report), TAILS, 500)[1], Miss)
    with pytest.raises(InputError, match="add up to"):
        mix_capacity(CURVE, (chat,), TAILS, 500)


def test_a_simulated_replica_at_its_capacity_meets_the_bound():
    varied = TokenSpread(256, 1.0, (256 * 0.693, 256 * 2.303, 256 * 2.996, 256 * 4.605))
    slo = Slo(300, 1e6, 1e9)
    plain = traffic(Lengths(fixed(512), varied), Tails(1e-9, (1.0, 1.0, 1.0, 1.0)))
    for room in (24, 200):
        rate = found(slo, room=room, arriving=plain).rate
        for factor, at_most in ((1.0, 0.065), (0.8, 0.05)):
            run = simulate(CURVE, rate * factor, min(room, 128), output=lambda rng: rng.expovariate(1) * 256)
            assert sum(t > 300 for t in run.ttft_ms) / len(run.ttft_ms) <= at_most


def test_equal_input_gives_equal_bits():
    assert found(Slo(300, 30, 8000)) == found(Slo(300, 30, 8000))


@pytest.mark.parametrize("cap", [0.0, 1.0, -0.5, math.nan])
def test_a_cap_that_is_no_share_is_refused(cap):
    with pytest.raises(InputError, match="utilisation_cap"):
        capacity(CURVE, LOOSE, ARRIVING, 8, cap)


def test_every_rate_is_finite_and_positive_for_hostile_curves():
    rng = random.Random(9)
    for _ in range(300):
        knots = tuple(float(2**k) for k in range(rng.randint(1, 11)))
        slow, late = rng.uniform(0, 1.5), rng.uniform(0, 1.5)
        curve = Curve(
            knots,
            tuple(rng.uniform(1, 9) * 50 * k**late for k in knots[:1]) + tuple(500.0 * k**late for k in knots[1:]),
            tuple(5.0 * k**slow for k in knots),
            50.0,
        )
        output = rng.choice((1, 2, 300, 8000))
        arriving = traffic(fixed_lengths(100, output), TAILS, rng.choice((0, 1, 13)))
        result = capacity(curve, random_slo(rng), arriving, rng.choice((1, 1.5, 7, 999)))
        if isinstance(result, Capacity):
            assert (
                0 < result.rate < math.inf
                and 0 <= result.in_flight <= result.slots
                and result.utilisation <= 0.85 + 1e-12
            )
        else:
            assert result.missed and all(factor > 1 for _, factor in result.missed)
