"""The record of one thing (a model, a provider, a GPU): facts and tables, from which its files are written."""

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.schemas import AS_OF, OPEN, row_model

API = "api/v1/"
SOURCE_COLUMNS = (
    Column("id", "text", "id in sources.json"),
    Column("title", "text", "name"),
    Column("homepage", "text", "web address"),
    Column("licence", "text", "licence or terms"),
    Column("attribution", "text", "text to print where you use its figures"),
    Column("observed_at", "date", "date on which it was last read"),
    Column("states", "integer", "prices of this record that it states", "prices"),
    Column("of", "integer", "all prices of this record", "prices"),
    Column("agrees", "integer", "those within 1 % of the published price", "prices"),
    Column("differs", "integer", "those that differ by more", "prices"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """What a page says, for programs: facts and tables. `tables` are named after their field in JSON; `brief` names the
    columns that stand in the Markdown form of each, at most `most` rows of each table. `links` are site paths by what
    they lead to, `path` that of the JSON file."""

    title: str
    description: str
    page: str
    path: str
    facts: tuple[tuple[Column, Cell], ...] = ()
    tables: tuple[ApiTable, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    brief: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    most: int = 60


@dataclass(frozen=True, slots=True)
class EntityRecord:
    """One thing with what is published about it, in a JSON file of its own."""

    kind: str  # model, provider, gpu
    id: str
    document: Document


def record_path(kind: str, identifier: str) -> str:
    """The site path of the JSON file of a thing."""
    return f"{API}{kind}s/{identifier}.json"


def entity_json(record: EntityRecord, as_of: str) -> dict[str, Any]:
    """The record as JSON: links are relative to the file itself, as in a web page."""
    says = record.document
    folder = posixpath.dirname(says.path)
    links = {"page": says.page, "markdown": twin(says.page), **says.links}
    links["schema"] = f"{API}schemas/{record.kind}.schema.json"
    return {
        "as_of": as_of,
        "kind": record.kind,
        "id": record.id,
        "title": says.title,
        "description": says.description,
        "links": {name: relative(path, folder) for name, path in links.items()},
        "units": units(says),
        "facts": {column.name: cell for column, cell in says.facts},
        **{table.name: rows_of(table) for table in says.tables},
    }


def twin(page: str) -> str:
    """The path of the Markdown form of a page."""
    return f"{page}index.md"


def relative(path: str, folder: str) -> str:
    """A site path as seen from a folder of the site; a page keeps its closing slash."""
    found = posixpath.relpath(path or ".", folder)
    return found + "/" if path.endswith("/") or not path else found


def units(document: Document) -> dict[str, dict[str, str]]:
    """The units of the fields that have one, by table."""
    of_facts = {c.name: c.unit for c, _ in document.facts if c.unit}
    of_tables = {t.name: {c.name: c.unit for c in t.columns if c.unit} for t in document.tables}
    return {name: found for name, found in ({"facts": of_facts} | of_tables).items() if found}


def rows_of(table: ApiTable) -> list[dict[str, Cell]]:
    """The rows of a table as objects."""
    names = table.names
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def entity_model(
    kind: str, description: str, facts: Sequence[Column], tables: Sequence[tuple[str, str, Sequence[Column]]]
) -> type[BaseModel]:
    """The pydantic model of a kind of record. A table is its field, what it holds, and its columns."""
    text: Any = str
    fields: dict[str, Any] = {
        "as_of": (AS_OF, ...),
        "kind": (Annotated[text, Field(description=f"always {kind}", pattern=f"^{kind}$")], ...),
        "id": (Annotated[text, Field(description="stable id")], ...),
        "title": (Annotated[text, Field(description="name")], ...),
        "description": (Annotated[text, Field(description="what it is, in a sentence")], ...),
        "links": (Annotated[dict[str, str], Field(description="other files, relative to this one")], ...),
        "units": (Annotated[dict[str, dict[str, str]], Field(description="unit of each field, by table")], ...),
        "facts": (Annotated[row_model("Facts", facts), Field(description="what is known of it")], ...),
    }
    for name, says, columns in tables:
        row = row_model(name.title().replace("_", ""), columns)
        fields[name] = (Annotated[list[row], Field(description=says)], ...)  # type: ignore[valid-type]
    return create_model(kind.capitalize(), __config__=OPEN, __doc__=description, **fields)
