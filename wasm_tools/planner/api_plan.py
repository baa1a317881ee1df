"""The description of an API plan: the exact cost, what prices it, and what is known of its speed."""

from wasm_tools.performance.observations import ApiObservation
from wasm_tools.planner.catalogue import ApiRate, Catalogue
from wasm_tools.planner.mixed_question import api_status, mean_cost
from wasm_tools.planner.plan import Plan, Prediction
from wasm_tools.planner.policy import Policy
from wasm_tools.planner.question import Question
from wasm_tools.planner.request_cost import MILLION
from wasm_tools.planner.scores import plan_score
from wasm_tools.workload.traffic import SECONDS_PER_MONTH


def api_risks(observed: bool, policy: Policy) -> tuple[tuple[str, float], ...]:
    """The premiums on an API beside those on its price. Nobody states a limit that all get, so no load is safe."""
    found = (
        ("evidence", policy.evidence["observed" if observed else "unknown"]),
        ("limit unknown", policy.overload),
    )
    return tuple((name, premium) for name, premium in found if premium)


def api_plan(
    question: Question,
    catalogue: Catalogue,
    rate: ApiRate,
    seen: ApiObservation | None,
    risks: tuple[tuple[str, float], ...],
) -> Plan:
    """The whole plan of one API rate."""
    status = api_status(question, seen)
    workload, mix = question.workload, question.mix
    per_request, words = mean_cost(rate.prices, question.mixes)
    requests = question.requests_per_month
    band = rate.band(workload.prompt_tokens)
    said = [f"${band.input:f} per 1M prompt tokens and ${band.output:f} per 1M output tokens, {mix.tier} tier"]
    if mix.cached_share and band.cache_read is not None:
        cached = f"{100 * float(mix.cached_share):.4g}%"  # of a mix the share of all prompt tokens, seldom round
        said.append(f"{cached} of the prompt is read from the cache at ${band.cache_read:f} per 1M tokens")
    if not mix.cached_share:
        said.append("no cache discount")
    if mix.batch_share:
        said.append(f"{mix.batch_share:%} of the requests are sent as batch jobs")
    if question.classes:
        said.append(f"{len(question.classes)} classes of requests, each billed by its own lengths")
        for one, (_, of_class) in zip(question.classes, question.mixes, strict=True):
            own = rate.band(of_class.prompt_tokens)
            if own != band:
                said.append(f"class {one.id} pays ${own.input:f} and ${own.output:f} for the length of its prompts")
    said += words
    if rate.note:
        said.append(rate.note)
    if band.above:
        said.append(f"the long-context price for prompts above {band.above:,} tokens applies")
    said.append(status.reason)
    said.append("the rate limit of this API is unknown: ask before you rely on it at this load")
    score, score_words = plan_score(catalogue, question.wishes.use_case, rate.model)
    return Plan(
        id=f"api:{rate.provider}:{rate.sku}:{rate.region}",
        kind="api",
        model=rate.model,
        provider=rate.provider,
        sku=rate.sku,
        region=rate.region,
        usd_per_month=per_request * requests,
        usd_per_million_tokens=per_request * MILLION / (workload.prompt_tokens + workload.output_tokens),
        usd_per_million_output=per_request * MILLION / workload.output_tokens,
        slo=status.status,
        slo_reason=status.reason,
        prediction=_observed(seen, workload.output_tokens) if status.status != "unknown" else None,
        configuration=None,
        capacity=None,
        utilisation=None,
        slo_margin=None,
        binds="the price of tokens; the rate limit is unknown",
        risks=risks,
        price_evidence=rate.evidence,
        reasons=tuple(said),
        assumptions=(
            f"{workload.prompt_tokens:,} prompt and {workload.output_tokens:,} output tokens a request,"
            f" {workload.qps * SECONDS_PER_MONTH:,.0f} requests a month as of {catalogue.as_of}",
        ),
        score=score,
        score_words=score_words,
    )


def _observed(seen: ApiObservation | None, output_tokens: int) -> Prediction | None:
    if seen is None or seen.ttft_p95_ms is None or seen.itl_ms is None:
        return None
    whole = seen.ttft_p95_ms + (output_tokens - 1) * seen.itl_ms
    return Prediction(seen.ttft_p95_ms, seen.itl_ms, whole, "observed")
