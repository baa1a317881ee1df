"""Right-sizing: the planner asked the question of a plan again, with the lengths and the load that were observed.

Both answers are of the catalogue of today, so that a difference is that of the load and not of older prices. Nothing
is advised that the planner did not find.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wasm_tools.observe.observed import Observed, number, part, significant_or_none
from wasm_tools.performance.memory import WEIGHT_BYTES
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.form import named_fields, question_of_form
from wasm_tools.planner.plan import dollars, significant
from wasm_tools.planner.ranking import Answer, answer
from wasm_tools.workload.traffic import InputError

FIELD = "plan"
BOUNDS = ("ttft_ms", "itl_ms", "e2e_ms")
OF_SLO = (*BOUNDS, "percentile", "ttft_percentile", "itl_percentile", "e2e_percentile", "availability")


@dataclass(frozen=True, slots=True)
class Load:
    """What the planner is asked about: mean tokens a request, and requests per second at the peak."""

    prompt_tokens: int
    output_tokens: int
    peak: float


def planner_question(document: Mapping[str, Any]) -> dict[str, Any]:
    """What of a plan.json the planner is asked with, checked; InputError names a value that is none."""
    asked, plan = part(document, "question"), part(document, "plan")
    slo = part(asked, "slo")
    numbers = ("prompt_tokens", "output_tokens", "qps", "peak_qps", "cacheable_share", "network_ms")
    return {
        "question": {
            **{name: number(asked.get(name), name) for name in numbers},
            "pattern": str(asked.get("pattern") or "")[:80],
            "mixed": bool(asked.get("classes")),
            "slo": {name: number(slo.get(name), name) for name in (*OF_SLO, "tokens_per_s")},
        },
        "plan": {
            name: str(plan.get(name) or "")[:300] for name in ("id", "kind", "model", "provider", "gpu", "precision")
        },
    }


def observed_load(seen: Observed, plan_question: Mapping[str, Any], peak: float | None) -> Load:
    """Observed lengths and rate, the plan's where nothing was observed; `peak` instead of the observed rate.

    InputError where there is no rate at all.
    """
    rate = peak or seen.requests_per_s or number(plan_question.get("peak_qps"), "peak_qps")
    if not rate:
        raise InputError("peak", "neither the measurement nor the plan states requests per second; give the peak")

    def length(found: float | None, name: str) -> int:
        tokens = found or number(plan_question.get(name), name)
        if not tokens:
            raise InputError(name, "neither the measurement nor the plan states it")
        return max(1, round(tokens))

    prompt, output = length(seen.prompt_tokens, "prompt_tokens"), length(seen.output_tokens, "output_tokens")
    return Load(prompt, output, significant(rate, 6))


def replanned(document: Mapping[str, Any], seen: Observed, catalogue: Catalogue, peak: float | None) -> dict[str, Any]:
    """Rows: the plan as it was asked for, the same configuration under the observed load, and what else was found.

    `document` is the content of a plan.json, or what `planner_question` made of one. InputError says why the planner
    cannot be asked.
    """
    checked = planner_question(document)
    asked, plan = checked["question"], checked["plan"]
    if not plan["model"]:
        raise InputError(FIELD, "give plan.json of a plan's files: bench/expected.json does not hold the question")
    if asked["mixed"] or part(document, "question").get("mixed") is True:
        raise InputError(FIELD, "this plan is of a mix of request classes, which one measurement does not tell apart")
    now = observed_load(seen, asked, peak)
    then = observed_load(Observed(""), asked, None)
    alike = {"kinds": [plan["kind"]], "providers": [plan["provider"]]}
    if plan["gpu"]:
        alike |= {"gpus": [plan["gpu"]], "precisions": [plan["precision"]]}
    old, same = (_same(plan, _answer(asked, plan, load, alike, catalogue)) for load in (then, now))
    rows = [("planned", old), ("same", same), *_others(asked, plan, now, same, catalogue)]
    base = old.usd_per_month if old else None
    return {
        "as_of": catalogue.as_of,
        "load": {"prompt_tokens": now.prompt_tokens, "output_tokens": now.output_tokens, "peak_qps": now.peak},
        "rows": [_row(what, found, base) for what, found in rows],
        "advice": list(_advice(rows, now)),
        "assumed": list(_assumed(seen, peak, asked)),
    }


def _answer(
    asked: Mapping[str, Any], plan: Mapping[str, Any], load: Load, limits: Mapping[str, Any], catalogue: Catalogue
) -> Answer:
    """The answer to the question of the document with another load, within limits; the mean stands to the peak as then.

    An offer that the catalogue does not know any more has no candidates.
    """
    slo = part(asked, "slo")
    mean, most = asked["qps"], asked["peak_qps"]
    factor = most / mean if mean and most else 1.0
    form: dict[str, Any] = {
        "models": [plan["model"]],
        **limits,
        "prompt_tokens": load.prompt_tokens,
        "output_tokens": load.output_tokens,
        "qps": significant(load.peak / factor, 9),
        "peak_factor": round(factor, 9),
        "cacheable_share": asked.get("cacheable_share") or 0.0,
        **{name: _whole(slo[name]) for name in OF_SLO if slo.get(name) is not None},
    }
    if asked.get("pattern"):
        form["pattern"] = asked["pattern"]
    if slo.get("tokens_per_s") is not None:
        form["tokens_per_second"] = slo["tokens_per_s"]
    with named_fields():
        question = question_of_form(form, catalogue)
        return answer(replace(question, network_ms=asked["network_ms"] or 0.0), catalogue)


def _whole(value: float) -> float | int:
    """Percentiles are whole numbers, and a form takes them as nothing else."""
    return int(value) if value == int(value) else value


def _same(plan: Mapping[str, Any], found: Answer) -> Candidate | None:
    """The candidate with the plan's id; else, where the planner would not choose it, the cheapest that it would."""
    alike = [c for c in found.candidates if c.id == plan["id"]]
    return next(iter([*alike, *(c for c in found.candidates if c.qualifies), *found.candidates]), None)


def _others(
    asked: Mapping[str, Any], plan: Mapping[str, Any], now: Load, same: Candidate | None, catalogue: Catalogue
) -> Iterator[tuple[str, Candidate]]:
    """The cheapest with smaller weights held in the same way, and the recommended one, where either costs less."""
    most = same.usd_per_month if same is not None and same.qualifies else float("inf")
    own = WEIGHT_BYTES.get(plan["precision"], 0.0)
    smaller = [name for name, size in WEIGHT_BYTES.items() if size < own]
    if smaller:
        found = _answer(asked, plan, now, {"kinds": [plan["kind"]], "precisions": smaller}, catalogue)
        quantised = next((c for c in found.candidates if c.qualifies), None)
        if quantised is not None and quantised.usd_per_month < most:
            yield "quantised", quantised
            most = quantised.usd_per_month
    winner = _answer(asked, plan, now, {}, catalogue).winner
    if winner is not None and winner.usd_per_month < most and (same is None or winner.id != same.id):
        yield "recommended", winner


def _row(what: str, found: Candidate | None, base: float | None) -> dict[str, Any]:
    if found is None:
        return {"what": what, "id": ""}
    plan = found.described()
    c = plan.configuration
    cost = plan.usd_per_month
    return {
        "what": what,
        "id": plan.id,
        "runs": run_words(found),
        "model": plan.model,
        "provider": plan.provider,
        "kind": plan.kind,
        "gpu": c.gpu if c else "",
        "precision": c.precision if c else "",
        "tensor_parallel": c.tensor_parallel if c else None,
        "replicas": c.replicas if c else None,
        "gpus": c.gpus if c else None,
        "usd_per_month": dollars(cost),
        "usd_difference": None if base is None else significant_or_none(float(cost) - base),
        "utilisation": significant_or_none(plan.utilisation),
        "slo": plan.slo,
        "slo_reason": plan.slo_reason,
        "quality": plan.score_words,
    }


def _advice(rows: list[tuple[str, Candidate | None]], load: Load) -> Iterator[str]:
    by_name = dict(rows)
    old, same = by_name["planned"], by_name["same"]
    at = f"at {load.peak:.4g} requests/s with {load.prompt_tokens:,} prompt and {load.output_tokens:,} output tokens"
    if same is None:
        yield f"{at} the planner finds nothing on the same GPUs at the same provider"
    elif not same.qualifies:
        yield f"{at} {run_words(same)} {same.described().slo_reason}"
    elif old is not None:
        change = round(same.usd_per_month - old.usd_per_month, 2)
        money = (
            f"{dollars_of(abs(change))} a month {'less' if change < 0 else 'more'}" if change else "for the same cost"
        )
        if run_words(old) == run_words(same):
            yield f"{at} the planner would choose {run_words(same)} again, {money}"
        else:
            yield f"{at} the planner would choose {run_words(same)} instead of {run_words(old)}, {money}"
    most = same.usd_per_month if same is not None and same.qualifies else None
    for what, words in (("quantised", "smaller weights"), ("recommended", "another offer")):
        found = by_name.get(what)
        if found is not None:
            less = "" if most is None else f", {dollars_of(most - found.usd_per_month)} a month less"
            quality = "; test what the quantisation does to your answers" if what == "quantised" else ""
            yield f"{words}: {run_words(found)} would keep the target{less}{quality}"


def run_words(candidate: Candidate) -> str:
    """What a candidate is, for a sentence: `2 replicas of 4 × l4 (bf16)`, or the provider of an API."""
    plan = candidate.described()
    c = plan.configuration
    if c is None:
        return f"the API of {plan.provider}"
    replicas = f"{c.replicas} replica" if c.replicas == 1 else f"{c.replicas} replicas"
    return f"{replicas} of {c.tensor_parallel} × {c.gpu} ({c.precision}) at {plan.provider}"


def dollars_of(value: float) -> str:
    """A sum in whole dollars for a sentence."""
    return f"${value:,.0f}"


def _assumed(seen: Observed, peak: float | None, asked: Mapping[str, Any]) -> Iterator[str]:
    if peak is not None:
        yield f"{peak:g} requests/s at the peak, as you say"
    elif seen.requests_per_s:
        yield "the observed rate is the peak: state a higher one if the window was a quiet one"
    else:
        yield "no rate was observed, so the planned peak stands"
    if asked.get("qps") != asked.get("peak_qps"):
        yield "the mean stands to the peak as it was planned"
    yield "every request has the mean lengths; other limits of the first question, such as regions, are not in the file"
