"""The levers of a setup that buys tokens of an API."""

from collections.abc import Iterator, Mapping
from typing import Any

from wasm_tools.ask.catalogue_answers import offer_id
from wasm_tools.audit.finding import (
    NOT_POSSIBLE,
    UNKNOWN,
    Finding,
    Priced,
    by_share,
    other_offer,
    patched_form,
    same_offer,
    unpriced,
)
from wasm_tools.audit.plans import HOSTED, asked, cheapest, qualified
from wasm_tools.audit.setup import Setup
from wasm_tools.planner.catalogue import ApiRate, Catalogue
from wasm_tools.planner.form import question_of_form
from wasm_tools.planner.mixed_question import api_status, mean_cost
from wasm_tools.planner.policy import price_error
from wasm_tools.planner.question import Question

TENTH = 0.1
CONTRACTS = "no source states contract prices for tokens; ask the seller for a commitment at your volume"


def api_baseline(setup: Setup, form: Mapping[str, Any], catalogue: Catalogue) -> tuple[Priced, ApiRate] | None:
    """The cheapest offer of the model at the provider, as it is used today, and its rate; None where there is none.

    It is what runs, so it counts whether it meets the target or not.
    """
    question = question_of_form(patched_form(form, models=[setup.model]), catalogue)
    every = catalogue.rates_of_models.get(setup.model or "")
    rates = [p for p in every.sound if setup.provider in (None, p.rate.provider)] if every else []
    if not rates:
        return None
    usd, _, best = min((_usd(question, p.rate), p.place, p) for p in rates)
    rate, seen = best.rate, best.seen
    status = api_status(question, seen).status
    error = price_error(rate.families, catalogue.policy)
    latency = "unknown" if status == "unknown" else "observed"
    what = f"{rate.model} at {rate.provider}, {rate.sku} (api)"
    now = Priced(
        usd, error, offer_id(rate), what, status, latency, rate.evidence, rate.provider, rate.model, "api"
    )  # fmt: skip
    return now, rate


def _usd(question: Question, rate: ApiRate) -> float:
    return float(mean_cost(rate.prices, question.mixes)[0] * question.requests_per_month)


def api_levers(
    setup: Setup, form: Mapping[str, Any], now: Priced, rate: ApiRate, catalogue: Catalogue
) -> Iterator[Finding]:
    """One finding a lever, in the order of the checklist."""

    def used(**patch: Any) -> Priced:
        """The same offer, used otherwise."""
        question = question_of_form(patched_form(form, models=[now.model], **patch), catalogue)
        return _repriced(now, _usd(question, rate))

    yield _waiting("tier", "flex", setup, now, rate, used)
    yield _cache(setup, now, rate, used)
    yield _waiting("batch", "batch", setup, now, rate, used)
    yield unpriced("quantisation", NOT_POSSIBLE, "the seller of an API chooses the precision of its weights")
    yield _context(form, now, rate, used)
    yield _self_host("hardware", form, now, setup.spend_usd, catalogue)
    yield unpriced("commitment", UNKNOWN, CONTRACTS)
    yield unpriced("autoscaling", NOT_POSSIBLE, "an API bills what is used: there is nothing to scale down")
    yield from other_sellers(form, now.model, now, setup.spend_usd, catalogue)


def _repriced(now: Priced, usd: float) -> Priced:
    return Priced(
        usd, now.error, now.offer, now.what, now.status, now.latency, now.price_evidence, now.provider, now.model, "api"
    )


def _waiting(lever: str, tier: str, setup: Setup, now: Priced, rate: ApiRate, used: Any) -> Finding:
    """A cheaper tier for the requests that may wait."""
    if tier not in rate.prices:
        return unpriced(lever, UNKNOWN, f"no source states a {tier} price of this offer")
    before = setup.batch_share or 0.0
    more = TENTH if setup.batchable_share is None else setup.batchable_share - before
    if more <= 0 or before + more > 1:
        return unpriced(lever, NOT_POSSIBLE, "no further requests may wait")
    if tier == "batch":
        then = used(batchable_share=before + more)
    else:  # the planner prices a tier for all requests that are no batch jobs: a part of them is in proportion
        then = _repriced(now, now.usd - (now.usd - used(tier=tier).usd) * more / (1 - before))
    made = same_offer(lever, now, then, f"{before + more:.0%} of the requests at the {tier} price of the same offer")
    return (
        made
        if setup.batchable_share is not None
        else by_share(lever, made, "batchable_share", "requests that may wait")
    )


def _cache(setup: Setup, now: Priced, rate: ApiRate, used: Any) -> Finding:
    if all(band.cache_read is None for band in rate.bands):
        return unpriced("cache", UNKNOWN, "no source states a price for cached tokens of this offer")
    before = setup.cached_share or 0.0
    more = TENTH if setup.cacheable_share is None else setup.cacheable_share - before
    if more <= 0 or before + more >= 1:
        return unpriced("cache", NOT_POSSIBLE, "no more of the prompt repeats")
    write = next((b.cache_write for b in rate.bands if b.cache_write is not None), None)
    dearer = (
        f"; writing to it costs ${write:f} per 1M tokens each time it lapses, which is not counted" if write else ""
    )
    why = f"{before + more:.0%} of the prompt read from the cache of the same offer{dearer}"
    made = same_offer("cache", now, used(cacheable_share=before + more), why)
    return (
        made
        if setup.cacheable_share is not None
        else by_share("cache", made, "cacheable_share", "the prompt that repeats")
    )


def _context(form: Mapping[str, Any], now: Priced, rate: ApiRate, used: Any) -> Finding:
    prompt = form["prompt_tokens"]
    band = rate.band(prompt)
    if band.above:
        then = used(prompt_tokens=band.above)
        return same_offer("context", now, then, f"prompts of {band.above:,} tokens stay below the long-context price")
    shorter = used(prompt_tokens=max(1, round(prompt * (1 - TENTH))))
    return Finding(
        "context", UNKNOWN, "what part of the prompt could be left out is not known", priced=shorter,
        per_tenth=now.usd - shorter.usd, asks="input_tokens",
    )  # fmt: skip


def _self_host(lever: str, form: Mapping[str, Any], now: Priced, paid: float | None, catalogue: Catalogue) -> Finding:
    """The same model on GPUs: rented, reserved or bought, whichever is cheapest and meets the target."""
    if not catalogue.models[now.model].open_weights:
        return unpriced(lever, NOT_POSSIBLE, "the weights of this model are not published")
    found = asked(form, catalogue, models=[now.model], kinds=list(HOSTED))
    best = qualified(found)
    if best is None:
        return unpriced(lever, UNKNOWN, "no plan on GPUs is known to meet the target with this model")
    return other_offer(lever, now, best, "the same model on GPUs of your own choice", paid)


def other_sellers(
    form: Mapping[str, Any], model: str, now: Priced, paid: float | None, catalogue: Catalogue
) -> Iterator[Finding]:
    """The same model at other sellers of APIs: the cheapest known to meet the target, and of all."""
    without = [now.provider] if now.kind == "api" else None
    found = asked(form, catalogue, models=[model], kinds=["api"], without_providers=without)
    sure, any_ = qualified(found), cheapest(found, "met", "likely", "unknown")
    if any_ is None:
        yield unpriced("alternatives", NOT_POSSIBLE, "nobody else in the catalogue sells this model")
        return
    if sure is not None:
        yield other_offer("alternatives", now, sure, "the same model elsewhere, its speed observed", paid)
    if sure is None or any_.usd < sure.usd:
        yield other_offer("alternatives", now, any_, "the cheapest offer of the same model", paid)
