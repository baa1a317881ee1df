"""Promises of the memory model on numbers that can be checked by hand."""

import random
from dataclasses import replace
from typing import Any

import pytest

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.kv_cache import cache_element_bytes, cache_share, gpu_request_bytes, request_bytes
from wasm_tools.performance.memory import (
    WEIGHT_BYTES,
    fits,
    gpu_weights,
    kv_pool,
    max_concurrency,
    memory_needed,
    memory_split,
    smallest_gpus,
    weight_bytes,
    weight_parts,
)
from wasm_tools.performance.parallelism import possible_tensor_parallel
from wasm_tools.performance.runtime_memory import DEFAULT, GB, GIB, RuntimeMemory, activation_bytes
from wasm_tools.workload.traffic import InputError

# Round numbers: 40 layers, 8 KV heads of 128, 10 billion parameters of which 1 in embedding and head.
DENSE = ModelShape(
    10e9, 10e9, 40, 2 * 40 * 8 * 128, hidden=4096, heads=32, kv_heads=8, vocabulary=100_000, embedding_parameters=1e9
)
MIXTURE = replace(DENSE, parameters=100e9, active_parameters=14e9, expert_parameters=90e9, experts=64, chosen_experts=4)
GPU = GpuCard("g", "G", "V", 80 * GIB, gpus_per_node=8)
PLAIN = RuntimeMemory(
    utilisation=1.0, reported_share=1.0, non_torch_single=0, non_torch_group=0, sampler_bytes=0, activation_floor=0,
    graphs_dense=0, graphs_experts=0,
)  # fmt: skip


def test_gb_and_gib_are_not_the_same() -> None:
    assert (80 * GIB, 80 * GB) == (85_899_345_920, 80_000_000_000)


def test_embedding_and_head_stay_in_16_bits() -> None:
    assert weight_bytes(DENSE, "bf16") == weight_bytes(DENSE, "fp16") == 20e9
    assert weight_bytes(DENSE, "fp8") == weight_bytes(DENSE, "int8") == 9e9 + 2e9
    assert weight_bytes(DENSE, "int4") == 9e9 * 0.5625 + 2e9


def test_only_routed_experts_of_a_mixture_have_four_bits() -> None:
    assert weight_parts(MIXTURE, "fp4") == (10e9 * 2, 90e9 * 0.5625)
    assert weight_parts(MIXTURE, "fp8") == (9e9 + 2e9, 90e9)
    assert weight_parts(MIXTURE, "bf16") == (20e9, 180e9)


def test_mxfp4_experts_are_filled_up_to_a_multiple_of_256() -> None:
    assert weight_parts(MIXTURE, "mxfp4")[1] == 90e9 * 0.53125
    assert weight_parts(replace(MIXTURE, hidden=2880), "mxfp4")[1] == pytest.approx(90e9 * 0.53125 * 3072 / 2880)
    assert weight_parts(replace(MIXTURE, hidden=0), "mxfp4")[1] == 90e9 * 0.53125


def test_precision_of_the_cache_is_asked_for_or_follows_the_weights() -> None:
    assert {p: cache_element_bytes(p) for p in WEIGHT_BYTES} == {
        "bf16": 2, "fp16": 2, "fp8": 1, "int8": 2, "fp4": 1, "int4": 2, "mxfp4": 2,
    }  # fmt: skip
    assert (cache_element_bytes("fp8", "bf16"), cache_element_bytes("bf16", "fp8")) == (2, 1)
    with pytest.raises(InputError, match=r"kv_precision: 'fp3' is not one of auto, bf16, fp8"):
        cache_element_bytes("fp8", "fp3")


def test_windowed_layers_keep_the_window_and_states_do_not_grow() -> None:
    hybrid = replace(DENSE, kv_elements=1000, windowed_elements=500, window=128, state_elements=7)
    assert request_bytes(hybrid, 100, 2.0) == 2 * 100 * 1500 + 28
    assert request_bytes(hybrid, 1000, 2.0) == 2 * (1000 * 1000 + 128 * 500) + 28
    assert memory_needed(hybrid, "bf16", 3, 1000) == 20e9 + 3 * request_bytes(hybrid, 1000, 2.0)


def test_indexer_keys_are_kept_for_every_token_on_every_gpu() -> None:
    sparse = replace(DENSE, kv_elements=1000, index_elements=1280)
    assert request_bytes(sparse, 10, 1.0) == 10 * (1000 + 1280 + 40)
    assert gpu_request_bytes(sparse, 10, 1.0, 2) == 10 * (500 + 1280 + 40)
    assert memory_split(sparse, "fp8", GPU, 2, 10).kv_per_token == 500 + 1280 + 40


def test_cache_is_cut_by_heads_copied_when_they_are_too_few_and_never_cut_for_mla() -> None:
    assert [cache_share(DENSE, n) for n in (1, 2, 8, 16)] == [1, 1 / 2, 1 / 8, 1 / 8]
    few = replace(DENSE, kv_heads=2)
    assert [cache_share(few, n) for n in (1, 2, 4, 8)] == [1, 1 / 2, 1 / 2, 1 / 2]
    assert [cache_share(replace(DENSE, kv_heads=1), n) for n in (1, 8)] == [1, 1]


def test_more_gpus_than_kv_heads_hold_no_more_cache_each_token() -> None:
    """8 GPUs and 2 KV heads: every GPU keeps half of each token, four copies in all."""
    few = replace(DENSE, kv_heads=2, kv_elements=2 * 40 * 2 * 128)
    four, eight = (memory_split(few, "bf16", GPU, n, 1600, runtime=PLAIN) for n in (4, 8))
    assert four.kv_per_token == eight.kv_per_token == 2 * 40 * 2 * 128 * 2 / 2
    assert eight.max_concurrency == int((80 * GIB - 20e9 / 8) // (1600 * eight.kv_per_token))
    assert eight.max_concurrency < 4 * memory_split(few, "bf16", GPU, 2, 1600, runtime=PLAIN).max_concurrency


def test_requests_take_whole_blocks() -> None:
    token = 2 * 40 * 8 * 128 * 2
    assert gpu_request_bytes(DENSE, 17, 2.0, 1, 1, 16) == 32 * token
    assert gpu_request_bytes(DENSE, 32, 2.0, 2, 2, 16) == 32 * token / 4
    windowed = replace(DENSE, kv_elements=10, windowed_elements=10, window=20)
    assert gpu_request_bytes(windowed, 100, 1.0, 1, 1, 16) == 10 * 112 + 10 * 32


def test_pool_is_the_share_less_weights_and_overheads_on_each_gpu() -> None:
    runtime = RuntimeMemory()
    for gpus, non_torch in ((1, 0.15), (2, 0.6), (4, 0.6)):
        device = 80 * GIB * 0.98975
        taken = 20e9 / gpus + 38.9 * 1024 * 100_000 + non_torch * GIB
        assert kv_pool(DENSE, "bf16", GPU, gpus, runtime=runtime) == pytest.approx(device * 0.9 - taken)


def test_smaller_gpus_prepare_for_fewer_sequences_and_nothing_falls_below_the_floor() -> None:
    small = replace(GPU, memory_bytes=24 * GIB)
    assert activation_bytes(DENSE, GPU) == 38.9 * 1024 * 100_000
    assert activation_bytes(DENSE, small) == 2.12 * GIB > 38.9 * 256 * 100_000
    assert activation_bytes(DENSE, GPU, RuntimeMemory(max_sequences=700)) == 38.9 * 700 * 100_000
    assert activation_bytes(replace(DENSE, vocabulary=0), GPU) == 38.9 * 1024 * 201_088


def test_stages_and_expert_groups_divide_what_they_divide() -> None:
    assert gpu_weights(DENSE, "bf16", 2, 4) == 20e9 / 8
    assert gpu_weights(MIXTURE, "bf16", 4) == gpu_weights(MIXTURE, "bf16", 4, expert=4) == 200e9 / 4
    assert gpu_weights(MIXTURE, "bf16", 4, expert=8) == 20e9 / 4 + 180e9 / 8
    assert gpu_weights(MIXTURE, "bf16", 4, expert=48) == 20e9 / 4 + 180e9 * 2 / 64  # 16 of 48 GPUs hold two
    assert memory_split(MIXTURE, "fp4", GPU, 4, 100, expert_parallel=8).experts == 8


def test_split_adds_up_and_counts_what_the_pool_holds() -> None:
    split = memory_split(DENSE, "bf16", GPU, 1, 1600, runtime=PLAIN)
    token = 2 * 40 * 8 * 128 * 2
    assert split.kv_pool == 80 * GIB - 20e9
    assert split.blocks == int(split.kv_pool // (16 * token)) and split.pool_tokens == 16 * split.blocks
    assert (split.blocks_per_request, split.max_concurrency) == (100, split.blocks // 100)
    assert split.max_context == split.pool_tokens
    assert split.missing == 0 and split.of_replica(split.weights) == 20e9
    half = memory_split(DENSE, "bf16", GPU, 1, 1600, runtime=PLAIN, concurrency=2)
    assert half.max_context == split.blocks // 2 * 16


def test_what_does_not_fit_says_by_how_much() -> None:
    split = memory_split(replace(DENSE, parameters=50e9), "bf16", GPU, 1, 100, runtime=PLAIN)
    assert split.missing == pytest.approx(100e9 - 80 * GIB)
    assert (split.kv_pool, split.max_concurrency, split.max_context, split.blocks) == (0, 0, 0, 0)
    assert max_concurrency(replace(DENSE, parameters=50e9), "bf16", GPU, 1, 100, runtime=PLAIN) == 0


def test_both_ways_to_count_requests_agree() -> None:
    for tensor in (1, 2, 4, 8):
        for tokens in (1, 100, 9216, 131_072):
            split = memory_split(MIXTURE, "fp8", GPU, tensor, tokens, expert_parallel=tensor)
            assert split.max_concurrency == max_concurrency(MIXTURE, "fp8", GPU, tensor, tokens, expert_parallel=tensor)


def test_smallest_number_of_gpus_grows_with_requests_and_ends_at_the_node() -> None:
    held = {n: max_concurrency(MIXTURE, "bf16", GPU, n, 8192) for n in (2, 4, 8)}
    assert held[2] == 0 < held[4] < held[8]
    wanted = (1, held[4], held[4] + 1, held[8], held[8] + 1)
    assert [smallest_gpus(MIXTURE, "bf16", GPU, 8192, n) for n in wanted] == [4, 4, 8, 8, None]
    assert smallest_gpus(DENSE, "bf16", GPU, 8192, 1) == 1
    assert smallest_gpus(replace(DENSE, heads=0), "bf16", replace(GPU, memory_bytes=16 * GIB), 100, 1) is None


def test_sizes_divide_query_heads_and_cut_or_copy_kv_heads_evenly() -> None:
    assert possible_tensor_parallel(DENSE, GPU) == (1, 2, 4, 8)
    assert possible_tensor_parallel(DENSE, replace(GPU, gpus_per_node=4)) == (1, 2, 4)
    assert possible_tensor_parallel(replace(DENSE, heads=40), replace(GPU, gpus_per_node=16)) == (1, 2, 4, 8)
    assert possible_tensor_parallel(replace(DENSE, heads=24, kv_heads=4), GPU) == (1, 2, 4, 8)
    assert possible_tensor_parallel(replace(DENSE, heads=0), GPU) == (1,)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tensor_parallel": 3}, "tensor_parallel"),
        ({"tensor_parallel": 16}, "tensor_parallel"),
        ({"tensor_parallel": 0}, "tensor_parallel"),
        ({"tensor_parallel": True}, "tensor_parallel"),
        ({"pipeline_parallel": 3}, "pipeline_parallel"),
        ({"expert_parallel": 2}, "expert_parallel"),
        ({"tokens_per_request": 0}, "tokens_per_request"),
        ({"tokens_per_request": True}, "tokens_per_request"),
        ({"tokens_per_request": float("nan")}, "tokens_per_request"),
        ({"concurrency": 0}, "concurrency"),
        ({"kv_precision": "fp4"}, "kv_precision"),
        ({"runtime": RuntimeMemory(utilisation=0)}, "utilisation"),
        ({"runtime": RuntimeMemory(utilisation=1.01)}, "utilisation"),
        ({"runtime": RuntimeMemory(utilisation=float("nan"))}, "utilisation"),
        ({"runtime": RuntimeMemory(block_size=0)}, "block_size"),
        ({"runtime": RuntimeMemory(max_sequences=-1)}, "max_sequences"),
        ({"runtime": RuntimeMemory(max_sequences=0)}, "max_sequences"),
    ],
)
def test_impossible_input_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    words = {"shape": DENSE, "precision": "bf16", "gpu": GPU, "tensor_parallel": 1, "tokens_per_request": 100}
    with pytest.raises(InputError) as refused:
        memory_split(**{**words, **changes})
    assert refused.value.field == field


def test_unknown_heads_are_refused_beyond_one_gpu() -> None:
    unknown = replace(DENSE, heads=0, kv_heads=0)
    assert memory_split(unknown, "bf16", GPU, 1, 100).max_concurrency > 0
    with pytest.raises(InputError, match="unknown number of heads"):
        memory_split(unknown, "bf16", GPU, 2, 100)
    with pytest.raises(InputError, match="KV heads of this model are unknown"):
        max_concurrency(unknown, "bf16", GPU, 2, 100)


def test_memory_never_exceeds_the_device() -> None:
    """Whatever fits: weights, overheads, graphs and the cache of all requests together stay within what is reported."""
    draw = random.Random(4)
    fitted = 0
    for _ in range(3000):
        heads, kv_heads = draw.choice(((32, 8), (64, 4), (16, 16), (128, 1), (24, 2)))
        shape = ModelShape(
            draw.uniform(1e8, 4e11), 1e9, draw.choice((24, 48, 60)), draw.randrange(64, 300_000, 64),
            windowed_elements=draw.choice((0, 50_000)), window=draw.choice((128, 4096)),
            state_elements=draw.choice((0, 40_000_000)), experts=draw.choice((0, 128)), heads=heads, kv_heads=kv_heads,
            vocabulary=draw.choice((0, 32_000, 256_000)),
        )  # fmt: skip
        gpu = replace(GPU, memory_bytes=draw.choice((8, 24, 80, 180)) * GIB)
        runtime = RuntimeMemory(utilisation=draw.choice((0.5, 0.9, 1.0)), block_size=draw.choice((1, 16, 128)))
        size = draw.choice(possible_tensor_parallel(shape, gpu))
        split = memory_split(
            shape, draw.choice(list(WEIGHT_BYTES)), gpu, size, draw.randrange(1, 200_000), runtime=runtime
        )  # fmt: skip
        assert split.kv_pool == 0 or split.missing == 0
        assert split.max_concurrency * split.kv_per_request <= split.kv_pool + 1
        assert split.pool_tokens * split.kv_per_token <= split.kv_pool + 1
        if not split.missing:
            fitted += 1
            taken = split.weights + split.activation + split.non_torch
            assert taken + split.kv_pool <= split.usable + 1
            assert taken + split.kv_pool + split.graphs <= split.device + 1 <= gpu.memory_bytes
    assert fitted > 500


def test_more_memory_or_shorter_requests_never_hold_fewer() -> None:
    previous = 0
    for size in (16, 24, 40, 80, 141, 192):
        held = max_concurrency(DENSE, "fp8", replace(GPU, memory_bytes=size * GIB), 1, 4096, runtime=PLAIN)
        assert held >= previous
        previous = held
    counts = [max_concurrency(DENSE, "fp8", GPU, 1, tokens) for tokens in (100, 1000, 10_000, 100_000)]
    assert counts == sorted(counts, reverse=True) and counts[-1] > 0
    assert max_concurrency(DENSE, "bf16", GPU, 1, 4096, kv_precision="fp8") >= 2 * max_concurrency(
        DENSE, "bf16", GPU, 1, 4096
    )


def test_fits_is_the_plain_check_of_all_memory_together() -> None:
    assert fits(DENSE, "bf16", GPU, 1, 1, 1)
    each = request_bytes(DENSE, 1000, 2.0)
    room = 0.9 * 80 * GIB - 20e9
    assert fits(DENSE, "bf16", GPU, 1, int(room // each), 1000)
    assert not fits(DENSE, "bf16", GPU, 1, int(room // each) + 1, 1000)


def test_default_overheads_are_used_when_none_are_given() -> None:
    assert kv_pool(DENSE, "bf16", GPU, 1) == kv_pool(DENSE, "bf16", GPU, 1, runtime=DEFAULT)
