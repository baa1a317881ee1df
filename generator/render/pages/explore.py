"""The explorer: every current offer and every GPU rental, first rows in the HTML, all of them in a columnar file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from generator.render.columnar import ColumnRecord, column_length, columnar_file, hashed_name
from generator.render.offer_columns import offer_columns, offer_order, rental_columns, rental_order
from generator.render.page import Page, SiteData
from generator.render.tool_assets import data_block, module

OFFERS_SHOWN = 45  # rows in the HTML; the script shows all
RENTALS_SHOWN = 20
LONG = 20  # characters that every column has room for
DESCRIPTION = (
    "Every current price of hosted AI models and rented GPUs: search, filter, sort inside one meter, export to CSV."
)


@dataclass(frozen=True, slots=True)
class Field:
    """A column, facet or detail. `link` is a folder of the site; `fallback` stands in for a missing value."""

    name: str
    label: str
    link: str = ""
    fallback: str = ""
    why: str = ""
    address: bool = False  # the value is itself a web address
    exact: bool = False  # dollars to the last digit instead of the rounded form
    second: str = ""  # the column that stands below it on a narrow screen


@dataclass(frozen=True, slots=True)
class Sheet:
    """One data set of the explorer."""

    id: str
    title: str
    noun: str
    caption: str
    columns: tuple[Field, ...]
    facets: tuple[Field, ...]
    detail: tuple[Field, ...]
    searched: tuple[str, ...]
    exported: tuple[str, ...]
    sort: str
    csv: str
    empty: str
    shown: int
    comparable: Mapping[str, Any] | None = None


OFFERS = Sheet(
    id="offers",
    title="API offers",
    noun="offers",
    caption="Current API prices, the most widely sold models first",
    columns=(
        Field("model", "Model", "models/", "sku", "nobody has mapped this name to a model yet", second="provider"),
        Field("provider", "Provider", "providers/"),
        Field("meter", "Meter", second="region"),
        Field("price", "Price", second="unit"),
        Field("unit", "per"),
        Field("workload", "Workload"),
        Field("region", "Region"),
        Field("grade", "Grade"),
        Field("sources", "Stated by", why="no source states this price any more"),
        Field("date", "As of"),
        Field("sku", "Provider's id"),
    ),
    facets=(
        Field("workload", "Workload"),
        Field("kind", "Provider kind"),
        Field("tier", "Tier"),
        Field("unit", "Unit"),
        Field("meter", "Meter"),
    ),
    detail=(
        Field("model", "Model", "models/"),
        Field("sku", "Provider's id"),
        Field("provider", "Provider", "providers/"),
        Field("kind", "Kind of provider"),
        Field("meter", "Meter"),
        Field("price", "Price", exact=True),
        Field("unit", "per"),
        Field("region", "Region"),
        Field("grade", "Grade"),
        Field("sources", "Stated by"),
        Field("differs", "Others say"),
        Field("date", "Last seen"),
        Field("note", "Note"),
    ),
    searched=("model", "sku", "provider", "workload", "meter", "region"),
    exported=(
        "provider", "sku", "model", "workload", "meter", "region", "price", "unit", "grade", "sources", "differs",
        "date", "note",
    ),
    sort="",
    csv="offers-view.csv",
    empty="No offer matches. Take a word or a filter away.",
    shown=OFFERS_SHOWN,
    comparable={
        "column": "meter",
        "preferred": ["input.text.token", "output.text.token"],
        "with": {"workload": "llm"},
    },
)  # fmt: skip

RENTALS = Sheet(
    id="rentals",
    title="GPU rentals",
    noun="rentals",
    caption="Current rental prices per GPU-hour, by GPU and price",
    columns=(
        Field("gpu", "GPU", "gpus/", "gpu_name", "nobody has mapped this name to a GPU yet", second="provider"),
        Field("provider", "Provider", "providers/"),
        Field("instance", "Instance"),
        Field("count", "GPUs"),
        Field("commitment", "Commitment", second="region"),
        Field("price", "per GPU-hour", second="instance"),
        Field("host", "Host included"),
        Field("region", "Region"),
        Field("grade", "Grade"),
        Field("sources", "Stated by", why="no source states this price any more"),
        Field("date", "As of"),
    ),
    facets=(Field("gpu", "GPU"), Field("commitment", "Commitment"), Field("count", "GPUs"), Field("host", "Host")),
    detail=(
        Field("gpu", "GPU", "gpus/"),
        Field("gpu_name", "Name at the source"),
        Field("instance", "Instance"),
        Field("count", "GPUs"),
        Field("provider", "Provider", "providers/"),
        Field("commitment", "Commitment"),
        Field("price", "Price per GPU-hour", exact=True),
        Field("host", "Machine around the GPU included"),
        Field("region", "Region"),
        Field("grade", "Grade"),
        Field("sources", "Stated by"),
        Field("differs", "Others say"),
        Field("date", "Last seen"),
        Field("note", "Note"),
        Field("source_url", "Read from", address=True),
    ),
    searched=("gpu", "gpu_name", "instance", "provider", "region", "commitment"),
    exported=(
        "provider", "instance", "gpu", "gpu_name", "count", "region", "commitment", "price", "host", "grade",
        "sources", "differs", "date", "note", "source_url",
    ),
    sort="",
    csv="gpu-rentals-view.csv",
    empty="No rental matches. Take a word or a filter away.",
    shown=RENTALS_SHOWN,
)  # fmt: skip


def pages(data: SiteData) -> Iterator[Page]:
    """The page with its two sheets; their columnar files lie beside it."""
    columns = (
        (OFFERS, offer_columns(data, offer_order(data)), "offers.csv"),
        (RENTALS, rental_columns(data, rental_order(data)), "gpu_offers.csv"),
    )
    files = {}
    sheets, settings = [], []
    for sheet, records, download in columns:
        body = columnar_file(records, {"as_of": data.as_of})
        name = hashed_name(sheet.id, body)
        files[name] = body.decode()
        sheets.append(sheet_view(sheet, records, download))
        settings.append(sheet_settings(sheet, name))
    yield Page(
        path="explore/",
        title="Explore all prices",
        description=DESCRIPTION,
        template="explore.html",
        context={"sheets": sheets, "settings": data_block({"root": "../", "sheets": settings})},
        scripts=(module(data, "explore.mjs"), module(data, "relative_dates.mjs")),
        styles=("assets/tools.css",),
        data=files,
    )


def sheet_view(sheet: Sheet, records: Mapping[str, ColumnRecord], download: str) -> dict[str, Any]:
    """What the template lays out: heads, facets and the first rows."""
    total = row_count(records)
    return {
        "id": sheet.id,
        "title": sheet.title,
        "noun": sheet.noun,
        "caption": sheet.caption,
        "columns": sheet.columns,
        "facets": sheet.facets,
        "sort": sheet.sort,
        "total": total,
        "rows": [row_view(sheet, records, row) for row in range(min(sheet.shown, total))],
        "download": download,
        "empty": sheet.empty,
    }


def sheet_settings(sheet: Sheet, file: str) -> dict[str, Any]:
    """What the script needs to know; keys without a value are left out."""
    record = {k: v for k, v in asdict(sheet).items() if k not in ("title", "caption", "shown")}
    for part in ("columns", "facets", "detail"):
        record[part] = [{k: v for k, v in field.items() if v} for field in record[part]]
    return record | {"file": file}


def row_count(records: Mapping[str, ColumnRecord]) -> int:
    """Rows of a columnar table."""
    return column_length(next(iter(records.values())))


def row_view(sheet: Sheet, records: Mapping[str, ColumnRecord], row: int) -> list[dict[str, Any]]:
    """The cells of one row as the script would write them."""
    cells = []
    for field in sheet.columns:
        value, words = cell(records[field.name], row)
        stand_in = cell(records[field.fallback], row)[1] if field.fallback else ""
        title = field.why or "not stated by any source"
        if words:
            # Short plain cells say it all themselves; a title would only be read out twice.
            title = f"{words} ({value})" if value != words else words if len(words) > LONG else ""
        cells.append(
            {
                "name": field.name,
                "text": words or stand_in or "—",
                "title": title,
                "missing": not words,
                "second": cell(records[field.second], row)[1] if field.second else "",
                "href": f"../{field.link}{value}/" if field.link and words else "",
            }
        )
    return cells


def cell(record: ColumnRecord, row: int) -> tuple[str, str]:
    """Value and words of a cell, both '' when it is missing."""
    if record["kind"] == "number":
        number = record["numbers"][row]
        text = "" if number is None else str(number)
        return text, text
    code = record["codes"][row]
    values: Sequence[str] = record["values"]
    return values[code], record.get("labels", values)[code]
