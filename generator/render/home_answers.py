"""The answers on the start page: for each use case the cheapest plan, the fastest and the one of best quality."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from generator.precompute.grid import CasePlan
from generator.render.formats import money, seconds, significant
from generator.render.plan_answers import relaxation_words
from generator.render.plan_rows import bounds_words, class_words, length_words, load_words, plan_row
from generator.render.plan_words import Record, joined, name_words
from generator.render.site_index import SiteIndex
from generator.render.texts import english, of_registry, phrase, text
from wasm_tools.planner import ranking_record

TABLE = "plans"  # id of the ranked list on the page of a use case


def case_answers(plan: CasePlan, index: SiteIndex) -> dict[str, Any]:
    """The question of a use case in words and its answers as cards."""
    record = ranking_record(plan.ranking)
    return {
        "id": plan.case.id,
        "title": of_registry("use_cases", plan.case, "title"),
        "href": f"use-cases/{plan.case.id}/",
        "planner": f"tools/planner/?use_case={plan.case.id}",
        "question": text(
            "home.question",
            users=plan.case.users,
            load=load_words(plan.workload),
            lengths=length_words(plan.profile),
            bounds=bounds_words(plan.slo),
        ),
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
        ("recommended", record["recommended"]),
        ("fastest", next(iter(lists.get("lowest_latency", ())), "")),
        ("best_quality", next(iter(lists.get("best_quality", ())), "")),
    )
    if not record["recommended"]:
        wanted = (("unverified", record["unverified"]), *wanted)
    base = records.get(record["recommended"])
    cards = []
    for answer, plan_id in wanted:
        if plan_id in records:
            found = records[plan_id]
            row = plan_row(found, plans[plan_id], index)
            why = why_sentence(answer, found, base, index.data.results.catalogue.models[found["model"]].capability)
            if answer == "recommended" and (cheaper := cheaper_words(found, records.get(record["unverified"]), index)):
                why = joined((why, cheaper), " ")
            href = f"use-cases/{plan.case.id}/#{TABLE}-{found['rank']}"
            cards.append({**row, "title": text(f"plan.answer.{answer}"), "href": href, "why": why})
    return cards


def cheaper_words(plan: Record, unverified: Record | None, index: SiteIndex) -> str:
    """What the cheapest API without a known speed costs, where that is less; else nothing."""
    if unverified is None or Decimal(unverified["usd_per_month"]) >= Decimal(plan["usd_per_month"]):
        return ""
    cost = money(Decimal(unverified["usd_per_month"]))
    return text("home.why.cheaper", cost=cost, name=name_words(unverified, index.plan_names))


def why_sentence(answer: str, plan: Record, base: Record | None, capability: str) -> str:
    """Why this plan and no other, in one sentence; `base` is the cheapest that meets the target."""
    if answer == "fastest":
        return text("home.why.fastest", e2e=seconds(plan["e2e_ms"]), ratio=times_the_cost(plan, base))
    if answer == "best_quality":
        said = text("home.why.best_quality", name=class_words(capability), ratio=times_the_cost(plan, base))
        score = text("home.why.score", score=english(plan["score_words"])) if plan["score"] is not None else ""
        return joined((said, score), " ") if score else said
    if answer == "recommended":
        return text("home.why.recommended", binds=phrase(plan["binds"]))
    return text("home.why.unverified")


def times_the_cost(plan: Record, base: Record | None) -> str:
    """How much more a plan costs than the cheapest: `, at 83 times its cost`; empty where they are the same."""
    if base is None or plan["id"] == base["id"]:
        return ""
    ratio = Decimal(plan["usd_per_month"]) / Decimal(base["usd_per_month"])
    if ratio <= Decimal("1.05"):
        return text("home.why.no_more") if ratio <= 1 else ""
    return text("home.why.times", times=significant(float(ratio), 2))
