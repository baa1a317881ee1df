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
class EntityRecord:
    """One thing with what is published about it. `tables` are named after their field; `brief` names the columns that
    stand in the Markdown form of each. `links` are site paths by what they lead to."""

    kind: str  # model, provider, gpu
    id: str
    title: str
    description: str
    page: str
    facts: tuple[tuple[Column, Cell], ...]
    tables: tuple[ApiTable, ...]
    links: Mapping[str, str] = field(default_factory=dict)
    brief: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The site path of its JSON file."""
        return f"{API}{self.kind}s/{self.id}.json"


def entity_json(record: EntityRecord, as_of: str) -> dict[str, Any]:
    """The record as JSON: links are relative to the file itself, as in a web page."""
    folder = posixpath.dirname(record.path)
    links = {"page": record.page, "markdown": twin(record.page), **record.links}
    links["schema"] = f"{API}schemas/{record.kind}.schema.json"
    return {
        "as_of": as_of,
        "kind": record.kind,
        "id": record.id,
        "title": record.title,
        "description": record.description,
        "links": {name: relative(path, folder) for name, path in links.items()},
        "units": units(record),
        "facts": {column.name: cell for column, cell in record.facts},
        **{table.name: rows_of(table) for table in record.tables},
    }


def twin(page: str) -> str:
    """The path of the Markdown form of a page."""
    return f"{page}index.md"


def relative(path: str, folder: str) -> str:
    """A site path as seen from a folder of the site; a page keeps its closing slash."""
    found = posixpath.relpath(path or ".", folder)
    return found + "/" if path.endswith("/") or not path else found


def units(record: EntityRecord) -> dict[str, dict[str, str]]:
    """The units of the fields that have one, by table."""
    of_facts = {c.name: c.unit for c, _ in record.facts if c.unit}
    of_tables = {t.name: {c.name: c.unit for c in t.columns if c.unit} for t in record.tables}
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
