"""The Markdown form of a record: the same facts and tables as in its JSON, for programs that read text."""

import re
from collections.abc import Iterator

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.records.entity import EntityRecord, relative

ROWS = 60  # of one table; the JSON and CSV files have all
_SPECIAL = re.compile(r"([\\`*\[\]<|])")
_BREAKS = re.compile(r"\s+")


def markdown_text(record: EntityRecord, as_of: str) -> str:
    """The record as a Markdown page that lies beside its HTML page."""
    return "\n".join(_lines(record, as_of)) + "\n"


def _lines(record: EntityRecord, as_of: str) -> Iterator[str]:
    folder = record.page.rstrip("/") or "."
    yield f"# {plain(record.title)}"
    yield ""
    yield f"{plain(record.description)} As of {as_of}. Prices are in US dollars."
    yield ""
    links = {"This page": record.page, **({"JSON": record.path} if record.path else {}), **record.links}
    yield " · ".join(f"[{plain(name)}]({address(relative(path, folder))})" for name, path in links.items())
    facts = [(c, cell) for c, cell in record.facts if cell not in (None, "")]
    if facts:
        yield ""
        for column, cell in facts:
            yield f"- {label(column.name)}: {shown(column, cell)}{' ' + column.unit if column.unit else ''}"
    for table in record.tables:
        if table.rows:
            yield from _table(table, record.brief.get(table.name, tuple(table.names)))


def _table(table: ApiTable, names: tuple[str, ...]) -> Iterator[str]:
    places = [table.names.index(name) for name in names]
    columns = [table.columns[n] for n in places]
    yield ""
    yield f"## {plain(table.title)}"
    yield ""
    yield plain(table.description[:1].upper() + table.description[1:])
    yield ""
    yield "| " + " | ".join(head(c) for c in columns) + " |"
    yield "|" + "|".join(" ---: " if c.kind in ("decimal", "integer", "number") else " --- " for c in columns) + "|"
    for row in table.rows[:ROWS]:
        yield "| " + " | ".join(shown(c, row[n]) for c, n in zip(columns, places, strict=True)) + " |"
    if len(table.rows) > ROWS:
        yield ""
        yield f"{len(table.rows) - ROWS:,} more rows are in the JSON file."


def head(column: Column) -> str:
    """The head of a column, with its unit."""
    return f"{label(column.name)} ({plain(column.unit)})" if column.unit else label(column.name)


def label(name: str) -> str:
    """The name of a field in words."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def shown(column: Column, cell: Cell) -> str:
    """A cell; what is missing is a dash, and free text cannot end the cell or become markup."""
    if cell is None or cell == "":
        return "—"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if column.kind in ("decimal", "integer", "number"):
        return str(cell)
    return plain(str(cell).replace("|", ", ") if "separated by |" in column.description else str(cell))


def plain(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    return _SPECIAL.sub(r"\\\1", _BREAKS.sub(" ", text).strip())


def address(path: str) -> str:
    """A link target without characters that would end it."""
    return path.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
