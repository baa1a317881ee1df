"""The KV cache of a request by architecture: grouped heads, MLA latents, sliding windows, states of linear layers."""

import math
from dataclasses import dataclass

from wasm_tools.models.cards import ModelShape
from wasm_tools.workload.traffic import InputError

KV_PRECISIONS = ("auto", "bf16", "fp8")
# "auto" is the cache that deployments of a precision use: 8 bits where the checkpoint (NVFP4) or its recipes (FP8) ask
# for it, else the model's own 16 bits.
AUTO_8_BIT = ("fp8", "fp4")
INDEX_BYTES = 132 / 128  # engines keep the 128 keys of a token and layer in FP8 with one 32-bit scale
STATE_BYTES = 4.0  # the config.json of Qwen3.5 and Nemotron 3 say float32 for the state of linear layers


def cache_element_bytes(precision: str, kv_precision: str = "auto") -> float:
    """Bytes of one cache element: 1 for an 8-bit cache, else 2. Raises InputError for an unknown `kv_precision`."""
    if kv_precision == "auto":
        return 1.0 if precision in AUTO_8_BIT else 2.0
    if kv_precision not in KV_PRECISIONS:
        raise InputError("kv_precision", f"{kv_precision!r} is not one of {', '.join(KV_PRECISIONS)}")
    return 1.0 if kv_precision == "fp8" else 2.0


def request_bytes(shape: ModelShape, tokens: float, element_bytes: float) -> float:
    """Cache bytes of one request of `tokens`, no copies counted.

    Every token in full layers and indexers, the last `window` tokens in windowed layers, the state of linear ones.
    """
    return gpu_request_bytes(shape, tokens, element_bytes, 1)


def cache_share(shape: ModelShape, tensor_parallel: int) -> float:
    """The share of a token's cache that each GPU of a tensor-parallel group keeps.

    KV heads are cut among the GPUs and copied when there are fewer of them; an MLA latent is on every GPU. Raises
    InputError when the number of KV heads is unknown.
    """
    if tensor_parallel == 1:
        return 1.0
    if not shape.kv_heads:
        raise InputError("tensor_parallel", "the KV heads of this model are unknown; only 1 can be worked out")
    return math.ceil(shape.kv_heads / tensor_parallel) / shape.kv_heads


def gpu_token_bytes(shape: ModelShape, element_bytes: float, tensor: int, pipeline: int = 1) -> float:
    """Cache bytes that each GPU keeps of every token. An indexer has one key head, so its keys are on every GPU."""
    kept = shape.kv_elements * element_bytes * cache_share(shape, tensor)
    return (kept + shape.index_elements * INDEX_BYTES) / pipeline


def gpu_request_bytes(
    shape: ModelShape, tokens: float, element_bytes: float, tensor: int, pipeline: int = 1, block_size: int = 1
) -> float:
    """Cache bytes of one request on each GPU, in whole blocks of tokens. States are cut like heads."""
    return of_tokens(request_parts(shape, element_bytes, tensor, pipeline, block_size), tokens)


@dataclass(frozen=True, slots=True)
class RequestParts:
    """The cache of a request on each GPU in parts that do not depend on its length."""

    block_size: int  # tokens
    token: float  # bytes of every token
    window: int  # tokens that windowed layers keep, in whole blocks
    window_token: float  # bytes of each of them
    state: float  # bytes of the request


def request_parts(
    shape: ModelShape, element_bytes: float, tensor: int, pipeline: int = 1, block_size: int = 1
) -> RequestParts:
    """The parts of `gpu_request_bytes`, for thousands of requests of one deployment."""
    share = cache_share(shape, tensor) if shape.window else 0.0
    return RequestParts(
        block_size,
        gpu_token_bytes(shape, element_bytes, tensor, pipeline),
        -(-shape.window // block_size) * block_size,
        shape.windowed_elements * element_bytes * share / pipeline,
        shape.state_elements * STATE_BYTES / (tensor * pipeline),
    )


def of_tokens(parts: RequestParts, tokens: float) -> float:
    """Cache bytes of a request of so many tokens on each GPU."""
    whole = -(-tokens // parts.block_size) * parts.block_size
    return whole * parts.token + min(whole, parts.window) * parts.window_token + parts.state
