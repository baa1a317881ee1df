"""What to take from a ranking: the answers above the list, and the orderings beside it.

All of it is read from the record of a ranking, as the planner's page does in wasm_tools/web/plan_answers.mjs.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from generator.render.plan_words import QUALIFIED, Record, counted_close

LISTS = (
    ("best_quality", "Best quality", "capability class, then the published score for this use case, then cost"),
    ("lowest_cost", "Lowest cost", "monthly cost, then time of a whole request"),
    ("lowest_latency", "Fastest", "time of a whole request, then cost"),
    ("simplest", "Simplest", "fewest GPUs, then cost"),
    ("balanced", "Balanced", "cost with its risk, time, GPUs and quality, weighed against each other"),
    ("pareto", "Best trade-offs", "cost; no other plan is as good in cost, time and quality and better in one"),
)
EXTREMES = ("lowest_latency", "best_quality")  # orderings whose first plan is in every list of LONG rows and more
LONG = 20
LIST_SHOWN = 5
NOTHING_MEETS = "No plan is known to meet this target."
ONLY_COMMITTED = "Without a commitment, spare capacity or bought hardware, no plan is known to meet this target."


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
        ("recommended", "Cheapest that meets it", best, ""),
        ("unverified", "Cheapest, latency not verified", by_id.get(ranking["unverified"]), ""),
        ("close", "Close call: cannot be told from the first", close[0] if close else None, also),
        ("committed", f"{'Cheaper' if best else 'Meets it'} with a commitment or on spare capacity", committed, ""),
    )
    return [Pointed(name, title, plan, note) for name, title, plan, note in wanted if plan]


def _is_cheaper_committed(plan: Record, best: Record | None, recommendable: Collection[str]) -> bool:
    able = plan["slo"] in QUALIFIED and plan["kind"] not in recommendable
    return able and (best is None or float(plan["usd_per_month"]) < float(best["usd_per_month"]))


def relaxation_words(ranking: Mapping[str, Any]) -> str:
    """What would let a plan in where none is recommended; empty where one is."""
    if ranking["recommended"]:
        return ""
    nothing = ONLY_COMMITTED if any(p["slo"] in QUALIFIED for p in ranking["plans"]) else NOTHING_MEETS
    looser = ranking["relaxation"]
    return f"{nothing} The least that would help: {looser}." if looser else nothing


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
    found = [(n, title, by, [by_id[i] for i in ids.get(n, ()) if i in by_id][:LIST_SHOWN]) for n, title, by in LISTS]
    return [entry for entry in found if entry[3]]
