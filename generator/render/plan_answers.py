"""What to take from a ranking: the answers above the list, and the orderings beside it.

All of it is read from the record of a ranking, as the planner's page does in wasm_tools/web/plan_answers.mjs.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from generator.render.plan_words import QUALIFIED, Record, counted_close
from generator.render.texts import english, text

LISTS = ("best_quality", "lowest_cost", "lowest_latency", "simplest", "balanced", "pareto")
EXTREMES = ("lowest_latency", "best_quality")  # orderings whose first plan is in every list of LONG rows and more
LONG = 20
LIST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Pointed:
    """A plan that answers the question in one way."""

    id: str  # recommended, unverified, close, committed
    title: str
    plan: Record
    note: str


def pointed_plans(ranking: Mapping[str, Any], recommendable: Collection[str]) -> list[Pointed]:
    """The answers of a ranking, the recommended one first; what it has no plan for is left out."""
    by_id = {p["id"]: p for p in ranking["plans"]}
    best = by_id.get(ranking["recommended"])
    close = [by_id[i] for i in ranking["close"] if i in by_id]
    also = counted_close(len(close) - 1)
    committed = next((p for p in ranking["plans"] if _is_cheaper_committed(p, best, recommendable)), None)
    wanted = (
        ("recommended", "recommended", best, ""),
        ("unverified", "unverified", by_id.get(ranking["unverified"]), ""),
        ("close", "close", close[0] if close else None, also),
        ("committed", "committed" if best else "only_committed", committed, ""),
    )
    return [Pointed(name, text(f"plan.answer.{title}"), plan, note) for name, title, plan, note in wanted if plan]


def _is_cheaper_committed(plan: Record, best: Record | None, recommendable: Collection[str]) -> bool:
    able = plan["slo"] in QUALIFIED and plan["kind"] not in recommendable
    return able and (best is None or float(plan["usd_per_month"]) < float(best["usd_per_month"]))


def relaxation_words(ranking: Mapping[str, Any]) -> str:
    """What would let a plan in where none is recommended; empty where one is."""
    if ranking["recommended"]:
        return ""
    committed = any(p["slo"] in QUALIFIED for p in ranking["plans"])
    nothing = text("plan.answer.nothing_uncommitted" if committed else "plan.answer.nothing")
    looser = ranking["relaxation"]
    return text("plan.answer.relaxation", nothing=nothing, looser=english(looser)) if looser else nothing


def shown_plans(ranking: Mapping[str, Any], shown: int, recommendable: Collection[str]) -> list[Record]:
    """The cheapest plans for a list of `shown` rows, in order of cost, with every plan that an answer points to.

    In a long list the fastest one and that of best quality are among them: the start page leads to their reasons.
    """
    plans = ranking["plans"]
    known = {p["id"] for p in plans}
    pointed = {p.plan["id"] for p in pointed_plans(ranking, recommendable)}
    if shown >= LONG:
        pointed |= {ids[0] for of in EXTREMES if (ids := ranking["lists"].get(of)) and ids[0] in known}
    free = shown - len(pointed)
    kept = set(pointed)
    for plan in plans:
        if free <= 0:
            break
        if plan["id"] not in kept:
            kept.add(plan["id"])
            free -= 1
    return [p for p in plans if p["id"] in kept]


def compared_plans(ranking: Mapping[str, Any], recommendable: Collection[str]) -> list[str]:
    """Ids of the plans that answer the question in one way or another, to be put side by side, each once."""
    known = {p["id"] for p in ranking["plans"]}
    ids = [p.plan["id"] for p in pointed_plans(ranking, recommendable)]
    ids += [of[0] for name in EXTREMES if (of := ranking["lists"].get(name)) and of[0] in known]
    return list(dict.fromkeys(ids))


def listed_plans(ranking: Mapping[str, Any]) -> list[tuple[str, str, str, list[Record]]]:
    """Each ordering with its title, what it is sorted by, and its plans; empty ones are left out."""
    by_id = {p["id"]: p for p in ranking["plans"]}
    ids = {**ranking["lists"], "pareto": ranking["pareto"]}
    found = [(n, [by_id[i] for i in ids.get(n, ()) if i in by_id][:LIST_SHOWN]) for n in LISTS]
    return [(n, text(f"plan.list.{n}.title"), text(f"plan.list.{n}.by"), plans) for n, plans in found if plans]
