"""One chart in values: the same record gives the drawing, the table, the files and the figure for Plotly.

A chart states what it shows in one sentence (`summary`), because that sentence is all that some readers get of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from generator.render.texts import text

Value = float | str  # a number; an ISO date on a date axis; a category's name on a category axis
SCALES = ("linear", "log", "date", "category")
KINDS = ("line", "steps", "points", "bars", "band")
MARKS = ("dot", "square", "ring", "box", "tick")  # shapes that differ without colour


class ChartError(ValueError):
    """A record that cannot be drawn; the message names the chart and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Axis:
    """`title` with its unit, as it stands beside it. `form` says how numbers are written: usd, ms, percent, plain.

    `zero` makes a linear scale start at zero, as bars need it. The categories of a category axis stand in order, from
    the top down or from left to right.
    """

    title: str
    scale: str = "linear"
    form: str = "plain"
    zero: bool = False
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """One point. `low` and `high` are the ends of a range: across where x is the value of a row, else upwards.

    `size` is a quantity that the area of the mark stands for. `label` names the point, `href` is a page of the site.
    """

    x: Value
    y: Value
    label: str = ""
    href: str = ""
    low: float | None = None
    high: float | None = None
    size: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one kind. `colour` counts from 1; 0 is the ink of the page. `named` draws the points' labels.

    `ended` writes the name at the last point instead of in the key.
    """

    name: str
    kind: str
    points: tuple[Point, ...]
    colour: int = 1
    mark: str = "dot"
    dashed: bool = False
    named: bool = False
    ended: bool = False
    marked: bool = False  # a line or steps with a mark at each point, where the rest is only drawn
    joined: bool = False  # a band belongs to a line of the same colour and has no entry of its own in the key


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of one page. `id` is unique within the page, `sources` says where the figures come from."""

    id: str
    title: str
    summary: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    sources: str
    as_of: str
    stacked: bool = False
    square: bool = False  # both axes have the same scale and the diagonal means something

    def __post_init__(self) -> None:
        for axis in (self.x, self.y):
            if axis.scale not in SCALES or (axis.scale == "category") != bool(axis.categories):
                raise ChartError(
                    f"{self.id}: the axis {axis.title!r} has scale {axis.scale!r} and no fitting categories"
                )
        if not any(s.points for s in self.series):
            raise ChartError(f"{self.id}: there is nothing to draw")
        for s in self.series:
            if s.kind not in KINDS or s.mark not in MARKS:
                raise ChartError(f"{self.id}: {s.name!r} is drawn as {s.kind!r} with {s.mark!r}, which nobody knows")
            if s.kind == "bars" and not (self.x.zero or self.y.zero):
                raise ChartError(f"{self.id}: bars need an axis that starts at zero")
            for p in s.points:
                for axis, value in ((self.x, p.x), (self.y, p.y)):
                    _check(self.id, axis, value)

    @property
    def rows(self) -> int:
        """How many points it has."""
        return sum(len(s.points) for s in self.series)

    @property
    def across(self) -> bool:
        """Whether each category is a row and values run across."""
        return self.y.scale == "category"


def _check(chart: str, axis: Axis, value: Value) -> None:
    number = not isinstance(value, str)
    if axis.scale == "category" and value not in axis.categories:
        raise ChartError(f"{chart}: {value!r} is no category of {axis.title!r}")
    if number != (axis.scale in ("linear", "log")):
        raise ChartError(f"{chart}: {value!r} cannot stand on the {axis.scale} axis {axis.title!r}")
    if axis.scale == "log" and not (number and float(value) > 0):
        raise ChartError(f"{chart}: {value!r} has no place on the log axis {axis.title!r}")
    if (number and float(value) in (float("inf"), float("-inf"))) or value != value:
        raise ChartError(f"{chart}: {value!r} is no number for {axis.title!r}")


def distinct(names: Iterable[str]) -> list[str]:
    """Names for categories: a second one of the same spelling gets its number, because a category stands once."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def table_columns(chart: Chart) -> tuple[str, ...]:
    """The headings of the chart's table: only those columns that some point fills."""
    points = [p for s in chart.series for p in s.points]
    extra = {
        text("chart.lowest"): any(p.low is not None for p in points),
        text("chart.highest"): any(p.high is not None for p in points),
        text("charts.count"): any(p.size is not None for p in points),
        text("chart.what"): any(p.label for p in points),
    }
    return (text("chart.series"), chart.x.title, chart.y.title, *(name for name, filled in extra.items() if filled))


def table_rows(chart: Chart) -> list[tuple[Value | None, ...]]:
    """A row a point, in the order of the series; numbers as they are, None where a point has no such value."""
    columns = table_columns(chart)[3:]
    rows: list[tuple[Value | None, ...]] = []
    for s in chart.series:
        for p in s.points:
            extra = {
                text("chart.lowest"): p.low,
                text("chart.highest"): p.high,
                text("charts.count"): p.size,
                text("chart.what"): p.label or None,
            }
            rows.append((s.name, p.x, p.y, *(extra[c] for c in columns)))
    return rows
