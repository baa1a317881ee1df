"""The accuracy page: predictions of measurements that the calibration had not seen, and how far off they were."""

from collections.abc import Iterator
from typing import Any

from generator.places import checkout
from generator.registry import Row, toml_rows
from generator.render.accuracy_rows import (
    NEW_GPU,
    NEW_MODEL,
    OTHER,
    RELATED,
    SHOWN,
    coverage_rows,
    error,
    fold_row,
    group_table,
    holding,
    inline,
    lead_figure,
    metric_table,
    named,
    tail_table,
    target_row,
    tier_row,
    unsure,
    worst_row,
)
from generator.render.charts.book import chart_book
from generator.render.charts.views import chart_view
from generator.render.formats import listed
from generator.render.page import Page, SiteData
from generator.render.site_index import site_index

SOURCE = "aiconfigurator"  # of the points that are held out
EXAMPLE_MS = 20.0  # between tokens, to say in plain words what a band is


class Predictor(Row):
    """What the makers of another predictor publish about its mean errors."""

    id: str
    title: str
    check: str
    rows: int
    itl_mean: float
    ttft_mean: float
    predicted_on: str
    source: str
    url: str
    reviewed: str


def pages(data: SiteData) -> Iterator[Page]:
    """The one page. Raises TableError where the model was never evaluated."""
    index, record, calibration = site_index(data), data.state.accuracy, data.state.calibration
    bands = calibration["bands"]
    folds = {f["kind"]: f for f in record["folds"]}
    snapshot = data.state.snapshots.get(SOURCE)
    yield Page(
        path="accuracy/",
        title="Accuracy of the predictions",
        description="Predicted speed held against measurements that the calibration had not seen: errors, bands, and "
        "weak spots.",
        template="accuracy.html",
        context={
            "lead": [lead_figure(folds[kind]) for kind in (RELATED, NEW_MODEL, NEW_GPU)],
            "example": [f"{EXAMPLE_MS * factor:.0f}" for factor in (1.0, *bands["anchored"][:2])],
            "targets": [target_row(t) for t in record["targets"]],
            "missed": [t["name"] for t in record["targets"] if not t["met"]],
            "plots": [chart_view(c, "accuracy") for c in chart_book(data).of("accuracy")],
            "plotted": len(record["points"]),
            "folds": [fold_row(f) for f in record["folds"]],
            "metrics": [metric_table(name, record["folds"]) for name in SHOWN],
            "tiers": [tier_row(t, bands) for t in sorted(record["bands"], key=lambda t: [*bands].index(t["of"][0]))],
            "holding": holding(record["bands"]),
            "coverage": coverage_rows(record["tiers"]),
            "unsure": unsure(record["tiers"]),
            "groups": [
                group_table("GPU", record["gpus"], (RELATED, NEW_GPU, OTHER), index),
                group_table("model", record["models"], (RELATED, NEW_MODEL), index),
                group_table("engine", record["engines"], (RELATED, NEW_MODEL, OTHER), index),
            ],
            "worst": [worst_row(f, index) for f in record["folds"]],
            "tails": tail_table(record.get("tails", [])),
            "predictors": toml_rows(checkout().registry / "predictors.toml", "predictor", Predictor),
            "ours": [our_row(folds[kind]) for kind in (NEW_MODEL, RELATED, OTHER)],
            "measured_gpus": listed([named("GPU", g, index)["name"] for g in calibration["measured_gpus"]]),
            "points": folds[NEW_MODEL]["n"],
            "other_points": folds[OTHER]["n"],
            "source": data.registry.source[SOURCE],
            "read_on": snapshot.observed_at if snapshot else "",
        },
    )


def our_row(fold: dict[str, Any]) -> dict[str, Any]:
    """A fold beside what others publish: means, and the median of TTFT."""
    itl, ttft = fold["tpot"], fold["first_token"]
    return {
        "title": inline(fold["kind"]),
        "n": fold["n"],
        "itl": error(itl["mean"]),
        "ttft": error(ttft["mean"]),
        "ttft_median": error(ttft["median"]),
    }
