"""The Markdown form of a document: the same facts and tables as in its JSON, for programs that read text."""

import re
from collections.abc import Iterator

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.records.entity import Document, relative

WORDS = {  # parts of field names that are no words
    "ttft": "TTFT", "itl": "ITL", "e2e": "E2E", "gpu": "GPU", "gpus": "GPUs", "usd": "USD", "slo": "target",
    "sku": "id there", "csv": "CSV", "json": "JSON", "tdp": "TDP", "url": "address", "hf": "Hugging Face",
}  # fmt: skip
_SPECIAL = re.compile(r"([\\`*\[\]<|])")
_BREAKS = re.compile(r"\s+")


def markdown_text(document: Document, as_of: str) -> str:
    """The document as a Markdown page that lies beside its HTML page."""
    return "\n".join(_lines(document, as_of)) + "\n"


def _lines(document: Document, as_of: str) -> Iterator[str]:
    folder = document.page.rstrip("/") or "."
    yield f"# {plain(document.title)}"
    yield ""
    yield f"{plain(document.description)} As of {as_of}. Prices are in US dollars."
    yield ""
    links = {"This page": document.page, "JSON": document.path, **document.links}
    yield " · ".join(f"[{plain(name)}]({address(relative(path, folder))})" for name, path in links.items())
    facts = [(c, cell) for c, cell in document.facts if cell not in (None, "")]
    if facts:
        yield ""
        for column, cell in facts:
            yield f"- {label(column)}: {shown(column, cell)}{' ' + column.unit if column.unit else ''}"
    for table in document.tables:
        if table.rows:
            names = document.brief.get(table.name, tuple(table.names))
            yield from _table(table, names, document.most, table.description == document.description)


def _table(table: ApiTable, names: tuple[str, ...], most: int, alone: bool) -> Iterator[str]:
    places = [table.names.index(name) for name in names]
    columns = [table.columns[n] for n in places]
    yield ""
    if not alone:
        yield f"## {plain(table.title)}"
        yield ""
        yield plain(table.description[:1].upper() + table.description[1:])
        yield ""
    yield "| " + " | ".join(head(c) for c in columns) + " |"
    yield "|" + "|".join(" ---: " if c.kind in ("decimal", "integer", "number") else " --- " for c in columns) + "|"
    for row in table.rows[:most]:
        yield "| " + " | ".join(shown(c, row[n]) for c, n in zip(columns, places, strict=True)) + " |"
    if len(table.rows) > most:
        yield ""
        yield f"{len(table.rows) - most:,} more rows are in the JSON file."


def head(column: Column) -> str:
    """The head of a column, with its unit."""
    return f"{label(column)} ({plain(column.unit)})" if column.unit else label(column)


def label(column: Column) -> str:
    """The name of a field in words; its unit, where the name carries one, is said beside it."""
    name = column.name.removesuffix("_ms") if column.unit == "ms" else column.name
    name = name.removesuffix("_bytes") if column.unit == "bytes" else name
    words = [WORDS.get(word, word) for word in name.split("_")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def shown(column: Column, cell: Cell) -> str:
    """A cell; what is missing is a dash, and free text cannot end the cell or become markup."""
    if cell is None or cell == "":
        return "—"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.9g}" if abs(cell) < 1 or not cell.is_integer() else f"{cell:.0f}"
    if column.kind in ("decimal", "integer"):
        return str(cell)
    return plain(str(cell).replace("|", ", ") if "separated by |" in column.description else str(cell))


def plain(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    return _SPECIAL.sub(r"\\\1", _BREAKS.sub(" ", text).strip())


def address(path: str) -> str:
    """A link target without characters that would end it."""
    return path.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
