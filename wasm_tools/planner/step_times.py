"""Times of workloads with several steps: bounds of a call from those of the whole, and the typical time of all.

Percentiles of steps are never added. A bound of the whole is divided over the steps, and each call is held to its part
at a percentile so high that even if misses never coincide the whole keeps its own (the union bound). What is added are
means, which add up whatever depends on what.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wasm_tools.performance.open_loop import at_flight
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.pipeline import AnyStep, LlmStep, Target
from wasm_tools.planner.plan import Configuration, Plan
from wasm_tools.planner.question import Question
from wasm_tools.planner.sizing import sized
from wasm_tools.workload.mixes import Step, stage_latency
from wasm_tools.workload.traffic import PERCENTILES, Slo

MODELLED, OBSERVED = "mean at the peak", "observed medians, below the mean"


@dataclass(frozen=True, slots=True)
class CallTime:
    """The typical time of one call in ms, and what it is."""

    ms: float
    basis: str


@dataclass(frozen=True, slots=True)
class Typical:
    """The typical time of a request in ms: None where that of a step is unknown, and then `at_least` without it."""

    ms: float | None
    at_least: float
    unknown: tuple[str, ...]  # ids of the steps whose time nobody knows


def step_slo(step: LlmStep, target: Target | None, judged_calls: float) -> Slo:
    """The bounds of one call of a step.

    Without a share of the whole time they are those stated. With one, all three are scaled by one factor so that the
    end-to-end bounds of the calls that follow one another sum to that share of the target, at `call_percentile`.
    """
    if step.slo_share is None or target is None:
        return step.slo
    in_turn = 1.0 if step.side_by_side else max(1.0, step.calls)
    factor = step.slo_share * target.e2e_ms / in_turn / step.slo.e2e_ms
    slo = step.slo
    return replace(
        slo,
        ttft_ms=slo.ttft_ms * factor,
        itl_ms=slo.itl_ms * factor,
        e2e_ms=slo.e2e_ms * factor,
        percentile=call_percentile(target.percentile, judged_calls),
    )


def call_percentile(whole: int, calls: float) -> int:
    """The lowest percentile at which each of `calls` calls keeps its bound so that `whole` per cent of requests do.

    By the union bound: a request misses at most as often as all its calls together. Beyond 99 no tail is measured.
    """
    able = (p for p in PERCENTILES if calls * (100 - p) <= 100 - whole + 1e-9)
    return next(able, PERCENTILES[-1])


def held_percentile(percentile: int, calls: float) -> float:
    """The per cent of requests that surely keep the whole bound when each of `calls` calls keeps its own."""
    return max(0.0, 100 - calls * (100 - percentile))


def typical(steps: Sequence[AnyStep], times: Sequence[CallTime | None]) -> Typical:
    """The typical time through all stages by `stage_latency`: means add up over stages and over calls in turn.

    Of steps side by side the slowest mean counts, a little less than the mean of the slowest.
    """
    made = [(s, t) for s, t in zip(steps, times, strict=True) if s.calls]
    known = [(s, t.ms) for s, t in made if t is not None]
    staged = [Step(s.id, "generate", s.stage, 1.0, 1.0, share=s.share) for s, _ in known]
    whole = stage_latency(staged, [ms * (1.0 if s.side_by_side else s.calls) for s, ms in known])
    unknown = tuple(s.id for s, t in made if t is None)
    return Typical(None if unknown else whole, whole, unknown)


def call_time(plan: Plan, question: Question, catalogue: Catalogue) -> CallTime | None:
    """The typical time of one call: on GPUs the mean at the planned peak, of an API what a router observed."""
    further = question.workload.output_tokens - 1
    if plan.configuration is not None:
        ms = _mean_ms(plan.configuration, plan.model, question, catalogue)
        return None if ms is None else CallTime(ms, MODELLED)
    seen = catalogue.observations.get((plan.provider, plan.sku, plan.region))
    if seen is None or seen.ttft_p50_ms is None or seen.itl_ms is None:
        return None
    return CallTime(seen.ttft_p50_ms + further * seen.itl_ms, OBSERVED)


def _mean_ms(c: Configuration, model: str, question: Question, catalogue: Catalogue) -> float | None:
    """Mean time of a request on the configuration of a plan, by sizing that configuration once more."""
    limits = replace(question.limits, models=(model,), gpus=(c.gpu,), without_gpus=(), precisions=(c.precision,))
    alone = replace(question, wishes=replace(question.wishes, limits=limits))
    for s in sized(alone, catalogue, Exclusions({}), []):
        d = s.deployable
        if (d.engine, d.tensor_parallel, d.expert_parallel) == (c.engine, c.tensor_parallel, c.expert_parallel):
            peak = question.workload.peak_qps / (s.carrying * s.served.capacity.rate)
            in_flight = s.served.capacity.in_flight * min(1.0, peak)
            behaves = at_flight(s.served.replica, in_flight)
            return behaves.ttft_mean_ms + (question.workload.output_tokens - 1) * behaves.tpot_mean_ms
    return None
