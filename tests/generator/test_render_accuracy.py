"""The accuracy page: every error with its n, nothing smoothed over, plots that a reader without colour can read."""

import gzip
import json
import math
import re
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import pytest

from generator.places import checkout
from generator.precompute.run import Precomputed
from generator.render.accuracy_rows import (
    BAR,
    FOLDS,
    bar,
    bias,
    coverage,
    error,
    factor,
    group_table,
    metric_table,
    unsure,
)
from generator.render.charts.predictions import prediction_charts, predictions
from generator.render.charts.scales import x_scale, y_scale
from generator.render.charts.svg import svg
from generator.render.page import Page, SiteData
from generator.render.pages import accuracy
from generator.render.site_index import site_index
from generator.render.templates import article_of, environment
from generator.tables import TableError
from tests.generator.rendered_pages import TEMPLATES, Outline, text
from tests.generator.small_site import AS_OF, calibration, registry, state

SHELL_NODES = 160  # header, drawer and footer


def committed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((checkout().state / "accuracy.json").read_text(encoding="utf-8"))
    return found


def site(accuracy_record: dict[str, Any] | None) -> SiteData:
    """The small site without its plans, which this page does not read."""
    texts = {"calibration.json": calibration()}
    if accuracy_record is not None:
        texts["accuracy.json"] = json.dumps(accuracy_record)
    unplanned = cast(Precomputed, SimpleNamespace(catalogue=SimpleNamespace(curves=())))
    return SiteData(registry(), replace(state(), model_texts=texts), unplanned, (), (), AS_OF, {})


def page_with(record: dict[str, Any]) -> Page:
    return next(iter(accuracy.pages(site(record))))


def article(record: dict[str, Any]) -> str:
    page = page_with(record)
    return article_of(environment(TEMPLATES), AS_OF)(page)


@cache
def real() -> str:
    return article(committed())


def table(html: str, name: str) -> str:
    found = re.search(rf'<table class="t" id="{name}">.*?</table>', html, re.DOTALL)
    assert found, name
    return found[0]


def rows(html: str, name: str) -> list[list[str]]:
    body = table(html, name).partition("<tbody>")[2]
    found = re.findall("<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    return [[text(c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in found]


def errors_of(median: float, n: int = 7, coverage_: float = 0.9) -> dict[str, Any]:
    of = {"mean": 2 * median, "median": median, "p90": 3 * median, "bias": math.log(1.1), "coverage": coverage_}
    return {"n": n, "tpot": of, "first_token": of, "throughput": of, "end_to_end": of}


def test_every_fold_of_the_record_is_shown_with_its_n() -> None:
    folds = committed()["folds"]
    shown = rows(real(), "fold-table")
    assert [(r[0], r[-1]) for r in shown] == [(FOLDS[f["kind"]][0], f"{f['n']:,}") for f in folds]
    for name in ("tpot-table", "first-token-table", "throughput-table"):
        assert [r[1] for r in rows(real(), name)] == [f"{f['n']:,}" for f in folds]


def test_errors_bias_and_worst_group_of_a_fold_are_what_was_measured() -> None:
    fold = {"kind": "unseen GPU", **errors_of(0.05), "worst": {"tpot": {"of": [], "n": 12, "median": 1.2}}}
    (row,) = metric_table("tpot", [fold])["rows"]
    shown = {k: row[k] for k in ("n", "mean", "median", "p90", "bias", "coverage", "worst")}
    assert shown == {
        "n": 7, "mean": "10 %", "median": "5.0 %", "p90": "15 %", "bias": "+10 %", "coverage": "90 %", "worst": "120 %",
    }  # fmt: skip
    (ttft,) = metric_table("first_token", [fold])["rows"]
    assert ttft["worst"] == "—"  # no group of TTFT was large enough


def test_errors_are_never_rounded_to_nothing_and_never_hidden_when_huge() -> None:
    assert [error(e) for e in (0.0021, 0.0994, 0.0996, 0.5, 27.95)] == ["0.2 %", "9.9 %", "10 %", "50 %", "2,795 %"]
    assert [bias(b) for b in (0.001, -0.001, math.log(0.9), math.log(2))] == ["0 %", "0 %", "−10 %", "+100 %"]


def test_a_missed_target_is_named_and_marked() -> None:
    record = committed()
    assert "Missed" not in real() and real().count(">met<") == len(record["targets"])
    record["targets"][0] |= {"reached": 0.1204, "met": False}
    html = article(record)
    assert f"Missed: {record['targets'][0]['name']}" in text(html)
    assert rows(html, "target-table")[0][-2:] == ["12.0 %", "missed"]
    assert html.count(">met<") == len(record["targets"]) - 1


def test_a_target_without_predictions_shows_no_figure() -> None:
    record = committed()
    record["targets"][0] |= {"n": 0, "reached": math.inf, "met": False}
    assert rows(article(record), "target-table")[0][2:] == ["0", "12 %", "—", "missed"]


@pytest.mark.parametrize(("share", "word"), [(0.849, "low"), (0.85, ""), (0.9, ""), (0.95, ""), (0.951, "high")])
def test_a_band_that_does_not_hold_is_marked(share: float, word: str) -> None:
    assert coverage(share)["verdict"] == word


def test_bands_of_the_page_are_those_of_the_calibration_and_say_how_many_hold() -> None:
    record = committed()
    record["bands"][0]["tpot"]["coverage"] = 0.5
    html = article(record)
    bands = json.loads(calibration())["bands"]
    shown = {r[0]: r for r in rows(html, "tier-table")}
    assert list(shown) == [name.replace(",", "", 1) for name in bands]  # from well known to little known
    low, high = bands["interpolated"][:2]
    assert shown["interpolated"][3] == f"{low:.2f}–{high:.2f}"
    worst = record["bands"][0]["of"][0].replace(",", "", 1)
    assert shown[worst][4] == "50 % low"
    total = 2 * len(record["bands"])
    held = sum(not coverage(b[m]["coverage"])["verdict"] for b in record["bands"] for m in ("tpot", "first_token"))
    assert held < total
    assert f"{held} of {total} do" in text(html)


def test_coverage_of_each_tier_stands_in_its_fold_with_what_it_rests_on() -> None:
    shown = rows(real(), "coverage-table")
    for tier, row in zip(committed()["tiers"], shown, strict=True):
        kind, name = tier["of"]
        assert row[:2] == [f"{FOLDS[kind][0]}: {name}", f"{tier['n']:,} in {tier['groups']}"]
        for of, cell in ((tier["tpot"], row[2]), (tier["first_token"], row[3])):
            low, high = of["interval"]
            assert cell.startswith(f"{of['coverage'] * 100:.0f} %")
            assert f"({low * 100:.0f}–{high * 100:.0f} %; width {factor(of['width'])})" in cell
    assert [factor(w) for w in (1.234, 9.94, 9.96, 88.17)] == ["1.23", "9.94", "10", "88"]


def test_bands_that_did_not_hold_are_named_by_how_much_tells_of_them() -> None:
    def cell(n: int, coverage_: float) -> dict[str, Any]:
        return {"of": ["later in time", "anchored"], **errors_of(0.1, n, coverage_)}

    assert unsure([cell(180, 0.9)]) == {"low": [], "high": [], "few": []}
    low, high = unsure([cell(180, 0.84)]), unsure([cell(50, 0.96)])
    assert low["low"][0] == "ITL 84 % (the newest points, anchored, n = 180)" and len(low["low"]) == 2
    assert len(high["high"]) == 2 and not high["few"] and len(unsure([cell(49, 0.96)])["few"]) == 2
    record = committed()
    record["tiers"] = [t for t in record["tiers"] if t["of"][1] == "interpolated"]
    assert "no band is too narrow; none is wider than needed." in text(article(record))


def test_groups_have_a_row_each_and_say_where_nothing_was_measured() -> None:
    index = site_index(site(None))
    found = [
        {"of": ["unseen GPU", "h100-sxm"], **errors_of(0.5, 3)},
        {"of": ["other source", "mi300x"], **errors_of(0.25, 9)},
        {"of": ["lengths", "b200-sxm"], **errors_of(0.1, 99)},
    ]
    of = group_table("GPU", found, ("unseen GPU", "other source"), index)
    assert [(r["name"], r["href"]) for r in of["rows"]] == [("mi300x", ""), ("H100 SXM", "gpus/h100-sxm/")]
    first, second = of["rows"]
    assert first["cells"][0] is None and second["cells"][1] is None
    assert second["cells"][0]["n"] == 3 and second["cells"][0]["bar"] == BAR / 2
    for name, key in (("gpu-table", "gpus"), ("engine-table", "engines")):
        assert len(rows(real(), name)) == len({g["of"][1] for g in committed()[key]})


def test_bars_are_on_one_scale_from_zero() -> None:
    assert (bar(0.0), bar(0.25) * 2, bar(1.0), bar(7.0)) == (0, bar(0.5), BAR, BAR)


def test_the_worst_group_of_every_fold_is_named() -> None:
    for fold, row in zip(committed()["folds"], rows(real(), "worst-table"), strict=True):
        group = fold["worst"]["tpot"]
        assert row[2:4] == [f"{group['n']:,}", error(group["median"])]
        assert group["of"][3].upper() in row[1] and group["of"][0] in row[1]  # the small site knows no such model


def test_a_fold_without_a_large_group_says_so() -> None:
    record = committed()
    record["folds"][0]["worst"] = {}
    assert rows(article(record), "worst-table")[0][1:] == ["every group is too small"] * 2


def test_the_other_predictor_stands_beside_ours_with_source_and_caveat() -> None:
    theirs, *ours = rows(real(), "predictor-table")
    assert theirs[2:5] == ["728", "31.2 %", "51.7 %"]
    assert "summary.json" in theirs[1]
    unseen = next(f for f in committed()["folds"] if f["kind"] == "unseen model")
    assert ours[0][2:4] == [f"{unseen['n']:,}", error(unseen["tpot"]["mean"])]
    assert ours[0][4] == error(unseen["first_token"]["mean"])  # the mean, as theirs, though it looks worse
    assert "The rows differ" in text(real())


def test_percentiles_appear_once_they_are_tested() -> None:
    record = committed() | {"tails": []}
    assert "MLPerf" not in article(record)
    told = {"metric": "first_token", "percentile": "p95", "mean": 0.2, "median": 0.1, "bias": 0.0, "width": 12.3}
    record["tails"] = [
        told | {"test": "later round", "n": 170, "coverage": 0.4}, told | {"test": "other", "n": 9, "coverage": 0.9}
    ]  # fmt: skip
    html = article(record)
    assert rows(html, "tail-table") == [["TTFT p95", "10 %", "20 %", "40 % low, 12", "10 %", "20 %", "90 %, 12"]]
    assert "n = 170" in table(html, "tail-table") and "not verified" in html


def test_without_an_evaluation_the_error_names_the_command() -> None:
    with pytest.raises(TableError, match="atlas evaluate"):
        next(iter(accuracy.pages(site(None))))


def test_the_page_is_light_quiet_and_has_an_outline() -> None:
    outline = Outline(real())
    assert outline.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))
    assert outline.tables == outline.captions == outline.regions > 8
    assert not outline.unscoped
    assert set(outline.labels) <= set(outline.ids) and len(set(outline.ids)) == len(outline.ids)
    assert "style=" not in real() and "<script" not in real()
    assert not set(re.findall(r"[A-Za-z]+", text(real()))) & {"None", "nan", "inf", "undefined"}
    tails = [
        {"test": test, "metric": metric, "percentile": p, "n": 9, "coverage": 0.1, "width": 2.5}
        | dict.fromkeys(("mean", "median", "bias"), 1)
        for test in ("later round", "other benchmark")
        for metric in ("first_token", "tpot", "end_to_end")
        for p in ("p50", "p90", "p95", "p99")
    ]
    full = article(committed() | {"tails": tails})
    assert len(re.findall("<[a-z]", full)) + SHELL_NODES <= 1_500
    assert len(gzip.compress(full.encode(), 9)) < 50_000


def test_a_plot_draws_every_point_once_in_one_path_a_tier() -> None:
    record = committed()
    for chart in prediction_charts(record["points"], "a test", AS_OF):
        shown = [s for s in chart.series if s.kind == "points"]
        drawing = str(svg(chart))
        for series in shown:
            n = sum(p[1] == series.name for p in record["points"])
            path = re.search(rf'class="{series.mark} c{series.colour}" d="([^"]*)"', drawing)
            assert path and len(series.points) == n == path[1].count("M")
        assert {s.name for s in shown} == {p[1] for p in record["points"]}
    assert real().count('data-chart="') == 2


def test_an_exact_prediction_lies_on_the_line_and_a_slow_one_above_it() -> None:
    chart = predictions("ITL", {"interpolated": [(10.0, 10.0), (40.0, 20.0), (1.0, 1.0), (1000.0, 1000.0)]}, "", AS_OF)
    across, up = x_scale(chart), y_scale(chart)
    exact, slow, *_ = chart.series[-1].points
    assert across.share(exact.x) == up.share(exact.y)
    assert up.share(slow.y) > across.share(slow.x)
    assert chart.summary.endswith("Within a factor of 2, the dashed lines: interpolated: 4 of 4.")
    # The dashed lines are a factor of two off, above and below.
    assert [[p.y / p.x for p in s.points] for s in chart.series[:2]] == [[2.0, 2.0], [0.5, 0.5]]  # type: ignore[operator]


def test_lines_that_far_off_are_left_out_where_all_points_are_near() -> None:
    chart = predictions("ITL", {"interpolated": [(10.0, 10.0), (15.0, 12.0)]}, "", AS_OF)
    assert [s.name for s in chart.series] == ["interpolated"]
