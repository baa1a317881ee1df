"""Everything about one plan: why it is here, its figures, where they come from, what would make it cheaper."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from generator.plan_changes import OWN_KINDS, cheaper_changes
from generator.registry import Registry
from generator.sync.state import Snapshot
from wasm_tools.planner import Answer
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.lists import close_calls, pareto_set
from wasm_tools.planner.plan import Plan, dollars, plan_record, significant
from wasm_tools.planner.question import Question
from wasm_tools.pricing.offers import parse_evidence
from wasm_tools.workload.traffic import Slo

RIVALS = 5
CURVES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Sources:
    """Who says what, and when it was read."""

    registry: Registry
    snapshots: Mapping[str, Snapshot]


def explanation(found: Answer, candidate: Candidate, ranks: Mapping[str, int], sources: Sources) -> dict[str, Any]:
    """A JSON-safe record of everything known about one candidate of an answer; `ranks` are the numbers of plans."""
    plan = candidate.described()
    return {
        "as_of": found.catalogue.as_of,
        "rank": ranks.get(candidate.id),
        "plan": plan_record(plan),
        "why": list(_why(found, candidate)),
        "binds": plan.binds,
        "figures": _figures(found.question.slo, plan),
        "arithmetic": [*plan.reasons, *_sums(found.question, candidate, plan)],
        "risks": {name: significant(premium) for name, premium in plan.risks},
        "usd_with_risk": dollars(Decimal(repr(candidate.adjusted))),
        "cost_error": significant(candidate.cost_error),
        "assumptions": list(plan.assumptions),
        "prices": _prices(plan, sources),
        "measured": list(_measured(found, plan)),
        "observed": _observed(found, plan),
        "cheaper": list(cheaper_changes(found, candidate, plan)),
        "rivals": [_rival(c, candidate, ranks) for c in _rivals(found, candidate)],
    }


def _why(found: Answer, candidate: Candidate) -> Iterator[str]:
    winner = found.winner
    able = [c for c in found.candidates if c.qualifies and c.dependable]
    if winner is not None and candidate.id == winner.id:
        yield (
            "it is recommended: the cheapest plan on dependable capacity that counts as meeting the target, risks"
            " included"
        )
    elif not candidate.qualifies:
        yield f"it is listed by its cost; its target is {candidate.status}, so it cannot be recommended"
    elif not candidate.dependable:
        yield f"it counts as meeting the target; {candidate.kind} has conditions, so it is not recommended"
    else:
        better = sum(c.adjusted < candidate.adjusted for c in able)
        yield f"it counts as meeting the target; dependable plans that are cheaper with their risks: {better:,}"
    if winner is not None and any(c.id == candidate.id for c in close_calls(winner, found.candidates)):
        yield "a close call: within the error its cost cannot be told from that of the recommended plan"
    if any(c.id == candidate.id for c in pareto_set(found.candidates)):
        yield "no other plan is better in cost, time and quality at once"
    cheaper = sum(c.usd_per_month < candidate.usd_per_month for c in found.candidates)
    yield f"{cheaper:,} of {len(found.candidates):,} plans looked at cost less, whatever their target"


def _figures(slo: Slo, plan: Plan) -> list[dict[str, Any]]:
    p = plan.prediction
    rows = (
        ("ttft", slo.ttft_ms, slo.ttft_percentile, p and p.ttft_ms, p and p.ttft_band),
        ("itl", slo.itl_ms, slo.itl_percentile, p and p.itl_ms, p and p.itl_band),
        ("e2e", slo.e2e_ms, slo.e2e_percentile, p and p.e2e_ms, None),
    )
    observed = p is not None and p.evidence == "observed"  # a window has no error band
    return [
        {
            "metric": metric,
            "percentile": percentile or slo.percentile,
            "bound_ms": significant(bound),
            "estimate_ms": significant(value) if value else None,
            "band_ms": [significant(value * f) for f in band] if value and band and not observed else None,
        }
        for metric, bound, percentile, value, band in rows
    ]


def _sums(question: Question, candidate: Candidate, plan: Plan) -> Iterator[str]:
    requests = question.requests_per_month
    if plan.kind == "api":
        each = plan.usd_per_month / requests
        yield f"${each.quantize(Decimal('0.00000001')).normalize():f} a request × {requests:,.0f} requests a month"
    yield (
        f"= ${plan.usd_per_month:,.2f} a month, ${plan.usd_per_hour:,.4f} an hour,"
        f" ${plan.usd_per_million_tokens:,.4f} per 1M tokens, ${plan.usd_per_million_output:,.4f} per 1M output tokens"
    )
    if plan.capacity is not None:
        yield f"${plan.capacity.usd_idle:,.2f} of it, {plan.capacity.idle_share:.0%}, is paid for idle GPUs"
    yield f"the cost may be off by {candidate.cost_error:.0%} either way"


def _prices(plan: Plan, sources: Sources) -> list[dict[str, Any]]:
    if plan.kind in OWN_KINDS:
        return []
    found = []
    for e in parse_evidence(plan.price_evidence):
        source, snapshot = sources.registry.source.get(e.source), sources.snapshots.get(e.source)
        found.append(
            {
                "source": e.source,
                "title": source.title if source else e.source,
                "usd": f"{e.price:f}",
                "read": snapshot.observed_at if snapshot else "",
                "absent_since": e.absent_since or "",
            }
        )
    return found


def _measured(found: Answer, plan: Plan) -> Iterator[dict[str, Any]]:
    """Measured curves of the same model, GPU, precision and engine: those of the same size first."""
    c = plan.configuration
    if c is None:
        return
    same = [
        curve
        for curve in found.catalogue.curves
        if (curve.model, curve.gpu, curve.precision, curve.engine) == (plan.model, c.gpu, c.precision, c.engine)
    ]
    wanted = c.prompt_tokens, c.output_tokens
    same.sort(
        key=lambda m: (
            m.tensor_parallel != c.tensor_parallel,
            abs(m.prompt_tokens - wanted[0]) + abs(m.output_tokens - wanted[1]),
            m.configuration_id,
        )
    )
    for curve in same[:CURVES_SHOWN]:
        yield {
            "configuration": curve.configuration_id,
            "prompt_tokens": curve.prompt_tokens,
            "output_tokens": curve.output_tokens,
            "points": len(curve.points),
            "concurrency": [curve.points[0].concurrency, curve.points[-1].concurrency],
            "measured": max(p.measured for p in curve.points),
        }


def _observed(found: Answer, plan: Plan) -> dict[str, Any] | None:
    seen = found.catalogue.observations.get((plan.provider, plan.sku, plan.region)) if plan.kind == "api" else None
    if seen is None:
        return None
    return {
        "source": seen.source,
        "observed": seen.observed,
        "window_minutes": seen.window_minutes,
        "requests": seen.requests,
        "ttft_p95_ms": seen.ttft_p95_ms,
        "tokens_per_second_p50": seen.tokens_per_second,
    }


def _rivals(found: Answer, candidate: Candidate) -> list[Candidate]:
    """The nearest in cost that count as meeting the target, of other models or sellers, once each."""
    seen = {(candidate.model, candidate.provider, candidate.kind)}
    near = []
    able = (c for c in found.candidates if c.qualifies)
    for c in sorted(able, key=lambda c: (abs(c.usd_per_month - candidate.usd_per_month), c.id)):
        key = (c.model, c.provider, c.kind)
        if key not in seen:
            seen.add(key)
            near.append(c)
            if len(near) == RIVALS:
                break
    return sorted(near, key=lambda c: (c.usd_per_month, c.id))


def _rival(rival: Candidate, candidate: Candidate, ranks: Mapping[str, int]) -> dict[str, Any]:
    return {
        "rank": ranks.get(rival.id),
        "id": rival.id,
        "kind": rival.kind,
        "model": rival.model,
        "provider": rival.provider,
        "usd_per_month": dollars(Decimal(repr(rival.usd_per_month))),
        "slo": rival.status,
        "difference": significant(rival.usd_per_month / candidate.usd_per_month - 1)
        if candidate.usd_per_month
        else None,
    }
