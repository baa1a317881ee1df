"""A chart as a figure for Plotly, of `scatter` and `bar` traces only: the basic bundle has no others.

Colours are those of the light scheme, so that the figure can be used anywhere; `meta.colour` of each trace names the
colour, and the page's script puts the reader's scheme in its place.
"""

from collections.abc import Mapping
from typing import Any

from generator.render.charts.record import Axis, Chart, Point, Series, table_columns, table_rows
from generator.render.charts.svg import BOTTOM, TOP, height

# Okabe and Ito, darkened where white paper needs it; the same as --series-1 … in content/assets/atlas.css.
COLOURS = ("#1a1f26", "#0072b2", "#d55e00", "#00805d", "#a6527c", "#59636e")
SYMBOLS = {"dot": "circle", "square": "square", "ring": "circle-open", "box": "square-open", "tick": "line-ns-open"}
AXIS_TYPES = {"linear": "linear", "log": "log", "date": "date", "category": "category"}
TICK_PREFIX, TICK_SUFFIX = {"usd": "$"}, {"percent": " %", "ms": " ms"}
PALE, BAND = 0.28, 0.16  # how much of a colour a pale bar and a band keep
LARGEST = 26  # of a mark whose area means something, in pixels


def figure(chart: Chart) -> dict[str, Any]:
    """`data` and `layout`, JSON-safe; every point of the record stands in one trace, in its order."""
    traces = [t for s in chart.series if s.points for t in _traces(chart, s)]
    layout = {
        "title": {"text": chart.title},
        "height": height(chart) + TOP + BOTTOM,
        "margin": {"l": 60, "r": 20, "t": 10, "b": 44},
        "xaxis": _axis(chart.x),
        "yaxis": _axis(chart.y) | ({"autorange": "reversed", "title": {"text": ""}} if chart.across else {}),
        "barmode": "stack" if chart.stacked else "group",
        "hovermode": "closest",
        "showlegend": sum(t.get("showlegend", True) for t in traces) > 1,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    }
    return {"data": traces, "layout": layout}


def faded(colour: str, share: float) -> str:
    """A colour like `#0072b2` with some of the paper shining through."""
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:g})"


def _axis(axis: Axis) -> dict[str, Any]:
    record: dict[str, Any] = {"title": {"text": axis.title}, "type": AXIS_TYPES[axis.scale], "automargin": True}
    if axis.scale == "category":
        record |= {"categoryorder": "array", "categoryarray": list(axis.categories)}
    if axis.zero:
        record["rangemode"] = "tozero"
    if axis.form in TICK_PREFIX:
        record["tickprefix"] = TICK_PREFIX[axis.form]
    if axis.form in TICK_SUFFIX:
        record["ticksuffix"] = TICK_SUFFIX[axis.form]
    return record


def _traces(chart: Chart, s: Series) -> list[dict[str, Any]]:
    colour = COLOURS[s.colour]
    shared = {"name": s.name, "meta": {"colour": s.colour}}
    if s.kind == "band":
        line = {"width": 0, "color": colour, "shape": "linear"}
        low, high = (
            {"type": "scatter", "mode": "lines", "x": [p.x for p in s.points], "y": edge, "line": line, **shared}
            for edge in ([p.low for p in s.points], [p.high for p in s.points])
        )
        return [
            low | {"showlegend": False},
            high | {"fill": "tonexty", "fillcolor": faded(colour, BAND), "showlegend": not s.joined},
        ]
    trace = {**shared, **_values(chart, s.points)}
    if s.kind == "bars":
        marker = (
            {"color": faded(colour, PALE), "line": {"color": colour, "width": 1}} if s.dashed else {"color": colour}
        )
        trace["meta"] = {"colour": s.colour, "pale": s.dashed}
        return [trace | {"type": "bar", "orientation": "h" if chart.across else "v", "marker": marker}]
    if s.kind in ("line", "steps"):
        shape = "hv" if s.kind == "steps" else "linear"
        line = {"color": colour, "shape": shape, "width": 2, "dash": "dash" if s.dashed else "solid"}
        return [
            trace
            | {
                "type": "scatter",
                "mode": "lines+markers" if s.marked else "lines",
                "line": line,
                "marker": {"size": 5, "color": colour},
            }
        ]
    points: dict[str, Any] = {"color": colour, "symbol": SYMBOLS[s.mark], "size": 8}
    if any(p.size is not None for p in s.points):
        most = max(p.size or 0.0 for p in s.points)
        points |= {
            "size": [p.size for p in s.points],
            "sizemode": "area",
            "sizeref": 2 * most / LARGEST**2,
            "sizemin": 3,
        }
    return [trace | {"type": "scatter", "mode": "markers", "marker": points} | _ranges(chart, s.points)]


def _values(chart: Chart, points: tuple[Point, ...]) -> dict[str, Any]:
    record: dict[str, Any] = {"x": [p.x for p in points], "y": [p.y for p in points]}
    if any(p.label for p in points):
        record["hovertext"] = [p.label for p in points]
        record["hovertemplate"] = f"<b>%{{hovertext}}</b><br>{chart.x.title}: %{{x}}<br>{chart.y.title}: %{{y}}"
    return record


def _ranges(chart: Chart, points: tuple[Point, ...]) -> dict[str, Any]:
    """Ranges as error bars from the point to its ends."""
    if not any(p.low is not None and p.high is not None for p in points):
        return {}
    up, down = [], []
    for p in points:
        at = float(p.x if chart.across else p.y)
        up.append(max(0.0, p.high - at) if p.high is not None else None)
        down.append(max(0.0, at - p.low) if p.low is not None else None)
    bars = {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "width": 0, "thickness": 2}
    return {"error_x" if chart.across else "error_y": bars}


def chart_record(chart: Chart) -> Mapping[str, Any]:
    """Everything about a chart in its published file."""
    return {
        "id": chart.id,
        "title": chart.title,
        "summary": chart.summary,
        "x": {"title": chart.x.title, "scale": chart.x.scale},
        "y": {"title": chart.y.title, "scale": chart.y.scale},
        "sources": chart.sources,
        "as_of": chart.as_of,
        "columns": list(table_columns(chart)),
        "rows": [list(r) for r in table_rows(chart)],
        "figure": figure(chart),
    }
