"""The invoice page: a bill is read in the reader's browser and held against like-for-like list prices."""

from collections.abc import Iterator

from generator.render.invoice_sample import sample_bill
from generator.render.page import Page, SiteData
from generator.render.texts import text
from generator.render.tool_assets import data_block, download_bytes, module
from generator.render.translated import files_of, root_from
from wasm_tools.invoice.readers.five_column import COLUMNS, MODEL_COLUMNS

PACKS = ("invoice",)
PATH = "tools/invoice/"
SAMPLE = "sample-bill.csv"


def pages(data: SiteData) -> Iterator[Page]:
    """The one page, with the sample bill beside it."""
    sample = sample_bill(data)
    yield Page(
        path=PATH,
        title=text("invoice.title"),
        description=text("invoice.description"),
        template="invoice.html",
        context={
            "columns": COLUMNS,
            "model_columns": MODEL_COLUMNS,
            "sample": files_of(PATH) + SAMPLE if sample else "",
            "offers": len(data.offers),
            "settings": data_block(
                {
                    "root": root_from(PATH),
                    "build_id": data.bundle["build_id"],
                    "bytes": download_bytes(data, PACKS),
                    "sample": sample,
                }
            ),
        },
        scripts=(module(data, "invoice.mjs"), module(data, "relative_dates.mjs")),
        styles=("assets/tools.css",),
        texts=("invoice.script", "invoice.verdict", "tools.script"),
        tool=True,
        data={SAMPLE: sample} if sample else {},
    )
