"""The planner: a form with its defaults, the precomputed answer to them, and what the script needs to go on."""

import gzip
from collections.abc import Iterator, Mapping
from typing import Any

from generator.precompute.grid import Cell
from generator.render.api_table import compact_json
from generator.render.columnar import hashed_name
from generator.render.page import Page, SiteData
from generator.render.plan_rows import plan_table
from generator.render.planner_form import choices, grid_settings, id_words, industries, known_names, placeholders
from generator.render.report_facts import price_grades, report_facts
from generator.render.site_index import OWN_HARDWARE, SiteIndex, site_index
from generator.render.texts import text
from generator.render.tool_assets import data_block, download_bytes, engine_start, module, modules_of
from generator.render.translated import files_of, root_from
from wasm_tools.plan_report.facts import facts_record
from wasm_tools.planner.form_fields import FIELD
from wasm_tools.planner.presets import START
from wasm_tools.planner.ranking import PLANS_SHOWN

PACKS = ("planner",)
WAYS: dict[str, tuple[str, ...]] = {
    "every": (),
    "apis": ("api",),
    "uncommitted": ("rented", "serverless"),
    "rented": (
        "rented", "spot", "reserved-3m", "reserved-6m", "reserved-1y", "reserved-3y", "marketplace", "community",
        "scheduled", "serverless",
    ),
    "bought": ("bought",),
}  # fmt: skip
PATH = "tools/planner/"
SCRIPT_TEXTS = (
    "planner.script", "planner.field", "plan", "parts", "words.class", "tools.script", "chart", "panels",
    "planner.priority", "scenarios.script", "uncertainty",
)  # fmt: skip


def pages(data: SiteData) -> Iterator[Page]:
    """The one page."""
    index = site_index(data)
    cell = default_cell(data)
    ranking = cell.rankings[START["class"]]
    table = plan_table("plans", text("planner.script.caption"), ranking, index, PLANS_SHOWN)
    grades = compact_json(price_grades(index))
    grades_name = f"{hashed_name('grades', grades)}.gz"
    facts = report_facts(data)
    facts_text = compact_json(facts_record(facts))
    facts_name = hashed_name("report", facts_text)
    beside = files_of(PATH)
    report = {"build": facts.build, "grades": beside + grades_name, "facts": beside + facts_name}
    yield Page(
        path=PATH,
        title=text("planner.title"),
        description=text("planner.description"),
        template="planner.html",
        context={
            "registry": data.registry,
            "defaults": START,
            "cell": cell,
            "workload": cell.workloads[START["class"]],
            "table": table | {"answers_id": "answers"},
            "industries": industries(data.registry),
            "ways": [{"kinds": " ".join(kinds), "title": text(f"planner.way.{way}")} for way, kinds in WAYS.items()],
            "fields": FIELD,
            "choices": choices(data.registry, data.results.catalogue),
            "placeholders": placeholders(data.results.catalogue.hosting),
            "settings": data_block(settings(data, index, report)),
        },
        scripts=(module(data, "planner.mjs"), module(data, "relative_dates.mjs")),
        engine=engine_start(data, PACKS),
        ahead=modules_of(data, "planner.mjs"),
        styles=("assets/tools.css", "assets/planner_scenarios.css"),
        texts=SCRIPT_TEXTS,
        tool=True,
        data={
            grades_name: gzip.compress(grades, mtime=0),
            facts_name: facts_text.decode(),
        },
    )


def default_cell(data: SiteData) -> Cell:
    """The cell of the question that the page answers before anybody asks."""
    wanted = (START["profile"], START["slo"], START["load"])
    return next(c for c in data.results.cells if (c.profile.id, c.slo_class.id, c.load.id) == wanted)


def settings(data: SiteData, index: SiteIndex, report: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of the grid exactly as generator/precompute/grid.py uses them, and the words for ids."""
    catalogue = data.results.catalogue
    return {
        "root": root_from(PATH),
        "build_id": data.bundle["build_id"],
        "as_of": catalogue.as_of,
        "bytes": download_bytes(data, PACKS),
        **report,
        "files_data": module(data, "manifests.json"),
        "grid": grid_settings(data.registry, catalogue.presets),
        "known": known_names(catalogue),
        "shown": PLANS_SHOWN,
        "own_grade": OWN_HARDWARE.letter,
        "recommendable": list(catalogue.policy.recommendable),
        "words": id_words(catalogue, index.plan_names),
    }
