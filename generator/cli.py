"""The `atlas` command: a thin layer over the functions of the same names."""

import errno
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from generator import (
    ask_commands,
    benchmark_commands,
    catalogue_commands,
    compat_commands,
    invoice_commands,
    kinds_commands,
    manifest_commands,
    memory_commands,
    nightly,
    operations_commands,
    plan_commands,
    scenario_commands,
    simulate_commands,
    spend_commands,
    usage_commands,
)
from generator.calibrate import commands as calibration_commands
from generator.dependencies import commands as dependency_commands
from generator.dependencies.locks import LockError
from generator.options import AsJson, AsOf, LogFile, MirrorOption, Overlay, Scheduler, notes
from generator.overlay import OverlayError
from generator.places import checkout
from generator.precompute.executors import ExecutorError
from generator.publish.crawl import CrawlError, crawled
from generator.publish.links import broken_anchors, broken_links, unreachable
from generator.publish.seal import SealError, oversize
from generator.publish.server import site_server
from generator.publish.swap import TargetError, checked_target, recover
from generator.publish.unchanged import inputs_digest, is_current
from generator.registry import RegistryError
from generator.render.manifests import FOLDER as MANIFESTS
from generator.run_log import LogError, RunLog, run_log
from generator.sync.history import HistoryError
from generator.sync.run import Outcome
from generator.sync.source_registry import SourceError
from generator.tables import TableError
from generator.validate import commands as validate_commands

app = typer.Typer(
    name="atlas",
    help="Build and question the Inference Price Atlas: what AI inference costs and what to run it on.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for part in (
    catalogue_commands,
    plan_commands,
    ask_commands,
    scenario_commands,
    simulate_commands,
    manifest_commands,
    kinds_commands,
    memory_commands,
    usage_commands,
    invoice_commands,
    calibration_commands,
    validate_commands,
    operations_commands,
):
    app.add_typer(part.commands)
for group in (benchmark_commands, spend_commands, compat_commands, dependency_commands):
    app.add_typer(group.commands)

Site = Annotated[
    Path | None, typer.Option("--site", help="Where the finished site goes. Default: site/ of the checkout.")
]


Rebuild = Annotated[
    bool, typer.Option("--rebuild", help="Build also where nothing has changed, and render every page anew.")
]


class Steps:
    """A progress bar that the stages advance by saying what they did."""

    def __init__(self, progress: Progress, title: str, total: int | None) -> None:
        self.progress = progress
        self.task = progress.add_task(title, total=total, what="")

    def __call__(self, what: str) -> None:
        """One step done: `what` is shown behind the bar."""
        self.progress.update(self.task, advance=1, what=what, refresh=True)

    def done(self) -> None:
        """The stage is done: the bar is full whatever was counted."""
        task = self.progress.tasks[self.task]
        self.progress.update(self.task, total=task.completed or 1, completed=task.completed or 1, what="", refresh=True)


@contextmanager
def stages() -> Iterator[Progress]:
    """The progress display of a run, on the terminal's error channel. It is drawn at each step and has no thread of its
    own: a process with threads cannot fork safely, and the render stage forks."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<11}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=notes, transient=False, auto_refresh=False) as progress:
        yield progress


MARKS = {"fresh": "[green]new[/]", "unchanged": "same", "kept": "[yellow]kept[/]", "not read": "[dim]none[/]"}


def source_line(outcome: Outcome) -> str:
    """One line on what happened to one source."""
    mark = MARKS[outcome.state]
    told = (
        f"{outcome.statements:>7,} statements, {outcome.rejected:,} left out"
        if outcome.state in ("fresh", "unchanged")
        else outcome.message
    )
    return f"  {mark:<6} {outcome.source:<20} {outcome.transport:<9} {outcome.observed_at or 'never':<11} {told}"


def print_source(outcome: Outcome) -> None:
    """Tell the terminal what happened to one source."""
    notes.print(source_line(outcome), highlight=False)


def summary_line(facts: dict[str, Any]) -> str:
    """The closing summary of a run in one line."""
    return ", ".join(
        f"{value:,} {name}" if isinstance(value, int) else f"{value} {name}" for name, value in facts.items()
    )


@app.command()
def sync(
    as_of: AsOf = None,
    mirror: MirrorOption = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only this source; may be given several times.")
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option(
            "--history",
            help="Start anew from stored payloads of the past, laid out as SOURCE/DATE/FILE, before the sync.",
        ),
    ] = None,
    log: LogFile = None,
    as_json: AsJson = False,
) -> None:
    """Fetch every price source, reconcile, and store the result in data/state. Exit code 3: a source was not fresh."""
    places = checkout()
    with nightly.single_run(places), run_log(log) as told:
        at = nightly.inputs(places, as_of, offline=False)
        at, outcomes, changed = _synced(at, mirror, as_json, told, source or (), history)
    facts = {
        "sources": len(outcomes),
        "offers": len(at.state.offers),
        "rentals": len(at.state.gpu_offers),
        "measured points": len(at.state.points),
        "price events": len(at.state.events),
        "held back": len(at.state.quarantine),
    }
    if as_json:
        typer.echo(
            json.dumps({"as_of": at.as_of, "changed": changed, **facts, "outcomes": [asdict(o) for o in outcomes]})
        )
    else:
        notes.print(
            f"[bold]as of {at.as_of}[/]: {summary_line(facts)}; {'state changed' if changed else 'nothing changed'}"
        )
    raise typer.Exit(3 if any(o.state == "kept" for o in outcomes) else 0)


def _synced(
    at: nightly.Inputs,
    mirror: str | None,
    as_json: bool,
    told: RunLog,
    only: Sequence[str] = (),
    history: Path | None = None,
) -> tuple[nightly.Inputs, list[Outcome], bool]:
    """The sync stage with its log, and a line a source for people."""

    def report(outcome: Outcome) -> None:
        told.read(outcome)
        if not as_json:
            print_source(outcome)

    with told.stage("sync") as counts:
        at, outcomes, changed = nightly.sync_stage(at, mirror, report, only, history, told)
        counts |= Counter(o.state for o in outcomes)
        counts |= {"changed": int(changed), "events": len(at.state.events)}
    return at, outcomes, changed


@app.command()
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
        results = nightly.precompute_stage(at, step, scheduler)
    _closing(
        {"cells": len(results.cells), "use cases": len(results.cases), "API rates": len(results.catalogue.rates)},
        as_json,
    )


@app.command()
def bundle(as_of: AsOf = None, overlay: Overlay = None, as_json: AsJson = False) -> None:
    """Assemble the browser engine: Python runtime, engine and data packs."""
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=True), overlay)
    with nightly.single_run(at.places), stages() as progress:
        results = nightly.precompute_stage(at, Steps(progress, "precompute", None))
        step = Steps(progress, "bundle", 1)
        record = nightly.bundle_stage(at, results)
        step.done()
    _closing({"files": len(record["files"]), "bytes": sum(f["bytes"] for f in record["files"].values())}, as_json)


@app.command()
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


@app.command(name="nightly")
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
                at, outcomes, _ = _synced(at, mirror, as_json, told)
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
            notes.print(f"[bold]nothing changed[/]: {target} is what these inputs give; --rebuild builds it anew")
        return
    at = nightly.overlaid(at, overlay)
    target.parent.mkdir(parents=True, exist_ok=True)
    with nightly.single_run(at.places), stages() as progress:
        cells = len(at.registry.profiles) * len(at.registry.slo_classes) * len(at.registry.loads) + 1
        step = Steps(progress, "precompute", cells)
        with told.stage("precompute") as counts:
            results = nightly.precompute_stage(at, step, scheduler)
            counts |= {"cells": len(results.cells), "use cases": len(results.cases)}
        step = Steps(progress, "bundle", 1)
        with told.stage("bundle") as counts:
            record = nightly.bundle_stage(at, results)
            counts |= {"files": len(record["files"])}
        step.done()
        step = Steps(progress, "render", None)
        with told.stage("render") as counts:
            summary = nightly.render_stage(at, results, record, step, fresh=rebuild, run=told.shown)
            counts |= {"pages": sum(summary.pages.values()), "rendered": summary.rendered}
        step.done()
        step = Steps(progress, "publish", 1)
        with told.stage("publish") as counts:
            seal = nightly.publish_stage(at, target, inputs)
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


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    base: Annotated[str, typer.Option(help="Serve below this path, like /atlas/.")] = "/",
    site: Site = None,
) -> None:
    """Serve the built site with its MIME types and security headers."""
    if not (base.startswith("/") and base.endswith("/")):
        raise nightly.RunError(f"--base {base!r} must start and end with a slash, like /atlas/")
    folder = site or checkout().root / "site"
    recover(folder)
    if not (folder / "index.html").exists():
        raise nightly.RunError(f"{folder} holds no site: run `make site` first")
    try:
        server = site_server(folder, host, port, base)
    except OSError as error:
        raise nightly.RunError(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port"
        ) from None
    typer.echo(f"http://{host}:{server.server_address[1]}{base}")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        notes.print("stopped")
    finally:
        server.server_close()


@app.command(name="check-site")
def check_site(
    site: Site = None,
    browser: Annotated[bool, typer.Option(help="Also open every page in Chromium.")] = True,
    tabs: Annotated[int, typer.Option(min=1, help="Pages that are open at once.")] = 3,
) -> None:
    """Check a built site: links, anchors, sizes, and every page in Chromium. Exit code 1: something is wrong."""
    folder = site or checkout().root / "site"
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    if not files:
        raise nightly.RunError(f"{folder} holds no site: run `make site` first")
    names = {p.relative_to(folder).as_posix() for p in files}
    pages = {n: (folder / n).read_text(encoding="utf-8") for n in sorted(names) if n.endswith(".html")}
    faults = [*broken_links(pages.items(), names), *broken_anchors(pages), *oversize(files, folder)]
    faults += [f"{name}: no link leads here from the start page" for name in unreachable(pages)]
    if browser:
        # The page for missing addresses has absolute links: it works at the root of a host only.
        paths = [n.removesuffix("index.html") for n in pages if n != "404.html"]
        with stages() as progress:
            faults += crawled(folder, paths, tabs, Steps(progress, "pages in Chromium", len(paths)))
    for fault in faults[:50]:
        typer.echo(fault)
    opened = f", {len(pages) - 1:,} pages opened in Chromium" if browser else ""
    notes.print(f"{len(names):,} files{opened}, {len(faults)} faults")
    raise typer.Exit(1 if faults else 0)


_ROOM, _RIGHT = "make room on the disk", "make it writable for the user of the run"
CANNOT_WRITE = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EROFS: _RIGHT,
    errno.EACCES: _RIGHT,
    errno.EPERM: _RIGHT,
}


def main() -> None:
    """Run the command line; an expected fault ends in one sentence and a code, never in a traceback."""
    from wasm_tools.bundle.failure import BundleError
    from wasm_tools.pricing.meters import MeterError
    from wasm_tools.pricing.offers import OfferError
    from wasm_tools.workload.traffic import InputError

    expected = (
        nightly.RunError, RegistryError, SourceError, TableError, SealError, TargetError, BundleError, InputError,
        OfferError, MeterError, HistoryError, OverlayError, CrawlError, LogError, LockError, ExecutorError,
    )  # fmt: skip
    try:
        app()
    except expected as error:
        notes.print(f"[red]atlas:[/] {error}", highlight=False)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if error.errno not in CANNOT_WRITE:
            raise
        where = f" {error.filename}" if error.filename else ""
        remedy = CANNOT_WRITE[error.errno]
        notes.print(f"[red]atlas:[/] cannot write{where} ({error.strerror}): {remedy}, and run again", highlight=False)
        sys.exit(2)


if __name__ == "__main__":
    main()
