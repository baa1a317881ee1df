"""The explorer in the language that is spoken: the words of its sheets, and what it calls the values of its columns.

The columnar files are the same for every language: a page of another language carries the words for those values that
are words of ours, such as meters and commitments. Names, ids and what sources write stay as they are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from generator.render.columnar import ColumnRecord
from generator.render.explorer.fields import Field, Sheet
from generator.render.explorer.first_rows import cell
from generator.render.texts import DEFAULT, label, language

Columns = Callable[[Sequence[Any]], dict[str, ColumnRecord]]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with its rows; `columns` makes the columns of some of them, `derived` what the page computes of them."""

    sheet: Sheet
    rows: Sequence[Any]
    columns: Columns
    derived: Columns


def spoken_sheet(sheet: Sheet) -> Sheet:
    """The sheet with its words in the language that is spoken; TextsError for a word that the language lacks."""
    return replace(
        sheet,
        title=label(sheet.title),
        noun=label(sheet.noun),
        caption=label(sheet.caption),
        about=label(sheet.about),
        empty=label(sheet.empty),
        fields=tuple(map(_spoken_field, sheet.fields)),
        facets=tuple(replace(f, label=label(f.label)) for f in sheet.facets),
        examples=tuple(replace(e, title=label(e.title)) for e in sheet.examples),
    )


def _spoken_field(field: Field) -> Field:
    def said(words: str) -> str:
        return label(words) if words else ""

    per = field.per if field.per == "1M" else said(field.per)  # the script reads it
    return replace(field, label=label(field.label), per=per, why=said(field.why), help=said(field.help))


def value_words(table: Table, whole: Mapping[str, ColumnRecord]) -> dict[str, dict[str, str]]:
    """What the values of worded columns are called, by column and value; empty in English, which the files speak."""
    if language() == DEFAULT:
        return {}
    names = [f.name for f in table.sheet.fields if f.worded]
    one_each = {row for name in names for row in {code: row for row, code in enumerate(whole[name]["codes"])}.values()}
    shown = sorted(one_each)
    spoken = table.columns([table.rows[row] for row in shown])
    found: dict[str, dict[str, str]] = {}
    for name in names:
        for place, row in enumerate(shown):
            value, words = cell(whole[name], row)[0], cell(spoken[name], place)[1]
            if value and words != value:
                found.setdefault(name, {})[value] = words
    return found
