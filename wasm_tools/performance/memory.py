"""Memory fit: whether weights and KV cache of a configuration fit on its GPUs."""

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape

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
USABLE_SHARE = 0.9  # of device memory: the rest is activations, graphs, communication buffers and the runtime


def weight_bytes(shape: ModelShape, precision: str) -> float:
    """Bytes of all weights at `precision`; raises ValueError for an unknown precision."""
    if precision not in WEIGHT_BYTES:
        raise ValueError(f"precision {precision!r} is not one of {', '.join(WEIGHT_BYTES)}")
    return shape.parameters * WEIGHT_BYTES[precision]


def kv_bytes_per_token(shape: ModelShape, precision: str) -> float:
    """KV-cache bytes of one token: one byte an element for 8- and 4-bit engines, two otherwise."""
    return shape.kv_elements * (2.0 if precision in ("bf16", "fp16", "int4") else 1.0)


def memory_needed(shape: ModelShape, precision: str, concurrency: float, tokens_per_request: int) -> float:
    """Bytes for the weights and the KV cache of `concurrency` requests of full length."""
    return weight_bytes(shape, precision) + concurrency * tokens_per_request * kv_bytes_per_token(shape, precision)


def fits(
    shape: ModelShape, precision: str, gpu: GpuCard, gpus: int, concurrency: float, tokens_per_request: int
) -> bool:
    """Whether the configuration stays within the usable share of the memory of its GPUs.

    The KV pool is shared by all GPUs of a tensor-parallel group. KV heads that are replicated when TP exceeds
    their number are not modelled here: the measured points that use this check stay at TP ≤ 8.
    """
    return memory_needed(shape, precision, concurrency, tokens_per_request) <= USABLE_SHARE * gpu.memory_bytes * gpus
