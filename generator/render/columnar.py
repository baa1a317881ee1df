"""Tables for scripts: one array a column, texts by dictionary, so that tens of thousands of rows load and filter fast.

A dictionary is sorted the way its column is sorted, so that comparing codes is comparing values: texts by their label
without regard to case, decimals by their number, missing values last. The page then never compares two strings.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

FORMAT = 1

ColumnRecord = dict[str, Any]


def text_column(values: Sequence[str], labels: Mapping[str, str] | None = None) -> ColumnRecord:
    """A column of texts. `labels` gives the words shown for a value where they differ from it; '' is missing."""
    shown = labels or {}

    def order(value: str) -> tuple[bool, str, str]:
        return (not value, shown.get(value, value).casefold(), value)

    column = _coded(values, order)
    if any(value in shown for value in column["values"]):
        column["labels"] = [shown.get(value, value) for value in column["values"]]
    return {"kind": "text", **column}


def decimal_column(values: Sequence[str], shown: Callable[[Decimal], str] = str) -> ColumnRecord:
    """A column of exact decimal texts like prices, with the form in which each is shown; '' is missing."""
    column = _coded(values, lambda value: (not value, Decimal(value or 0), value))
    labels = [shown(Decimal(value)) if value else "" for value in column["values"]]
    return {"kind": "decimal", **column, **({"labels": labels} if labels != column["values"] else {})}


def number_column(values: Sequence[int | None]) -> ColumnRecord:
    """A column of whole numbers; None is missing."""
    return {"kind": "number", "numbers": list(values)}


def _coded(values: Sequence[str], order: Callable[[str], Any]) -> ColumnRecord:
    dictionary = sorted(set(values), key=order)
    code = {value: number for number, value in enumerate(dictionary)}
    return {"values": dictionary, "codes": [code[value] for value in values]}


def column_length(column: ColumnRecord) -> int:
    """Rows of a column."""
    return len(column["numbers"] if column["kind"] == "number" else column["codes"])


def columnar_file(columns: Mapping[str, ColumnRecord], facts: Mapping[str, Any]) -> bytes:
    """The compact JSON file of columns of one length with `facts` beside them.

    Raises ValueError naming the column whose length differs.
    """
    lengths = {name: column_length(column) for name, column in columns.items()}
    rows = next(iter(lengths.values()), 0)
    for name, length in lengths.items():
        if length != rows:
            raise ValueError(f"column {name!r} has {length:,} values, the first one has {rows:,}")
    record = {"format": FORMAT, **facts, "rows": rows, "columns": dict(columns)}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def hashed_name(stem: str, data: bytes, ending: str = "json") -> str:
    """A file name that changes with its content, so that a host may keep the file for ever."""
    return f"{stem}-{hashlib.sha256(data).hexdigest()[:12]}.{ending}"
