"""JSON Schemas of the published files, generated from pydantic models that are made from the columns.

The columns of a table are written down once, with what each holds, its unit and what it says. Its pydantic model is
made from them, and the schema from the model: a column without a description, or a file that does not fit, is found by
the tests. Fields may be added within a version, so schemas allow more than they name.
"""

from collections.abc import Mapping, Sequence
from types import GenericAlias
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.json_schema import GenerateJsonSchema

from generator.render.api_table import ApiTable, Column

OPEN = ConfigDict(extra="allow", protected_namespaces=())
AS_OF = Annotated[str, Field(description="date on which the file holds", json_schema_extra={"format": "date"})]
# What a column holds → its Python type. Exact decimals are texts, so that no reader rounds them; '' is missing.
TYPES: Mapping[str, Any] = {
    "text": str,
    "decimal": Annotated[str, Field(pattern=r"^(-?\d+(\.\d+)?)?$")],
    "date": Annotated[str, Field(pattern=r"^(\d{4}(-\d\d(-\d\d)?)?)?$")],
    "integer": int | None,
    "number": float | None,
    "boolean": bool | None,
}


class _Schema(GenerateJsonSchema):
    """Schemas without a title a field: the name of the field says as much."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 (pydantic names it)
        return False


def described(column: Column) -> str:
    """What a column says, with its unit."""
    return f"{column.description} ({column.unit})" if column.unit else column.description


def typed(column: Column) -> Any:
    """The annotated type of a column."""
    return Annotated[TYPES[column.kind], Field(description=described(column))]


def row_model(name: str, columns: Sequence[Column]) -> type[BaseModel]:
    """The model of a row as an object."""
    fields: dict[str, Any] = {c.name: (typed(c), ...) for c in columns}
    return create_model(name, __config__=OPEN, **fields)


def table_model(table: ApiTable, objects: bool) -> type[BaseModel]:
    """The model of a table's file: an object a row, or the column names once and an array a row."""
    if objects:
        parts = {"items": (GenericAlias(list, row_model("Row", table.columns)), "a row each")}
    else:
        names = GenericAlias(tuple, tuple(Literal[c.name] for c in table.columns))
        row = GenericAlias(tuple, tuple(typed(c) for c in table.columns))
        parts = {
            "columns": (names, "names of the cells of a row, in order"),
            "rows": (GenericAlias(list, row), "a row each"),
        }
    fields: dict[str, Any] = {n: (Annotated[kind, Field(description=says)], ...) for n, (kind, says) in parts.items()}
    return create_model(table.title, __config__=OPEN, __doc__=table.description, as_of=(AS_OF, ...), **fields)


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a model."""
    schema = model.model_json_schema(schema_generator=_Schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


Count = Annotated[int, Field(ge=0)]


def told(says: str) -> Any:
    """A field with its description."""
    return Field(description=says)


class Record(BaseModel):
    """A part of a published file; more fields may be added within a version."""

    model_config = OPEN


class Dated(Record):
    """A published file."""

    as_of: AS_OF
