"""Waiting in a queue, against closed forms and exact sums."""

import math

import pytest

from wasm_tools.performance.queueing import chance_of_waiting, wait_if_any, wait_quantile


def erlang_c(servers: int, utilisation: float) -> float:
    load, blocked = servers * utilisation, 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked / (1 - utilisation * (1 - blocked))


@pytest.mark.parametrize(
    ("servers", "off"), [(1, 0.014), (2, 0.008), (4, 0.004), (16, 0.001), (128, 0.0002), (512, 0.0001)]
)
def test_chance_of_waiting_is_that_of_erlang(servers, off):
    for percent in range(1, 100):
        assert chance_of_waiting(servers, percent / 100) == pytest.approx(erlang_c(servers, percent / 100), abs=off)


def test_nobody_waits_without_load_and_nearly_all_at_full_load():
    assert chance_of_waiting(8, 0.0) == 0
    assert chance_of_waiting(8, 1 - 1e-12) == pytest.approx(1, abs=1e-5)


def test_chance_falls_with_servers_and_rises_with_load():
    chances = [chance_of_waiting(c, 0.8) for c in range(1, 600)]
    assert chances == sorted(chances, reverse=True)
    loads = [chance_of_waiting(24, u / 1000) for u in range(1000)]
    assert loads == sorted(loads)


def test_mean_wait_of_one_server_is_that_of_pollaczek_and_khinchine():
    # M/M/1 with 1 s of service at half load waits 1 s on average, M/D/1 half of that.
    assert 0.5 * wait_if_any(1, 1, 0.5, 1, 1) == pytest.approx(1)
    assert 0.5 * wait_if_any(1, 1, 0.5, 1, 0) == pytest.approx(0.5)


def test_bursty_arrivals_wait_longer():
    assert wait_if_any(1, 1, 0.5, 4, 1) == pytest.approx(2.5 * wait_if_any(1, 1, 0.5, 1, 1))


def test_quantile_of_the_wait_of_one_server():
    # M/M/1: P(W > t) = ρ·exp(−(1 − ρ)·t) with 1 s of service.
    at95 = wait_quantile(0.5, wait_if_any(1, 1, 0.5, 1, 1), 0.95)
    assert 0.5 * math.exp(-0.5 * at95) == pytest.approx(0.05)
    assert wait_quantile(0.04, 100, 0.95) == 0
