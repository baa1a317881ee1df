"""Workloads of several steps: retrieval, cascades, ensembles with a judge, agent loops.

A request passes stages one after another; the steps of a stage run side by side. A step calls a language model or buys
something by use: embeddings, reranking, speech.
"""

import math
from dataclasses import dataclass, field
from decimal import Decimal

from wasm_tools.planner.checks import above_zero, count, not_negative, share
from wasm_tools.planner.question import Limits
from wasm_tools.workload.traffic import InputError, Slo


@dataclass(frozen=True, slots=True)
class Target:
    """A bound in ms on a whole request, at a percentile over requests."""

    e2e_ms: float
    percentile: int = 95

    def __post_init__(self) -> None:
        above_zero("e2e_ms", self.e2e_ms, "time in ms")
        Slo(self.e2e_ms, self.e2e_ms, self.e2e_ms, self.percentile)  # its check of the percentile


@dataclass(frozen=True, slots=True)
class LlmStep:
    """Calls to one language model. `calls` and `share`: so many calls in this share of the requests.

    Calls of a step follow one another (an agent loop) or start together (`side_by_side`). `slo` bounds one call;
    with `slo_share` its bounds are scaled so that all calls of the step fit into that share of the pipeline's time.
    `unlike` names earlier steps whose models this one may not take, as in an ensemble.
    """

    id: str
    stage: int
    prompt_tokens: int
    output_tokens: int
    slo: Slo
    calls: float = 1.0
    share: float = 1.0
    side_by_side: bool = False
    slo_share: float | None = None
    minimum_class: str = "medium"
    cacheable_share: float = 0.0
    limits: Limits = field(default_factory=Limits)
    unlike: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _checked(self)
        if self.slo_share is not None:
            share(f"{self.id}.slo_share", self.slo_share, above=True)


@dataclass(frozen=True, slots=True)
class UsageStep:
    """Something bought by use. `usage` is one call, counted in each unit that sellers bill it by: the cheapest counts.

    `ms` is the mean time of a call where the reader knows it; prices come without one.
    """

    id: str
    stage: int
    workload: str
    usage: tuple[tuple[str, Decimal], ...]
    calls: float = 1.0
    share: float = 1.0
    side_by_side: bool = False
    ms: float | None = None
    providers: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        _checked(self)
        if not self.usage:
            raise InputError(f"{self.id}.usage", "nothing is counted; state an amount of at least one unit")
        for unit, amount in self.usage:
            above_zero(f"{self.id}.usage.{unit}", amount)
        if self.ms is not None:
            above_zero(f"{self.id}.ms", self.ms, "time in ms")


AnyStep = LlmStep | UsageStep


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Steps in the order in which they are planned, with requests a second at the mean and at the peak."""

    steps: tuple[AnyStep, ...]
    qps: float
    peak_qps: float
    target: Target | None = None

    def __post_init__(self) -> None:
        above_zero("qps", self.qps, "rate in requests/s")
        if not (math.isfinite(self.peak_qps) and self.peak_qps >= self.qps):
            raise InputError("peak_qps", f"a peak of {self.peak_qps!r} is below the mean of {self.qps:g} requests/s")
        if not any(s.calls for s in self.steps):
            raise InputError("steps", "no step makes a call; a workload needs at least one")
        earlier: set[str] = set()
        ids = [s.id for s in self.steps]
        for n, s in enumerate(self.steps):
            if s.id in ids[:n]:
                raise InputError("steps", f"two steps are called {s.id!r}; give each its own id")
            if isinstance(s, LlmStep):
                for name in s.unlike:
                    if name not in earlier:
                        raise InputError(f"{s.id}.unlike", f"{name!r} is no language-model step above this one")
                earlier.add(s.id)
        slices = [s for s in self.llm_steps if s.slo_share is not None]
        if slices and self.target is None:
            raise InputError(f"{slices[0].id}.slo_share", "a share of the whole time needs a target for the whole time")
        stages: dict[int, float] = {}
        for s in slices:
            stages[s.stage] = max(stages.get(s.stage, 0.0), s.slo_share or 0.0)
        if math.fsum(stages.values()) > 1 + 1e-9:
            raise InputError("slo_share", f"the stages take {math.fsum(stages.values()):.0%} of the whole time")

    @property
    def llm_steps(self) -> tuple[LlmStep, ...]:
        """The steps that call language models at all."""
        return tuple(s for s in self.steps if isinstance(s, LlmStep) and s.calls)

    @property
    def judged_calls(self) -> float:
        """Mean calls of a request that are bound by a share of its time."""
        return math.fsum(s.calls * s.share for s in self.llm_steps if s.slo_share is not None)


def _checked(step: AnyStep) -> None:
    count(f"{step.id}.stage", step.stage)
    not_negative(f"{step.id}.calls", step.calls, "number of calls")
    share(f"{step.id}.share", step.share, above=True)
