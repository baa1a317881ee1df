"""Scales: where a value lies on an axis, as a share of its length, and which round values are written beside it."""

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from generator.render.charts.record import Axis, Chart, Value
from generator.render.formats import dollars, money, price, significant
from generator.render.texts import number_text as localised

FEW = 6  # ticks on a linear axis, about; on a log axis 1, 2 and 5 of each power of ten up to so many, else the powers
MONTHS = (1, 2, 3, 6, 12, 24)


@dataclass(frozen=True, slots=True)
class Scale:
    """A range of an axis in its own measure: dollars, their logarithm, days, or the number of a category."""

    axis: Axis
    low: float
    high: float

    def share(self, value: Value) -> float:
        """The place of a value from 0 at the low end to 1; a category lies in the middle of its slot."""
        return (measure(self.axis, value) - self.low) / (self.high - self.low)


def measure(axis: Axis, value: Value) -> float:
    """A value as a number that the axis is divided by."""
    if axis.scale == "category":
        return axis.categories.index(str(value)) + 0.5
    if axis.scale == "date":
        return float(date.fromisoformat(str(value)).toordinal())
    return math.log10(float(value)) if axis.scale == "log" else float(value)


def x_scale(chart: Chart) -> Scale:
    """The axis across."""
    return _scale(chart, chart.x, True)


def y_scale(chart: Chart) -> Scale:
    """The axis upwards, or the rows."""
    return _scale(chart, chart.y, False)


def _scale(chart: Chart, axis: Axis, of_x: bool) -> Scale:
    """The range that holds all values of a chart on one of its axes, with a little air at the ends."""
    if axis.scale == "category":
        return Scale(axis, 0.0, float(len(axis.categories)))
    values = [measure(axis, v) for v in _values(chart, of_x)]
    low, high = min(values), max(values)
    if axis.scale == "date":
        return Scale(axis, low, max(high, low + 1))
    air = (high - low) * 0.05 or abs(high) * 0.1 or 1.0
    if axis.scale == "log":
        return Scale(axis, low - air, high + air)
    return Scale(axis, 0.0 if axis.zero and low >= 0 else low - air, high if axis.zero and chart.across else high + air)


def _values(chart: Chart, of_x: bool) -> list[Value]:
    if chart.square:
        return [v for s in chart.series for p in s.points for v in (p.x, p.y)]
    found: list[Value] = [p.x if of_x else p.y for s in chart.series for p in s.points]
    if of_x == chart.across:  # ranges run across where rows are categories, else upwards
        found += [v for s in chart.series for p in s.points for v in (p.low, p.high) if v is not None]
    if chart.stacked:
        sums: dict[Value, float] = {}
        for s in chart.series:
            for p in s.points:
                at, much = (p.y, p.x) if chart.across else (p.x, p.y)
                sums[at] = sums.get(at, 0.0) + float(much)
        if of_x == chart.across:
            found += sums.values()
    return found


def ticks(scale: Scale) -> list[tuple[float, str]]:
    """Places (0 to 1) and texts of round values."""
    axis = scale.axis
    if axis.scale == "date":
        return _dates(scale)
    values = _log_ticks(scale) if axis.scale == "log" else _linear_ticks(scale)
    return [(scale.share(v), number_text(axis.form, v)) for v in values]


def _linear_ticks(scale: Scale) -> list[float]:
    rough = (scale.high - scale.low) / FEW
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * 0.999)
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    return [float(f"{n * step:.10g}") for n in range(first, last + 1)]


def _log_ticks(scale: Scale) -> list[float]:
    powers = range(math.floor(scale.low), math.ceil(scale.high) + 1)
    for steps in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        values = [s * 10.0**n for n in powers for s in steps]
        shown = [v for v in values if scale.low <= math.log10(v) <= scale.high]
        if len(shown) <= FEW + 1:
            return [float(f"{v:.10g}") for v in shown]
    return [float(f"{v:.10g}") for v in shown[:: math.ceil(len(shown) / FEW)]]


def _dates(scale: Scale) -> list[tuple[float, str]]:
    start, end = date.fromordinal(int(scale.low)), date.fromordinal(int(scale.high))
    months = range(start.year * 12 + start.month - 1, end.year * 12 + end.month)
    for step in MONTHS:
        firsts = [date(m // 12, m % 12 + 1, 1) for m in months if m % step == 0]
        inside = [d for d in firsts if start <= d <= end]
        if len(inside) <= FEW:
            break
    if len(inside) < 2:
        inside = [start, end]
        return [(scale.share(d.isoformat()), d.isoformat()) for d in inside]
    return [(scale.share(d.isoformat()), f"{d:%b %Y}") for d in inside]


def number_text(form: str, value: float) -> str:
    """A round number beside an axis or a bar: `$0.25`, `$12k`, `35 %`, `200 ms`, `1.5 s`."""
    if form == "usd":
        for size, letter in ((1e6, "M"), (1e3, "k")):
            if value >= 10 * size or value == size == 1e6:
                return dollars(f"{value / size:.10g}{letter}")
        return dollars(f"{value:,.10g}") if value >= 1 or value == 0 else price(Decimal(repr(value)))
    if form == "percent":
        return localised(f"{value:.10g} %")
    if form == "ms":
        return localised(f"{value:.10g} ms" if value < 1000 else f"{value / 1000:.10g} s")
    return localised(f"{value:,.10g}")


def exact_text(form: str, value: Value | None) -> str:
    """A value in the table of a chart, to four significant digits."""
    if value is None:
        return "—"
    if isinstance(value, str):
        return value
    if form == "usd":
        return money(Decimal(repr(value))) if abs(value) >= 100 else price(Decimal(repr(value)))
    digits = significant(value, 4)
    return {"percent": f"{digits} %", "ms": f"{digits} ms"}.get(form, digits)
