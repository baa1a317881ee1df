"""The spend page: ledgers of calls and bills are read in the reader's browser and priced by the day."""

from collections.abc import Iterator

from generator.render.invoice_sample import sample_rates
from generator.render.page import Page, SiteData
from generator.render.texts import text
from generator.render.tool_assets import data_block, download_bytes, module, modules_of
from generator.render.translated import files_of
from wasm_tools.spend.sample import PROJECTS, sample_ledger

PACKS = ("invoice",)
PATH = "tools/spend/"
SAMPLE = "sample-ledger.jsonl"
SCRIPT_TEXTS = (
    "spend.script", "invoice.script", "invoice.class", "invoice.tier", "invoice.role", "invoice.action",
    "tools.script", "chart",
)  # fmt: skip


def pages(data: SiteData) -> Iterator[Page]:
    """The one page, with the sample ledger beside it."""
    models = [(rate.provider, rate.sku) for rate in sample_rates(data)[: len(PROJECTS)]]
    sample = {SAMPLE: sample_ledger(data.as_of, models)} if models else {}
    yield Page(
        path=PATH,
        title=text("spend.title"),
        description=text("spend.description"),
        template="spend.html",
        context={
            "packs": PACKS,
            "sample": files_of(PATH) + SAMPLE if sample else "",
            "settings": data_block(
                {
                    "build_id": data.bundle["build_id"],
                    "bytes": download_bytes(data, PACKS),
                    "packs": PACKS,
                    "sample": {"name": SAMPLE, "day": data.as_of, "models": models},
                }
            ),
        },
        scripts=(module(data, "spend.mjs"), module(data, "relative_dates.mjs")),
        ahead=modules_of(data, "spend.mjs"),
        styles=("assets/tools.css", "assets/invoice.css", "assets/spend.css"),
        texts=SCRIPT_TEXTS,
        tool=True,
        data=sample,
    )
