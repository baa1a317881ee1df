"""API candidates: token prices times tokens. Their latency is never measured here, at best observed by a router."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from operator import itemgetter

from wasm_tools.models.cards import capability_rank
from wasm_tools.performance.observations import ApiObservation, Misses
from wasm_tools.planner.api_plan import api_plan, api_risks
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.catalogue import Catalogue, PlainRate
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.mixed_question import mean_cost, observed_mix
from wasm_tools.planner.plan import Plan
from wasm_tools.planner.policy import Risks, price_error, price_risks
from wasm_tools.planner.question import Question
from wasm_tools.planner.request_cost import RequestMix
from wasm_tools.workload.traffic import SECONDS_PER_MONTH

OFFERS = 3  # of a model whose speed nobody has observed, one a provider: a list shows no more
Priced = tuple[float, int, PlainRate]  # USD a month, the place of the rate for ties, the rate


def api_candidates(
    question: Question, catalogue: Catalogue, excluded: Exclusions, missed: list[Misses]
) -> Iterator[Candidate]:
    """The API candidates of each model that may stand in a list; every other rate is counted in `excluded`.

    Rates that are possible but dearer than the cheapest three providers of their model are counted as possible.
    `missed` receives the bounds that each observed API exceeds.
    """
    if not question.allows("api"):
        for rate in catalogue.rates:
            excluded.price("kind_filtered", rate.provider)
        return
    scores, choosy, longest = catalogue.scores(question.wishes.use_case), _choosy(question), question.longest_output
    make, monthly = _maker(question, catalogue), monthly_cost(question)
    for model, rates in catalogue.rates_of_models.items():
        unfit = question.unfit(catalogue.models[model]) or question.below_floor(scores.get(model))
        if unfit:
            excluded.prices(unfit, rates.providers)
            continue
        for words, providers in rates.suspects.items():
            excluded.prices("suspect_price", providers, words)
        seen, silent = monthly(rates.seen), monthly(rates.unseen)
        if choosy or longest > rates.least_output:
            seen, silent = (_wanted(question, priced, excluded) for priced in (seen, silent))
        for status, misses, priced in _observed(question, seen):
            if misses:
                missed.append(misses)
            if status == "unknown":
                silent.append(priced)
            elif status == "missed":
                excluded.price(max(misses, key=itemgetter(1))[0], priced[2].rate.provider)
            else:
                yield make(scores.get(model), priced, status, misses)
        for priced in _one_a_provider(silent, excluded):
            yield make(scores.get(model), priced, "unknown", ())


def _observed(question: Question, seen: list[Priced]) -> Iterator[tuple[str, Misses, Priced]]:
    """What observed rates say of the target, the cheapest first: status and the bounds that are exceeded."""
    for priced in sorted(seen):
        observation = priced[2].seen
        if observation is not None:
            status, misses = observed_mix(question, observation)
            yield status, misses, priced


def _one_a_provider(silent: list[Priced], excluded: Exclusions) -> Iterator[Priced]:
    """The cheapest rates of a model, one a provider; the others are counted as possible."""
    providers: set[str] = set()
    silent.sort()
    for n, priced in enumerate(silent):
        provider = priced[2].rate.provider
        if len(providers) == OFFERS:
            excluded.all_possible([p.rate.provider for _, _, p in silent[n:]])
            return
        if provider in providers:
            excluded.possible(provider)
        else:
            providers.add(provider)
            yield priced


def monthly_cost(question: Question) -> Callable[[Iterable[PlainRate]], list[Priced]]:
    """Prices rates a month, for ordering: requests without shares in plain numbers, which is many times as fast."""
    mixes, per_month = question.mixes, question.workload.qps * SECONDS_PER_MONTH
    mix = mixes[0][1]
    prompt, output = mix.prompt_tokens, mix.output_tokens

    def of_mixes(rates: Iterable[PlainRate]) -> list[Priced]:
        return [(round(float(mean_cost(p.rate.prices, mixes)[0]) * per_month, 6), p.place, p) for p in rates]

    def of_tokens(rates: Iterable[PlainRate]) -> list[Priced]:
        return [
            (round((p.input * prompt + p.output * output if not p.longer else banded(p)) * per_month, 6), p.place, p)
            for p in rates
        ]

    def banded(rate: PlainRate) -> float:
        per_input, per_output = rate.input, rate.output
        for above, dearer_input, dearer_output in rate.longer:
            if prompt > above:
                per_input, per_output = dearer_input, dearer_output
        return per_input * prompt + per_output * output

    return of_mixes if question.classes or mix != RequestMix(prompt, output) else of_tokens


def _choosy(question: Question) -> bool:
    """Whether the question refuses rates for more than the length of their answers."""
    limits = question.limits
    places = limits.providers or limits.without_providers or limits.regions
    return bool(places or limits.confirmed_only or question.has_budget)


def _wanted(question: Question, priced: list[Priced], excluded: Exclusions) -> list[Priced]:
    """The rates that the question allows; the others are counted."""
    longest, budget, wanted = question.longest_output, question.budget, []
    for one in priced:
        usd, _, plain = one
        reason = question.unwanted(plain.rate.provider, plain.rate.region)
        if not reason and longest > plain.max_output:
            reason = "output_limit"
        if not reason and usd > budget:
            reason = "over_budget"
        if not reason and question.limits.confirmed_only:  # no source states a rate limit that a stranger gets
            reason = "unconfirmed"
        if reason:
            excluded.price(reason, plain.rate.provider)
        else:
            wanted.append(one)
    return wanted


def _maker(question: Question, catalogue: Catalogue) -> Callable[[float | None, Priced, str, Misses], Candidate]:
    """Makes candidates of the score of their model, a priced rate, its status and the bounds that it exceeds."""
    policy, output_tokens = catalogue.policy, question.workload.output_tokens
    ranks = {model: capability_rank(card.capability) for model, card in catalogue.models.items() if card.capability}

    @cache  # few risks are told of thousands of rates
    def risked(observed: bool, families: int, age_days: int) -> tuple[Risks, float, float]:
        risks = (*api_risks(observed, policy), *price_risks(families, age_days, policy))
        return risks, sum([premium for _, premium in risks]), price_error(families, policy)

    def make(score: float | None, priced: Priced, status: str, misses: Misses) -> Candidate:
        usd, _, plain = priced
        rate, seen = plain.rate, plain.seen
        known = seen if status != "unknown" else None
        _, risk, error = risked(known is not None, rate.families, rate.age_days)
        return Candidate(
            usd_per_month=usd,
            id=f"api:{rate.provider}:{rate.sku}:{rate.region}",
            kind="api",
            model=rate.model,
            provider=rate.provider,
            status=status,
            dependable=True,
            risk=risk,
            cost_error=error,
            ttft_ms=known.ttft_p95_ms if known else None,
            e2e_ms=seen_whole_ms(known, output_tokens) if known else None,
            quality=ranks[rate.model],
            score=score,
            gpus=0,
            misses=misses,
            describe=described,
            of=plain,
        )

    def described(candidate: Candidate) -> Plan:
        rate, seen = candidate.of.rate, candidate.of.seen
        risks, _, _ = risked(seen is not None and candidate.status != "unknown", rate.families, rate.age_days)
        return api_plan(question, catalogue, rate, seen, risks)

    return make


def seen_whole_ms(seen: ApiObservation, output_tokens: int) -> float | None:
    """A whole request in ms as far as a window can tell: p95 of the first token, then the median pace."""
    if seen.ttft_p95_ms is None or seen.itl_ms is None:
        return None
    return seen.ttft_p95_ms + (output_tokens - 1) * seen.itl_ms
