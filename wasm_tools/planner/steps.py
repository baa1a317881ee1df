"""Every step of a workload of several steps, ranked by itself, and what they cost together.

The month costs what its steps cost. Where one step has no answer the month has no price, never a smaller one.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from wasm_tools.planner.candidate import STATUSES
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.pipeline import AnyStep, LlmStep, Pipeline, UsageStep
from wasm_tools.planner.plan import Plan
from wasm_tools.planner.question import Question, Wishes
from wasm_tools.planner.ranking import ranked_plans
from wasm_tools.planner.step_times import CallTime, Typical, call_time, held_percentile, step_slo, typical
from wasm_tools.planner.usage import UsageBook, UsageRanking, ranked_usage
from wasm_tools.workload.traffic import SECONDS_PER_MONTH, InputError, Slo, Workload
from wasm_tools.workload.usage import UsageRequest

SHOWN = 10  # plans described of each step
REASONS = 3  # told of a step without an answer: the most frequent ones


@dataclass(frozen=True, slots=True)
class Pick:
    """What a step would take: US dollars a month, from whom, and which sources say so. `binds` is what limits it."""

    usd_per_month: Decimal
    provider: str
    product: str  # the model, or the SKU of what is bought by use
    kind: str
    status: str
    evidence: str
    seen: str  # newest date of the price, empty where the ranking does not say
    binds: str
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """One step: its load in calls a second, what to take, and what was left out for which reason, most frequent first.

    `unverified` is the cheaper of the recommendation and the cheapest plan whose latency nobody has verified. `hint` is
    what would let a plan in where none qualifies.
    """

    step: AnyStep
    qps: float
    peak_qps: float
    recommended: Pick | None
    unverified: Pick | None
    possible: int
    time: CallTime | None
    slo: Slo | None = None
    left_out: tuple[tuple[str, int], ...] = ()
    hint: str = ""

    @property
    def why_none(self) -> tuple[str, ...]:
        """Why nothing is recommended, in words; empty where something is."""
        if self.recommended or not self.step.calls:
            return ()
        told = (f"{number:,} × {reason}" for reason, number in self.left_out[:REASONS])
        return (*([self.hint] if self.hint else ()), *told)

    def usd(self, verified: bool = True) -> Decimal | None:
        """Cost a month, nothing for a step without calls, None for one without an answer."""
        if not self.step.calls:
            return Decimal(0)
        pick = self.recommended if verified else self.unverified
        return pick.usd_per_month if pick else None


@dataclass(frozen=True, slots=True)
class StepsAnswer:
    """All steps together. Totals are sums of the steps, None where a step has no answer."""

    pipeline: Pipeline
    steps: tuple[StepAnswer, ...]

    def usd(self, verified: bool = True) -> Decimal | None:
        """US dollars a month: of the recommendations, or of the cheapest whose latency may be unverified."""
        parts = [s.usd(verified) for s in self.steps]
        known = [usd for usd in parts if usd is not None]
        return sum(known, Decimal(0)) if len(known) == len(parts) else None

    def usd_per_request(self, verified: bool = True) -> Decimal | None:
        """The same for one request of the pipeline."""
        total = self.usd(verified)
        return None if total is None else total / (Decimal(repr(self.pipeline.qps)) * SECONDS_PER_MONTH)

    def share(self, step: StepAnswer) -> Decimal | None:
        """The share of the recommended total that a step takes."""
        part, total = step.usd(), self.usd()
        return part / total if part is not None and total else None

    @property
    def status(self) -> str:
        """The worst status of the steps: the whole keeps its target only where each step keeps its part."""
        picks = [s.recommended for s in self.steps if s.step.calls]
        return max((p.status if p else "unknown" for p in picks), key=STATUSES.index)

    @property
    def held_percentile(self) -> float | None:
        """The per cent of requests that keep the target when each bound call keeps its part; None without parts."""
        parts = [s.slo for s in self.steps if s.slo and isinstance(s.step, LlmStep) and s.step.slo_share is not None]
        return held_percentile(parts[0].percentile, self.pipeline.judged_calls) if parts else None

    @property
    def typical(self) -> Typical:
        """The typical time of a request with the recommended plans."""
        return typical([s.step for s in self.steps], [s.time for s in self.steps])


def plan_steps(pipeline: Pipeline, catalogue: Catalogue, books: Mapping[str, UsageBook]) -> StepsAnswer:
    """Every step ranked by the planner or by use, in order; `books` are by workload.

    Calls that start together arrive in groups of `calls`, so their arrivals vary as much more (the counts of groups of
    n have n times the variance). Raises InputError that names the step.
    """
    found: dict[str, StepAnswer] = {}
    for step in pipeline.steps:
        qps, peak = (rate * step.calls * step.share for rate in (pipeline.qps, pipeline.peak_qps))
        try:
            if not step.calls:
                found[step.id] = StepAnswer(step, 0.0, 0.0, None, None, 0, None)
            elif isinstance(step, LlmStep):
                found[step.id] = _llm(pipeline, step, qps, peak, catalogue, found)
            else:
                found[step.id] = _usage(pipeline, step, qps, peak, books)
        except InputError as error:
            if error.field.startswith(f"{step.id}."):
                raise
            raise InputError(f"{step.id}.{error.field}", error.message) from None
    return StepsAnswer(pipeline, tuple(found.values()))


def _llm(
    pipeline: Pipeline, step: LlmStep, qps: float, peak: float, catalogue: Catalogue, found: Mapping[str, StepAnswer]
) -> StepAnswer:
    slo = step_slo(step, pipeline.target, pipeline.judged_calls)
    limits = step.limits
    if step.unlike:
        taken = {p.product for name in step.unlike for p in (found[name].recommended, found[name].unverified) if p}
        left = tuple(m for m in (limits.models or catalogue.models) if m not in taken)
        if not left:
            hint = f"no model is left beside those of {', '.join(step.unlike)}"
            return StepAnswer(step, qps, peak, None, None, 0, None, slo, hint=hint)
        limits = replace(limits, models=frozenset(left))
    workload = Workload(
        step.prompt_tokens,
        step.output_tokens,
        qps,
        peak,
        step.minimum_class,
        arrival_cv=math.sqrt(step.calls) if step.side_by_side else 1.0,
        cacheable_share=step.cacheable_share,
    )
    question = Question(workload, slo, Wishes(limits=limits))
    ranking = ranked_plans(question, catalogue, SHOWN)
    plans = {plan.id: plan for _, plan in ranking.plans}
    recommended, unverified = (_picked(plans.get(id_)) for id_ in (ranking.recommended, ranking.unverified))
    cheapest = min((p for p in (recommended, unverified) if p), key=lambda p: p.usd_per_month, default=None)
    time = call_time(recommended.plan, question, catalogue) if recommended and recommended.plan else None
    hint = ranking.relaxation.words if ranking.relaxation else ""
    left_out = _most_first(dict(ranking.excluded))
    return StepAnswer(step, qps, peak, recommended, cheapest, ranking.possible, time, slo, left_out, hint)


def _picked(plan: Plan | None) -> Pick | None:
    if plan is None:
        return None
    return Pick(
        plan.usd_per_month, plan.provider, plan.model, plan.kind, plan.slo, plan.price_evidence, "", plan.binds, plan
    )


def _most_first(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _usage(pipeline: Pipeline, step: UsageStep, qps: float, peak: float, books: Mapping[str, UsageBook]) -> StepAnswer:
    book = books.get(step.workload)
    if book is None:
        raise InputError("workload", f"{step.workload!r} is not ranked by use; choose of {', '.join(sorted(books))}")
    calls = Decimal(repr(pipeline.qps)) * Decimal(repr(step.calls)) * Decimal(repr(step.share)) * SECONDS_PER_MONTH
    rankings = [
        ranked_usage(book, UsageRequest(usage=amount * calls, unit=unit, providers=step.providers))
        for unit, amount in step.usage
    ]
    pick = min((p for r in rankings if (p := _bought(r))), key=lambda p: p.usd_per_month, default=None)
    time = CallTime(step.ms, "as stated") if step.ms is not None else None
    possible = sum(len(r.entries) for r in rankings)
    return StepAnswer(step, qps, peak, pick, pick, possible, time, left_out=_most_first(_refused(rankings)))


def _refused(rankings: Sequence[UsageRanking]) -> Mapping[str, int]:
    """The prices that are in none of the rankings, by reason: another unit only where no other reason is given."""
    counts: Counter[str] = Counter()
    for position in set(rankings[0].refused).intersection(*(r.refused for r in rankings[1:])):
        refusals = [r.refused[position] for r in rankings]
        counts[next((r for r in refusals if r.kind != "unit"), refusals[0]).reason] += 1
    return counts


def _bought(ranking: UsageRanking) -> Pick | None:
    if not ranking.entries:
        return None
    first = ranking.entries[0]
    row = first.product.first
    limit = "no rate limit is stated" if first.capacity.status == "unknown" else f"limit {first.capacity.status}"
    binds = f"the price of {ranking.comparator.label}; {limit}"
    return Pick(first.usd_per_month, row.provider, row.sku, "api", "unknown", row.sources, row.seen, binds)
