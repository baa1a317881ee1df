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
SUGGESTED = 60  # models; any other may be typed
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
            "estimate": suggestions(data),
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


def suggestions(data: SiteData) -> dict[str, list[str]]:
    """Names that the form of an estimate suggests: who sells by the token, and the models that most of them sell."""
    rates = data.results.catalogue.rates
    sellers: dict[str, set[str]] = {}
    for rate in rates:
        sellers.setdefault(rate.sku, set()).add(rate.provider)
    models = sorted(sellers, key=lambda sku: (-len(sellers[sku]), sku))[:SUGGESTED]
    own = {rate.sku for rate in sample_rates(data)}
    return {"providers": sorted({rate.provider for rate in rates}), "models": sorted(own | set(models))}
