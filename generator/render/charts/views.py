"""Charts as the template wants them: the drawing, its key, its summary, a short table, and where its files lie."""

from collections.abc import Iterable
from typing import Any

from generator.render.charts.record import Chart, table_columns, table_rows
from generator.render.charts.scales import exact_text
from generator.render.charts.svg import key, svg
from generator.render.texts import text

CHARTS = "api/v1/charts/"
SHORT = 16  # rows of a table that stands on the page; a longer one is in the files


def chart_view(chart: Chart, entity: str, longest: int = SHORT) -> dict[str, Any]:
    """One chart of an entity (`models/o3`), with its table where that has at most `longest` rows."""
    drawing = svg(chart)
    rows = table_rows(chart) if chart.rows <= longest else []
    forms = ("plain", chart.x.form, chart.y.form)
    values_form = chart.x.form if chart.across else chart.y.form
    cells = [
        [exact_text(forms[n] if n < 3 else values_form if not _is_count(chart, n) else "plain", v)
         for n, v in enumerate(row)] for row in rows
    ]  # fmt: skip
    keys = key(chart)
    view: dict[str, Any] = {
        "id": chart.id,
        "title": chart.title,
        "summary": chart.summary,
        "sources": chart.sources,
        "as_of": chart.as_of,
        "svg": drawing,
        "key": keys,
        "columns": table_columns(chart) if rows else (),
        "rows": cells,
        "count": chart.rows,
        "file": f"{CHARTS}{entity}",
        "square": chart.square,
    }
    return view | {"elements": _elements(view)}


def chart_views(charts: Iterable[Chart], entity: str, longest: int = SHORT) -> dict[str, dict[str, Any]]:
    """The charts of an entity by id."""
    return {c.id: chart_view(c, entity, longest) for c in charts}


def _is_count(chart: Chart, column: int) -> bool:
    return table_columns(chart)[column] == text("charts.count")


def _elements(view: dict[str, Any]) -> int:
    """How many elements the figure has on its page, for pages that have to count them."""
    table = len(view["rows"]) * (len(view["columns"]) + 1) + len(view["columns"]) + 8 if view["rows"] else 0
    return 14 + str(view["svg"]).count("<") // 2 + len(view["key"]) + table
