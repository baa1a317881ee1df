"""The standard grid: a page a cell of profile × experience class × load, ranked for each minimum capability class."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.precompute.grid import Cell
from generator.registry import Load, Profile, SloClass
from generator.render.charts.book import chart_book
from generator.render.charts.views import chart_views
from generator.render.formats import missing, money
from generator.render.page import Page, SiteData
from generator.render.pages.use_cases import case_card, lowered
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
from generator.render.texts import number_text, of_registry, text
from wasm_tools.planner import Ranking

SHOWN = 8  # a class; all rows are in the files
INDEX_CLASS = "medium"  # the class whose figures stand on the index


def pages(data: SiteData) -> Iterator[Page]:
    """The index and a page a cell."""
    index = site_index(data)
    yield index_page(index)
    for cell in data.results.cells:
        yield cell_page(cell, index)


def question(cell: Cell) -> str:
    """The cell as a question in words."""
    return (
        f"{cell.profile.title}, {length_words(cell.profile)}, {cell.slo_class.title.lower()},"
        f" {cell.load.id} {'request' if cell.load.id == '1' else 'requests'} per second: what is cheapest?"
    )


def cell_page(cell: Cell, index: SiteIndex) -> Page:
    """One cell with its four rankings."""
    workload = next(iter(cell.workloads.values()))
    sections = [
        {
            "class": name,
            **plan_table(
                f"plans-{name}", f"{name.capitalize()} models or better, by monthly cost", ranking, index, SHOWN
            ),
        }
        for name, ranking in cell.rankings.items()
    ]
    for section in sections:
        section["compare"] = compare_address(f"plans/{cell.path}", section["compared"])
    return Page(
        path=f"plans/{cell.path}/",
        title=question(cell),
        description=f"Ranked plans for {length_words(cell.profile)}: {bounds_words(cell.slo)}, {load_words(workload)}.",
        template="plan_cell.html",
        context={
            "sections": sections,
            "charts": chart_views(chart_book(index.data).of(f"plans/{cell.path}"), f"plans/{cell.path}"),
            "bounds": bounds_words(cell.slo),
            "load": load_words(workload),
            "steps": neighbours(cell, index.data),
            "assumptions": assumptions(workload, cell.slo, cell.slo_class, cell.rankings.values()),
            "sources": source_uses(cell.rankings.values(), index),
            "planner": planner_address(cell),
            "download": f"api/v1/plans/{cell.path}",
        },
        texts=("compare.tray",),
    )


def planner_address(cell: Cell) -> str:
    """The planner with the inputs of a cell, as a site path with its query."""
    return f"tools/planner/?profile={cell.profile.id}&slo_class={cell.slo_class.id}&load={cell.load.id}"


def neighbours(cell: Cell, data: SiteData) -> list[dict[str, Any]]:
    """The cells that differ in one respect: other lengths, other experience, other load."""
    r = data.registry

    def step(name: str, profile: Profile, slo_class: SloClass, load: Load) -> dict[str, Any]:
        return {
            "name": name,
            "href": f"plans/{profile.id}/{slo_class.id}/{load.id}/",
            "here": (profile, slo_class, load) == (cell.profile, cell.slo_class, cell.load),
        }

    return [
        {"title": "Tokens", "steps": [step(length_words(p), p, cell.slo_class, cell.load) for p in r.profiles]},
        {"title": "Feels", "steps": [step(c.title.lower(), cell.profile, c, cell.load) for c in r.slo_classes]},
        {"title": "Requests/s", "steps": [step(x.id, cell.profile, cell.slo_class, x) for x in r.loads]},
    ]


def index_page(index: SiteIndex) -> Page:
    """All cells by profile, with the cheapest plan that meets each."""
    data = index.data
    cells = {(c.profile.id, c.slo_class.id, c.load.id): c for c in data.results.cells}
    return Page(
        path="plans/",
        title=text("plans.title"),
        description=text("plans.description"),
        template="plans.html",
        context={
            "cases": [case_card(case, index) for case in data.results.cases],
            "loads": [number_text(x.id) for x in data.registry.loads],
            "index_class": INDEX_CLASS,
            "profiles": [profile_table(p, cells, data) for p in data.registry.profiles],
        },
    )


def profile_table(profile: Profile, cells: Mapping[tuple[str, str, str], Cell], data: SiteData) -> dict[str, Any]:
    """The cells of one profile: a row an experience class, a column a load."""
    rows = []
    for slo_class in data.registry.slo_classes:
        of_class = [cells[profile.id, slo_class.id, load.id] for load in data.registry.loads]
        rows.append(
            {
                "title": of_registry("slo_classes", slo_class, "title"),
                "bounds": bounds_words(of_class[0].slo),
                "cells": [{"href": f"plans/{c.path}/", "month": cheapest_that_meets(c.rankings[INDEX_CLASS])}
                          for c in of_class],
            }
        )  # fmt: skip
    title = of_registry("profiles", profile, "title")
    return {
        "id": f"profile-{profile.id}",
        "title": f"{title}, {length_words(profile)}",
        "caption": text("plans.caption", profile=lowered(title)),
        "description": of_registry("profiles", profile, "description"),
        "rows": rows,
    }


def cheapest_that_meets(ranking: Ranking) -> str:
    """The monthly cost of the recommended plan."""
    found = next((plan for _, plan in ranking.plans if plan.id == ranking.recommended), None)
    return money(found.usd_per_month) if found else missing(text("parts.nothing_meets"))
