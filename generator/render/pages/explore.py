"""The explorer: every price and every GPU rental. First rows in the HTML, all of them in columnar files beside it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from generator.exchange import rate_on
from generator.render.columnar import ColumnRecord, columnar_file, decimal_column, hashed_name
from generator.render.explorer.fields import Sheet, settings
from generator.render.explorer.first_rows import sheet_view
from generator.render.explorer.offer_sheet import OFFERS
from generator.render.explorer.rental_sheet import RENTALS
from generator.render.explorer.token_rows import computed_words, first_derived, token_columns, token_rows
from generator.render.explorer.token_sheet import TOKENS
from generator.render.offer_columns import offer_columns, offer_order, rental_columns, rental_order
from generator.render.page import Page, SiteData
from generator.render.site_index import site_index
from generator.render.tool_assets import data_block, module
from wasm_tools.pricing.meters import price_text
from wasm_tools.pricing.offers import GpuOffer

BLEND, TASK = (3, 1), (1_000, 500)  # tokens read for tokens written; prompt and answer of one request
PARTS = ("core", "more")
GIBIBYTE = 2**30
DESCRIPTION = (
    "Every current price of hosted AI models and rented GPUs in one table: filter, sort, compute your own columns, "
    "share the view, export CSV or JSON."
)


def pages(data: SiteData) -> Iterator[Page]:
    """The page with its sheets; their columnar files lie beside it."""
    index = site_index(data)
    tokens, rentals = token_rows(index), rental_order(data)
    derived: tuple[tuple[Sheet, dict[str, ColumnRecord], dict[str, ColumnRecord]], ...] = (
        (TOKENS, token_columns(data, tokens), first_derived(tokens[: TOKENS.shown_rows], BLEND, TASK)),
        (OFFERS, offer_columns(data, offer_order(data)), {}),
        (RENTALS, rental_columns(data, rentals), rental_derived(data, rentals[: RENTALS.shown_rows])),
    )
    files: dict[str, str] = {}
    sheets, told = [], []
    for sheet, records, first in derived:
        named = {}
        for part, body in parts(sheet, records, data.as_of).items():
            named[part] = hashed_name(f"{sheet.id}-{part}", body)
            files[named[part]] = body.decode()
        sheets.append(sheet_view(sheet, records, first))
        told.append(settings(sheet, named))
    yield Page(
        path="explore/",
        title="Explore all prices",
        description=DESCRIPTION,
        template="explore.html",
        context={
            "sheets": sheets,
            "settings": data_block(
                {
                    "root": "../",
                    "as_of": data.as_of,
                    "blend": BLEND,
                    "task": TASK,
                    "rates": rates(data),
                    "units": units(data),
                    "sheets": told,
                }
            ),
        },
        scripts=(module(data, "explore.mjs"), module(data, "relative_dates.mjs")),
        styles=("assets/tools.css", "assets/explore.css"),
        texts=("compare.tray",),
        data=files,
    )


def parts(sheet: Sheet, records: Mapping[str, ColumnRecord], as_of: str) -> dict[str, bytes]:
    """The columnar files of a sheet: what the table and its filters need first, then the rest."""
    part_of = {f.name: f.part for f in sheet.fields if not f.derived}
    return {
        part: columnar_file({n: records[n] for n, p in part_of.items() if p == part}, {"as_of": as_of})
        for part in PARTS
    }


def rental_derived(data: SiteData, rentals: list[GpuOffer]) -> dict[str, ColumnRecord]:
    """What the page derives of rentals, for its first rows."""
    cards = [data.registry.gpu.get(r.gpu) for r in rentals]
    memory = [r.price * GIBIBYTE / c.memory_bytes if c else None for r, c in zip(rentals, cards, strict=True)]
    return {"per_gb": told(memory), "machine": told([r.price * r.count for r in rentals])}


def told(values: list[Decimal | None] | list[Decimal]) -> ColumnRecord:
    """A column of sums that are shown like prices."""
    return decimal_column(["" if v is None else price_text(v) for v in values], computed_words)


def rates(data: SiteData) -> list[dict[str, str]]:
    """The currencies in which prices can be shown: how much a dollar is, since when, and who says so."""
    known = data.registry.exchange_rates
    found = (rate_on(known, code, data.as_of) for code in sorted({r.currency for r in known}))
    return [
        {"currency": r.currency, "units": price_text(r.units_per_usd), "date": r.date, "source": r.source}
        for r in found
        if r
    ]


def units(data: SiteData) -> dict[str, dict[str, Any]]:
    """Units that are counted by the million, which can be shown by the thousand as well."""
    return {
        u.id: {"label": u.label, "thousand": f"1k {u.noun}"}
        for u in data.registry.units.units.values()
        if u.per == 1_000_000
    }
