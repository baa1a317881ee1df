"""The record of `atlas evaluate` as rows of tables: errors in per cent, what was held out in words, bands."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from generator.render.formats import percent, signed_percent
from generator.render.plan_words import ENGINES
from generator.render.site_index import SiteIndex

METRICS = {"tpot": "ITL", "first_token": "TTFT", "throughput": "Throughput", "end_to_end": "E2E"}
SHOWN = ("tpot", "first_token", "throughput")  # whole requests are in the published file
BANDED = ("tpot", "first_token")
TIERS = ("interpolated", "anchored", "modelled", "modelled, no measurement on this GPU")
HELD = (0.85, 0.95)  # how often a 90 % band has to hold
MANY = 50  # predictions from which a share is held against that
BAR = 120  # length of a bar of 100 %

RELATED, NEW_MODEL, NEW_GPU, OTHER = "random configurations", "unseen model", "unseen GPU", "other source"
FOLDS = {  # what was held out, and the case that it stands for
    "one inner load": (
        "One load of a curve",
        "This configuration was measured at lower and at higher loads.",
    ),
    RELATED: ("Random configurations", "The usual case: the model was measured on this GPU, but not just so."),
    "lengths": ("One pair of lengths", "It was measured with other lengths of prompt and answer."),
    "tensor parallelism": ("One number of GPUs", "It was measured on more or fewer GPUs."),
    NEW_MODEL: ("One model", "Nobody has measured this model, or another of its shape."),
    NEW_GPU: ("One GPU", "Nobody has measured anything on this GPU."),
    "later in time": ("The newest points", "Software has moved on since the calibration."),
    OTHER: ("Another data set", "Another campaign of runs measured it, with other versions of the engines."),
}

Record = Mapping[str, Any]


def inline(kind: str) -> str:
    """What was held out, as it stands inside a sentence."""
    title = FOLDS[kind][0]
    return title[0].lower() + title[1:]


def error(share: float) -> str:
    """An error in per cent: one decimal below ten."""
    return f"{share * 100:.1f} %" if share < 0.0995 else f"{share * 100:,.0f} %"


def errors(of: Mapping[str, float]) -> dict[str, str]:
    """Mean and median of an error."""
    return {"mean": error(of["mean"]), "median": error(of["median"])}


def bias(logarithm: float) -> str:
    """A mean ln(predicted / measured) as a signed share."""
    share = math.expm1(logarithm)
    return signed_percent(share) if abs(share) >= 0.005 else percent(0)


def bar(share: float) -> float:
    """The length of a bar: all bars of the page are on one scale, from zero to 100 %, where they end."""
    return round(min(share, 1.0) * BAR, 1)


def coverage(share: float) -> dict[str, str]:
    """How often a 90 % band held, and a word where that is less (the band is too narrow) or more than it should."""
    return {"coverage": percent(share), "verdict": "low" if share < HELD[0] else "high" if share > HELD[1] else ""}


def lead_figure(fold: Record) -> dict[str, Any]:
    """The errors of a fold, for the top of the page."""
    itl, ttft = errors(fold["tpot"]), errors(fold["first_token"])
    return {"title": inline(fold["kind"]), "n": fold["n"], "itl": itl, "ttft": ttft}


def target_row(target: Record) -> dict[str, Any]:
    """A target beside what was reached. Without predictions nothing was reached, and the target is missed."""
    reached = f"{100 * target['reached']:.1f} %" if target["n"] else "—"
    return {**target, "most": percent(target["most"]), "reached": reached}


def fold_row(fold: Record) -> dict[str, Any]:
    """What a fold holds out and stands for."""
    title, words = FOLDS[fold["kind"]]
    return {"title": title, "words": words, "folds": fold["folds"], "n": fold["n"]}


def metric_table(metric: str, folds: Iterable[Record]) -> dict[str, Any]:
    """All folds of one metric. Only ITL and TTFT have bands and worst groups."""
    banded = metric in BANDED
    rows = []
    for f in folds:
        of = f[metric]
        row = {
            "title": FOLDS[f["kind"]][0],
            "n": f["n"],
            **errors(of),
            "p90": error(of["p90"]),
            "bias": bias(of["bias"]),
        }
        if banded:
            worst = f["worst"].get(metric)
            row |= coverage(of["coverage"]) | {"worst": error(worst["median"]) if worst else "—"}
        rows.append(row)
    return {"id": metric.replace("_", "-"), "title": METRICS[metric], "banded": banded, "rows": rows}


def tier_row(tier: Record, bands: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """A tier over all folds. A band is ITL low and high, TTFT low and high, each measured over predicted."""
    (name,) = tier["of"]
    word, _, rest = name.partition(", ")
    row: dict[str, Any] = {"tier": word, "rest": rest, "n": tier["n"]}
    for place, metric in enumerate(BANDED):
        of = tier[metric]
        low, high = bands[name][2 * place : 2 * place + 2]
        row[metric] = (
            errors(of) | coverage(of["coverage"]) | {"bar": bar(of["median"]), "band": f"{low:.2f}–{high:.2f}"}
        )
    return row


def holding(tiers: Sequence[Record]) -> str:
    """How many of the bands of all tiers hold, as a sentence needs it."""
    verdicts = [coverage(t[m]["coverage"])["verdict"] for t in tiers for m in BANDED]
    return f"{verdicts.count('')} of {len(verdicts)} do"


def coverage_rows(tiers: Iterable[Record]) -> list[dict[str, Any]]:
    """How often the bands held: a row for each tier of a fold."""
    return [
        {
            "title": FOLDS[row["of"][0]][0],
            "tier": row["of"][1],
            "n": row["n"],
            "groups": row["groups"],
            "held": [trusted(row[m]) for m in BANDED],
        }
        for row in tiers
    ]


def trusted(of: Record) -> dict[str, str]:
    """How often a band held, within which limits chance alone would leave that share, and how wide the band is."""
    low, high = of["interval"]
    limits = f"{100 * low:.0f}–{percent(high)}"
    return coverage(of["coverage"]) | {"limits": limits, "width": factor(of["width"])}


def factor(width: float) -> str:
    """Upper over lower end of a band."""
    return f"{width:.2f}" if width < 9.95 else f"{width:.0f}"


def unsure(tiers: Iterable[Record]) -> dict[str, list[str]]:
    """Which bands of a fold and tier did not hold as often as they should, in words: those too narrow and too wide
    with at least `MANY` predictions, and those of which fewer tell."""
    found: dict[str, list[str]] = {"low": [], "high": [], "few": []}
    for row in tiers:
        kind, tier = row["of"]
        for metric in BANDED:
            of = row[metric]
            verdict = coverage(of["coverage"])["verdict"]
            if verdict:
                words = f"{METRICS[metric]} {percent(of['coverage'])} ({inline(kind)}, {tier}, n = {row['n']:,})"
                found[verdict if row["n"] >= MANY else "few"].append(words)
    return found


def group_table(what: str, rows: Iterable[Record], kinds: Sequence[str], index: SiteIndex) -> dict[str, Any]:
    """Errors by GPU, model or engine: a row a group, a cell for each of several folds; most predictions first."""
    found: dict[str, dict[str, Record]] = {}
    for row in rows:
        kind, name = row["of"]
        if kind in kinds:
            found.setdefault(name, {})[kind] = row
    order = sorted(found, key=lambda name: (-sum(r["n"] for r in found[name].values()), name))
    return {
        "what": what,
        "kinds": [inline(kind) for kind in kinds],
        "rows": [named(what, name, index) | {"cells": [cell(found[name].get(k)) for k in kinds]} for name in order],
    }


def cell(row: Record | None) -> dict[str, Any] | None:
    """The errors of a group in one fold; None where the fold has no point of it."""
    if row is None:
        return None
    itl, ttft = row["tpot"], row["first_token"]
    return {"n": row["n"], "itl": errors(itl), "ttft": errors(ttft), "bar": bar(itl["median"])}


def named(what: str, name: str, index: SiteIndex) -> dict[str, str]:
    """Name and page of a GPU, model or engine; the id where it is not registered."""
    registry = index.data.registry
    if what == "GPU" and name in registry.gpu:
        return {"name": index.gpu_name(name), "href": f"gpus/{name}/"}
    if what == "model" and name in registry.model:
        return {"name": index.model_name(name), "href": f"models/{name}/" if name in index.models else ""}
    return {"name": ENGINES.get(name, name), "href": ""}


def worst_row(fold: Record, index: SiteIndex) -> dict[str, Any]:
    """The group with the largest median error of a fold, for ITL and for TTFT."""
    return {
        "title": FOLDS[fold["kind"]][0],
        "groups": [worst_group(fold["worst"].get(metric), index) for metric in BANDED],
    }


def worst_group(group: Record | None, index: SiteIndex) -> dict[str, Any] | None:
    """A group of model, GPU, engine and precision in words; None where every group is too small to be named."""
    if group is None:
        return None
    model, gpu, engine, precision = group["of"]
    model, gpu = named("model", model, index)["name"], named("GPU", gpu, index)["name"]
    name = f"{model} on {gpu}, {ENGINES.get(engine, engine)}, {precision.upper()}"
    return {"name": name, "n": group["n"], "median": error(group["median"])}


def tail_table(tails: Sequence[Record]) -> dict[str, Any] | None:
    """Percentiles told from means: a row a time and percentile, a column a test. None where nothing was tested."""
    tests = {t["test"]: t["n"] for t in tails}
    rows: dict[str, list[dict[str, str]]] = {}
    for t in tails:
        found = errors(t) | coverage(t["coverage"]) | {"width": factor(t["width"])}
        rows.setdefault(f"{METRICS[t['metric']]} {t['percentile']}", []).append(found)
    return {
        "tests": [{"title": test, "n": n} for test, n in tests.items()],
        "rows": [{"name": name, "cells": cells} for name, cells in rows.items()],
    } if tails else None  # fmt: skip
