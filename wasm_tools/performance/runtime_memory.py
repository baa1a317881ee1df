"""What a serving engine takes of a GPU's memory beside weights and cache, and how it is set up.

The figures are those of `data/registry/runtime_memory.toml`, where each has its source and its residuals; a test keeps
both the same. They stand here as well so that the engine needs no file.
"""

import math
from dataclasses import dataclass

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.workload.traffic import InputError

GB = 10**9
GIB = 2**30


@dataclass(frozen=True, slots=True)
class RuntimeMemory:
    """Settings and overheads of one engine on one GPU; bytes where nothing else is said."""

    utilisation: float = 0.9  # share of the reported memory that the engine may fill
    block_size: int = 16  # tokens of one cache block
    max_sequences: int | None = None  # requests the engine prepares for; None: its default for the GPU
    reported_share: float = 0.98975  # of the nominal memory that the runtime reports
    non_torch_single: float = 0.15 * GIB
    non_torch_group: float = 0.6 * GIB  # a GPU of two or more: communication buffers
    sampler_bytes: float = 38.9  # of one vocabulary entry of one sequence
    unknown_vocabulary: int = 201_088
    activation_floor: float = 2.12 * GIB
    graphs_dense: float = 0.1 * GIB
    graphs_experts: float = 1.03 * GIB
    large_memory: float = 70 * GIB  # from here on the engine prepares for more sequences
    sequences_large: int = 1024
    sequences_small: int = 256


DEFAULT = RuntimeMemory()


def reported_memory(gpu: GpuCard, runtime: RuntimeMemory = DEFAULT) -> float:
    """Bytes that the runtime sees of a GPU whose card states the nominal memory."""
    return gpu.memory_bytes * runtime.reported_share


def activation_bytes(shape: ModelShape, gpu: GpuCard, runtime: RuntimeMemory = DEFAULT) -> float:
    """Peak bytes of a forward pass on each GPU, whatever the tensor parallelism.

    The peak is the sampler's: several copies of the scores of the whole vocabulary for each sequence prepared for. The
    floor is the smallest peak measured, because below it the layers themselves decide and nobody measured them.
    """
    sequences = runtime.max_sequences
    if sequences is None:
        large = gpu.memory_bytes * runtime.reported_share >= runtime.large_memory
        sequences = runtime.sequences_large if large else runtime.sequences_small
    vocabulary = shape.vocabulary or runtime.unknown_vocabulary
    return max(runtime.activation_floor, runtime.sampler_bytes * sequences * vocabulary)


def graph_bytes(shape: ModelShape, runtime: RuntimeMemory = DEFAULT) -> float:
    """Bytes of captured CUDA graphs on each GPU. They lie outside the utilisation share: captured after the cache."""
    return runtime.graphs_experts if shape.experts else runtime.graphs_dense


def non_torch_bytes(gpus: int, runtime: RuntimeMemory = DEFAULT) -> float:
    """Bytes on each GPU that the driver and communication take beside tensors, in a replica of `gpus`."""
    return runtime.non_torch_group if gpus > 1 else runtime.non_torch_single


def check_runtime(runtime: RuntimeMemory) -> None:
    """Raise InputError naming a setting that no engine takes."""
    if not (_number(runtime.utilisation) and 0 < runtime.utilisation <= 1):
        raise InputError("utilisation", f"{runtime.utilisation!r} is not a share above 0 and up to 1, such as 0.9")
    for field, value in (("block_size", runtime.block_size), ("max_sequences", runtime.max_sequences)):
        if value is None:  # the engine's default
            continue
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InputError(field, f"{value!r} is not a whole number from 1 up")


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
