"""Ask: a request in plain words becomes a specification that the reader can mend, and the ranked answer to it."""

import gzip
import tomllib
from collections.abc import Iterator
from typing import Any

from generator.places import checkout
from generator.render.api_table import compact_json
from generator.render.columnar import hashed_name
from generator.render.page import Page, SiteData
from generator.render.planner_form import choices, id_words
from generator.render.report_facts import price_grades
from generator.render.site_index import OWN_HARDWARE, SiteIndex, site_index
from generator.render.texts import of_registry, text
from generator.render.tool_assets import data_block, download_bytes, engine_start, module, modules_of
from generator.render.translated import files_of, root_from
from generator.render.workload_words import WORKLOADS
from wasm_tools.planner.form_fields import FIELDS

PACKS = ("planner", "ask")
PATH = "tools/ask/"
SHOWN = 12  # plans of a ranking; the planner shows more
CHOSEN = ("use_case", "slo", "class", "priority", "pattern", "percentile", "tier")
SCRIPT_TEXTS = (
    "ask.script", "ask.assistant", "planner.script", "plan", "parts", "words.class", "tools.script",
)  # fmt: skip


def pages(data: SiteData) -> Iterator[Page]:
    """The one page, with grades and the prices of other workloads beside it."""
    index = site_index(data)
    files, named = beside(index)
    yield Page(
        path=PATH,
        title=text("ask.title"),
        description=text("ask.description"),
        template="ask.html",
        context={
            "examples": examples(),
            "table": {"id": "plans", "caption": text("planner.script.caption"), "rows": []},
            "settings": data_block(settings(data, index, named)),
        },
        scripts=(module(data, "ask.mjs"), module(data, "relative_dates.mjs")),
        engine=engine_start(data, PACKS),
        ahead=modules_of(data, "ask.mjs"),
        styles=("assets/tools.css", "assets/ask.css"),
        texts=SCRIPT_TEXTS,
        tool=True,
        data=files,
    )


def examples() -> list[dict[str, str]]:
    """The example requests of the registry: task, title and text."""
    raw = tomllib.loads((checkout().registry / "ask" / "examples.toml").read_text(encoding="utf-8"))
    found: list[dict[str, str]] = raw["example"]
    return found


def beside(index: SiteIndex) -> tuple[dict[str, bytes], dict[str, str]]:
    """The files beside the page, and their names by what they hold: `grades`, or a workload."""
    contents = {"grades": price_grades(index), **index.usage_packs}
    packed = {name: compact_json(content) for name, content in contents.items()}
    named = {name: f"{hashed_name(name, body)}.gz" for name, body in packed.items()}
    return {named[name]: gzip.compress(body, mtime=0) for name, body in packed.items()}, named


def settings(data: SiteData, index: SiteIndex, named: dict[str, str]) -> dict[str, Any]:
    """What the script needs to show answers: words for ids, options of fields, and where the other files are."""
    catalogue = data.results.catalogue
    options = choices(data.registry, catalogue)
    cases = [option for option in options["use_case"] if option["id"]]
    other = [
        {"id": words.id, "title": of_registry("workloads", words, "title")} for words in WORKLOADS if words.id in named
    ]
    return {
        "root": root_from(PATH),
        "build_id": data.bundle["build_id"],
        "bytes": download_bytes(data, PACKS),
        "packs": PACKS,
        "files": {name: files_of(PATH) + file for name, file in named.items()},
        "fields": [{"name": f.name, "kind": f.kind} for f in FIELDS],
        "choices": {"task": cases + other, **{name: options[name] for name in CHOSEN if name != "use_case"}},
        "shown": SHOWN,
        "own_grade": OWN_HARDWARE.letter,
        "recommendable": list(catalogue.policy.recommendable),
        "words": id_words(catalogue, index.plan_names),
    }
