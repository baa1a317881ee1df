"""Promises of serverless hosting: billed time, cold requests, minimum replicas, and no load for nothing."""

import math
import random
from dataclasses import replace
from decimal import Decimal

import pytest

from wasm_tools.planner.rentals import Rental
from wasm_tools.planner.serverless import ServerlessCost, ServerlessLoad, ServerlessTerms, serverless_cost, sleep
from wasm_tools.workload.traffic import InputError

TERMS = ServerlessTerms("neo", 60.0, 30.0, 1.0, True, 8, "", "a test")
RENTAL = Rental("neo", "h100", "h100-sxm", "global", "serverless", Decimal("3.60"), "test=3.60")  # $0.001 a second
RATES = (1e-6, 0.001, 0.01, 0.05, 0.2)


def load(rate: float, needed: int = 1) -> ServerlessLoad:
    return ServerlessLoad((rate,), (needed,), 5.0, 2.0)


def cost(rate: float, minimum: int = 0, terms: ServerlessTerms = TERMS, needed: int = 1) -> ServerlessCost:
    found = serverless_cost(RENTAL, terms, load(rate, needed), 1, 20.0, minimum)
    assert found is not None
    return found


def simulated(rate: float, service: float, start: float, keep: float, cycles: int) -> tuple[float, float]:
    """Share of cold requests and share of time awake, drawn arrival by arrival."""
    rng = random.Random(1)
    cold = requests = 0
    awake = clock = 0.0
    arrival = rng.expovariate(rate)
    for _ in range(cycles):
        begun, ready = arrival, arrival + start
        until = ready + service + keep
        cold, requests, clock = cold + 1, requests + 1, arrival
        arrival += rng.expovariate(rate)
        while arrival <= until:
            requests += 1
            cold += arrival < ready
            until = max(until, max(arrival, ready) + service + keep)
            arrival += rng.expovariate(rate)
        awake += until - begun
        clock = arrival
    return cold / requests, awake / clock


@pytest.mark.parametrize(("rate", "start"), [(0.005, 50.0), (0.02, 50.0), (0.05, 10.0), (0.05, 0.0)])
def test_cold_share_and_awake_time_are_those_of_a_simulation(rate: float, start: float) -> None:
    cold, awake = simulated(rate, 5.0, start, 60.0, 20_000)
    found = sleep(rate, 5.0, start, TERMS)
    assert found.cold_share == pytest.approx(cold, rel=0.03)
    assert found.awake_share == pytest.approx(awake, rel=0.03)


def test_a_rare_request_pays_start_service_and_keep_warm() -> None:
    found = cost(1e-6)
    # 2.628 requests a month, each 50 s of starting, 5 s of service, 60 s of waiting, half a second of rounding.
    assert found.usd_per_month == pytest.approx(Decimal("2.628") * Decimal("0.1155"), rel=Decimal("0.001"))
    assert found.cold_starts_per_month == pytest.approx(2.628, rel=1e-3)
    assert found.cold_share == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("rate", RATES)
def test_no_load_is_free_and_each_cold_start_costs_a_billing_unit(rate: float) -> None:
    for unit in (1.0, 60.0, 3600.0):
        found = cost(rate, terms=replace(TERMS, billing_s=unit))
        assert found.usd_per_month > 0
        assert float(found.usd_per_month) >= 0.001 * unit * found.cold_starts_per_month * (1 - 1e-9)


@pytest.mark.parametrize("rate", RATES)
def test_a_minimum_replica_costs_at_least_its_whole_month_and_leaves_no_cold_request(rate: float) -> None:
    kept, asleep = cost(rate, minimum=1), cost(rate)
    assert kept.usd_per_month == pytest.approx(Decimal("3.60") * 730)
    assert kept.usd_per_month >= asleep.usd_per_month
    assert (kept.cold_share, kept.cold_first_token_ms, kept.replicas_min) == (0.0, 0.0, 1)
    assert kept.idle_share >= asleep.idle_share


def test_more_load_never_costs_less_and_has_fewer_cold_requests() -> None:
    costs = [cost(rate) for rate in RATES]
    assert [c.usd_per_month for c in costs] == sorted(c.usd_per_month for c in costs)
    assert [c.cold_share for c in costs] == sorted((c.cold_share for c in costs), reverse=True)


def test_cold_starts_break_a_first_token_bound_unless_they_are_rare_or_a_replica_stays_awake() -> None:
    assert cost(0.01).breaks(95, 1000)  # half of the requests are cold
    assert not cost(0.01).breaks(95, 60_000)  # 50 s of start are within a minute
    assert not cost(0.01, minimum=1).breaks(95, 1000)
    rare = cost(0.2)
    assert rare.cold_share < 0.001 and not rare.breaks(95, 1000)
    assert cost(0.05).breaks(99, 1000) != cost(0.2).breaks(99, 1000)


def test_a_busy_hour_keeps_its_replicas_awake_and_pays_for_those_it_adds() -> None:
    day = ServerlessLoad((1.0, 6.0), (1, 4), 5.0, 2.0)
    found = serverless_cost(RENTAL, TERMS, day, 1, 20.0, 0)
    assert found is not None and (found.replicas_max, found.gpus) == (4, 4)
    # Two hours: one replica awake, then four, of which three start (50 s), wait 60 s and round up half a second.
    seconds = (3600 + 4 * 3600 + 3 * 110.5) * 365
    assert float(found.usd_per_month) == pytest.approx(0.001 * seconds, rel=1e-6)
    assert found.cold_share == pytest.approx(0.0, abs=1e-9)


def test_hours_without_requests_cost_nothing_when_all_replicas_may_sleep() -> None:
    half = serverless_cost(RENTAL, TERMS, ServerlessLoad((0.01, 0.0), (1, 0), 5.0, 2.0), 1, 20.0, 0)
    assert half is not None
    assert half.usd_per_month == pytest.approx(cost(0.01).usd_per_month / 2)


def test_an_unpaid_start_is_cheaper_and_equally_slow() -> None:
    free = cost(0.001, terms=replace(TERMS, bills_start=False))
    assert free.usd_per_month < cost(0.001).usd_per_month
    assert free.cold_first_token_ms == cost(0.001).cold_first_token_ms == 50_000


def test_replicas_larger_than_the_provider_allows_are_no_plan() -> None:
    assert serverless_cost(RENTAL, replace(TERMS, max_gpus=1), load(0.1), 2, 20.0, 0) is None


def test_what_we_assume_is_said() -> None:
    found = cost(0.01, terms=replace(TERMS, assumed=("keep-warm time",)))
    assert "assumed by us, no source: keep-warm time" in found.words


def test_the_busiest_load_overflows_nothing() -> None:
    found = sleep(1_000_000.0, 10.0, 30.0, TERMS)
    assert found.cold_share < 1e-200 and math.isclose(found.awake_share, 1.0)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: sleep(0.0, 5.0, 1.0, TERMS), "rate"),
        (lambda: sleep(float("nan"), 5.0, 1.0, TERMS), "rate"),
        (lambda: ServerlessLoad((0.0,), (0,), 5.0, 2.0), "rates"),
        (lambda: ServerlessLoad((), (), 5.0, 2.0), "rates"),
        (lambda: ServerlessLoad((1.0, 1.0), (1,), 5.0, 2.0), "rates"),
        (lambda: ServerlessLoad((1.0,), (1,), 5.0, 0.0), "replica_rate"),
        (lambda: cost(0.1, minimum=-1), "minimum"),
    ],
)
def test_impossible_inputs_name_their_field(call, field: str) -> None:
    with pytest.raises(InputError) as error:
        call()
    assert error.value.field == field
