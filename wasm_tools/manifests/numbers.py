"""Every figure of a plan's files, computed and rounded once; builders print what stands here.

Formulas and their reasons are those of the deployment guide of the methodology; what the plan does not measure is an
assumption and says so.
"""

import math
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.manifests.runtimes import ManifestError
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.sizes import (
    cold_start_seconds,
    cpus,
    grace_seconds,
    host_memory_gib,
    shm_gib,
    startup_failures,
)
from wasm_tools.manifests.targets import Targets

WAITING_PER_REPLICA = 2  # a queue that a replica may have before another one is added
TOLERATED_QUEUE = 2  # requests that may wait, in batches
LONGEST_POLICY_SECONDS = 1800  # of a scaling policy, by the Kubernetes API
ROUTE_TIMEOUT_SECONDS = 600


def _decimals(text: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, text.split()))


# Default edges in seconds of vLLM 0.33.0 (its metric table), kept so that the long tail stays visible.
DEFAULT_EDGES = {
    "ttft": _decimals("0.001 0.005 0.01 0.02 0.04 0.06 0.08 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10 20 40 80 160 640 2560"),
    "itl": _decimals("0.01 0.025 0.05 0.075 0.1 0.15 0.2 0.3 0.4 0.5 0.75 1 2.5 5 7.5 10 20 40 80"),
    "request": _decimals("0.3 0.5 0.8 1 1.5 2 2.5 5 10 15 20 30 40 50 60 120 240 480 960 1920 7680"),
}
_AROUND_SLO = _decimals("0.5 0.75 1 1.5 2")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNumbers:
    """Figures of one plan as they are printed: whole numbers, and decimals as text."""

    percentile: int
    quantile: str  # the percentile as a share: "0.95"
    ttft_s: str  # bounds of the SLO, seconds
    itl_s: str
    e2e_s: str
    ttft_le: str  # the same as Prometheus prints an edge: "15.0"
    itl_le: str
    e2e_le: str
    ttft_edges: tuple[str, ...]  # histogram edges, seconds, rising
    itl_edges: tuple[str, ...]
    request_edges: tuple[str, ...]
    max_queued_requests: int  # in flight, running included
    max_queued_tokens: int  # prompt tokens still in prefill; 0: no limit, the prefill rate is unknown
    drain_seconds: int
    grace_seconds: int
    cold_start_seconds: int
    startup_failures: int  # of a probe every ten seconds
    progress_deadline_seconds: int
    cache_gib: int
    shm_gib: int  # 0: one GPU, no shared memory needed
    host_memory_gib: int  # of one pod
    cpus: int  # of one pod
    pod_gpus: int
    replica_gpus: int
    replica_nodes: int
    min_replicas: int
    max_replicas: int
    waiting_per_replica: int
    running_per_replica: int
    scale_up_seconds: int
    queue_alert: int
    peak_qps: str
    replica_qps: str
    route_timeout_seconds: int
    usd_per_replica_hour: str  # empty: unknown
    simulator_overhead: str  # durations as Go reads them
    simulator_per_token: str
    simulator_itl: str


def plan_numbers(spec: ServingSpec) -> PlanNumbers:
    """The figures of a plan; raises ManifestError without targets, and where they contradict the deployment."""
    targets = spec.targets
    if targets is None:
        raise ManifestError("targets: say what the plan was priced for; only a plan with targets has these figures")
    if spec.drain_seconds * 1000 < targets.predicted_e2e_ms:
        raise ManifestError(
            f"drain_seconds: {spec.drain_seconds} s are less than the {targets.predicted_e2e_ms:g} ms of a slow request"
        )
    ttft, itl, e2e = (_seconds(ms) for ms in (targets.ttft_ms, targets.itl_ms, targets.e2e_ms))
    cold_start = cold_start_seconds(spec.weights_gib)
    peak_replicas = math.ceil(round(targets.peak_qps / targets.replica_qps, 9))
    overhead, per_token, simulated_itl = _simulator_times(spec, targets)
    return PlanNumbers(
        percentile=targets.percentile,
        quantile=_plain(Decimal(targets.percentile) / 100),
        ttft_s=_plain(ttft),
        itl_s=_plain(itl),
        e2e_s=_plain(e2e),
        ttft_le=repr(float(ttft)),
        itl_le=repr(float(itl)),
        e2e_le=repr(float(e2e)),
        ttft_edges=_edges("ttft", ttft),
        itl_edges=_edges("itl", itl),
        request_edges=_edges("request", e2e),
        max_queued_requests=(1 + TOLERATED_QUEUE) * spec.max_num_seqs,
        max_queued_tokens=_queued_tokens(spec, targets),
        drain_seconds=spec.drain_seconds,
        grace_seconds=grace_seconds(spec),
        cold_start_seconds=cold_start,
        startup_failures=startup_failures(spec.weights_gib),
        progress_deadline_seconds=3 * cold_start,
        cache_gib=max(math.ceil(1.5 * spec.weights_gib), math.ceil(spec.weights_gib) + 10),  # small models: kernels
        shm_gib=shm_gib(spec),
        host_memory_gib=host_memory_gib(spec),
        cpus=cpus(spec),
        pod_gpus=spec.gpus,
        replica_gpus=spec.gpus * spec.pipeline_parallel,
        replica_nodes=spec.pipeline_parallel,
        min_replicas=spec.replicas,
        max_replicas=max(spec.max_replicas, 2 * spec.replicas, peak_replicas),
        waiting_per_replica=WAITING_PER_REPLICA,
        running_per_replica=max(1, 7 * spec.max_num_seqs // 10),
        scale_up_seconds=min(max(cold_start, 1), LONGEST_POLICY_SECONDS),
        queue_alert=max(1, spec.max_num_seqs // 4),
        peak_qps=_rate(targets.peak_qps),
        replica_qps=_rate(targets.replica_qps),
        route_timeout_seconds=max(ROUTE_TIMEOUT_SECONDS, math.ceil(2 * e2e), spec.drain_seconds),
        usd_per_replica_hour=spec.usd_per_replica_hour,
        simulator_overhead=overhead,
        simulator_per_token=per_token,
        simulator_itl=simulated_itl,
    )


def _seconds(ms: float) -> Decimal:
    """Milliseconds, to the microsecond, as seconds: in Decimal, so that 0.05 x 0.75 is 0.0375."""
    return Decimal(f"{ms:.3f}") / 1000


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rate(value: float) -> str:
    """Six significant digits without an exponent, with at least one decimal: 9.0."""
    text = _plain(Decimal(f"{value:.6g}"))
    return text if "." in text else f"{text}.0"


def _edges(family: str, slo: Decimal) -> tuple[str, ...]:
    """Default edges and those around the bound, so that a share of requests within it can be read off exactly."""
    return tuple(map(_plain, sorted({*DEFAULT_EDGES[family], *(slo * m for m in _AROUND_SLO)})))


def _queued_tokens(spec: ServingSpec, targets: Targets) -> int:
    """Prompt tokens that the prefill rate works off within the TTFT bound, and never less than the longest prompt."""
    if not targets.prefill_tokens_per_s:
        return 0
    return max(spec.prompt_tokens, math.floor(round(targets.ttft_ms * targets.prefill_tokens_per_s / 1000, 6)))


def _simulator_times(spec: ServingSpec, targets: Targets) -> tuple[str, str, str]:
    """Prefill overhead, prefill time per token and ITL of a simulated replica, as durations.

    The plan knows one point of the load curve, so the simulator runs at the predicted times at any load. Where the
    prefill rate is unknown, or would take longer than the predicted TTFT, all of the TTFT is spread over the prompt.
    """
    ttft_ns = round(targets.predicted_ttft_ms * 1e6)
    per_token_ns = round(1e9 / targets.prefill_tokens_per_s) if targets.prefill_tokens_per_s else 0
    if not 0 < per_token_ns * spec.prompt_tokens <= ttft_ns:
        per_token_ns = max(1, ttft_ns // spec.prompt_tokens)
    overhead_us = max(0, ttft_ns - per_token_ns * spec.prompt_tokens) // 1000
    return f"{overhead_us}us", f"{per_token_ns}ns", f"{max(1, round(targets.predicted_itl_ms * 1000))}us"
