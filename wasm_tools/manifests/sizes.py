"""Sizes and times of a replica that the plan does not measure: assumptions, each with its reasoning."""

import math

from wasm_tools.manifests.serving_spec import ServingSpec

SHM_GIB = 16  # NCCL fails on the container default of 64 MB


def cold_start_seconds(weights_gib: float) -> int:
    """Assumed time from container start to the first answer: 180 s for the engine, 5 s a GiB of weights.

    5 s a GiB is a download at about 2 Gbit/s and one second of loading. Probes allow twice the result.
    """
    return 180 + math.ceil(5 * weights_gib)


def host_memory_gib(spec: ServingSpec) -> int:
    """Assumed host memory of a pod: one copy of its weights, 8 GiB a GPU process, 8 GiB for the server, and shm."""
    shared = SHM_GIB if spec.gpus > 1 or spec.pipeline_parallel > 1 else 0
    return math.ceil(spec.weights_gib / spec.pipeline_parallel) + 8 * spec.gpus + 8 + shared


def cache_gib(spec: ServingSpec) -> int:
    """Weights and compiled kernels, with room for a download in progress."""
    return math.ceil(1.5 * spec.weights_gib) + 10
