"""Long tables in the data pack: column by column, repeated values once. Half the text to read at every start."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

Column = dict[str, Any]  # `values`: a list; `rows`, where it is there: a text

FIRST = 35  # the character of the first place: JSON would escape what is before it
PLACES = 0xD800 - FIRST  # from there on some characters cannot stand alone


def columns(rows: Iterable[Sequence[Any]]) -> list[Column]:
    """The columns of rows of equal length; `columns_of` is the inverse.

    A column is {"values": …} with a value a row, or, where that is shorter, {"values": …, "rows": …} with each value
    once and for every row the place of its value, as one character: text is read faster than numbers.
    """
    return [_column(column) for column in zip(*rows, strict=True)]


def records_of[T](kind: type[T], columns: Iterable[Iterable[Any]]) -> list[T]:
    """Instances of a dataclass with slots, from one column of values for each of its fields, in their order.

    A field is set in all instances at once, in a third of the time that calls of `kind` take: thousands are made at
    every start. Nothing else that `kind` does is done; raises TypeError where there is something, ValueError for
    columns of different lengths.
    """
    columns = list(columns)
    if not columns:  # a table without rows
        return []
    if hasattr(kind, "__post_init__"):
        raise TypeError(f"{kind.__name__} does more than to keep its fields")
    made: list[T] = []
    for field, column in zip(fields(kind), columns, strict=True):  # type: ignore[arg-type]
        values = column if isinstance(column, Sequence) else list(column)
        made = made or [object.__new__(kind) for _ in values]
        if len(values) != len(made):
            raise ValueError(f"{field.name} of {kind.__name__} has {len(values)} values, not {len(made)}")
        deque(map(kind.__dict__[field.name].__set__, made, values), maxlen=0)
    return made


def columns_of(table: Iterable[Column]) -> list[Iterable[Any]]:
    """The columns of a table that `columns` made."""
    return [_values(column) for column in table]


def _column(column: Sequence[Any]) -> Column:
    # By type as well: True, 1 and 1.0 are equal, and JSON tells them apart.
    places: dict[tuple[type, Any], int] = {}
    rows = [places.setdefault((type(value), value), len(places)) for value in column]
    if len(places) * 2 > len(rows) or len(places) > PLACES:
        return {"values": list(column)}
    return {"values": [value for _, value in places], "rows": "".join(chr(FIRST + place) for place in rows)}


def _values(column: Column) -> Iterable[Any]:
    values: list[Any] = column["values"]
    if "rows" not in column:
        return values
    by_character: list[Any] = [None] * FIRST + values
    return map(by_character.__getitem__, map(ord, column["rows"]))
