"""Sizes and times of a replica that the plan does not measure: assumptions, each with its reasoning."""

import math

from wasm_tools.manifests.serving_spec import ServingSpec

SHM_GIB = 16  # NCCL fails on the container default of 64 MB
TEMPLATE_TOKENS = 128  # room for what a chat template and a tokenizer put around a prompt; ours, some need half of it
PRE_STOP_SECONDS = 15  # in which the endpoint is removed everywhere before the server stops to accept
STARTUP_PERIOD_SECONDS = 10
_AFTER_DRAIN_SECONDS = 15  # to exit after the last request


def cold_start_seconds(weights_gib: float) -> int:
    """Assumed time from container start to the first answer: 180 s for the engine, 5 s a GiB of weights.

    5 s a GiB is a download at about 2 Gbit/s and one second of loading. Probes allow twice the result.
    """
    return 180 + math.ceil(5 * weights_gib)


def length_limit(prompt_tokens: int, output_tokens: int, context: int) -> int:
    """The longest request in tokens that a server is told to take: the plan's longest, with room for the template.

    Never more than the `context` of the model (0: unknown), unless the plan itself asks for more.
    """
    longest = prompt_tokens + output_tokens
    return max(longest, min(longest + TEMPLATE_TOKENS, context or longest + TEMPLATE_TOKENS))


def startup_failures(weights_gib: float) -> int:
    """How often the startup probe may fail: until twice the cold start is over."""
    return math.ceil(2 * cold_start_seconds(weights_gib) / STARTUP_PERIOD_SECONDS)


def grace_seconds(spec: ServingSpec) -> int:
    """From the wish to stop to the end: out of the endpoints, requests in flight, exit."""
    return PRE_STOP_SECONDS + spec.drain_seconds + _AFTER_DRAIN_SECONDS


def shm_gib(spec: ServingSpec) -> int:
    """Shared memory of a pod whose GPUs talk to each other; 0 for one GPU alone."""
    return SHM_GIB if spec.gpus > 1 or spec.pipeline_parallel > 1 else 0


def host_memory_gib(spec: ServingSpec) -> int:
    """Assumed host memory of a pod: one copy of its weights, 8 GiB a GPU process, 8 GiB for the server, and shm."""
    return math.ceil(spec.weights_gib / spec.pipeline_parallel) + 8 * spec.gpus + 8 + shm_gib(spec)


def cpus(spec: ServingSpec) -> int:
    """Assumed processors of a pod: two a GPU process, four for the server."""
    return 4 + 2 * spec.gpus


def cache_gib(spec: ServingSpec) -> int:
    """Weights and compiled kernels, with room for a download in progress."""
    return math.ceil(1.5 * spec.weights_gib) + 10
