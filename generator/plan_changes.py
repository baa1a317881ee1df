"""What would make a plan cheaper: looser bounds, a warm cache, jobs that wait, other ways to have the machines."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from wasm_tools.planner import Answer, answer
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.plan import Plan, dollars
from wasm_tools.planner.question import Question

OWN_KINDS = ("owned", "bought")  # their prices are no offers of anybody
LOOSER = (1.1, 1.25, 1.5, 2.0, 3.0)
CACHED = 0.5
CHEAPER = 0.999  # times the cost of the plan: a smaller difference is none


def cheaper_changes(found: Answer, candidate: Candidate, plan: Plan) -> Iterator[dict[str, Any]]:
    """Changes that make this model cheaper: by the same seller on the same GPU, then by another way to run it."""
    limit = CHEAPER * candidate.usd_per_month
    question = _narrowed(found.question, candidate, plan)
    for change, one in _changed(question):
        for words, asked in one:
            able = (c for c in answer(asked, found.catalogue).candidates if c.qualifies or c.id == candidate.id)
            usd = min((c.usd_per_month for c in able), default=None)
            if usd is not None and usd < limit:
                yield {"change": f"{change}{words}", "usd_per_month": dollars(Decimal(repr(usd)))}
                break
    others: dict[str, float] = {}
    for c in found.candidates:
        if c.model == candidate.model and c.kind != candidate.kind and c.qualifies and c.usd_per_month < limit:
            others.setdefault(c.kind, c.usd_per_month)
    for kind, usd in others.items():
        yield {"change": f"this model as {kind}", "usd_per_month": dollars(Decimal(repr(usd)))}


def _narrowed(question: Question, candidate: Candidate, plan: Plan) -> Question:
    """The question about this model, seller, kind and GPU alone."""
    limits = replace(
        question.limits,
        models=(candidate.model,),
        kinds=(candidate.kind,),
        providers=() if candidate.kind in OWN_KINDS else (candidate.provider,),
        without_providers=(),
        gpus=(plan.configuration.gpu,) if plan.configuration else (),
        without_gpus=(),
    )
    return replace(question, wishes=replace(question.wishes, limits=limits))


def _changed(question: Question) -> Iterator[tuple[str, list[tuple[str, Question]]]]:
    """Kinds of change, each with its steps from the smallest on."""
    slo, workload = question.slo, question.workload
    hosted = question.limits.kinds != ("api",)
    for name, metrics in (
        ("the TTFT bound", ("ttft_ms",)), ("the ITL bound", ("itl_ms",)), ("the end-to-end bound", ("e2e_ms",)),
        ("all bounds", ("ttft_ms", "itl_ms", "e2e_ms")),
    ) if hosted and not question.classes else ():  # fmt: skip
        steps = []
        for factor in LOOSER:
            looser = replace(slo, **{metric: getattr(slo, metric) * factor for metric in metrics})
            steps.append((f" {factor - 1:.0%} looser", replace(question, slo=looser)))
        yield name, steps
    if workload.cacheable_share < CACHED and not question.classes:
        yield (
            "half of each prompt",
            [(" in the cache", replace(question, workload=replace(workload, cacheable_share=CACHED)))],
        )
    if not hosted:
        batch = replace(question, shares=replace(question.shares, batch=1.0))
        yield "all requests", [(" as batch jobs", batch)]
        yield "the flex tier", [("", replace(question, shares=replace(question.shares, tier="flex")))]
