"""Predicted against measured times, one chart a metric: log axes of one scale, so that the diagonal is exactness."""

from collections.abc import Mapping, Sequence
from typing import Any

from generator.render.accuracy_rows import METRICS, TIERS
from generator.render.charts.record import MARKS, Axis, Chart, Point, Series

FACTOR = 2.0  # the dashed lines: predictions that far off either way
COLOURS = (3, 1, 2, 5)  # by order of the series: from well known to little known

Pairs = Sequence[tuple[float, float]]  # predicted, measured; both above zero


def prediction_charts(points: Sequence[Sequence[Any]], sources: str, as_of: str) -> tuple[Chart, ...]:
    """ITL and TTFT of the held-out points in the accuracy record, a series a tier."""
    charts = []
    for metric, predicted in (("tpot", 5), ("first_token", 7)):
        by_tier = {
            tier: pairs
            for tier in TIERS
            if (pairs := [(p[predicted], p[predicted + 1]) for p in points if p[1] == tier])
        }
        charts.append(predictions(METRICS[metric], by_tier, sources, as_of))
    return tuple(charts)


def predictions(what: str, series: Mapping[str, Pairs], sources: str, as_of: str) -> Chart:
    """At most four series of times in ms: measured to the right, predicted upwards."""
    values = [v for pairs in series.values() for pair in pairs for v in pair]
    low, high = min(values), max(values)
    off = tuple(
        Series(
            name,
            "line",
            tuple(Point(a, b) for a, b in ends),
            colour=5,
            dashed=True,
            joined=True,
        )
        for name, ends in (
            ("Twice too slow", ((low, low * FACTOR), (high / FACTOR, high))),
            ("Twice too fast", ((low * FACTOR, low), (high, high / FACTOR))),
        )
        if low * FACTOR < high
    )
    points = tuple(
        Series(name, "points", tuple(Point(measured, predicted) for predicted, measured in pairs), colour, mark)
        for (name, pairs), mark, colour in zip(series.items(), MARKS, COLOURS, strict=False)
    )
    return Chart(
        id=f"{what.lower()}-plot",
        title=f"{what}, predicted against measured",
        summary=summary(series),
        x=Axis(f"Measured {what}", "log", form="ms"),
        y=Axis(f"Predicted {what}", "log", form="ms"),
        series=(*off, *points[::-1]),  # the best known last, so that the others do not cover it
        sources=sources,
        as_of=as_of,
        square=True,
    )


def summary(series: Mapping[str, Pairs]) -> str:
    """How many points each series has, and how many of them lie within the dashed lines."""
    words = []
    for name, pairs in series.items():
        near = sum(1 / FACTOR <= predicted / measured <= FACTOR for predicted, measured in pairs)
        words.append(f"{name}: {near:,} of {len(pairs):,}")
    return f"On the line a prediction is exact. Within a factor of {FACTOR:g}, the dashed lines: {'; '.join(words)}."
