"""Charts drawn in the page: the ticks of the pages' still charts, shapes by hand, and what is read off them."""

from typing import Any

import pytest

from generator.render.charts.record import Axis
from generator.render.charts.scales import Scale, ticks
from tests.generator.tool_site import run_module

ASK = """
import { shapesOf } from "./chart_marks.mjs";
import { stopsOf } from "./chart_reading.mjs";
import { apart, scaleOf, tickText, ticks, valueText } from "./chart_scales.mjs";
import { rowsOf } from "./chart_table.mjs";
const plot = (c) => ({ ...c, across: scaleFrom(c.x, c.across), up: scaleFrom(c.y, c.up), high: 100 });
const scaleFrom = (axis, ends) => {
  if (axis.categories) return scaleOf(axis, []);
  const measure = axis.scale === "log" ? Math.log10 : Number;
  const [low, high] = ends.map(measure);
  return { low, high, share: (value) => (measure(value) - low) / (high - low) };
};
const made = {
  ticks: () => given.ranges.map(([axis, low, high]) => ticks(axis, { low, high }).map((v) => [v, tickText(axis, v)])),
  scale: () => [scaleOf(given.axis, given.values)].map((s) => [s.low, s.high, given.values.map(s.share)])[0],
  shapes: () => given.series.map((s) => shapesOf(plot(given), s)),
  stops: () => stopsOf(given, plot(given)).map((s) => s.words),
  rows: () => rowsOf(given),
  values: () => given.values.map(([unit, value]) => valueText({ label: "", unit }, value)),
  apart: () => apart(given.places, given.least, given.most),
};
console.log(JSON.stringify(made[given.what]()));
"""


def asked(what: str, **given: Any) -> Any:
    return run_module(ASK, {"what": what, **given})


def test_ticks_are_those_of_the_still_charts() -> None:
    amounts = [(0.0, 1.0), (0.0, 37.0), (990.0, 1010.0), (0.0, 0.004), (0.0, 2.6e6), (0.0, 14500.0)]
    logs = [(-1.05, 2.1), (0.0, 0.5), (-3.0, 9.0), (2.9, 3.2), (-2.0, 0.3)]
    ranges = [("$", "usd", "linear", *r) for r in amounts]
    ranges += [("%", "percent", "linear", 0.0, 96.0), *[("", "plain", "linear", *r) for r in [*amounts, (-3.0, 12.5)]]]
    ranges += [(unit, form, "log", *r) for unit, form in (("$", "usd"), ("", "plain")) for r in logs]
    expected = [
        [text for _, text in ticks(Scale(Axis("", scale, form), low, high))] for _, form, scale, low, high in ranges
    ]
    axes = [({"label": "", "unit": unit, "scale": scale}, low, high) for unit, _, scale, low, high in ranges]
    found = [[text for _, text in of] for of in asked("ticks", ranges=axes)]
    for one, other, given in zip(found, expected, ranges, strict=True):
        assert one == other, given


def test_a_scale_holds_all_values_with_air_and_starts_at_zero_where_bars_need_it() -> None:
    low, high, shares = asked("scale", axis={"label": ""}, values=[10, 20])
    assert (low, high) == (9.5, 20.5)
    assert shares == pytest.approx([0.5 / 11, 10.5 / 11])
    low, high, shares = asked("scale", axis={"label": "", "zero": True}, values=[10, 20])
    assert (low, shares[1]) == (0, pytest.approx(20 / 20.5))
    low, high, shares = asked("scale", axis={"label": "", "scale": "log"}, values=[1, 100])
    assert (low, high) == (pytest.approx(-0.1), pytest.approx(2.1))
    low, high, _ = asked("scale", axis={"label": ""}, values=[5])
    assert low < 5 < high


def test_shapes_stand_where_their_values_are() -> None:
    given = {"x": {"label": ""}, "y": {"label": ""}, "across": [0, 10], "up": [0, 10], "rows": False}
    of = [
        {"name": "a", "kind": "line", "points": [[0, 0], [5, 10], [6, None], [10, 0]]},
        {"name": "b", "kind": "step", "points": [[0, 0], [5, 10]]},
        {"name": "c", "kind": "bar", "points": [[2, 5], [4, 10]]},
        {"name": "d", "kind": "area", "points": [[0, 5, 4, 6], [10, 5, 2, 8]]},
        {"name": "e", "kind": "points", "mark": "ring", "points": [[5, 5, 4, 6]]},
    ]
    line, step, bar, area, points = asked("shapes", **given, series=of)
    assert line == [{"name": "line", "d": "M0 100L500 0M1000 100"}]
    assert step == [{"name": "line", "d": "M0 100H500V0"}]
    assert bar == [{"name": "bar", "d": "M171.8 100V50h56.4V100zM371.8 100V0h56.4V100z"}]
    assert area == [{"name": "band", "d": "M0 40L1000 20L1000 80L0 60z"}]
    assert [p["name"] for p in points] == ["range", "ring", "ring-hole"]
    assert points[0]["d"] == "M500 60V40"


def test_stacked_rows_begin_where_the_one_before_ends() -> None:
    axis = {"label": "", "categories": ["now", "later"]}
    given = {"x": {"label": "Cost", "unit": "$"}, "y": axis, "across": [0, 10], "up": [], "rows": True}
    of = [{"name": "GPUs", "kind": "bar", "points": [[4, 0]]}, {"name": "idle", "kind": "bar", "points": [[10, 0, 4]]}]
    assert asked("shapes", **given, series=of) == [
        [{"name": "bar", "d": "M0 7H400v36H0z"}], [{"name": "bar", "d": "M400 7H1000v36H400z"}],
    ]  # fmt: skip
    assert asked("stops", **given, series=of) == ["GPUs: now: $4.00", "idle: now: $6.00"]
    assert asked("rows", **given, series=of)[1:] == [["GPUs", "$4.00", "now"], ["idle", "$6.00", "now"]]


def test_lines_are_read_at_one_place_together_and_steps_hold_their_value() -> None:
    given = {
        "x": {"label": "Load", "unit": "requests/s"}, "y": {"label": "Cost", "unit": "$"}, "across": [0, 10],
        "up": [0, 100], "rows": False,
        "series": [
            {"name": "API", "kind": "line", "points": [[1, 10], [2, 20]]},
            {"name": "rented", "kind": "step", "points": [[1, 50, 40, 60]]},
            {"name": "unseen", "kind": "line", "quiet": True, "points": [[1, 1]]},
            {"name": "plans", "kind": "points", "points": [[3, 30]], "labels": ["Model on GPU"]},
        ],
    }  # fmt: skip
    assert asked("stops", **given) == [
        "1 requests/s: API $10.00 · rented $50.00 ($40.00 – $60.00)",
        "2 requests/s: API $20.00 · rented $50.00 ($40.00 – $60.00)",
        "Model on GPU, plans: 3 requests/s; $30.00",
    ]
    head, *rows = asked("rows", **given)
    assert head == ["Series", "What", "Load, requests/s", "Cost", "Lowest", "Highest"]
    assert rows[2] == ["rented", "", "1 requests/s", "$50.00", "$40.00", "$60.00"]


def test_values_carry_their_unit() -> None:
    values = [["$", 1234.5], ["$", 0.0123], ["ms", 12.34], ["%", 12.345], ["requests/s", 1234567], ["GB", 80.5]]
    assert asked("values", values=values) == ["$1,234", "$0.0123", "12 ms", "12.3 %", "1,234,567 requests/s", "80.5 GB"]


def test_labels_keep_apart() -> None:
    assert asked("apart", places=[10, 12, 50], least=14, most=100) == [10, 24, 50]
    assert asked("apart", places=[98, 99], least=14, most=100) == [86, 100]
