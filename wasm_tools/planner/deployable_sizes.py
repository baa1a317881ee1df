"""Which configurations of weights on a GPU are worth considering."""

from collections.abc import Iterator

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.memory import max_concurrency
from wasm_tools.performance.parallelism import possible_tensor_parallel

ENGINE = "vllm"  # of configurations that nobody measured
SHORTEST = 1024  # tokens of a request that must fit for a configuration to be worth considering


def kv_cache_of(precision: str, card: GpuCard) -> str:
    """The precision of the KV cache: 8 bits with weights of 8 or 4 bits, as the measured runs had it, where the GPU
    computes in 8 bits; else 16."""
    return "fp8" if precision in ("fp8", "fp4") and card.fp8_flops else "bf16"


def sizes(shape: ModelShape, card: GpuCard, precision: str, kv_cache: str) -> Iterator[int]:
    """The tensor-parallel sizes at which weights and one short request fit into the memory of a node."""
    if shape.heads:
        for size in possible_tensor_parallel(shape, card):
            if max_concurrency(shape, precision, card, size, SHORTEST, kv_precision=kv_cache):
                yield size
