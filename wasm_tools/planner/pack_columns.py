"""Long tables in the data pack: column by column, repeated values once. Half the text to read at every start."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any


def columns(rows: Iterable[Sequence[Any]]) -> list[dict[str, list[Any]]]:
    """The columns of rows of equal length; `rows_of` is the inverse.

    A column is {"values": …} with a value a row, or, where that is shorter, {"values": …, "rows": …} with each value
    once and for every row the place of its value.
    """
    return [_column(column) for column in zip(*rows, strict=True)]


def rows_of(table: Iterable[dict[str, list[Any]]]) -> Iterator[tuple[Any, ...]]:
    """The rows of a table that `columns` made."""
    return zip(*(_values(column) for column in table), strict=True)


def _column(column: Sequence[Any]) -> dict[str, list[Any]]:
    # By type as well: True, 1 and 1.0 are equal, and JSON tells them apart.
    places: dict[tuple[type, Any], int] = {}
    rows = [places.setdefault((type(value), value), len(places)) for value in column]
    if len(places) * 2 > len(rows):
        return {"values": list(column)}
    return {"values": [value for _, value in places], "rows": rows}


def _values(column: dict[str, list[Any]]) -> Iterable[Any]:
    values = column["values"]
    return map(values.__getitem__, column["rows"]) if "rows" in column else values
