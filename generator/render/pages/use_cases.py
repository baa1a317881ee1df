"""The nine use cases: the question in words, the load behind it, and the ranked answer."""

from collections.abc import Iterator
from typing import Any

from generator.precompute.grid import CasePlan
from generator.registry import UseCase
from generator.render.charts.book import chart_book
from generator.render.charts.views import chart_views
from generator.render.formats import missing, percent, rate
from generator.render.page import Page, SiteData
from generator.render.plan_rows import (
    assumptions,
    bounds_words,
    compare_address,
    length_words,
    load_words,
    plan_table,
    source_uses,
)
from generator.render.site_index import SiteIndex, site_index

SHOWN = 20


def pages(data: SiteData) -> Iterator[Page]:
    """The index and a page a use case."""
    index = site_index(data)
    yield Page(
        path="use-cases/",
        title="Use cases",
        description="Nine ways to use a language model, each with what it costs and what to run it on.",
        template="use_cases.html",
        context={"cases": [case_card(case, index) for case in data.results.cases]},
    )
    for case in data.results.cases:
        yield case_page(case, index)


def case_page(plan: CasePlan, index: SiteIndex) -> Page:
    """The page of one use case."""
    case = plan.case
    table = plan_table("plans", f"Plans for {lowered(case.title)} by monthly cost", plan.ranking, index, SHOWN)
    return Page(
        path=f"use-cases/{case.id}/",
        title=f"{case.title}: what it costs and what to run it on",
        description=f"Ranked plans for {case.users:,} users: {length_words(plan.profile)}, {bounds_words(plan.slo)}.",
        template="use_case.html",
        context={
            "case": case,
            "charts": chart_views(chart_book(index.data).of(f"use-cases/{case.id}"), f"use-cases/{case.id}"),
            "facts": case_facts(plan),
            "table": table,
            "compare": compare_address(f"use-cases/{case.id}", table["compared"]),
            "assumptions": assumptions(plan.workload, plan.slo, plan.slo_class, [plan.ranking]),
            "sources": source_uses([plan.ranking], index),
            "planner": planner_address(plan),
            "download": f"api/v1/use-cases/{case.id}",
        },
    )


def lowered(title: str) -> str:
    """A title inside a sentence: its first letter small unless the word is an abbreviation."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def formula(case: UseCase, mean: float, peak: float) -> str:
    """How users become requests per second, with the numbers of the case."""
    return (
        f"{case.users:,} users × {percent(case.active_fraction)} active at a time ×"
        f" {case.requests_per_active_user_per_minute:g} requests a minute ÷ 60 = {rate(mean)} requests/s;"
        f" × {case.peak_factor:g} = {rate(peak)} requests/s at peak"
    )


def case_facts(plan: CasePlan) -> list[dict[str, str]]:
    """The workload in terms and values."""
    w = plan.workload
    return [
        {"term": "Load", "value": formula(plan.case, w.qps, w.peak_qps)},
        {"term": "Lengths", "value": f"{length_words(plan.profile)}. {plan.profile.description}"},
        {"term": "Experience", "value": f"{plan.slo_class.title}: {bounds_words(plan.slo)}"},
        {"term": "Models", "value": f"{plan.case.minimum_class.capitalize()} or better. {plan.case.reason}"},
    ]


def case_card(plan: CasePlan, index: SiteIndex) -> dict[str, Any]:
    """A use case with its answers already on it, as the home page and the index show it."""
    table = plan_table("plans", "", plan.ranking, index, 1)
    answers = {a["answer"]: a for a in table["answers"]}
    return {
        "id": plan.case.id,
        "title": plan.case.title,
        "href": f"use-cases/{plan.case.id}/",
        "load": load_words(plan.workload),
        "lengths": length_words(plan.profile),
        "class": plan.slo_class.title.lower(),
        "recommended": answers.get("recommended"),
        "unverified": answers.get("unverified"),
        "relaxation": table["relaxation"],
        "nothing_meets": missing("no plan is known to meet this target"),
        "nothing_unverified": missing("every plan has a known latency"),
    }


def planner_address(plan: CasePlan) -> str:
    """The planner with the inputs of a use case, as a site path with its query."""
    return f"tools/planner/?use_case={plan.case.id}"
