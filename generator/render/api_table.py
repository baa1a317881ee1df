"""Published tables: rows with described columns, as CSV and as JSON, from one definition."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from generator.tables import rows_text

Cell = str | int | float | bool | None

KINDS = ("text", "decimal", "date", "integer", "number", "boolean")  # what a column can hold; schemas.py has the types


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds (a key of KINDS), in which unit, and what it says."""

    name: str
    kind: str
    description: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ApiTable:
    """One published table. `name` is the file name without ending, relative to /api/v1/."""

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]

    @property
    def names(self) -> list[str]:
        """The column names in order."""
        return [c.name for c in self.columns]


def csv_bytes(table: ApiTable) -> bytes:
    """The table as CSV with a header; missing values are empty."""
    return rows_text(table.names, ([_text(cell) for cell in row] for row in table.rows)).encode()


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def json_bytes(table: ApiTable, as_of: str) -> bytes:
    """The table as JSON: column names once, then a row an array; missing numbers are null, missing texts empty."""
    return compact_json({"as_of": as_of, "columns": table.names, "rows": table.rows})


def objects_bytes(table: ApiTable, as_of: str) -> bytes:
    """A small table as JSON with an object a row."""
    return compact_json({"as_of": as_of, "items": [dict(zip(table.names, row, strict=True)) for row in table.rows]})


def compact_json(record: object) -> bytes:
    """JSON without spaces, with a line end; the same record gives the same bytes."""
    return (json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode()
