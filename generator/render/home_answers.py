"""The answers on the start page: for each use case the cheapest plan, the fastest and the one of best quality."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from generator.precompute.grid import CasePlan
from generator.render.formats import money, seconds, significant
from generator.render.plan_answers import relaxation_words
from generator.render.plan_rows import bounds_words, length_words, load_words, plan_row
from generator.render.plan_words import Record, name_words
from generator.render.site_index import SiteIndex
from wasm_tools.planner import ranking_record

TABLE = "plans"  # id of the ranked list on the page of a use case


def case_answers(plan: CasePlan, index: SiteIndex) -> dict[str, Any]:
    """The question of a use case in words and its answers as cards."""
    record = ranking_record(plan.ranking)
    return {
        "id": plan.case.id,
        "title": plan.case.title,
        "href": f"use-cases/{plan.case.id}/",
        "planner": f"tools/planner/?use_case={plan.case.id}",
        "question": f"{plan.case.users:,} users, {load_words(plan.workload)}; {length_words(plan.profile)};"
        f" {bounds_words(plan.slo)}",
        "cards": answer_cards(plan, record, index),
        "relaxation": relaxation_words(record),
        "possible": plan.ranking.possible,
    }


def answer_cards(plan: CasePlan, record: Mapping[str, Any], index: SiteIndex) -> list[dict[str, Any]]:
    """The cards in order; what there is no plan for is left out."""
    plans = {p.id: p for _, p in plan.ranking.plans}
    records: dict[str, Record] = {p["id"]: p for p in record["plans"]}
    lists: Mapping[str, list[str]] = record["lists"]
    wanted: tuple[tuple[str, str], ...] = (
        ("Cheapest that meets it", record["recommended"]),
        ("Fastest", next(iter(lists.get("lowest_latency", ())), "")),
        ("Best quality", next(iter(lists.get("best_quality", ())), "")),
    )
    if not record["recommended"]:
        wanted = (("Cheapest, latency not verified", record["unverified"]), *wanted)
    base = records.get(record["recommended"])
    cards = []
    for title, plan_id in wanted:
        if plan_id in records:
            found = records[plan_id]
            row = plan_row(found, plans[plan_id], index)
            why = why_sentence(title, found, base, index.data.results.catalogue.models[found["model"]].capability)
            if title == "Cheapest that meets it":
                why += cheaper_words(found, records.get(record["unverified"]), index)
            href = f"use-cases/{plan.case.id}/#{TABLE}-{found['rank']}"
            cards.append({**row, "title": title, "href": href, "why": why})
    return cards


def cheaper_words(plan: Record, unverified: Record | None, index: SiteIndex) -> str:
    """What the cheapest API without a known speed costs, where that is less; else nothing."""
    if unverified is None or Decimal(unverified["usd_per_month"]) >= Decimal(plan["usd_per_month"]):
        return ""
    cost = money(Decimal(unverified["usd_per_month"]))
    return f" An API of unverified speed costs {cost}: {name_words(unverified, index.plan_names)}."


def why_sentence(title: str, plan: Record, base: Record | None, capability: str) -> str:
    """Why this plan and no other, in one sentence; `base` is the cheapest that meets the target."""
    if title == "Fastest":
        shortest = f"A whole request takes {seconds(plan['e2e_ms'])} s, less than with any other plan"
        return f"{shortest}{times_the_cost(plan, base)}."
    if title == "Best quality":
        said = f" Score: {plan['score_words']}." if plan["score"] is not None else ""
        return f"Class {capability} is the highest that meets it{times_the_cost(plan, base)}.{said}"
    if title == "Cheapest that meets it":
        return f"No dependable plan without a commitment keeps the bounds for less; limited by {plan['binds']}."
    return "Nobody has measured its speed for us; the price is the lowest of those that may be believed."


def times_the_cost(plan: Record, base: Record | None) -> str:
    """How much more a plan costs than the cheapest: `, at 83 times its cost`; empty where they are the same."""
    if base is None or plan["id"] == base["id"]:
        return ""
    ratio = Decimal(plan["usd_per_month"]) / Decimal(base["usd_per_month"])
    if ratio <= Decimal("1.05"):
        return ", at no more than its cost" if ratio <= 1 else ""
    return f", at {significant(float(ratio), 2)} times the cost of the cheapest"
