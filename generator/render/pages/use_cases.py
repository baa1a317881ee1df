"""The nine use cases: the question in words, the load behind it, and the ranked answer."""

from collections.abc import Iterator
from typing import Any

from generator.precompute.grid import CasePlan
from generator.registry import UseCase
from generator.render.charts.book import chart_book
from generator.render.charts.views import chart_views
from generator.render.formats import missing, percent
from generator.render.page import Page, SiteData
from generator.render.plan_rows import (
    assumptions,
    bounds_words,
    class_words,
    compare_address,
    length_words,
    load_words,
    per_second,
    plan_table,
    source_uses,
)
from generator.render.site_index import SiteIndex, site_index
from generator.render.texts import DEFAULT, language, number_text, of_registry, text

SHOWN = 20


def pages(data: SiteData) -> Iterator[Page]:
    """The index and a page a use case."""
    index = site_index(data)
    yield Page(
        path="use-cases/",
        title=text("use_cases.title"),
        description=text("use_cases.description"),
        template="use_cases.html",
        context={"cases": [case_card(case, index) for case in data.results.cases]},
    )
    for case in data.results.cases:
        yield case_page(case, index)


def case_page(plan: CasePlan, index: SiteIndex) -> Page:
    """The page of one use case."""
    case = plan.case
    title = of_registry("use_cases", case, "title")
    table = plan_table("plans", text("use_cases.plans", case=lowered(title)), plan.ranking, index, SHOWN)
    return Page(
        path=f"use-cases/{case.id}/",
        title=text("use_cases.case_title", case=title),
        description=text(
            "use_cases.case_description",
            users=case.users,
            lengths=length_words(plan.profile),
            bounds=bounds_words(plan.slo),
        ),
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
        texts=("compare.tray",),
    )


def lowered(title: str) -> str:
    """A title inside a sentence: its first letter small unless the word is an abbreviation."""
    keeps = title[:2].isupper() or language() != DEFAULT  # German nouns stay as they are
    return title if keeps else title[:1].lower() + title[1:]


def formula(case: UseCase, mean: float, peak: float) -> str:
    """How users become requests per second, with the numbers of the case."""
    asked = case.requests_per_active_user_per_minute
    return text(
        "use_cases.formula",
        users=case.users,
        active=percent(case.active_fraction),
        requests=text("plan.per_minute", n=asked, rate=number_text(f"{asked:g}")),
        mean=per_second(mean),
        factor=number_text(f"{case.peak_factor:g}"),
        peak=per_second(peak),
    )


def case_facts(plan: CasePlan) -> list[dict[str, str]]:
    """The workload in terms and values."""
    w, lengths = plan.workload, of_registry("profiles", plan.profile, "description")
    experience, why = of_registry("slo_classes", plan.slo_class, "title"), of_registry("use_cases", plan.case, "reason")
    models = text("use_cases.or_better", name=class_words(plan.case.minimum_class))
    values = {
        "load": formula(plan.case, w.qps, w.peak_qps),
        "lengths": f"{length_words(plan.profile)}. {lengths}",
        "experience": f"{experience}: {bounds_words(plan.slo)}",
        "models": f"{models[:1].upper()}{models[1:]} {why}",
    }
    return [{"term": text(f"use_cases.fact.{name}"), "value": value} for name, value in values.items()]


def case_card(plan: CasePlan, index: SiteIndex) -> dict[str, Any]:
    """A use case with its answers already on it, as the home page and the index show it."""
    table = plan_table("plans", "", plan.ranking, index, 1)
    answers = {a["answer"]: a for a in table["answers"]}
    return {
        "id": plan.case.id,
        "title": of_registry("use_cases", plan.case, "title"),
        "href": f"use-cases/{plan.case.id}/",
        "load": load_words(plan.workload),
        "lengths": length_words(plan.profile),
        "class": lowered(of_registry("slo_classes", plan.slo_class, "title")),
        "recommended": answers.get("recommended"),
        "unverified": answers.get("unverified"),
        "relaxation": table["relaxation"],
        "nothing_meets": missing(text("parts.nothing_meets")),
        "nothing_unverified": missing(text("use_cases.nothing_unverified")),
    }


def planner_address(plan: CasePlan) -> str:
    """The planner with the inputs of a use case, as a site path with its query."""
    return f"tools/planner/?use_case={plan.case.id}"
