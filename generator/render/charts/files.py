"""The published files of charts: a JSON file with records and figures, a CSV file with the points, and the index."""

from collections.abc import Mapping, Sequence

from generator.render.charts.plotly_json import chart_record
from generator.render.charts.record import Chart
from generator.tables import rows_text

CSV_COLUMNS = ("chart", "series", "x", "y", "low", "high", "count", "what")


def charts_index(entities: Mapping[str, Sequence[Chart]], as_of: str) -> dict[str, object]:
    """The index of all chart files: which entity has which charts."""
    items = [{"id": e, "charts": [{"id": c.id, "title": c.title} for c in charts]} for e, charts in entities.items()]
    return {"as_of": as_of, "items": items}


def entity_record(charts: Sequence[Chart]) -> dict[str, object]:
    """The JSON file of an entity."""
    return {"as_of": charts[0].as_of, "charts": [chart_record(c) for c in charts]}


def entity_csv(charts: Sequence[Chart]) -> bytes:
    """The CSV file of an entity: every point of every chart, numbers as they are."""
    rows = (
        (c.id, s.name, p.x, p.y, p.low, p.high, p.size, p.label) for c in charts for s in c.series for p in s.points
    )
    return rows_text(CSV_COLUMNS, (["" if cell is None else str(cell) for cell in row] for row in rows)).encode()
