"""The parts of the live test that need no download: the stub's queue and pace, and what is changed for the test."""

import pytest

from tests.deep.bundle_parts import Bundle
from tests.deep.monitoring import configuration, hurried
from tests.deep.serving import accepted
from tests.deep.stub.engine_stub.queueing import Engine, Request, Timing
from tests.deep.tried_plan import DOCUMENT, engine_timing, files, spec

STEADY = Timing(prefill_overhead_ms=100.0, prefill_ms_per_token=1.0, itl_ms=50.0, load_factor=1.0)


def answer_times(engine: Engine, requests: list[Request], end: float) -> dict[str, list[float]]:
    """When the tokens of each request come, on a clock of one millisecond."""
    times: dict[str, list[float]] = {r.id: [] for r in requests}
    for ms in range(round(end * 1000) + 1):
        now = ms / 1000
        for r in [r for r in requests if r.queued_at == now]:
            engine.add(r, now)
        for token in engine.step(now):
            times[token.request.id].append(token.request.due - engine.timing.itl_s(engine.load))
    return times


def test_a_lone_request_takes_the_stated_prefill_and_one_interval_a_token() -> None:
    engine = Engine(STEADY, max_num_seqs=2, kv_tokens=1000)
    times = answer_times(engine, [Request("a", prompt=100, wanted=3, queued_at=0.0)], 1.0)
    assert times["a"] == pytest.approx([0.2, 0.25, 0.3])
    assert engine.idle


def test_requests_beyond_the_sequences_wait_in_order_of_arrival() -> None:
    engine = Engine(STEADY, max_num_seqs=1, kv_tokens=1000)
    requests = [Request(name, prompt=100, wanted=1, queued_at=0.0) for name in "abc"]
    times = answer_times(engine, requests, 1.0)
    assert [times[name][0] for name in "abc"] == pytest.approx([0.2, 0.4, 0.6], abs=0.005)


def test_busy_sequences_slow_each_other_by_the_load_factor() -> None:
    timing = Timing(prefill_overhead_ms=100.0, prefill_ms_per_token=1.0, itl_ms=50.0, load_factor=3.0)
    assert timing.itl_s(0.0) == pytest.approx(0.05)
    assert timing.itl_s(0.5) == pytest.approx(0.1)
    assert timing.itl_s(1.0) == pytest.approx(0.15)
    assert timing.prefill_s(100, 1.0) == pytest.approx(0.6)


def test_a_client_that_leaves_makes_room() -> None:
    engine = Engine(STEADY, max_num_seqs=1, kv_tokens=1000)
    for name in "ab":
        engine.add(Request(name, prompt=10, wanted=9, queued_at=0.0), 0.0)
    assert engine.drop(["a", "unknown"], 0.01) == ["a"]
    assert list(engine.running) == ["b"]
    assert not engine.waiting


def test_the_cache_is_as_full_as_the_running_requests_are_long() -> None:
    engine = Engine(STEADY, max_num_seqs=2, kv_tokens=1000)
    engine.add(Request("a", prompt=100, wanted=3, queued_at=0.0), 0.0)
    assert engine.kv_share == pytest.approx(0.1)
    engine.step(0.2)
    assert engine.kv_share == pytest.approx(0.101)


def test_in_the_copy_of_the_rules_a_minute_lasts_a_second_and_nothing_else_changes() -> None:
    rules = {
        "groups": [
            {
                "name": "every 5m",
                "interval": "30s",
                "rules": [
                    {"alert": "A", "expr": 'rate(x_bucket{le="0.5"}[5m]) / rate(y[1h:1m]) < 0.95', "for": "10m"},
                    {"record": "x:rate5m", "expr": "rate(x[15m])", "labels": {"plan": "p-5m"}},
                ],
            }
        ]
    }
    assert hurried(rules) == {
        "groups": [
            {
                "name": "every 5m",
                "interval": "1s",
                "rules": [
                    {"alert": "A", "expr": 'rate(x_bucket{le="0.5"}[5s]) / rate(y[60s:1s]) < 0.95', "for": "10s"},
                    {"record": "x:rate5m", "expr": "rate(x[15s])", "labels": {"plan": "p-5m"}},
                ],
            }
        ]
    }


def test_only_what_the_front_end_refuses_is_taken_from_the_arguments() -> None:
    arguments = ["--max-num-seqs=16", "--max-num-queued-reqs=48", "--max-num-queued-tokens=2400", "--port=8000"]
    assert accepted([*arguments, "--max-num-seqs-of-another=1"]) == ["--max-num-seqs=16", "--max-num-seqs-of-another=1"]


def test_relabelings_of_a_service_monitor_become_those_of_prometheus(tmp_path) -> None:
    relabelings = [{"sourceLabels": ["pod"], "targetLabel": "plan", "replacement": "p"}]
    (job,) = configuration(8000, tmp_path / "rules.yml", relabelings)["scrape_configs"]
    assert job["relabel_configs"] == [{"source_labels": ["pod"], "target_label": "plan", "replacement": "p"}]


def test_the_plan_of_the_live_test_still_makes_a_bundle_with_all_that_is_tried() -> None:
    bundle = Bundle(files())
    assert f"--max-num-seqs={DOCUMENT['plan']['concurrency']}" in bundle.arguments
    assert "--goodput" in bundle.client_options
    assert not any(option.startswith("--base-url") for option in bundle.client_options)
    assert [r["targetLabel"] for r in bundle.relabelings] == ["plan"]
    assert len(bundle.thresholds) == 2
    kinds = [name.split()[0] for name in bundle.queries()]
    assert {kind: kinds.count(kind) for kind in kinds} == {"panel": 14, "recording": 4, "scaler": 6}
    assert all(spec().plan_id in query for name, query in bundle.queries().items() if not name.startswith("recording"))


def test_the_stub_runs_at_the_predicted_pace_when_the_load_is_that_of_the_plan() -> None:
    timing, plan = Timing(**engine_timing()), DOCUMENT["plan"]
    busy = DOCUMENT["question"]["peak_qps"] * plan["e2e_ms"] / 1000 / plan["concurrency"]
    assert busy == pytest.approx(0.373125)
    assert timing.prefill_s(256, busy) * 1000 == pytest.approx(plan["ttft_ms"], rel=1e-3)
    assert timing.itl_s(busy) * 1000 == pytest.approx(plan["itl_ms"], rel=1e-3)
