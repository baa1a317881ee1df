"""A bundle at work: the real vLLM front end, a stub engine, Prometheus under the bundle's own rules, real requests.

`make test-deep` runs it; it takes three minutes. Each test is one promise about one and the same run.
"""

import os
from pathlib import Path

import pytest

from tests.deep.bundle_parts import Bundle
from tests.deep.live_run import LONG_ANSWER, MISSING_S, Load, Seen, Trial, run
from tests.deep.tried_plan import DOCUMENT, engine_timing, files, spec

PEAK_QPS = float(DOCUMENT["question"]["peak_qps"])
TRIAL = Trial(
    bundle=Bundle(files()),
    served_name=spec().served_name,
    timing=engine_timing(),
    # Four fifths of the peak that was priced: random arrivals at the peak itself exceed it half of the time.
    planned=Load(qps=0.8 * PEAK_QPS, seconds=45),
    overload=Load(qps=3 * PEAK_QPS, seconds=40),
    drain_s=spec().drain_seconds,
)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The one run that all tests look at; its figures are written to the file that DEEP_RECORD names."""
    found = run(TRIAL, tmp_path_factory.mktemp("live"))
    if record := os.environ.get("DEEP_RECORD"):
        Path(record).write_text(found.record(), encoding="utf-8")
    return found


def test_every_panel_recording_rule_and_scaler_has_an_answer_on_a_server_in_use(seen: Seen) -> None:
    assert len(seen.answers) == len(TRIAL.bundle.queries()) > 10
    assert [query for query, values in seen.answers.items() if not values] == []


def test_prometheus_evaluates_every_rule_without_an_error(seen: Seen) -> None:
    assert seen.rule_errors == []


def test_planned_load_meets_every_goal_and_raises_no_alert(seen: Seen) -> None:
    assert seen.planned["failed"] == 0
    assert seen.planned["request_goodput"] == pytest.approx(seen.planned["request_throughput"], rel=0.05)
    assert seen.fired["planned"] == {}


def test_measured_percentiles_lie_where_the_bundle_expects_them(seen: Seen) -> None:
    expected = TRIAL.bundle.expected
    for name, key in (("ttft", "ttft_ms"), ("itl", "itl_ms"), ("e2el", "e2e_ms")):
        measured, times = seen.planned[f"p{expected['percentile']}_{name}_ms"], expected["times"][key]
        assert times["low"] <= measured <= times["high"], f"{name}: {measured:.0f} ms, expected {times}"


@pytest.mark.parametrize("alert", ["PlanTtftAboveSlo", "PlanE2eAboveSlo", "PlanQueueBuilding", "PlanTrafficAbovePlan"])
def test_overload_raises_the_alerts_on_times_queue_and_traffic(seen: Seen, alert: str) -> None:
    assert seen.overload["failed"] == 0
    assert alert in seen.fired["overload"]


def test_overload_asks_for_more_replicas_by_both_triggers(seen: Seen) -> None:
    assert len(seen.scaled_on) == 2
    for query, threshold in TRIAL.bundle.thresholds.items():
        assert seen.scaled_on[query] > threshold, query


def test_alerts_resolve_when_the_load_is_as_planned_again(seen: Seen) -> None:
    assert seen.still_firing == []


def test_a_server_that_is_gone_raises_the_alert_on_missing_replicas(seen: Seen) -> None:
    assert list(seen.fired["gone"]) == ["PlanReplicasMissing"]
    assert seen.missing_s <= MISSING_S


def test_a_request_in_flight_is_answered_in_full_when_the_server_has_to_stop(seen: Seen) -> None:
    assert seen.drained == (200, LONG_ANSWER)
    assert seen.refused_s < 2
    assert seen.drain_s < spec().drain_seconds
