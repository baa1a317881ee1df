"""The figures of a plan: computed by hand for one plan, and bounded for every other."""

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from wasm_tools.manifests.numbers import DEFAULT_EDGES, PlanNumbers, plan_numbers
from wasm_tools.manifests.runtimes import ManifestError
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.sizes import length_limit
from wasm_tools.manifests.targets import Targets

# Llama 3.3 70B at FP8: 3 replicas of 2 H100, 64 sequences, 9 requests/s, a p95 of 0.5 s, 50 ms and 15 s.
TARGETS: Mapping[str, Any] = {
    "percentile": 95,
    "ttft_ms": 500.0,
    "itl_ms": 50.0,
    "e2e_ms": 15000.0,
    "peak_qps": 9.0,
    "replica_qps": 3.6,
    "predicted_ttft_ms": 420.0,
    "predicted_itl_ms": 22.0,
    "predicted_e2e_ms": 12000.0,
    "prefill_tokens_per_s": 18000.0,
}
PLAN: Mapping[str, Any] = {
    "model_repo": "meta-llama/Llama-3.3-70B-Instruct",
    "served_name": "llama-3.3-70b",
    "engine": "vllm",
    "node_label": "NVIDIA-H100-80GB-HBM3",
    "gpus": 2,
    "replicas": 3,
    "max_replicas": 3,
    "prompt_tokens": 4096,
    "output_tokens": 512,
    "max_model_len": 8192,
    "max_num_seqs": 64,
    "max_num_batched_tokens": 8192,
    "weights_gib": 70.0,
    "precision": "fp8",
    "usd_per_replica_hour": "4.98",
}


def numbers(targets: Mapping[str, Any] | None = None, **changes: Any) -> PlanNumbers:
    return plan_numbers(ServingSpec(**{**PLAN, **changes, "targets": Targets(**{**TARGETS, **(targets or {})})}))


def test_figures_of_one_plan_are_those_computed_by_hand() -> None:
    found = numbers()
    assert (found.ttft_le, found.itl_le, found.e2e_le) == ("0.5", "0.05", "15.0")
    assert {"0.25", "0.375", "0.5", "0.75", "1"} <= set(found.ttft_edges)
    assert {"0.025", "0.0375", "0.05", "0.075", "0.1"} <= set(found.itl_edges)
    assert {"7.5", "11.25", "15", "22.5", "30"} <= set(found.request_edges)
    assert found.max_queued_requests == 192
    assert found.max_queued_tokens == 9000, "0.5 s of 18,000 tokens a second"
    assert (found.drain_seconds, found.grace_seconds) == (60, 90)
    assert found.cache_gib == 105
    assert (found.min_replicas, found.max_replicas) == (3, 6)
    assert (found.waiting_per_replica, found.running_per_replica) == (2, 44)
    assert found.queue_alert == 16
    assert (found.peak_qps, found.replica_qps) == ("9.0", "3.6")
    assert found.route_timeout_seconds == 600
    assert found.usd_per_replica_hour == "4.98"
    assert (found.replica_gpus, found.pod_gpus, found.shm_gib) == (2, 2, 16)


def test_times_follow_from_a_cold_start_of_420_seconds() -> None:
    found = numbers(weights_gib=48.0)
    assert found.cold_start_seconds == 420
    assert (found.startup_failures, found.progress_deadline_seconds, found.scale_up_seconds) == (84, 1260, 420)
    assert numbers(weights_gib=700.0).scale_up_seconds == 1800, "the longest period that the API takes"


def test_simulator_takes_the_predicted_times() -> None:
    found = numbers()
    assert (found.simulator_per_token, found.simulator_itl) == ("55556ns", "22000us")
    assert found.simulator_overhead == "192442us", "420 ms less 4,096 tokens of 55.556 us"
    unknown = numbers({"prefill_tokens_per_s": 0.0})
    assert (unknown.simulator_overhead, unknown.simulator_per_token) == ("0us", "102539ns"), "420 ms over 4,096 tokens"


def test_admission_limit_never_shuts_out_the_longest_prompt_and_is_absent_without_a_prefill_rate() -> None:
    assert numbers({"prefill_tokens_per_s": 1000.0}).max_queued_tokens == 4096
    assert numbers({"prefill_tokens_per_s": 0.0}).max_queued_tokens == 0


@pytest.mark.parametrize(("peak", "expected"), [(9.0, 6), (21.6, 6), (21.7, 7), (36.0, 10)])
def test_replicas_may_grow_to_twice_the_plan_or_to_the_peak(peak: float, expected: int) -> None:
    assert numbers({"peak_qps": peak}).max_replicas == expected


def test_edges_are_exact_decimals() -> None:
    edges = numbers({"itl_ms": 33.333}).itl_edges
    assert {"0.0166665", "0.02499975", "0.033333", "0.0499995", "0.066666"} <= set(edges)


def test_small_weights_leave_room_for_compiled_kernels() -> None:
    assert numbers(weights_gib=1.0).cache_gib == 11


def test_a_replica_on_several_nodes_counts_all_its_gpus_and_a_part_of_the_weights_a_node() -> None:
    found = numbers(gpus=8, pipeline_parallel=2, weights_gib=700.0)
    assert (found.pod_gpus, found.replica_nodes, found.replica_gpus) == (8, 2, 16)
    assert found.host_memory_gib == 350 + 64 + 8 + 16


@pytest.mark.mirror
def test_default_edges_are_those_of_the_engine(upstream: Path) -> None:
    table = yaml.safe_load((upstream / "manifests" / "vllm" / "vllm-0.33.0-metrics.json").read_text(encoding="utf-8"))
    for name, family in (
        ("ttft", "time_to_first_token"),
        ("itl", "inter_token_latency"),
        ("request", "request_latency"),
    ):
        assert list(map(float, DEFAULT_EDGES[name])) == table["default_buckets"][family]


def test_length_leaves_room_for_the_chat_template_within_the_context() -> None:
    assert length_limit(1000, 200, 0) == length_limit(1000, 200, 8192) == 1328
    assert length_limit(1000, 200, 1210) == 1210
    assert length_limit(1000, 200, 1100) == 1200  # refused by the specification, which names the context


slo_ms = st.floats(1.0, 200_000.0)


@settings(max_examples=200, deadline=None)
@given(ttft=slo_ms, itl=slo_ms, e2e=slo_ms, qps=st.floats(1e-4, 1e5), seqs=st.integers(1, 4096))
def test_any_plan_has_edges_that_rise_and_hold_its_bounds(
    ttft: float, itl: float, e2e: float, qps: float, seqs: int
) -> None:
    found = numbers({"ttft_ms": ttft, "itl_ms": itl, "e2e_ms": e2e, "peak_qps": qps}, max_num_seqs=seqs)
    for edges, le in (
        (found.ttft_edges, found.ttft_le),
        (found.itl_edges, found.itl_le),
        (found.request_edges, found.e2e_le),
    ):
        values = [Decimal(e) for e in edges]
        assert values == sorted(set(values)) and values[0] > 0 and len(edges) < 30
        assert le in [repr(float(e)) for e in edges], "an alert names an edge that is not there"
        assert not [e for e in (*edges, le) if "e" in e.lower()]
    assert "e" not in found.peak_qps and "." in found.peak_qps
    assert found.max_queued_requests > seqs
    assert found.min_replicas <= found.max_replicas
    assert found.progress_deadline_seconds > 10 * found.startup_failures >= 2 * found.cold_start_seconds
    assert found.running_per_replica >= 1 and found.queue_alert >= 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"percentile": 100}, "percentile"),
        ({"percentile": 95.0}, "percentile"),
        ({"ttft_ms": 0.5}, "ttft_ms"),
        ({"itl_ms": math.inf}, "itl_ms"),
        ({"e2e_ms": math.nan}, "e2e_ms"),
        ({"peak_qps": 0}, "peak_qps"),
        ({"replica_qps": -1.0}, "replica_qps"),
        ({"predicted_ttft_ms": True}, "predicted_ttft_ms"),
        ({"prefill_tokens_per_s": "fast"}, "prefill_tokens_per_s"),
    ],
)
def test_wrong_targets_are_refused_by_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ManifestError, match=rf"^targets\.{field}:"):
        Targets(**{**TARGETS, **change})


def test_a_plan_without_targets_has_no_figures_and_one_that_contradicts_them_is_refused() -> None:
    with pytest.raises(ManifestError, match=r"^targets:"):
        plan_numbers(ServingSpec(**PLAN))
    with pytest.raises(ManifestError, match=r"^drain_seconds:"):
        numbers({"predicted_e2e_ms": 60_001.0})


def test_targets_belong_to_the_id_and_prices_and_places_do_not() -> None:
    plain, aimed = ServingSpec(**PLAN), ServingSpec(**PLAN, targets=Targets(**TARGETS))
    assert plain.plan_id != aimed.plan_id
    assert replace(aimed, plan_id="", targets=Targets(**{**TARGETS, "peak_qps": 9.1})).plan_id != aimed.plan_id
    assert replace(aimed, plan_id="", targets=Targets(**{**TARGETS, "peak_qps": 9})).plan_id == aimed.plan_id
    priced = {"usd_per_replica_hour": "9", "price_source": "x", "price_date": "2026-11-26", "namespace": "n"}
    assert (
        replace(aimed, plan_id="", **priced, host="a.b", gpu_name="H100", model_context=9000).plan_id == aimed.plan_id
    )
    for change in ({"prefix_caching": True}, {"pipeline_parallel": 2}):
        assert ServingSpec(**PLAN, **change).plan_id != plain.plan_id
        assert ServingSpec(**PLAN, **change).plan_id != aimed.plan_id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"namespace": "Team A"}, "namespace"),
        ({"namespace": "x" * 64}, "namespace"),
        ({"namespace": "a\nb"}, "namespace"),
        ({"host": "{{ host }}"}, "host"),
        ({"host": 'a"b.example.com'}, "host"),
        ({"host": "x" * 200}, "host"),
        ({"host": "a.b\n"}, "host"),
        ({"model_context": 8191}, "max_model_len"),
        ({"pipeline_parallel": 0}, "pipeline_parallel"),
        ({"usd_per_replica_hour": "cheap"}, "usd_per_replica_hour"),
    ],
)
def test_places_and_additions_are_checked_by_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ManifestError, match=f"^{field}:"):
        ServingSpec(**{**PLAN, **change})
