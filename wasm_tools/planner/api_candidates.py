"""API candidates: token prices times tokens. Their latency is never measured here, at best observed by a router."""

from collections.abc import Iterator
from functools import partial

from wasm_tools.models.cards import capability_rank
from wasm_tools.performance.observations import ApiObservation
from wasm_tools.planner.api_plan import api_plan, api_risks
from wasm_tools.planner.candidate import Candidate, Miss
from wasm_tools.planner.catalogue import ApiRate, Catalogue
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.mixed_question import mean_cost, observed_mix
from wasm_tools.planner.policy import price_risks
from wasm_tools.planner.question import Question
from wasm_tools.planner.request_cost import RequestMix
from wasm_tools.workload.traffic import SECONDS_PER_MONTH

OFFERS = 3  # of a model whose speed nobody has observed, one a provider: a list shows no more
Priced = tuple[float, str, str, ApiRate]  # USD a month, SKU and region for ties, the rate


def api_candidates(
    question: Question, catalogue: Catalogue, excluded: Exclusions, missed: list[tuple[Miss, ...]]
) -> Iterator[Candidate]:
    """The API candidates of each model that may stand in a list; every other rate is counted in `excluded`.

    Rates that are possible but dearer than the cheapest three providers of their model are counted as possible.
    `missed` receives the bounds that each observed API exceeds.
    """
    if not question.allows("api"):
        for rate in catalogue.rates:
            excluded.price("kind_filtered", rate.provider)
        return
    scores, policy = catalogue.scores(question.wishes.use_case), catalogue.policy
    risks = {known: api_risks(known, policy) for known in (False, True)}
    for model, priced in affordable_rates(question, catalogue, scores, excluded).items():
        priced.sort(key=lambda p: (p[0], p[1], p[2], p[3].region))
        quality, score = capability_rank(catalogue.models[model].capability), scores.get(model)
        providers: set[str] = set()
        for usd, provider, _, rate in priced:
            seen = catalogue.observations.get((provider, rate.sku, rate.region))
            status, misses = observed_mix(question, seen) if seen else ("unknown", ())
            beyond = tuple([Miss(*miss) for miss in misses])
            if beyond:
                missed.append(beyond)
            if status == "missed":
                excluded.price(max(misses, key=lambda m: m[1])[0], provider)
            elif status != "unknown" or (provider not in providers and len(providers) < OFFERS):
                known = status != "unknown"
                if not known:
                    providers.add(provider)
                of_rate = (*risks[known], *price_risks(rate.families, rate.age_days, policy))
                yield _candidate(question, catalogue, rate, usd, status, beyond, seen, of_rate, quality, score)
            else:
                excluded.possible(provider)


def affordable_rates(
    question: Question, catalogue: Catalogue, scores: dict[str, float], excluded: Exclusions
) -> dict[str, list[Priced]]:
    """By model the rates that the question allows, with their monthly cost; the others are counted."""
    limits, longest = question.limits, question.longest_output
    choosy = bool(limits.providers or limits.without_providers or limits.regions)
    budget = question.has_budget
    mixes, per_month = question.mixes, question.workload.qps * SECONDS_PER_MONTH
    mix = mixes[0][1]
    prompt, output = float(mix.prompt_tokens), float(mix.output_tokens)
    ordinary = not question.classes and mix == RequestMix(mix.prompt_tokens, mix.output_tokens)
    found: dict[str, list[Priced]] = {}
    counted: dict[tuple[str, str], int] = {}
    for model, rates in catalogue.rates_of_models.items():
        unfit = question.unfit(catalogue.models[model]) or question.below_floor(scores.get(model))
        if unfit:
            for provider, number in rates.providers.items():
                counted[unfit, provider] = counted.get((unfit, provider), 0) + number
            continue
        for suspect in rates.suspects:
            excluded.price("suspect_price", suspect.provider, suspect.suspect)
        priced = found.setdefault(model, [])
        for plain in rates.plain:
            rate, reason = plain.rate, ""
            if choosy:
                reason = question.unwanted(rate.provider, rate.region)
            if not reason and rate.max_output is not None and longest > rate.max_output:
                reason = "output_limit"
            if ordinary and not plain.banded:
                usd = round((plain.input * prompt + plain.output * output) * per_month, 6)
            else:
                usd = round(float(mean_cost(rate.prices, mixes)[0]) * per_month, 6)
            if not reason and budget and not question.affordable(usd):
                reason = "over_budget"
            if not reason and limits.confirmed_only:  # no source states a rate limit that a stranger gets
                reason = "unconfirmed"
            if reason:
                counted[reason, rate.provider] = counted.get((reason, rate.provider), 0) + 1
            else:
                priced.append((usd, rate.provider, rate.sku, rate))
    excluded.prices(counted)
    return found


def _candidate(
    question: Question,
    catalogue: Catalogue,
    rate: ApiRate,
    usd: float,
    status: str,
    misses: tuple[Miss, ...],
    seen: ApiObservation | None,
    risks: tuple[tuple[str, float], ...],
    quality: int,
    score: float | None,
) -> Candidate:
    policy, known = catalogue.policy, seen if status != "unknown" else None
    return Candidate(
        usd_per_month=usd,
        id=f"api:{rate.provider}:{rate.sku}:{rate.region}",
        kind="api",
        model=rate.model,
        provider=rate.provider,
        status=status,
        dependable=True,
        risk=sum([premium for _, premium in risks]),
        cost_error=policy.price_error if rate.families < 2 else policy.agreed_price_error,
        ttft_ms=known.ttft_p95_ms if known else None,
        e2e_ms=seen_whole_ms(known, question.workload.output_tokens) if known else None,
        quality=quality,
        score=score,
        gpus=0,
        misses=misses,
        described=partial(api_plan, question, catalogue, rate, seen, risks),
    )


def seen_whole_ms(seen: ApiObservation, output_tokens: int) -> float | None:
    """A whole request in ms as far as a window can tell: p95 of the first token, then the median pace."""
    if seen.ttft_p95_ms is None or seen.itl_ms is None:
        return None
    return seen.ttft_p95_ms + (output_tokens - 1) * seen.itl_ms
