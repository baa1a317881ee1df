"""What a step takes: on numbers that can be checked by hand, and as properties."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wasm_tools.performance_book import DENSE, GPU, MIXTURE, small_book
from wasm_tools.performance.closed_loop import closed_first_token_ms, closed_residual, service_residual
from wasm_tools.performance.configuration import ServingConfiguration
from wasm_tools.performance.physics import Pace, first_token_ms, matrix_peak, step_ms, tpot_ms, work
from wasm_tools.performance.prediction import Refusal, curve, pace_of, prepared


def pace(model: str = "dense", tensor: int = 1, isl: float = 1000, osl: float = 500, prefix: float = 0.0) -> Pace:
    at = prepared(ServingConfiguration(model, "gpu", "bf16", "vllm", tensor), small_book())
    assert not isinstance(at, Refusal)
    return pace_of(at, isl, osl, prefix)


def test_a_lone_step_of_a_dense_model_reads_its_weights_once():
    of = pace()
    assert of.fixed == pytest.approx(16e9 / 0.5e12 * 1e3 + 10 * 0.010)  # 32 ms of weights, 10 layers at 10 us
    cache = (1000 + 250) * 1000 * 2 / 0.5e12 * 1e3
    assert of.request == pytest.approx(cache + 16e9 / 0.5e14 * 1e3 + 0.005)
    assert step_ms(of, 1) == pytest.approx(of.fixed + of.request)


def test_prefill_is_two_operations_a_parameter_and_the_causal_half_of_attention():
    attention = 2 * 10 * 1000 * 1000**2 / 1e14 * 1e3
    assert pace().prefill == pytest.approx(1000 * 16e9 / 0.5e14 * 1e3 + attention)


def test_only_the_prompt_behind_a_cached_prefix_is_prefilled():
    whole, half = pace(), pace(prefix=0.5)
    attention = 2 * 10 * 1000 * (1000**2 - 500**2) / 1e14 * 1e3
    assert half.prefill == pytest.approx(500 * 16e9 / 0.5e14 * 1e3 + attention)
    assert half.request == whole.request  # the cache is read in full all the same


def test_a_batch_reads_every_expert_that_somebody_chose():
    of = pace("mixture")
    one, two = (step_ms(of, c) - of.fixed - c * of.request for c in (1, 2))
    assert one == pytest.approx(of.experts * 2 / 32)
    assert two == pytest.approx(of.experts * (1 - (30 / 32) ** 2))
    assert of.experts == pytest.approx(192e9 / 0.5e12 * 1e3)


def test_tensor_parallel_halves_the_work_and_adds_two_reductions_a_layer():
    one, two = pace(), pace(tensor=2)
    overhead = 10 * 0.010
    assert two.fixed == pytest.approx((one.fixed - overhead) / 2 + overhead + 20 * 0.020)


def test_a_windowed_layer_stops_growing_at_its_window():
    short, long = pace("mixture", isl=10_000), pace("mixture", isl=20_000)
    assert long.request - short.request == pytest.approx(10_000 * 1000 * 2 / 0.5e12 * 1e3)


def test_the_prefill_of_others_falls_into_an_answer():
    of = pace()
    assert tpot_ms(of, 11) == pytest.approx(step_ms(of, 11) + 0.5 * 10 * of.prefill / 500)
    assert tpot_ms(of, 1) == step_ms(of, 1)


def test_what_a_gpu_does_not_compute_natively_runs_at_its_16_bit_rate():
    assert matrix_peak(GPU, "fp8") == 2e14
    assert matrix_peak(GPU, "fp4") == matrix_peak(GPU, "int4") == 1e14
    assert matrix_peak(replace(GPU, fp4_flops=4e14), "mxfp4") == 4e14


def test_missing_facts_are_named_and_not_guessed():
    assert "bandwidth" in str(work(DENSE, replace(GPU, bandwidth=None), "bf16", 1))
    assert "links" in str(work(DENSE, replace(GPU, link_bandwidth=None), "bf16", 2))
    assert "architecture" in str(work(replace(MIXTURE, hidden=0), GPU, "bf16", 1))


def test_a_closed_loop_takes_longer_to_the_first_token_than_steady_service():
    of = pace()
    steady = first_token_ms(of, 16)
    assert closed_first_token_ms(of, 16, 16, 0.0, 0.0) == pytest.approx(steady)
    burst = closed_first_token_ms(of, 16, 16, 0.0, 0.1)
    assert burst == pytest.approx(steady + 0.1 * 15 / 2 * of.prefill)
    queue = closed_first_token_ms(of, 16, 8, 0.0, 0.0)
    assert queue == pytest.approx(first_token_ms(of, 8) + 500 * tpot_ms(of, 8) + of.prefill)


@given(st.floats(-3, 3))
def test_the_split_between_burst_and_service_can_be_undone(residual: float):
    assert closed_residual(service_residual(residual)) == pytest.approx(residual)


@given(
    st.sampled_from(["dense", "mixture"]),
    st.sampled_from([1, 2, 4]),
    st.floats(1, 100_000),
    st.floats(1, 50_000),
    st.floats(1, 20_000),
    st.floats(0, 0.9),
)
def test_longer_prompts_and_more_requests_never_speed_up_the_modelled_tier(
    model: str, tensor: int, isl: float, more: float, osl: float, prefix: float
):
    of = small_book()
    at = prepared(ServingConfiguration(model, "gpu", "bf16", "vllm", tensor), of)
    assert not isinstance(at, Refusal)
    shorter, longer = (curve(at, n, osl, prefix, of) for n in (isl, isl + more))
    for a, b in (
        (shorter.tpot_ms, longer.tpot_ms), (shorter.first_token_ms, longer.first_token_ms),
        (shorter.tpot_ms, shorter.tpot_ms[1:]), (shorter.first_token_ms, shorter.first_token_ms[1:]),
    ):  # fmt: skip
        assert all(x <= y * (1 + 1e-12) for x, y in zip(a, b, strict=False))
