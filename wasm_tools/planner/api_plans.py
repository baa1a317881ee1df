"""API plans: token prices times tokens, exact. The latency of an API is unknown here and says so."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from wasm_tools.models.cards import ModelCard, capability_rank
from wasm_tools.planner.catalogue import ApiRate, Catalogue
from wasm_tools.planner.plan import Candidate, Plan
from wasm_tools.workload.traffic import SECONDS_PER_MONTH, Workload

MILLION = Decimal(1_000_000)


def api_plans(workload: Workload, catalogue: Catalogue, excluded: Counter[str]) -> Iterator[Candidate]:
    """A candidate for each API rate of a model that is capable enough; every other rate is counted in `excluded`."""
    requests = Decimal(repr(workload.qps)) * SECONDS_PER_MONTH
    blocked = {card.id: reason for card in catalogue.models.values() if (reason := _unfit(workload, card))}
    excluded.update(catalogue.unplanned)
    for rate in catalogue.rates:
        reason = blocked.get(rate.model) or rate.suspect
        if not reason and rate.max_output is not None and workload.output_tokens > rate.max_output:
            reason = "answers of this length are not allowed"
        if reason:
            excluded[reason] += 1
        else:
            per_request = request_cost(rate, workload.prompt_tokens, workload.output_tokens)
            yield Candidate(
                usd_per_month=per_request * requests,
                id=f"api:{rate.provider}:{rate.sku}:{rate.region}",
                kind="api",
                model=rate.model,
                provider=rate.provider,
                dependable=False,
                described=partial(_plan, workload, rate, per_request, requests),
            )


def _unfit(workload: Workload, card: ModelCard) -> str:
    """Why a model may not serve the workload, or nothing."""
    if not card.capability:
        return "unrated model"
    if capability_rank(card.capability) < capability_rank(workload.minimum_class):
        return "below the minimum capability class"
    if card.context is not None and workload.prompt_tokens + workload.output_tokens > card.context:
        return "context window too short"
    return ""


def request_cost(rate: ApiRate, prompt_tokens: int, output_tokens: int) -> Decimal:
    """USD of one request: the band of the prompt length prices the whole prompt and the output; exact."""
    band = rate.band(prompt_tokens)
    return (band.input_price * prompt_tokens + band.output_price * output_tokens) / MILLION


def _plan(workload: Workload, rate: ApiRate, per_request: Decimal, requests: Decimal) -> Plan:
    band = rate.band(workload.prompt_tokens)
    reasons = [
        f"${band.input_price:f} per 1M prompt tokens and ${band.output_price:f} per 1M output tokens, standard tier,"
        " no cache discount",
    ]
    if rate.note:
        reasons.append(rate.note)
    if band.above:
        reasons.append(f"the long-context price for prompts above {band.above:,} tokens applies")
    reasons.append("latency and rate limits of this API are not measured here, so the latency target is not verified")
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
        slo="unknown",
        prediction=None,
        configuration=None,
        utilisation=None,
        slo_margin=None,
        price_evidence=rate.evidence,
        reasons=tuple(reasons),
    )
