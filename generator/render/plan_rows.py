"""A ranking as rows of ready strings: what a plan is, costs and reaches, and the reasons behind it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from generator.registry import Profile, SloClass
from generator.render.bundles import published_bundles
from generator.render.formats import exact, milliseconds, missing, money, percent, rate, seconds, time_exact
from generator.render.manifests import manifest_path, manifest_refusal
from generator.render.plan_answers import (
    Pointed,
    compared_plans,
    listed_plans,
    pointed_plans,
    relaxation_words,
    shown_plans,
)
from generator.render.plan_words import (
    OWN,
    Names,
    Record,
    band_words,
    engine_words,
    kind_words,
    machine_words,
    margin_words,
    name_words,
    sku_words,
    status_words,
    times_words,
    why_lines,
)
from generator.render.site_index import SiteIndex
from generator.render.texts import english, in_english, of_registry, text
from wasm_tools.planner import Ranking, ranking_record
from wasm_tools.planner.plan import Plan, plan_record
from wasm_tools.workload.traffic import HOURS_PER_MONTH, Slo, Workload

NEAR_SHOWN = 3


def plan_table(name: str, caption: str, ranking: Ranking, index: SiteIndex, shown: int) -> dict[str, Any]:
    """The answers of a ranking, its first `shown` plans, and its other orderings; `name` is the id of the table."""
    record, plans = ranking_record(ranking), {plan.id: plan for _, plan in ranking.plans}
    recommendable = index.data.results.catalogue.policy.recommendable
    return {
        "id": name,
        "caption": text("plan.caption", title=caption, percentile=ranking.percentile),
        "answers": [answer_row(a, plans, index) for a in pointed_plans(record, recommendable)],
        "relaxation": relaxation_words(record),
        "near": near_lines(record, index.plan_names),
        "compared": compared_plans(record, recommendable),
        "rows": [plan_row(p, plans[p["id"]], index) for p in shown_plans(record, shown, recommendable)],
        "lists": list_tables(name, record, index),
        "bundles": bundle_links(plans, index),
        "possible": ranking.possible,
        "excluded": excluded_rows(ranking.excluded),
        "left_out": f"{sum(n for _, n in ranking.excluded):,}",
    }


def compare_address(folder: str, ids: Sequence[str]) -> str:
    """The comparison of plans of one question, as compare_address.mjs reads it; empty where there are not two."""
    items = ",".join(f"{folder}~{quote(plan_id, safe='/:')}" for plan_id in ids)
    return f"compare/?plans={items}" if len(ids) > 1 else ""


def near_lines(record: Mapping[str, Any], names: Names) -> list[str]:
    """Plans that miss a bound by little and cost less than the recommended one, each in a sentence, cheapest first.

    One of each model and GPU: another seller of the same machine would say the same.
    """
    best = next((p for p in record["plans"] if p["id"] == record["recommended"]), None)
    seen: set[tuple[str, str]] = set()
    lines = []
    for plan in record["plans"]:
        thing = (plan["model"], plan["gpu"])
        saved = Decimal(best["usd_per_month"]) - Decimal(plan["usd_per_month"]) if best else None
        if plan["slo"] != "near" or thing in seen or (saved is not None and saved <= 0):
            continue
        seen.add(thing)
        said = {
            "name": name_words(plan, names),
            "cost": money(Decimal(plan["usd_per_month"])),
            "reason": english(plan["slo_reason"]),
        }
        lines.append(
            text("plan.near", **said) if saved is None else text("plan.near_saves", **said, saved=money(saved))
        )
    return lines[:NEAR_SHOWN]


def bundle_links(plans: Mapping[str, Plan], index: SiteIndex) -> list[dict[str, str]]:
    """The plans of a ranking whose deployment files are published, with the way to them."""
    bundles = published_bundles(index.data)
    return [
        {"name": name_words(plan_record(plan), index.plan_names), "href": bundles[id(plan)].zip_path}
        for plan in plans.values() if id(plan) in bundles
    ]  # fmt: skip


def plan_row(record: Record, plan: Plan, index: SiteIndex) -> dict[str, Any]:
    """One plan as ready strings. Without known times there is one cell that says so, not four dashes."""
    grade, names = index.grade_of_plan(plan), index.plan_names
    own = record["kind"] in OWN
    return {
        "id": record["id"],
        "usd": record["usd_per_month"],
        "rank": record["rank"],
        "model": names.models[record["model"]],
        "model_href": f"models/{record['model']}/",
        "machine": machine_words(record, names),
        "engine": engine_words(record),
        "provider": text(f"plan.own.{record['kind']}") if own else names.providers[record["provider"]],
        "provider_href": "" if own else f"providers/{record['provider']}/",
        "kind": kind_words(record["kind"]),
        "month": money(Decimal(record["usd_per_month"])),
        "per_million": money(Decimal(record["usd_per_million_output"])),
        "per_million_exact": record["usd_per_million_output"],
        "slo": record["slo"],
        "status": status_words(record["slo"]),
        "slo_reason": record["slo_reason"],
        "margin": margin_words(record),
        "risk": percent(record["risk"]),
        "risk_exact": exact(record["risk"]),
        "evidence": record["evidence"],
        "times": plan_times(record),
        "words": times_words(record),
        "grade": grade.letter,
        "grade_reason": grade.reason,
        "sku": sku_words(record),
        "why": in_english(lambda: "\n".join(why_lines(record))),
        "manifest": manifest_path(plan) or "",
        "no_manifest": manifest_refusal(plan),
        "bundle": published_bundles(index.data).get(id(plan)),
    }


def plan_times(record: Record) -> dict[str, Any] | None:
    """The estimated times of a plan as strings, with bands and load; None where nothing is known."""
    if record["ttft_ms"] is None:
        return None
    load = record["utilisation"]
    return {
        "ttft": milliseconds(record["ttft_ms"]),
        "ttft_exact": time_exact(record["ttft_ms"], record["ttft_band"]),
        "ttft_band": band_words(record["ttft_ms"], record["ttft_band"]),
        "itl": milliseconds(record["itl_ms"]),
        "itl_exact": time_exact(record["itl_ms"], record["itl_band"]),
        "itl_band": band_words(record["itl_ms"], record["itl_band"]),
        "e2e": seconds(record["e2e_ms"]),
        "e2e_exact": exact(record["e2e_ms"]),
        "load": missing(text("plan.no_limit")) if load is None else percent(load),
        "load_exact": "" if load is None else exact(load),
    }


def answer_row(answer: Pointed, plans: Mapping[str, Plan], index: SiteIndex) -> dict[str, Any]:
    """An answer with the row of its plan."""
    row = plan_row(answer.plan, plans[answer.plan["id"]], index)
    return {"answer": answer.id, "title": answer.title, "note": answer.note, **row}


def list_tables(name: str, record: Mapping[str, Any], index: SiteIndex) -> list[dict[str, Any]]:
    """The other orderings of a ranking as small tables; `name` is that of the ranking's own table."""
    cards, names = index.data.results.catalogue.models, index.plan_names
    return [
        {
            "id": f"{name}-{of.replace('_', '-')}",
            "of": of,
            "title": title,
            "by": by,
            "rows": [list_row(p, cards[p["model"]].capability, names) for p in plans],
        }
        for of, title, by, plans in listed_plans(record)
    ]


def list_row(record: Record, capability: str, names: Names) -> dict[str, Any]:
    """One plan of an ordering; `words` has it in one line."""
    name, month = name_words(record, names), money(Decimal(record["usd_per_month"]))
    status = status_words(record["slo"])
    e2e = None if record["e2e_ms"] is None else seconds(record["e2e_ms"])
    return {
        "name": name,
        "month": month,
        "month_exact": record["usd_per_month"],
        "e2e_exact": "" if e2e is None else exact(record["e2e_ms"]),
        "e2e": missing(text("plan.no_latency")) if e2e is None else e2e,
        "class": class_words(capability),
        "status": status,
        "words": ", ".join((name, month, *([f"{e2e} s"] if e2e else []), status)),
    }


def excluded_rows(excluded: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """What could not become a plan, by reason, the most frequent first."""
    return [{"reason": r, "count": n} for r, n in sorted(excluded, key=lambda e: (-e[1], e[0]))]


def class_words(capability: str) -> str:
    """A capability class: `medium`."""
    return text(f"words.class.{capability}") if capability else ""


def bounds_words(slo: Slo) -> str:
    """The bounds of a target in one line."""
    ttft, itl, e2e = milliseconds(slo.ttft_ms), milliseconds(slo.itl_ms), seconds(slo.e2e_ms)
    return text("plan.bounds", ttft=ttft, itl=itl, e2e=e2e, percentile=slo.percentile)


def load_words(workload: Workload) -> str:
    """The rates of a workload in one line."""
    return text("plan.rates", mean=per_second(workload.qps), peak=rate(workload.peak_qps))


def per_second(requests: float) -> str:
    """A rate: `1 request/s`, `2.5 requests/s`."""
    return text("plan.per_second", n=requests, rate=rate(requests))


def length_words(profile: Profile) -> str:
    """Prompt and output length: `512 → 256 tokens`."""
    return text("plan.lengths", prompt=profile.prompt_tokens, output=profile.output_tokens)


def assumptions(workload: Workload, slo: Slo, slo_class: SloClass, rankings: Iterable[Ranking]) -> list[str]:
    """What a ranking takes for granted: the load and the target, then what its plans assume, each once."""
    requests = round(workload.requests_per_month)
    title = of_registry("slo_classes", slo_class, "title")
    said = [
        text("plan.assumed_load", n=requests, requests=requests, rates=load_words(workload), hours=HOURS_PER_MONTH),
        text("plan.assumed_target", title=title, bounds=bounds_words(slo)),
        text("plan.assumed_prices"),
    ]
    plans = [plan for ranking in rankings for _, plan in ranking.plans]
    assumed = dict.fromkeys(a for p in plans for a in p.assumptions)
    return said + [f"{words[:1].upper()}{words[1:]}." for words in assumed]  # English: the engine's


def source_uses(rankings: Iterable[Ranking], index: SiteIndex) -> list[dict[str, Any]]:
    """The sources behind the prices of the plans shown, with the date each was last read, most used first."""
    used: Counter[str] = Counter()
    registry, snapshots = index.data.registry, index.data.state.snapshots
    known = registry.source  # the price of bought hardware comes from a reviewed file, named in the plan's reasons
    for ranking in rankings:
        for _, plan in ranking.plans:
            used.update({source for e in plan.price_evidence.split() if (source := e.partition("=")[0]) in known})
    return [
        {"id": s, "title": registry.source[s].title, "observed": snapshots[s].observed_at, "plans": n}
        for s, n in sorted(used.items(), key=lambda u: (-u[1], u[0]))
    ]
