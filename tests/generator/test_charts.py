"""One chart record gives a drawing, a table, files and a figure for Plotly, and they all say the same."""

import json
import re
from dataclasses import replace
from functools import cache
from itertools import chain

import plotly.graph_objects as go
import pytest

from generator.render.charts.book import chart_book
from generator.render.charts.earlier_ids import earlier_charts, payload
from generator.render.charts.files import entity_csv, entity_record
from generator.render.charts.plotly_json import figure
from generator.render.charts.record import Axis, Chart, ChartError, Point, Series, table_rows
from generator.render.charts.scales import number_text, ticks, x_scale, y_scale
from generator.render.charts.svg import HEIGHT, apart, key, svg
from generator.render.charts.views import chart_view
from generator.render.site_index import site_index
from generator.render.templates import environment
from tests.generator.rendered_pages import TEMPLATES, articles
from tests.generator.small_site import small_site

HOSTILE = "<script>alert('x')</script> & \"Co\""


def bars(*values: float, names: tuple[str, ...] = ("a", "b", "c")) -> Chart:
    rows = names[: len(values)]
    points = tuple(Point(v, n) for v, n in zip(values, rows, strict=True))
    return Chart(
        "bars",
        "Bars",
        "What they show.",
        Axis("$ per month", form="usd", zero=True),
        Axis("Name", "category", categories=rows),
        (Series("Cost", "bars", points),),
        "A test",
        "2026-11-20",
    )


def lines() -> Chart:
    points = tuple(Point(x, y) for x, y in ((1.0, 10.0), (10.0, 100.0), (100.0, 1000.0)))
    low, high = (Point(x, 50.0, low=10.0, high=1000.0) for x in (2.0, 20.0))
    return Chart(
        "lines",
        "Lines",
        "What they show.",
        Axis("Load", "log"),
        Axis("$", "log", form="usd"),
        (
            Series("Range", "band", (low, high), 2),
            Series("Cost", "line", points, ended=True, marked=True),
            Series("Steps", "steps", points[:2], 3, dashed=True),
        ),
        "A test",
        "2026-11-20",
    )


@cache
def all_charts() -> tuple[Chart, ...]:
    book = chart_book(small_site())
    return (
        *chain.from_iterable(book.entities.values()),
        *earlier_charts(site_index(small_site())),
        lines(),
        bars(3, 2),
    )


def one_of_each() -> list[Chart]:
    return list({c.id: c for c in all_charts()}.values())


def test_the_small_site_has_charts_of_most_kinds() -> None:
    found = {c.id for c in all_charts()}
    assert found >= {"price-by-provider", "latency-cost", "break-even", "provider-map", "itl-plot", "ttft-plot"}


def test_plotly_takes_every_figure() -> None:
    for chart in one_of_each():
        made = figure(chart)
        go.Figure(made)  # raises for a property or a value that Plotly does not know
        assert {t["type"] for t in made["data"]} <= {"scatter", "bar"}, "the basic bundle has no other traces"
        json.dumps(made, allow_nan=False)


def test_figure_table_and_record_hold_the_same_points() -> None:
    for chart in all_charts():
        recorded = [(s.name, p.x, p.y) for s in chart.series if s.kind != "band" for p in s.points]
        bands = {s.name for s in chart.series if s.kind == "band"}
        drawn = [
            (t["name"], x, y)
            for t in figure(chart)["data"]
            if t["name"] not in bands
            for x, y in zip(t["x"], t["y"], strict=True)
        ]
        assert drawn == recorded, chart.id
        assert [row[:3] for row in table_rows(chart) if row[0] not in bands] == recorded, chart.id
        assert len(entity_csv([chart]).decode().splitlines()) == 1 + chart.rows


def test_a_band_is_drawn_between_its_ends() -> None:
    low, high = (t for t in figure(lines())["data"] if t["name"] == "Range")
    assert (low["y"], high["y"], high["fill"]) == ([10.0, 10.0], [1000.0, 1000.0], "tonexty")


def test_a_drawing_is_small_named_and_finite() -> None:
    for chart in all_charts():
        drawing = str(svg(chart))
        assert len(re.findall(r"<[a-z]", drawing)) <= 60, chart.id
        assert f'<title id="{chart.id}-title">' in drawing and 'role="img"' in drawing
        assert f'aria-describedby="{chart.id}-summary"' in drawing
        assert not re.search(r"\bnan\b|\binf\b|None|style=", drawing), chart.id


def test_bars_start_at_zero_and_are_in_proportion() -> None:
    path = re.search(r'class="bar c1" d="([^"]*)"', str(svg(bars(4, 2, 1))))
    assert path
    starts, ends = zip(
        *((float(a), float(b)) for a, b in re.findall(r"M([\d.]+) [\d.]+H([\d.]+)", path[1])), strict=True
    )
    assert set(starts) == {0.0}
    assert ends == (1000.0, 500.0, 250.0)


def test_bars_without_a_zero_are_refused() -> None:
    with pytest.raises(ChartError, match="starts at zero"):
        replace(bars(1, 2), x=Axis("$"))


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_what_cannot_be_drawn_is_refused(value: float) -> None:
    with pytest.raises(ChartError):
        replace(lines(), series=(Series("s", "line", (Point(1.0, 1.0), Point(value, 2.0))),))


def test_a_log_axis_is_drawn_by_ratio() -> None:
    scale = y_scale(lines())
    assert scale.share(100.0) == pytest.approx((scale.share(10.0) + scale.share(1000.0)) / 2)


def test_ticks_are_round_and_few() -> None:
    cents = replace(bars(0.45, 0.1), x=Axis("$", form="usd", zero=True))
    assert [text for _, text in ticks(x_scale(cents))] == ["$0", "$0.10", "$0.20", "$0.30", "$0.40"]
    assert [text for _, text in ticks(x_scale(lines()))] == ["1", "2", "5", "10", "20", "50", "100"]
    days = ("2025-01-15", "2026-11-20")
    dated = replace(lines(), x=Axis("", "date"), series=(Series("s", "steps", tuple(Point(d, 1.0) for d in days)),))
    assert [text for _, text in ticks(x_scale(dated))] == ["Jul 2025", "Jan 2026", "Jul 2026"]


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [("usd", 0.1, "$0.10"), ("usd", 2.5, "$2.5"), ("usd", 5000, "$5,000"), ("usd", 20000, "$20k"), ("usd", 3e7, "$30M"),
     ("ms", 200, "200 ms"), ("ms", 1500, "1.5 s"), ("percent", 35, "35 %"), ("plain", 12000, "12,000")],
)  # fmt: skip
def test_numbers_beside_an_axis_have_their_unit(form: str, value: float, text: str) -> None:
    assert number_text(form, value) == text


def test_labels_at_the_ends_of_lines_keep_apart_inside_the_plot() -> None:
    assert apart([10, 12, 100], 14, HEIGHT) == [10, 24, 100]
    assert apart([259, 250], 14, 260) == [260, 246]
    assert apart([], 14, 260) == []


def test_names_are_escaped_in_drawing_page_and_key() -> None:
    chart = replace(bars(2, 1, names=(HOSTILE, "b")), title=HOSTILE, summary=HOSTILE)
    page = environment(TEMPLATES).from_string('{% import "chart.html" as c %}{{ c.chart(view, "../") }}')
    html = page.render(view=chart_view(chart, "models/x"))
    assert "<script" not in html and "&lt;script&gt;" in html


def test_series_differ_without_colour() -> None:
    for chart in all_charts():
        shown = [
            (s.kind, s.mark, s.dashed, s.kind == "bars" and chart.stacked and s.name)
            for s in chart.series
            if not s.joined and not s.ended
        ]
        assert len(set(shown)) == len(shown), chart.id


def test_one_series_needs_no_key() -> None:
    assert key(bars(2, 1)) == []
    assert [k["name"] for k in key(lines())] == ["Range", "Steps"]  # the line is named at its end


def test_pages_show_their_charts_with_table_and_files() -> None:
    html = articles()["models/open-70b/"]
    assert 'data-chart="price-by-provider"' in html
    assert 'href="../../api/v1/charts/models/open-70b.csv"' in html
    assert '<span id="price-by-provider-summary">' in html
    assert "<table" in html[html.index('id="price-by-provider"') :]


def test_files_of_an_entity_hold_record_rows_and_figure() -> None:
    charts = chart_book(small_site()).of("models/open-70b")
    record = json.loads(json.dumps(entity_record(charts)))
    first = record["charts"][0]
    assert (record["as_of"], first["id"], first["columns"][:3]) == (
        "2026-11-20", "price-by-provider", ["Series", "$ per 1M tokens", "Provider"],
    )  # fmt: skip
    assert first["rows"][0] == ["Input", 0.4375, "Hostly & Sons"]
    assert first["figure"]["data"][0]["x"][0] == 0.4375


def test_earlier_ids_keep_their_payload() -> None:
    found = {c.id: payload(c) for c in earlier_charts(site_index(small_site()))}
    assert list(found) == ["cost_comparison", "risk_comparison", "confidence_distribution", "fallback_trace"]
    for record in found.values():
        assert record["version"] == "1.2"
        for series in record["series"]:
            assert series.keys() == {"id", "label", "unit", "points"} and series["unit"]
            assert all(p.keys() == {"label", "value"} for p in series["points"])
    assert found["risk_comparison"]["type"] == "stacked"


def test_fallback_trace_counts_everything_once() -> None:
    case = small_site().results.cases[0]
    trace = next(c for c in earlier_charts(site_index(small_site())) if c.id == "fallback_trace")
    counted = {p.y: p.x for p in trace.series[0].points}
    assert counted.pop("possible plans") == case.ranking.possible
    assert sum(counted.values()) == sum(n for _, n in case.ranking.excluded)
