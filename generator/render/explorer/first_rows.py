"""The first rows of a sheet as ready strings: what a reader sees before, or without, any script."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from generator.render.columnar import ColumnRecord
from generator.render.explorer.fields import Field, Sheet
from generator.render.texts import text

LONG = 20  # characters that every column has room for


def sheet_view(sheet: Sheet, records: Mapping[str, ColumnRecord], shown: int, total: int, root: str) -> dict[str, Any]:
    """What the template lays out: heads, facets, examples and the first rows, in `records`: `shown` of `total`.

    `root` is the way to the site's root.
    """
    return {
        "id": sheet.id,
        "title": sheet.title,
        "noun": sheet.noun,
        "caption": sheet.caption,
        "about": sheet.about,
        "columns": [
            {"name": f.name, "label": f.label, "per": unit_words(f), "figure": f.is_figure} for f in sheet.columns
        ],
        "facets": sheet.facets,
        "examples": [{"title": e.title, "href": address(sheet, e.q, e.more)} for e in sheet.examples],
        "keys": sheet.keys,
        "total": total,
        "rows": [row_view(sheet, records, row, root) for row in range(shown)],
        "files": sheet.files,
        "task": sheet.task,
        "compare": bool(sheet.compare),
    }


def address(sheet: Sheet, q: str, more: Sequence[tuple[str, str]]) -> str:
    """The address of a ready view, relative to the explorer."""
    pairs = [("v", "1"), *([("data", sheet.id)] if sheet.id != "tokens" else []), ("q", q), *more]
    return f"?{urlencode(pairs)}"


def unit_words(field: Field) -> str:
    """What stands under the name of a column: `$/1M`, `tokens`."""
    return f"$/{field.per}" if field.kind == "money" and field.per else field.per


def row_view(sheet: Sheet, records: Mapping[str, ColumnRecord], row: int, root: str) -> list[dict[str, Any]]:
    """The cells of one row as the script would write them."""
    cells = []
    for field in sheet.columns:
        value, words = cell(records[field.name], row)
        stand_in = cell(records[field.fallback], row)[1] if field.fallback else ""
        title = field.why or text("explore.script.no_source")
        if words:
            # Short plain cells say it all themselves; a title would only be read out twice.
            title = f"{words} ({value})" if value != words else words if len(words) > LONG else ""
        cells.append(
            {
                "name": field.name,
                "figure": field.is_figure,
                "text": words or stand_in or "—",
                "title": title,
                "missing": not words,
                "second": cell(records[field.second], row)[1] if field.second else "",
                "href": f"{root}{field.link}{value}/" if field.link and words else "",
            }
        )
    return cells


def cell(record: ColumnRecord, row: int) -> tuple[str, str]:
    """Value and words of a cell, both '' when it is missing."""
    if record["kind"] == "number":
        number = record["numbers"][row]
        exact = "" if number is None else str(number)
        return exact, exact
    code = record["codes"][row]
    values: Sequence[str] = record["values"]
    return values[code], record.get("labels", values)[code]
