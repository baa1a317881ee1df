"""The commands that build the site: each stage by itself, and `atlas nightly` for all of them."""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from generator import nightly
from generator.options import AsJson, AsOf, LogFile, MirrorOption, Overlay, Scheduler, Site, notes
from generator.places import checkout
from generator.progress import Steps, stages, summary_line
from generator.publish.swap import checked_target, recover
from generator.publish.unchanged import inputs_digest, is_current
from generator.render.manifests import FOLDER as MANIFESTS
from generator.run_log import RunLog, run_log
from generator.stages import bundle_stage, precompute_stage, publish_stage, render_stage
from generator.sync_commands import synced

commands = typer.Typer()
Rebuild = Annotated[
    bool, typer.Option("--rebuild", help="Build also where nothing has changed, and render every page anew.")
]


@commands.command()
def precompute(
    as_of: AsOf = None, overlay: Overlay = None, scheduler: Scheduler = None, as_json: AsJson = False
) -> None:
    """Plan every cell of the standard grid and every use case from the stored prices."""
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=True), overlay)
    with nightly.single_run(at.places), stages() as progress:
        step = Steps(
            progress,
            "precompute",
            len(at.registry.profiles) * len(at.registry.slo_classes) * len(at.registry.loads) + 1,
        )
        results = precompute_stage(at, step, scheduler)
    _closing(
        {"cells": len(results.cells), "use cases": len(results.cases), "API rates": len(results.catalogue.rates)},
        as_json,
    )


@commands.command()
def bundle(as_of: AsOf = None, overlay: Overlay = None, as_json: AsJson = False) -> None:
    """Assemble the browser engine: Python runtime, engine and data packs."""
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=True), overlay)
    with nightly.single_run(at.places), stages() as progress:
        results = precompute_stage(at, Steps(progress, "precompute", None))
        step = Steps(progress, "bundle", 1)
        record = bundle_stage(at, results)
        step.done()
    _closing({"files": len(record["files"]), "bytes": sum(f["bytes"] for f in record["files"].values())}, as_json)


@commands.command()
def render(
    as_of: AsOf = None,
    overlay: Overlay = None,
    site: Site = None,
    rebuild: Rebuild = False,
    log: LogFile = None,
    scheduler: Scheduler = None,
    as_json: AsJson = False,
) -> None:
    """Build the site from the stored prices and publish it: precompute, bundle, render, seal, publish."""
    with run_log(log) as told:
        _build(nightly.inputs(checkout(), as_of, offline=True), overlay, site, rebuild, as_json, {}, told, scheduler)


@commands.command(name="nightly")
def nightly_run(
    as_of: AsOf = None,
    mirror: MirrorOption = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Use the committed data only: no sync, no network.")
    ] = False,
    overlay: Overlay = None,
    site: Site = None,
    rebuild: Rebuild = False,
    log: LogFile = None,
    scheduler: Scheduler = None,
    as_json: AsJson = False,
) -> None:
    """Run all stages: sync, precompute, bundle, render, seal, publish."""
    at = nightly.inputs(checkout(), as_of, offline)
    facts: dict[str, Any] = {"sources": len(at.registry.sources)}
    with run_log(log) as told:
        if not offline:
            with nightly.single_run(at.places):
                at, outcomes, _ = synced(at, mirror, as_json, told)
                facts["sources kept from before"] = sum(o.state == "kept" for o in outcomes)
        _build(at, overlay, site, rebuild, as_json, facts, told, scheduler)


def _build(
    at: nightly.Inputs,
    overlay: Path | None,
    site: Path | None,
    rebuild: bool,
    as_json: bool,
    facts: dict[str, Any],
    told: RunLog,
    scheduler: str | None,
) -> None:
    started = time.perf_counter()
    target = checked_target((site or at.places.root / "site").resolve(), at.places.built_site)
    recover(target)
    inputs = inputs_digest(at.places, at.as_of, overlay)
    if not rebuild and is_current(target, inputs):
        told.tell("publish", "unchanged", site=str(target))
        facts |= {"pages rendered": 0, "seconds": round(time.perf_counter() - started, 1)}
        if as_json:
            _closing({"as_of": at.as_of, "site": str(target), "unchanged": True, **facts}, as_json)
        else:
            notes.print(
                f"[bold]nothing changed[/]: {escape(str(target))} is what these inputs give; --rebuild builds it anew"
            )
        return
    at = nightly.overlaid(at, overlay)
    target.parent.mkdir(parents=True, exist_ok=True)
    with nightly.single_run(at.places), stages() as progress:
        cells = len(at.registry.profiles) * len(at.registry.slo_classes) * len(at.registry.loads) + 1
        step = Steps(progress, "precompute", cells)
        with told.stage("precompute") as counts:
            results = precompute_stage(at, step, scheduler)
            counts |= {"cells": len(results.cells), "use cases": len(results.cases)}
        step = Steps(progress, "bundle", 1)
        with told.stage("bundle") as counts:
            record = bundle_stage(at, results)
            counts |= {"files": len(record["files"])}
        step.done()
        step = Steps(progress, "render", None)
        with told.stage("render") as counts:
            summary = render_stage(at, results, record, step, fresh=rebuild, run=told.shown)
            counts |= {"pages": sum(summary.pages.values()), "rendered": summary.rendered}
        step.done()
        step = Steps(progress, "publish", 1)
        with told.stage("publish") as counts:
            seal = publish_stage(at, target, inputs)
            counts |= {"files": seal.files, "bytes": seal.bytes}
        step.done()
    archives = [p.stat().st_size for p in (target / MANIFESTS).glob("*.zip")]
    facts |= {
        "offers": len(at.state.offers),
        "rentals": len(at.state.gpu_offers),
        "plans": sum(len(r.plans) for c in results.cells for r in c.rankings.values()),
        "deployment archives": len(archives),
        "MB of archives": round(sum(archives) / 1e6, 1),
        "pages": seal.pages,
        "pages rendered": summary.rendered,
        "files": seal.files,
        "MB": round(seal.bytes / 1e6, 1),
        "seconds": round(time.perf_counter() - started, 1),
    }
    _closing({"as_of": at.as_of, "site": str(target), **facts} if as_json else facts, as_json)
    if not as_json:
        notes.print(f"as of {at.as_of}; open it with [bold]make serve[/]")


def _closing(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(facts))
    else:
        notes.print(f"[bold]done[/]: {summary_line(facts)}")
