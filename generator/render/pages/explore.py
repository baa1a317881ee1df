"""The explorer: every price and every GPU rental. First rows in the HTML, all of them in columnar files beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from generator.exchange import rate_on
from generator.render.columnar import ColumnRecord, columnar_file, decimal_column, hashed_name
from generator.render.explorer.fields import Sheet, settings
from generator.render.explorer.first_rows import sheet_view
from generator.render.explorer.offer_sheet import OFFERS
from generator.render.explorer.rental_sheet import RENTALS
from generator.render.explorer.spoken import Table, spoken_sheet, value_words
from generator.render.explorer.token_rows import computed_words, first_derived, token_columns, token_rows
from generator.render.explorer.token_sheet import TOKENS
from generator.render.offer_columns import offer_columns, offer_order, rental_columns, rental_order
from generator.render.once import once
from generator.render.page import Page, SiteData
from generator.render.site_index import site_index
from generator.render.texts import label, text
from generator.render.tool_assets import data_block, module
from generator.render.translated import files_of, root_from
from wasm_tools.pricing.meters import price_text
from wasm_tools.pricing.offers import GpuOffer

PATH = "explore/"
BLEND, TASK = (3, 1), (1_000, 500)  # tokens read for tokens written; prompt and answer of one request
PARTS = ("core", "more")
GIBIBYTE = 2**30


@dataclass(frozen=True, slots=True)
class Whole:
    """A table with all its columns, in English, and its files: their names by part, and their texts by name."""

    table: Table
    columns: Mapping[str, ColumnRecord]
    names: Mapping[str, str]
    files: Mapping[str, str]


def pages(data: SiteData) -> Iterator[Page]:
    """The page with its sheets; their columnar files lie beside the English one."""
    wholes = whole_tables(data)
    sheets, told = [], []
    for whole in wholes:
        table, sheet = whole.table, spoken_sheet(whole.table.sheet)
        first = table.rows[: sheet.shown_rows]
        records = table.columns(first) | table.derived(first)
        sheets.append(sheet_view(sheet, records, len(first), len(table.rows), root_from(PATH)))
        named = {part: files_of(PATH) + name for part, name in whole.names.items()}
        words = value_words(table, whole.columns)
        told.append(settings(sheet, named) | ({"words": words} if words else {}))
    yield Page(
        path=PATH,
        title=text("explore.title"),
        description=text("explore.description"),
        template="explore.html",
        context={
            "sheets": sheets,
            "settings": data_block(
                {
                    "root": root_from(PATH),
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
        texts=("explore.script", "explore.formula", "compare.tray"),
        data={name: body for whole in wholes for name, body in whole.files.items()},
    )


@once
def whole_tables(data: SiteData) -> list[Whole]:
    """The tables of a site, made once for the pages of all languages."""
    return [whole_table(t, data.as_of) for t in tables(data)]


def tables(data: SiteData) -> tuple[Table, ...]:
    """Token prices, all prices and GPU rentals, rows in the order of the page."""
    tokens = token_rows(site_index(data))
    return (
        Table(TOKENS, tokens, partial(token_columns, data), partial(first_derived, ratio=BLEND, task=TASK)),
        Table(OFFERS, offer_order(data), partial(offer_columns, data), lambda _: {}),
        Table(RENTALS, rental_order(data), partial(rental_columns, data), partial(rental_derived, data)),
    )


def whole_table(table: Table, as_of: str) -> Whole:
    """A table with its columns and files."""
    columns = table.columns(table.rows)
    names, files = {}, {}
    for part, body in parts(table.sheet, columns, as_of).items():
        names[part] = hashed_name(f"{table.sheet.id}-{part}", body)
        files[names[part]] = body.decode()
    return Whole(table, columns, names, files)


def parts(sheet: Sheet, records: Mapping[str, ColumnRecord], as_of: str) -> dict[str, bytes]:
    """The columnar files of a sheet: what the table and its filters need first, then the rest."""
    part_of = {f.name: f.part for f in sheet.fields if not f.derived}
    return {
        part: columnar_file({n: records[n] for n, p in part_of.items() if p == part}, {"as_of": as_of})
        for part in PARTS
    }


def rental_derived(data: SiteData, rentals: Sequence[GpuOffer]) -> dict[str, ColumnRecord]:
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
        u.id: {"label": label(u.label), "thousand": text("explore.thousand", noun=label(u.noun))}
        for u in data.registry.units.units.values()
        if u.per == 1_000_000
    }
