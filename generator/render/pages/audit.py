"""Audit: what runs today, lever by lever, priced by the engine in the page."""

from collections.abc import Iterator

from generator.render.page import Page, SiteData
from generator.render.pages.ask import beside
from generator.render.site_index import site_index
from generator.render.texts import of_registry, text
from generator.render.tool_assets import data_block, download_bytes, engine_start, module, modules_of
from generator.render.translated import files_of, root_from
from generator.render.workload_words import WORKLOADS
from wasm_tools.audit.setup import DEPLOYMENTS, LLM, PROCUREMENTS, YES_NO

PATH = "tools/audit/"
PACKS = ("planner", "ask")
# Fields by what they are about, in the order of the form.
GROUPS = {
    "today": ("workload", "deployment", "model", "provider", "spend_usd"),
    "load": ("input_tokens", "output_tokens", "requests", "traffic", "slo", "use_case"),
    "shares": ("cached_share", "cacheable_share", "batch_share", "batchable_share"),
    "gpus": ("gpu", "gpu_count", "gpu_usd_hour", "procurement", "precision", "autoscaling"),
    "use": ("usage", "unit"),
}
WORDS = ("model", "provider", "gpu", "precision", "unit")


def pages(data: SiteData) -> Iterator[Page]:
    """The one page; the prices of workloads that are billed by use lie beside it."""
    files, named = beside(site_index(data))
    presets = data.results.catalogue.presets
    plain = {
        "deployment": DEPLOYMENTS, "procurement": tuple(PROCUREMENTS), "autoscaling": YES_NO,
        "traffic": tuple(presets.patterns), "slo": tuple(presets.slo_classes), "use_case": tuple(presets.use_cases),
    }  # fmt: skip
    workloads = [(LLM, text("audit.llm"))]
    workloads += [(w.id, of_registry("workloads", w, "title")) for w in WORKLOADS if w.id in named]
    yield Page(
        path=PATH,
        title=text("audit.title"),
        description=text("audit.description"),
        template="audit.html",
        context={
            "groups": GROUPS,
            "words": WORDS,
            "choices": {name: [(v, v.replace("_", " ")) for v in values] for name, values in plain.items()}
            | {"workload": workloads},
            "settings": data_block(
                {
                    "build_id": data.bundle["build_id"],
                    "bytes": download_bytes(data, PACKS),
                    "packs": PACKS,
                    "files": {name: files_of(PATH) + file for name, file in named.items() if name != "grades"},
                    "root": root_from(PATH),
                }
            ),
        },
        scripts=(module(data, "audit.mjs"), module(data, "relative_dates.mjs")),
        engine=engine_start(data, PACKS),
        ahead=modules_of(data, "audit.mjs"),
        styles=("assets/tools.css", "assets/audit.css"),
        texts=("audit.script", "tools.script"),
        tool=True,
        data={name: body for name, body in files.items() if name != named["grades"]},
    )
