"""`atlas sync`: fetch the price sources, reconcile, store; with a line on what happened to each."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from generator import nightly, stages
from generator.options import AsJson, AsOf, LogFile, MirrorOption, notes
from generator.places import checkout
from generator.progress import summary_line
from generator.run_log import RunLog, run_log
from generator.sync.run import Outcome

commands = typer.Typer()
MARKS = {"fresh": "[green]new[/]", "unchanged": "same", "kept": "[yellow]kept[/]", "not read": "[dim]none[/]"}


def source_line(outcome: Outcome) -> str:
    """One line on what happened to one source."""
    mark = MARKS[outcome.state]
    told = (
        f"{outcome.statements:>7,} statements, {outcome.rejected:,} left out"
        if outcome.state in ("fresh", "unchanged")
        else escape(outcome.message)
    )
    return f"  {mark:<6} {outcome.source:<20} {outcome.transport:<9} {outcome.observed_at or 'never':<11} {told}"


def print_source(outcome: Outcome) -> None:
    """Tell the terminal what happened to one source."""
    notes.print(source_line(outcome), highlight=False)


@commands.command()
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
        at, outcomes, changed = synced(at, mirror, as_json, told, source or (), history)
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


def synced(
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
        at, outcomes, changed = stages.sync_stage(at, mirror, report, only, history, told)
        counts |= Counter(o.state for o in outcomes)
        counts |= {"changed": int(changed), "events": len(at.state.events)}
    return at, outcomes, changed
