"""Outcome files: what observation, plan and reader say in one record, what is missing by name, nothing unknown kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.wasm_tools.outcomes import file_of, run
from tests.wasm_tools.test_observe import METRICS, PLAN
from wasm_tools.observe.expected import expected_of
from wasm_tools.observe.outcome import outcome_record
from wasm_tools.observe.reading import read_observed
from wasm_tools.outcomes.points import point_of
from wasm_tools.outcomes.reading import outcome_text, read_outcomes
from wasm_tools.performance.added_measurements import AddedPoint
from wasm_tools.workload.traffic import InputError

REAL = Path(__file__).parents[1] / "payloads" / "observed"
STATED = {
    "tier": "simulated", "model": "m", "gpu": "g", "gpus": 4, "tensor_parallel": 2, "engine": "vllm",
    "engine_version": "0.33.0", "precision": "fp8", "measured_by": "A tester", "licence": "CC-BY-4.0",
    "tool_version": "0.33.0",
}  # fmt: skip


def made(stated: dict[str, Any], name: str = "guidellm-0.8.1", plan: dict[str, Any] | None = None) -> dict[str, Any]:
    (seen,) = read_observed((REAL / f"{name}.json").read_text())
    expected = expected_of(plan) if plan else None
    return outcome_record(seen, stated, plan or {}, expected, "a test")


@pytest.mark.parametrize(("name", "arrival"), [("guidellm-0.8.1", "constant"), ("vllm-rs-0.33.0", "poisson")])
def test_a_real_report_and_what_was_stated_make_an_outcome_that_can_be_read_again(name: str, arrival: str) -> None:
    found = made(STATED, name)
    assert (found["arrival"], found["requests"], found["replicas"]) == (arrival, 30, 2)
    assert found["measured_on"] == "2026-11-27"
    assert 60 <= found["times_ms"]["ttft"]["percentiles"]["50"] <= 66
    assert read_outcomes(outcome_text([found])) == [found]


def test_the_tool_tells_its_version_and_what_is_stated_goes_before_it() -> None:
    plain = {k: v for k, v in STATED.items() if k != "tool_version"}
    assert made(plain)["tool_version"] == "0.8.1"
    assert made(STATED)["tool_version"] == "0.33.0"


def test_everything_that_is_missing_is_named_with_its_flag() -> None:
    with pytest.raises(InputError) as caught:
        made({"model": "m"})
    assert caught.value.field == "tier"
    for flag in ("--gpu", "--gpus", "--tensor-parallel", "--engine", "--precision", "--measured-by", "--licence"):
        assert flag in caught.value.message
    assert "--model" not in caught.value.message


def test_a_plan_fills_in_what_ran_and_its_prediction() -> None:
    plan = {**PLAN, "plan": {**PLAN["plan"], "model": "p", "gpu": "g", "tensor_parallel": 2, "engine": "sglang"}}
    found = made({k: v for k, v in STATED.items() if k not in ("model", "gpu", "gpus", "tensor_parallel")}, plan=plan)
    assert (found["model"], found["gpus"], found["replicas"]) == ("p", 4, 2)
    assert found["engine"] == "vllm"  # stated goes before planned
    assert found["prediction"]["ttft_ms"] == {"percentile": 95, "predicted": 100.0, "low": 50.0, "high": 200.0}


def test_metrics_of_a_simulated_server_are_never_measured() -> None:
    """Parity CO-R02: simulated stays simulated, whatever is said."""
    (seen,) = read_observed(METRICS + "atlas_simulator:event_loop_lag_seconds_sum 0.1\nvllm:num_requests_running 2\n")
    stated = {**STATED, "measured_on": "2026-11-27", "output_tokens": 20}
    assert outcome_record(seen, {**stated, "tier": None}, {}, None, "a test")["tier"] == "simulated"
    with pytest.raises(InputError, match="no measurement"):
        outcome_record(seen, {**stated, "tier": "measured"}, {}, None, "a test")


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"gpu": ""}, "gpu"), ({"requests": 1.5}, "requests"), ({"requests": -1}, "requests"),
        ({"measured_on": "yesterday"}, "measured_on"), ({"engine": "magic"}, "engine"), ({"wings": 2}, "wings"),
        ({"prompt_tokens": float("inf")}, "prompt_tokens"), ({"note": "x" * 301}, "note"),
        ({"times_ms": {"ttft": {"mean": "fast"}}}, "ttft"), ({"times_ms": {"speed": {}}}, "speed"),
        ({"times_ms": {"ttft": {"mean": 1, "percentiles": {"101": 2}}}}, "percentiles"),
        ({"measured_by": "a\u202etrick"}, "measured_by"), ({"concurrency": True}, "concurrency"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_refused_by_name(changed: dict[str, Any], named: str) -> None:
    text = json.dumps({"schema": "inference-price-atlas/outcome/1", "outcomes": [run() | changed]})
    with pytest.raises(InputError) as caught:
        read_outcomes(text)
    assert named in caught.value.field


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "x"}', "{" * 9, file_of().replace("null", "nul")])
def test_other_files_are_no_outcomes(text: str) -> None:
    with pytest.raises(InputError):
        read_outcomes(text)


def test_a_request_that_comes_at_random_meets_one_more_than_the_mean() -> None:
    closed, at_random = point_of(run()), point_of(run(arrival="poisson"))
    assert isinstance(closed, AddedPoint) and isinstance(at_random, AddedPoint)
    assert (closed.concurrency, closed.burst) == (16.0, 16 / 400)
    assert (at_random.concurrency, at_random.burst) == (17.0, 0.0)
    two = point_of(run(replicas=2, gpus=2))
    assert isinstance(two, AddedPoint) and two.concurrency == 8.0


@pytest.mark.parametrize(
    "changed",
    [
        {"tier": "simulated"}, {"pipeline_parallel": 2}, {"arrival": "all_at_once"}, {"prefix_hits": 0.3},
        {"asked_requests_per_s": 9.0}, {"tpot": None},
    ],
    ids=str,
)  # fmt: skip
def test_no_prediction_rests_on_what_is_not_the_service(changed: dict[str, Any]) -> None:
    assert isinstance(point_of(run(**changed)), str)
