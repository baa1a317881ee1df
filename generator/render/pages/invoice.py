"""The invoice page: a bill is read in the reader's browser and held against like-for-like list prices."""

from collections.abc import Iterator

from generator.render.invoice_sample import sample_bill
from generator.render.page import Page, SiteData
from generator.render.tool_assets import data_block, download_bytes, module
from wasm_tools.invoice.readers.five_column import COLUMNS, MODEL_COLUMNS

PACKS = ("invoice",)
SAMPLE = "sample-bill.csv"


def pages(data: SiteData) -> Iterator[Page]:
    """The one page, with the sample bill beside it."""
    sample = sample_bill(data)
    yield Page(
        path="tools/invoice/",
        title="Invoice reader",
        description="Hold a bill for AI inference against list prices, line by line; it never leaves your browser.",
        template="invoice.html",
        context={
            "columns": COLUMNS,
            "model_columns": MODEL_COLUMNS,
            "sample": SAMPLE if sample else "",
            "offers": len(data.offers),
            "settings": data_block(
                {
                    "root": "../../",
                    "build_id": data.bundle["build_id"],
                    "bytes": download_bytes(data, PACKS),
                    "sample": sample,
                }
            ),
        },
        scripts=(module(data, "invoice.mjs"), module(data, "relative_dates.mjs")),
        styles=("assets/tools.css",),
        tool=True,
        data={SAMPLE: sample} if sample else {},
    )
