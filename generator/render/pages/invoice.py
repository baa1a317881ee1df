"""The invoice page: a bill is read in the reader's browser and held against like-for-like list prices."""

from collections.abc import Iterator

from generator.render.invoice_month import sample_month
from generator.render.invoice_sample import sample_bill
from generator.render.page import Page, SiteData
from generator.render.texts import text
from generator.render.tool_assets import data_block, download_bytes, module, modules_of
from generator.render.translated import files_of, root_from
from wasm_tools.invoice.readers import READERS
from wasm_tools.invoice.readers.five_column import COLUMNS

PACKS = ("invoice", "planner")
PATH = "tools/invoice/"
SAMPLES = {"sample-month.csv": sample_month, "sample-bill.csv": sample_bill}
SCRIPT_TEXTS = (
    "invoice.script", "invoice.verdict", "invoice.verdict_means", "invoice.exclusion", "invoice.class", "invoice.tier",
    "invoice.role", "invoice.action", "tools.script", "chart",
)  # fmt: skip


def pages(data: SiteData) -> Iterator[Page]:
    """The one page, with the sample bills beside it."""
    samples = {name: words for name, made in SAMPLES.items() if (words := made(data))}
    yield Page(
        path=PATH,
        title=text("invoice.title"),
        description=text("invoice.description"),
        template="invoice.html",
        context={
            "columns": COLUMNS,
            "packs": PACKS,
            "formats": [reader.title for reader in READERS],
            "samples": [files_of(PATH) + name for name in samples],
            "settings": data_block(
                {
                    "root": root_from(PATH),
                    "build_id": data.bundle["build_id"],
                    "bytes": download_bytes(data, PACKS),
                    "packs": PACKS,
                    "samples": samples,
                }
            ),
        },
        scripts=(module(data, "invoice.mjs"), module(data, "relative_dates.mjs")),
        ahead=modules_of(data, "invoice.mjs"),
        styles=("assets/tools.css", "assets/invoice.css"),
        texts=SCRIPT_TEXTS,
        tool=True,
        data=samples,
    )
