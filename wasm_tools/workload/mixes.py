"""Mixes of request classes, and workloads of several steps: what each model then has to carry."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from wasm_tools.performance.lengths import Lengths, TokenSpread
from wasm_tools.workload.traffic import InputError, Slo

STEP_KINDS = ("generate", "embed", "rerank", "moderate", "transcribe", "speak", "image")


@dataclass(frozen=True, slots=True)
class RequestClass:
    """A share of the requests to one model that is alike. What is not streamed has an end-to-end bound only."""

    id: str
    share: float
    lengths: Lengths
    slo: Slo
    streaming: bool = True
    cacheable_share: float = 0.0
    batchable: bool = False

    def __post_init__(self) -> None:
        if not math.isfinite(self.share) or not 0 < self.share <= 1:
            raise InputError("share", f"class {self.id!r}: {self.share!r} is not a share above 0 and up to 1")
        if not math.isfinite(self.cacheable_share) or not 0 <= self.cacheable_share < 1:
            raise InputError("cacheable_share", f"class {self.id!r}: {self.cacheable_share!r} is not a share below 1")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a request: how many calls it makes to a model of this kind, and which share of requests takes it.

    `prompt_tokens` and `output_tokens` are those of one call. Steps of the same `stage` run side by side (an
    ensemble), stages one after another (a pipeline).
    """

    id: str
    kind: str
    stage: int
    calls: float
    prompt_tokens: float
    output_tokens: float = 0.0
    share: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in STEP_KINDS:
            raise InputError("kind", f"step {self.id!r}: {self.kind!r} is not one of {', '.join(STEP_KINDS)}")
        if not math.isfinite(self.calls) or self.calls <= 0:
            raise InputError("calls", f"step {self.id!r}: {self.calls!r} is not a number of calls above 0")
        if not 0 < self.share <= 1:
            raise InputError("share", f"step {self.id!r}: {self.share!r} is not a share above 0 and up to 1")
        if not (math.isfinite(self.prompt_tokens) and self.prompt_tokens > 0):
            raise InputError("prompt_tokens", f"step {self.id!r}: {self.prompt_tokens!r} tokens; above 0")
        if not (math.isfinite(self.output_tokens) and self.output_tokens >= 0):
            raise InputError("output_tokens", f"step {self.id!r}: {self.output_tokens!r} tokens; 0 or more")


@dataclass(frozen=True, slots=True)
class StepLoad:
    """What one step has to carry: calls per second at the mean and at the peak."""

    step: Step
    qps: float
    peak_qps: float


def mixed_lengths(classes: Sequence[RequestClass]) -> Lengths:
    """Lengths of all requests together: exact means and variations, and the quantiles of the mix.

    The quantiles are those of a staircase through those of the classes, so they are estimates between steps.
    """
    checked_shares(classes)
    return Lengths(
        _mixed([(c.share, c.lengths.prompt) for c in classes]), _mixed([(c.share, c.lengths.output) for c in classes])
    )


def checked_shares(classes: Sequence[RequestClass]) -> None:
    """Raises InputError unless the shares of the classes add up to 1."""
    total = math.fsum(c.share for c in classes)
    if abs(total - 1) > 1e-6:
        raise InputError("share", f"the shares of the classes add up to {total:g}, not 1")


def batchable_share(classes: Sequence[RequestClass]) -> float:
    """The share of requests that may wait for a quiet hour."""
    checked_shares(classes)
    return math.fsum(c.share for c in classes if c.batchable)


def cacheable_share(classes: Sequence[RequestClass]) -> float:
    """The share of all prompt tokens that a prefix cache may hold: by tokens, not by requests."""
    checked_shares(classes)
    tokens = math.fsum(c.share * c.lengths.prompt.mean for c in classes)
    return math.fsum(c.share * c.lengths.prompt.mean * c.cacheable_share for c in classes) / tokens


def step_loads(steps: Sequence[Step], qps: float, peak_qps: float) -> tuple[StepLoad, ...]:
    """Calls per second of each step, for requests of `qps` on average and `peak_qps` at the peak."""
    if not steps:
        raise InputError("steps", "a workload needs at least one step")
    if not (math.isfinite(peak_qps) and 0 < qps <= peak_qps):
        raise InputError("peak_qps", f"a peak of {peak_qps!r} requests/s for a mean of {qps!r}; 0 < mean ≤ peak")
    return tuple(StepLoad(s, qps * s.share * s.calls, peak_qps * s.share * s.calls) for s in steps)


def stage_latency(steps: Sequence[Step], call_ms: Sequence[float]) -> float:
    """Mean time in ms through all stages, given the mean time of a call of each step.

    Steps of a stage run side by side and the slowest counts; a step that only a share of requests takes counts in
    proportion. Means of stages add up; percentiles would not.
    """
    stages: dict[int, float] = {}
    for step, ms in zip(steps, call_ms, strict=True):
        if not math.isfinite(ms) or ms < 0:
            raise InputError("call_ms", f"step {step.id!r}: {ms!r} is not a time of 0 ms or more")
        stages[step.stage] = max(stages.get(step.stage, 0.0), step.share * ms)
    return math.fsum(stages.values())


def _mixed(parts: Sequence[tuple[float, TokenSpread]]) -> TokenSpread:
    mean = math.fsum(share * spread.mean for share, spread in parts)
    square = math.fsum(share * spread.mean**2 * (1 + spread.cv**2) for share, spread in parts)
    cv = math.sqrt(max(0.0, square / mean**2 - 1))
    # Each class as four masses: up to its p50, p90, p95 and above, at the upper quantile of each.
    masses = sorted(
        (value, share * width)
        for share, spread in parts
        for value, width in zip(spread.quantiles, (0.5, 0.4, 0.05, 0.05), strict=True)
    )
    quantiles = []
    for level in (0.5, 0.9, 0.95, 0.99):
        passed = 0.0
        for value, mass in masses:
            passed += mass
            if passed >= level - 1e-9:
                quantiles.append(value)
                break
    p50, p90, p95, p99 = quantiles
    return TokenSpread(mean, cv, (p50, p90, p95, p99))
