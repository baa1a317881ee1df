"""Files of load tests and monitoring: what is read out of them, on numbers that can be checked by hand."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wasm_tools.observe.comparison import compared
from wasm_tools.observe.expected import expected_of
from wasm_tools.observe.observed import Observed, Times
from wasm_tools.observe.reading import read_observed
from wasm_tools.observe.record import observed_record
from wasm_tools.workload.traffic import InputError

REAL = Path(__file__).parents[1] / "payloads" / "observed"
RESULT = {
    "model_id": "m", "num_prompts": 4, "request_rate": 2.0, "duration": 2.0, "completed": 3,
    "total_input_tokens": 30, "total_output_tokens": 12, "request_throughput": 1.5, "output_throughput": 6.0,
    "mean_ttft_ms": 20.0, "median_ttft_ms": 19.0, "p95_ttft_ms": 30.0, "mean_e2el_ms": 200.0,
}  # fmt: skip
METRICS = """# TYPE vllm:time_to_first_token_seconds histogram
vllm:time_to_first_token_seconds_bucket{le="0.1",model_name="m",engine="0"} 40
vllm:time_to_first_token_seconds_bucket{le="0.2",model_name="m",engine="0"} 90
vllm:time_to_first_token_seconds_bucket{le="+Inf",model_name="m",engine="0"} 100
vllm:time_to_first_token_seconds_sum{model_name="m",engine="0"} 12
vllm:time_to_first_token_seconds_count{model_name="m",engine="0"} 100
vllm:request_success_total{finished_reason="stop",model_name="m"} 60
vllm:request_success_total{finished_reason="length",model_name="m"} 40
vllm:prompt_tokens_total{model_name="m"} 25600
vllm:kv_cache_usage_perc{model_name="m"} 0.97
vllm:inter_token_latency_seconds_sum NaN
"""
PLAN: dict[str, Any] = {
    "question": {"peak_qps": 5, "prompt_tokens": 100, "output_tokens": 20, "slo": {"ttft_ms": 300, "percentile": 95}},
    "plan": {
        "ttft_ms": 100.0, "ttft_band": [0.5, 2.0], "itl_band": [1.0, 1.0], "replicas": 2,
        "replica_requests_per_second": 3.0, "usd_per_hour": "3.60",
    },
}  # fmt: skip


def seen(ttft: float, rate: float) -> Observed:
    """200 requests of the planned lengths with that p95 of TTFT, at that rate."""
    return Observed(
        "test", requests=200, errors=0, times={"ttft": Times(ttft, {95: ttft}, "by hand")}, requests_per_s=rate,
        output_tokens_per_s=rate * 20, prompt_tokens=100.0, output_tokens=20.0,
    )  # fmt: skip


def test_a_result_of_vllms_benchmark_gives_lengths_errors_load_and_its_percentiles() -> None:
    (found,) = read_observed(json.dumps(RESULT))
    assert (found.requests, found.errors, found.prompt_tokens, found.output_tokens) == (3, 1, 10.0, 4.0)
    assert found.times["ttft"].percentiles == {50: 19.0, 95: 30.0}
    assert found.concurrency == pytest.approx(1.5 * 0.2)  # Little's law
    assert "itl" not in found.times  # missing is not zero


def test_single_gaps_of_a_detailed_result_count_one_by_one() -> None:
    detailed = RESULT | {"itls": [[0.01, 0.02], [], [0.03]], "ttfts": [0.1, 0.2, 0.3]}
    (found,) = read_observed(json.dumps(detailed))
    assert found.times["itl"].mean == pytest.approx(20.0) and found.times["itl"].percentiles[50] == pytest.approx(20.0)
    assert found.times["ttft"].percentiles[95] == pytest.approx(290.0)


@pytest.mark.parametrize("early", [True, False], ids=["0.2", "0.8"])
def test_guidellm_reports_of_early_and_late_versions_say_the_same(early: bool) -> None:
    summary = {"mean": 50.0, "median": 40.0, "count": 9, "percentiles": {"p90": 80.0, "p95": 90.0, "p99": 99.0}}
    totals = {"successful": 9, "errored": 1, "incomplete": 0, "total": 10}
    metrics: dict[str, Any] = {
        "time_to_first_token_ms": {"successful": summary},
        "request_latency": {"successful": {"mean": 2.0, "median": 1.5, "count": 9, "percentiles": {"p95": 3.0}}},
    }
    row: dict[str, Any] = {"metrics": metrics}
    if early:
        row |= {"start_time": 100.0, "end_time": 110.0, "request_totals": totals}
        row["args"] = {"strategy": {"type_": "constant", "rate": 2}}
    else:
        summary["percentiles"] = {"p50": 40.0, **summary["percentiles"]}  # type: ignore[dict-item]
        metrics["request_totals"] = totals
        row["scheduler_metrics"] = {"measure_start_time": 100.0, "measure_end_time": 110.0}
        row["config"] = {"strategy": {"type_": "constant", "rate": 2}}
    (found,) = read_observed(json.dumps({"benchmarks": [row]}))
    assert (found.seconds, found.requests, found.errors, found.asked_per_s) == (10.0, 9, 1, 2.0)
    assert found.times["ttft"].percentiles == {50: 40.0, 90: 80.0, 95: 90.0, 99: 99.0}
    assert found.times["e2e"].percentiles == {50: 1500.0, 95: 3000.0}  # seconds in the file


def test_a_histogram_interpolates_names_the_bucket_and_is_silent_in_the_open_one() -> None:
    (found,) = read_observed(METRICS)
    ttft = found.times["ttft"]
    assert ttft.percentiles == {50: pytest.approx(120.0), 90: pytest.approx(200.0)}
    assert ttft.between[50] == (100.0, 200.0) and ttft.between[95] == (200.0, None)
    assert (ttft.mean, found.requests, found.prompt_tokens, found.kv_use) == (pytest.approx(120.0), 100, 256.0, 0.97)


def test_a_range_query_counts_rises_over_restarts() -> None:
    series = {
        "metric": {"__name__": "vllm:generation_tokens_total"},
        "values": [[0, "100"], [10, "160"], [20, "30"]],
    }
    done = {"metric": {"__name__": "vllm:request_success_total"}, "values": [[0, "5"], [20, "8"]]}
    given = {"status": "success", "data": {"resultType": "matrix", "result": [series, done]}}
    (found,) = read_observed(json.dumps(given))
    assert (found.seconds, found.requests, found.output_tokens_per_s) == (20, 3, (60 + 30) / 20)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"), ("{", "no JSON"), ("[]", "none of the known files"), ("up 1", "no series of vLLM"),
        ("<html>", "no sample"), (json.dumps(RESULT | {"duration": -1}), "duration"),
        (json.dumps(RESULT | {"completed": 1.5}), "no whole number"),
        ('vllm:x_bucket{engine="0"} 1', "no edge"),
    ],
)  # fmt: skip
def test_other_files_are_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_observed(text)


@pytest.mark.parametrize(
    ("ttft", "verdict", "target"),
    [(150, "inside", "met"), (40, "below", "met"), (250, "above", "met"), (400, "above", "missed")],
)
def test_a_verdict_says_where_a_time_lies_in_the_band_and_whether_it_keeps_the_bound(
    ttft: float, verdict: str, target: str
) -> None:
    (figure,) = compared(seen(ttft, 2.0), expected_of(PLAN))["figures"]
    assert (figure["verdict"], figure["target"]) == (verdict, target)


def test_a_bucket_across_the_bound_leaves_the_target_unknown() -> None:
    wide = replace(seen(0, 2.0), times={"ttft": Times(None, {95: 290.0}, "", {95: (100.0, 400.0)})})
    (figure,) = compared(wide, expected_of(PLAN))["figures"]
    assert (figure["verdict"], figure["target"]) == ("unknown", "unknown")


def test_one_replica_less_is_said_only_where_the_slower_machine_still_carries_the_load() -> None:
    def advice(ttft: float, rate: float) -> bool:
        return any("one replica less" in words for words in compared(seen(ttft, rate), expected_of(PLAN))["advice"])

    assert advice(100, 2.9) and not advice(100, 3.1)  # one replica serves 3
    assert advice(150, 1.9) and not advice(150, 2.1)  # half as slow again: 2
    assert not advice(400, 0.1)  # misses its target


def test_drift_and_cost_follow_from_the_observed_load() -> None:
    found = compared(seen(100, 2.5), expected_of(PLAN))
    assert [(d["name"], d["drifted"]) for d in found["drift"]] == [
        ("prompt_tokens", False), ("output_tokens", False), ("requests_per_s", True), ("ttft_ms", False),
    ]  # fmt: skip
    assert found["cost"]["observed_usd_per_million_output"] == pytest.approx(20.0)  # 3.60 $/h, 180,000 tokens/h
    assert found["cost"]["planned_peak_usd_per_million_output"] == pytest.approx(10.0)


def test_a_time_has_drifted_where_it_left_its_band() -> None:
    times = [compared(seen(ms, 2.5), expected_of(PLAN))["drift"][-1] for ms in (60, 190, 210)]
    assert [(d["change"], d["drifted"]) for d in times] == [(-0.4, False), (0.9, False), (1.1, True)]


def test_few_requests_errors_and_a_full_cache_are_flagged() -> None:
    odd = replace(seen(100, 2.5), requests=50, errors=3, kv_use=0.99)
    assert len(observed_record(odd, None)["flags"]) == 3


def test_real_files_of_both_clients_against_one_server_agree() -> None:
    """30 requests at 4/s against a mock server with a TTFT of 60 ms and gaps of 20 ms; both files are cut down."""
    found = {p.stem: read_observed(p.read_text())[0] for p in sorted(REAL.glob("*.json"))}
    assert set(found) == {"guidellm-0.8.1", "vllm-rs-0.33.0"}
    for seen_by in found.values():
        assert seen_by.model == "m"
        assert (seen_by.requests, seen_by.errors, seen_by.asked_per_s, seen_by.output_tokens) == (30, 0, 4.0, 16.0)
        assert 60 <= seen_by.times["ttft"].percentiles[50] <= 66
        assert 20 <= seen_by.times["tpot"].percentiles[50] <= 22
        assert 360 <= seen_by.times["e2e"].percentiles[50] <= 390
    assert {95, 99} <= set(found["guidellm-0.8.1"].times["ttft"].percentiles)
    assert found["vllm-rs-0.33.0"].times["itl"].percentiles[95] > found["vllm-rs-0.33.0"].times["tpot"].percentiles[50]


def test_a_prediction_of_nothing_ends_in_no_crash() -> None:
    plan = {**PLAN, "plan": {**PLAN["plan"], "ttft_ms": 0}}
    assert compared(seen(0, 2.0), expected_of(plan))["figures"][0]["target"] == "met"


def test_a_real_report_of_two_levels_and_the_real_metrics_of_its_server_agree() -> None:
    """GuideLLM 0.8.1, 120 requests at 4/s and at 8/s against our simulated server, and what that server counted."""
    low, high = read_observed((REAL / "sweep" / "guidellm-0.8.1.json").read_text())
    (metrics,) = read_observed((REAL / "sweep" / "metrics.txt").read_text())
    assert (low.asked_per_s, high.asked_per_s, low.requests, high.requests) == (4.0, 8.0, 120, 120)
    assert low.requests_per_s and high.requests_per_s and 3.5 < low.requests_per_s < 4.1 < 7 < high.requests_per_s < 8.1
    assert metrics.requests == 240 and metrics.output_tokens == low.output_tokens == high.output_tokens == 32.0
    edges = metrics.times["ttft"].between[95]
    assert edges[1] and all(edges[0] <= seen.times["ttft"].percentiles[95] <= edges[1] for seen in (low, high))
    assert high.times["tpot"].percentiles[95] > low.times["tpot"].percentiles[95]
