"""Replicas for a peak, an availability and a day."""

import math
from itertools import product

import pytest

from wasm_tools.performance.capacity import Capacity
from wasm_tools.performance.replicas import chance_enough_are_up, replicas_for, scaling
from wasm_tools.workload.traffic import InputError

ONE = Capacity(2.0, 20.0, 0.8, "ttft", False, 2.5, 64)


def test_replicas_carry_the_peak_with_headroom_and_never_truncate():
    assert replicas_for(1.67, 1.0).total == 2
    assert replicas_for(2.0, 1.0).total == 2
    assert replicas_for(2.0, 1.0, headroom=1.2).total == 3
    assert replicas_for(0.001, 50).total == 1
    for peak, rate, headroom in product((0.3, 7.7, 1234.5), (0.9, 3.3), (1.0, 1.25)):
        assert replicas_for(peak, rate, headroom).total * rate >= peak * headroom * (1 - 1e-9)


def test_spare_replicas_reach_the_availability_and_one_fewer_would_not():
    # Two needed of three, each up 99 % of the time: 0.99³ + 3 · 0.99² · 0.01 = 0.999702.
    assert chance_enough_are_up(3, 2, 0.99) == pytest.approx(0.999702)
    for needed, target in product((1, 2, 10, 300), (0.99, 0.999, 0.99999)):
        count = replicas_for(needed, 1.0, availability=target, node_availability=0.995)
        assert count.carrying == needed and count.availability >= target
        assert count.spare == 0 or chance_enough_are_up(count.total - 1, needed, 0.995) < target


def test_n_plus_one_is_one_spare():
    count = replicas_for(3, 1, spare=1, node_availability=0.995)
    assert (count.total, count.spare) == (4, 1) and count.availability == pytest.approx(0.99985, abs=1e-4)
    assert replicas_for(3, 1, spare=1).availability is None


def test_more_availability_never_takes_fewer_replicas():
    totals = [replicas_for(40, 1, availability=1 - 10**-k, node_availability=0.99).total for k in range(1, 9)]
    assert totals == sorted(totals) and totals[0] < totals[-1]


def test_a_large_fleet_is_counted_quickly_and_finitely():
    count = replicas_for(400_000, 1, availability=0.9999, node_availability=0.995)
    assert 2000 < count.spare < 2500 and math.isfinite(count.availability)


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("peak_qps", {"peak_rate": 0}),
        ("peak_qps", {"peak_rate": math.nan}),
        ("peak_qps", {"peak_rate": 1e9}),
        ("capacity", {"rate_per_replica": -1}),
        ("headroom", {"headroom": 0.9}),
        ("headroom", {"headroom": math.inf}),
        ("spare", {"spare": -1}),
        ("node_availability", {"availability": 0.999}),
        ("node_availability", {"availability": 0.999, "node_availability": 1.0}),
        ("availability", {"availability": 1.0, "node_availability": 0.99}),
    ],
)
def test_impossible_input_is_refused_by_name(field, arguments):
    with pytest.raises(InputError) as error:
        replicas_for(**{"peak_rate": 1.0, "rate_per_replica": 1.0, **arguments})
    assert error.value.field == field


def test_a_day_of_replicas():
    day = scaling([1.0] * 12 + [7.0] * 12, ONE, lead_hours=0)
    assert (day.minimum, day.maximum, day.mean) == (1, 4, 2.5)
    early = scaling([1.0] * 12 + [7.0] * 12, ONE, lead_hours=1)
    assert early.mean == pytest.approx((11 + 13 * 4) / 24)
    spared = scaling([0.0] * 12 + [7.0] * 12, ONE, headroom=1.5, spare=1, lead_hours=0)
    assert (spared.minimum, spared.maximum) == (2, 7)  # 7 · 1.5 / 2 = 5.25
    assert spared.target_in_flight == pytest.approx(20 / 1.5) and "13.3 requests in flight" in spared.rule
    assert "2 nor more than 7 replicas" in spared.rule and "before" not in spared.rule


def test_following_the_load_never_costs_more_than_the_peak_all_day():
    for peaks in ([3.0] * 24, [0.1] * 23 + [90.0], [float(h) for h in range(24)]):
        day = scaling(peaks, ONE, headroom=1.1)
        assert 1 <= day.minimum <= day.mean <= day.maximum == replicas_for(max(peaks), ONE.rate, 1.1).total
    with pytest.raises(InputError, match="hour"):
        scaling([], ONE)
