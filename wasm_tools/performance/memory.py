"""Memory fit: weights, KV cache and overheads of a configuration, per GPU, and how many requests that leaves room for.

All sizes are bytes. A GPU's memory is what its runtime reports, not what its label says.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.kv_cache import (
    RequestParts,
    cache_element_bytes,
    gpu_request_bytes,
    gpu_token_bytes,
    of_tokens,
    request_bytes,
    request_parts,
)
from wasm_tools.performance.parallelism import check_parallelism, possible_tensor_parallel
from wasm_tools.performance.runtime_memory import (
    DEFAULT,
    RuntimeMemory,
    activation_bytes,
    check_runtime,
    graph_bytes,
    non_torch_bytes,
)
from wasm_tools.workload.traffic import MAX_TOKENS, InputError

# Scales of block formats are included: 4.5 bits a weight for NVFP4 and GPTQ/AWQ groups, 4.25 for MXFP4.
WEIGHT_BYTES = {
    "bf16": 2.0,
    "fp16": 2.0,
    "fp8": 1.0,
    "int8": 1.0,
    "fp4": 0.5625,
    "int4": 0.5625,
    "mxfp4": 0.53125,
}
MXFP4_MULTIPLE = 256  # kernels fill the width of MXFP4 experts up: 2,880 to 3,072 in gpt-oss
USABLE_SHARE = 0.9  # of device memory, for `fits`: the rest is activations, graphs, buffers and the runtime


@dataclass(frozen=True, slots=True)
class MemorySplit:
    """The memory of each GPU of a replica in bytes, and what the KV pool holds."""

    gpus: int
    device: float  # what the runtime reports
    usable: float  # the share of it that the engine may fill
    weights: float
    activation: float
    non_torch: float
    graphs: float  # outside the usable share
    kv_pool: float  # never negative
    missing: float  # bytes that weights and overheads are too large by; 0 when they fit
    kv_per_token: float  # of a token in layers and indexers that keep every one
    kv_per_request: float  # of a request of full length, in whole blocks
    blocks: int  # in the pool
    blocks_per_request: int
    pool_tokens: int
    max_concurrency: int
    max_context: int  # longest length at which the requests asked for fit at once
    experts: int  # routed experts of a layer held by one GPU, 0 for dense models

    def of_replica(self, size: float) -> float:
        """A size of one GPU, summed over the GPUs of the replica."""
        return size * self.gpus


def weight_parts(shape: ModelShape, precision: str) -> tuple[float, float]:
    """Bytes of what every replica splits among its GPUs, and of the routed experts.

    8-bit checkpoints keep embedding and output head in 16 bits; 4-bit ones of mixture models keep all but the routed
    experts (the `ignore` lists of NVFP4, MXFP4 and INT4 checkpoints of 11 model families name attention, shared
    experts and head). Raises ValueError for an unknown precision.
    """
    if precision not in WEIGHT_BYTES:
        raise ValueError(f"precision {precision!r} is not one of {', '.join(WEIGHT_BYTES)}")
    size, experts = WEIGHT_BYTES[precision], shape.expert_parameters
    rest = shape.parameters - experts
    if size < 1 and experts:
        if precision == "mxfp4" and shape.hidden:
            size *= math.ceil(shape.hidden / MXFP4_MULTIPLE) * MXFP4_MULTIPLE / shape.hidden
        return rest * 2.0, experts * size
    wide = shape.embedding_parameters if size < 2 else 0.0
    return (rest - wide) * size + wide * 2.0, experts * size


def weight_bytes(shape: ModelShape, precision: str) -> float:
    """Bytes of all weights at `precision`; raises ValueError for an unknown precision."""
    return sum(weight_parts(shape, precision))


def kv_bytes_per_token(shape: ModelShape, precision: str, kv_precision: str = "auto") -> float:
    """KV-cache bytes of one token in the layers that keep every token, not counting copies on several GPUs."""
    return shape.kv_elements * cache_element_bytes(precision, kv_precision)


def memory_needed(shape: ModelShape, precision: str, concurrency: float, tokens_per_request: int) -> float:
    """Bytes for the weights and the KV cache of `concurrency` requests of full length."""
    each = request_bytes(shape, tokens_per_request, cache_element_bytes(precision))
    return weight_bytes(shape, precision) + concurrency * each


def fits(
    shape: ModelShape, precision: str, gpu: GpuCard, gpus: int, concurrency: float, tokens_per_request: int
) -> bool:
    """Whether all requests at full length stay within the usable share of the memory of all GPUs together.

    For measured points, which prove by themselves that overheads fit; the others need `max_concurrency`.
    """
    return memory_needed(shape, precision, concurrency, tokens_per_request) <= USABLE_SHARE * gpu.memory_bytes * gpus


def experts_of_gpu(shape: ModelShape, expert_parallel: int) -> int:
    """Routed experts of a layer on each GPU (whole ones with expert parallelism, else slices of all)."""
    return math.ceil(shape.experts / expert_parallel)


def gpu_weights(shape: ModelShape, precision: str, tensor: int, pipeline: int = 1, expert: int = 1) -> float:
    """Bytes of weights on each GPU. Experts are spread over `expert` GPUs where these are more than `tensor`."""
    rest, experts = weight_parts(shape, precision)
    if expert > tensor:
        experts *= experts_of_gpu(shape, expert) / shape.experts
    else:
        experts /= tensor
    return (rest / tensor + experts) / pipeline


def kv_pool(
    shape: ModelShape,
    precision: str,
    gpu: GpuCard,
    tensor_parallel: int,
    pipeline_parallel: int = 1,
    expert_parallel: int = 1,
    runtime: RuntimeMemory = DEFAULT,
) -> float:
    """Bytes for the KV cache on each GPU; negative when weights and overheads are too large by so much.

    The engine sizes the cache as its share of the memory less what it measured, and captures graphs afterwards; where
    the share leaves too little for these, they are taken off, so that the sum never exceeds the device.
    """
    device = gpu.memory_bytes * runtime.reported_share
    taken = gpu_weights(shape, precision, tensor_parallel, pipeline_parallel, expert_parallel)
    taken += activation_bytes(shape, gpu, runtime)
    taken += non_torch_bytes(tensor_parallel * pipeline_parallel, runtime)
    return min(device * runtime.utilisation, device - graph_bytes(shape, runtime)) - taken


@dataclass(frozen=True, slots=True)
class Room:
    """What limits the requests of a deployment, whatever their length."""

    pool: float  # bytes for the KV cache on each GPU, negative when the weights do not fit
    parts: RequestParts


def room(
    shape: ModelShape,
    precision: str,
    gpu: GpuCard,
    tensor_parallel: int,
    *,
    kv_precision: str = "auto",
    pipeline_parallel: int = 1,
    expert_parallel: int = 1,
    runtime: RuntimeMemory = DEFAULT,
) -> Room:
    """The room of a deployment. Sizes are not checked here (`check_parallelism` does)."""
    pool = kv_pool(shape, precision, gpu, tensor_parallel, pipeline_parallel, expert_parallel, runtime)
    element = cache_element_bytes(precision, kv_precision)
    return Room(pool, request_parts(shape, element, tensor_parallel, pipeline_parallel, runtime.block_size))


def held_at_once(of: Room, tokens_per_request: int) -> int:
    """Requests of `tokens_per_request` that a replica holds at once; 0 when the weights do not fit.

    An engine admits more requests while they are shorter.
    """
    if of.pool <= 0:
        return 0
    each = of_tokens(of.parts, tokens_per_request)
    return int(of.pool // each) if each else MAX_TOKENS


def max_concurrency(
    shape: ModelShape,
    precision: str,
    gpu: GpuCard,
    tensor_parallel: int,
    tokens_per_request: int,
    *,
    kv_precision: str = "auto",
    pipeline_parallel: int = 1,
    expert_parallel: int = 1,
    runtime: RuntimeMemory = DEFAULT,
) -> int:
    """`held_at_once` of one deployment."""
    if kv_pool(shape, precision, gpu, tensor_parallel, pipeline_parallel, expert_parallel, runtime) <= 0:
        return 0  # also where the cache of a request cannot be worked out
    of = room(
        shape, precision, gpu, tensor_parallel, kv_precision=kv_precision, pipeline_parallel=pipeline_parallel,
        expert_parallel=expert_parallel, runtime=runtime,
    )  # fmt: skip
    return held_at_once(of, tokens_per_request)


def memory_split(
    shape: ModelShape,
    precision: str,
    gpu: GpuCard,
    tensor_parallel: int,
    tokens_per_request: int,
    *,
    kv_precision: str = "auto",
    pipeline_parallel: int = 1,
    expert_parallel: int = 1,
    concurrency: int = 1,
    runtime: RuntimeMemory = DEFAULT,
) -> MemorySplit:
    """Where the memory of each GPU of one replica goes. Raises InputError for sizes that cannot be.

    `concurrency` matters for `max_context` only: the length at which so many requests fit at once.
    """
    tensor, pipeline = tensor_parallel, pipeline_parallel
    check_parallelism(shape, gpu, tensor, pipeline, expert_parallel)
    check_runtime(runtime)
    _check_count("tokens_per_request", tokens_per_request)
    _check_count("concurrency", concurrency)
    device, block = gpu.memory_bytes * runtime.reported_share, runtime.block_size
    element = cache_element_bytes(precision, kv_precision)
    room = kv_pool(shape, precision, gpu, tensor, pipeline, expert_parallel, runtime)
    pool = max(0.0, room)
    each = gpu_request_bytes(shape, tokens_per_request, element, tensor, pipeline, block)
    token = gpu_token_bytes(shape, element, tensor, pipeline)
    blocks = int(pool // (token * block)) if token else 0

    def held(tokens: int) -> float:
        return gpu_request_bytes(shape, tokens, element, tensor, pipeline, block)

    return MemorySplit(
        gpus=tensor * pipeline,
        device=device,
        usable=device * runtime.utilisation,
        weights=gpu_weights(shape, precision, tensor, pipeline, expert_parallel),
        activation=activation_bytes(shape, gpu, runtime),
        non_torch=non_torch_bytes(tensor * pipeline, runtime),
        graphs=graph_bytes(shape, runtime),
        kv_pool=pool,
        missing=max(0.0, -room),
        kv_per_token=token,
        kv_per_request=each,
        blocks=blocks,
        blocks_per_request=-(-tokens_per_request // block),
        pool_tokens=blocks * block,
        max_concurrency=int(pool // each) if each else MAX_TOKENS,
        max_context=max(0, bisect_right(range(MAX_TOKENS + 1), pool / concurrency, key=held) - 1) if pool else 0,
        experts=experts_of_gpu(shape, expert_parallel),
    )


def smallest_gpus(
    shape: ModelShape,
    precision: str,
    gpu: GpuCard,
    tokens_per_request: int,
    concurrency: int,
    *,
    kv_precision: str = "auto",
    runtime: RuntimeMemory = DEFAULT,
) -> int | None:
    """The smallest tensor-parallel size that holds `concurrency` requests at once; None when no size of a node does."""
    _check_count("tokens_per_request", tokens_per_request)
    check_runtime(runtime)
    _check_count("concurrency", concurrency)
    for size in possible_tensor_parallel(shape, gpu):
        held = max_concurrency(
            shape, precision, gpu, size, tokens_per_request, kv_precision=kv_precision, runtime=runtime
        )
        if held >= concurrency:
            return size
    return None


def _check_count(field: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_TOKENS:
        raise InputError(field, f"{value!r} is not a whole number from 1 to {MAX_TOKENS:,}")
