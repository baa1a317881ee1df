"""Values side by side: what a record says to each row, whether the things differ in it, and which is the best.

`wasm_tools/web/compare_values.mjs` does the same in the browser; a test holds the two against each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from generator.render import formats
from generator.render.compare.facts import Fact, Group

Record = Mapping[str, Any]
Raw = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class CellValue:
    """What one thing says to a row. `text` is empty where it is missing."""

    raw: Raw
    text: str
    best: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a comparison."""

    fact: Fact
    cells: tuple[CellValue, ...]
    differs: bool


def lines(group: Group, records: Sequence[Record]) -> list[Line]:
    """The rows of a group for these things; a row that nobody can fill is left out."""
    found = [line(fact, records) for fact in group.facts]
    return [one for one in found if any(cell.text for cell in one.cells)]


def line(fact: Fact, records: Sequence[Record]) -> Line:
    """One row, with the best values marked where they are not all the same."""
    raws = [raw_value(fact, record) for record in records]
    texts = [written(fact, raw) for raw in raws]
    differs = len(set(texts)) > 1
    figures = [figure(raw) for raw in raws]
    known = [f for f in figures if f is not None]
    best = (min(known) if fact.better == "low" else max(known)) if fact.better and differs and len(known) > 1 else None
    cells = (
        CellValue(raw, text, best is not None and f == best) for raw, text, f in zip(raws, texts, figures, strict=True)
    )
    return Line(fact, tuple(cells), differs)


def raw_value(fact: Fact, record: Record) -> Raw:
    """What a record holds for a row; None where it holds nothing."""
    if fact.table == "facts":
        value: Raw = record.get("facts", {}).get(fact.name)
        return None if value == "" else value
    key, wanted = fact.where
    rows = [r for r in record.get(fact.table, ()) if not key or r.get(key) == wanted]
    if fact.pick == "count":
        return len(rows) or None
    values: list[str | int | float | bool] = [v for r in rows if (v := r.get(fact.name)) not in (None, "")]
    if not values:
        return None
    if fact.pick == "first":
        return values[0]
    if isinstance(values[0], str) and figure(values[0]) is None:
        return min(values) if fact.pick == "min" else max(values)
    return min(values, key=_ranked) if fact.pick == "min" else max(values, key=_ranked)


def _ranked(value: Raw) -> float:
    return figure(value) or 0.0


def figure(raw: Raw) -> float | None:
    """A value as a number, or None."""
    if isinstance(raw, bool) or raw is None:
        return None
    try:
        return float(raw)
    except ValueError:
        return None


def written(fact: Fact, raw: Raw) -> str:
    """A value as the page writes it, without its unit."""
    if raw is None:
        return ""
    if fact.form == "money":
        return formats.price(Decimal(str(raw)))
    if fact.form == "tokens":
        return formats.tokens(int(raw))
    if fact.form == "number":
        return formats.significant(float(raw) / fact.scale, 4)
    if fact.form == "list":
        return str(raw).replace("|", ", ")
    if fact.form == "yes":
        return "yes" if raw else "no"
    return str(raw)
