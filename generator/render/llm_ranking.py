"""The page of language models among the workloads: of each class the models whose cheapest seller costs least."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from generator.registry import Profile
from generator.render.formats import missing, money, plural, price
from generator.render.page import Page
from generator.render.plan_rows import length_words
from generator.render.site_index import SiteIndex
from generator.render.texts import text
from generator.render.usage_rows import exact_usd
from generator.render.workload_words import BY_ID, LLM
from wasm_tools.models.cards import CAPABILITY_CLASSES
from wasm_tools.planner.catalogue import ApiRate
from wasm_tools.pricing.meters import price_text

REQUESTS = 1_000_000  # a month: ours, a round figure to show the order of magnitude
SHOWN = 18  # models of a class


@dataclass(frozen=True, slots=True)
class Cheapest:
    """The cheapest seller of a model for the requests of the page."""

    rate: ApiRate
    usd_per_month: Decimal
    capability: str
    sellers: int


def cheapest_rates(index: SiteIndex, profile: Profile) -> list[Cheapest]:
    """Of each rated model the cheapest API that may win a ranking, ascending in cost."""
    catalogue, found = index.data.results.catalogue, []
    for model, rates in catalogue.rates_of_models.items():
        able = [r.rate for r in rates.sound]
        if not able:
            continue
        costs = {id(r): month(r, profile) for r in able}
        best = min(able, key=lambda r: (costs[id(r)], r.provider, r.sku, r.region))
        sellers = len({r.provider for r in able})
        found.append(Cheapest(best, costs[id(best)], catalogue.models[model].capability, sellers))
    return sorted(found, key=lambda c: (c.usd_per_month, c.rate.model))


def month(rate: ApiRate, profile: Profile) -> Decimal:
    """USD a month for the requests of the page, at standard prices."""
    band = rate.band(profile.prompt_tokens)
    each = profile.prompt_tokens * band.input + profile.output_tokens * band.output
    return each * REQUESTS / 1_000_000


def row(rank: int, cheapest: Cheapest, index: SiteIndex, profile: Profile) -> dict[str, Any]:
    """One model with its cheapest seller."""
    rate = cheapest.rate
    band = rate.band(profile.prompt_tokens)
    grade = index.grade_of_price(rate.provider, rate.sku, rate.region, "api")
    context = index.data.results.catalogue.models[rate.model].context
    return {
        "rank": rank,
        "model": index.model_name(rate.model),
        "model_href": f"models/{rate.model}/",
        "provider": index.provider_name(rate.provider),
        "provider_href": f"providers/{rate.provider}/",
        "input": price(band.input),
        "input_exact": price_text(band.input),
        "output": price(band.output),
        "output_exact": price_text(band.output),
        "month": money(cheapest.usd_per_month),
        "month_exact": exact_usd(cheapest.usd_per_month),
        "sellers": cheapest.sellers,
        "context": f"{context:,}" if context else missing("no source states it"),
        "grade": grade.letter,
        "grade_reason": grade.reason,
    }


def llm_summary(index: SiteIndex) -> dict[str, Any]:
    """The line of the index."""
    found = cheapest_rates(index, index.data.registry.profiles[0])
    values = sorted(c.rate.bands[0].output for c in found)
    skus = [s for s in index.skus if s.workload == LLM]
    none = missing(text("workloads.no_price"))
    cheapest: dict[str, Any] = {"lowest": none, "median": none, "cheapest": None}
    if values:
        best = min(found, key=lambda c: (c.rate.bands[0].output, c.rate.model))
        cheapest = {
            "lowest": price(values[0]),
            "median": price(values[len(values) // 2]),
            "cheapest": row(1, best, index, index.data.registry.profiles[0]),
        }
    return {
        "prices": sum(len(s.offers) for s in skus),
        "providers": len({s.provider for s in skus}),
        "ranked": len(found),
        "unit": text("workloads.unit_llm"),
        **cheapest,
    }


def llm_page(index: SiteIndex) -> Page:
    """Models by class and cost."""
    words, profile = BY_ID[LLM], index.data.registry.profiles[0]
    found = cheapest_rates(index, profile)
    sections = []
    for name in CAPABILITY_CLASSES:
        of_class = [c for c in found if c.capability == name]
        rows = [row(n, c, index, profile) for n, c in enumerate(of_class[:SHOWN], 1)]
        sections.append({"class": name, "rows": rows, "total": len(of_class)})
    return Page(
        path=words.path,
        title="Language models: cheapest seller of each, by class",
        description=f"{plural(len(found), 'rated model')} with the cheapest seller of each and the cost of a month.",
        template="workload_llm.html",
        context={
            "words": words,
            "usage": f"{REQUESTS:,} requests of {length_words(profile)} a month",
            "sections": [s for s in sections if s["rows"]],
            "unrated": len({s.model for s in index.skus if s.workload == LLM and s.model}) - len(found),
            "cases": [{"title": c.case.title, "href": f"use-cases/{c.case.id}/"} for c in index.data.results.cases],
            "download": "api/v1/workloads/llm",
        },
    )
