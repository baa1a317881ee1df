"""The commands of the performance model: calibrate its constants, and test it on what it has not seen."""

import json
import time
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table as RichTable

from generator import nightly
from generator.options import AsJson, notes
from generator.places import Places, checkout

commands = typer.Typer()
Write = Annotated[bool, typer.Option("--write/--no-write", help="Write the result to data/state.")]
METRIC_NAMES = {"tpot": "ITL", "first_token": "TTFT", "throughput": "throughput", "end_to_end": "E2E"}


def _loaded(places: Places) -> tuple[Any, Any, Any]:
    """Points of both published sources and the world they live in. Imports wait: linear algebra starts slowly."""
    from generator.calibrate.bands import World
    from generator.calibrate.points import inferencemax_points, known_shapes, silicon_points
    from generator.calibrate.settings import load_settings

    at = nightly.inputs(places, None, offline=True)
    settings = load_settings(places.registry / "calibration.toml")
    silicon = silicon_points(at.registry, at.state.points, settings)
    other = inferencemax_points(at.registry, places.registry / "benchmarks" / "inferencemax.csv")
    world = World(known_shapes(at.registry), at.registry.gpu_cards, settings, places.registry / "benchmarks")
    return silicon, other, world


@commands.command(epilog="Example: atlas calibrate --no-write --json")
def calibrate(write: Write = True, as_json: AsJson = False) -> None:
    """Fit the performance model to all measured points and write data/state/calibration.json."""
    from generator.calibrate.community import community_points
    from generator.calibrate.shipped import calibration_text, shipped
    from wasm_tools.performance.added_measurements import classes_of

    places, began = checkout(), time.monotonic()
    silicon, other, world = _loaded(places)
    taken = community_points(places.community, world.shapes, world.gpus)
    found = shipped(silicon, other, world, taken.points)
    for name, reason in taken.left_out:
        notes.print(f"community {name} is not used: {reason}", highlight=False)
    text = calibration_text(found)
    if write:
        with nightly.single_run(places):
            (places.state / "calibration.json").write_text(text, encoding="utf-8")
    summary = {
        "points": sum(len(c.points) for curves in found.groups.values() for c in curves),
        "community": classes_of(found)["community"],
        "groups": len(found.groups),
        "bytes": len(text.encode()),
        "seconds": round(time.monotonic() - began, 1),
        "bandwidth": dict(found.bandwidth),
        "compute": {name: dict(values) for name, values in found.compute.items()},
        "bands": {tier: {"tpot": b.tpot, "first_token": b.first_token} for tier, b in found.bands.items()},
    }
    if as_json:
        typer.echo(json.dumps(summary))
        return
    console = Console()
    said = f", {summary['community']:,} of them from the community" if summary["community"] else ""
    console.print(
        f"{summary['points']:,} points in {summary['groups']} groups{said}, {summary['seconds']} s", highlight=False
    )
    efficiencies = _table("Share of peak reached", "GPU", "bandwidth", *found.compute)
    for gpu in sorted(found.bandwidth):
        values = [of.get(gpu, of[""]) for of in found.compute.values()]
        efficiencies.add_row(gpu or "any other", f"{found.bandwidth[gpu]:.2f}", *(f"{v:.2f}" for v in values))
    console.print(efficiencies)
    bands = _table("90 % bands, measured / predicted", "evidence", "ITL", "TTFT")
    for tier, b in found.bands.items():
        bands.add_row(tier, *(f"{low:.2f}–{high:.2f}" for low, high in (b.tpot, b.first_token)))
    console.print(bands)


@commands.command(epilog="Example: atlas evaluate --json > accuracy.json")
def evaluate(write: Write = True, as_json: AsJson = False) -> None:
    """Predict held-out measurements and write data/state/accuracy.json. Exit code 4: a target is missed."""
    from generator.calibrate.evaluate import EvaluationError, tested
    from generator.calibrate.record import accuracy_record
    from generator.calibrate.tails import tail_accuracy, tail_accuracy_by_benchmark

    places = checkout()
    silicon, other, world = _loaded(places)
    try:
        found = tested(silicon, other, world, lambda step: notes.print(step, style="dim"))
    except EvaluationError as error:
        raise nightly.RunError(str(error)) from None
    tails = {
        "later round": tail_accuracy(places.registry),
        "other benchmark": tail_accuracy_by_benchmark(places.registry),
    }
    record = accuracy_record(found, tails, world.settings)
    if write:
        with nightly.single_run(places):
            text = json.dumps(record, separators=(",", ":"), ensure_ascii=False) + "\n"
            (places.state / "accuracy.json").write_text(text, encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(record))
    else:
        for shown in tables(record):
            Console().print(shown)
    raise typer.Exit(0 if all(t["met"] for t in record["targets"]) else 4)


def tables(record: dict[str, Any]) -> list[RichTable]:
    """The record of a test as tables for a terminal."""
    targets = _table("Targets", "what", "statistic", "n", "at most", "reached", "met")
    for t in record["targets"]:
        figures = (f"{t['n']:,}", f"{t['most']:.0%}", f"{t['reached']:.1%}", "yes" if t["met"] else "NO")
        targets.add_row(t["name"], t["statistic"], *figures)
    shown = [targets]
    titles = {
        "folds": "Held out",
        "tiers": "By evidence",
        "pooled_tiers": "Evidence over all folds",
        "bands": "Bands over all folds",
    }
    for key, title in titles.items():
        columns = [f"{name} mean/median/p90" for name in METRIC_NAMES.values()]
        of = _table(f"{title}: absolute error in %, and how often the 90 % band held", "what", "n", *columns, "bands")
        for row in record[key]:
            name = row.get("kind") or ", ".join(row["of"])
            held = "/".join(f"{row[m]['coverage']:.0%}" for m in ("tpot", "first_token"))
            of.add_row(name, f"{row['n']:,}", *(_errors(row[m]) for m in METRIC_NAMES), held)
        shown.append(of)
    bands = _table(
        "90 % bands by what was left out and evidence: how often they held (95 % interval), and high over low end",
        "what", "n", "groups", "ITL held", "width", "TTFT held", "width",
    )  # fmt: skip
    for row in record["tiers"]:
        told = [text for metric in ("tpot", "first_token") for text in _held(row, metric)]
        bands.add_row(", ".join(row["of"]), f"{row['n']:,}", str(row["groups"]), *told)
    shown.append(bands)
    worst = _table("Worst group by median error", "held out", "metric", "group", "n", "median")
    for row in record["folds"]:
        for metric, group in row["worst"].items():
            name = " ".join(group["of"])
            worst.add_row(row["kind"], METRIC_NAMES[metric], name, str(group["n"]), f"{group['median']:.0%}")
    tails = _table(
        "Percentiles told from means: absolute error", "left out", "time", "n", "mean", "median", "in band", "width"
    )
    for row in record["tails"]:
        shares = [f"{row[s]:.1%}" for s in ("mean", "median", "coverage")]
        tails.add_row(
            row["test"],
            f"{METRIC_NAMES[row['metric']]} {row['percentile']}",
            str(row["n"]),
            *shares,
            f"{row['width']:.2f}",
        )
    return [*shown, worst, tails]


def _held(row: dict[str, Any], metric: str) -> tuple[str, str]:
    """How often the bands of a split held with the interval of that share, and their width."""
    of = row[metric]
    low, high = of["interval"]
    return f"{of['coverage']:.1%} ({low:.0%}-{high:.0%})", f"{of['width']:.2f}"


def _errors(of: dict[str, float]) -> str:
    return "/".join(f"{100 * of[s]:.1f}" for s in ("mean", "median", "p90"))


def _table(title: str, *columns: str) -> RichTable:
    table = RichTable(title=title, title_justify="left", box=box.SIMPLE)
    for i, name in enumerate(columns):
        table.add_column(name, justify="right" if i else "left")
    return table
