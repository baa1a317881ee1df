"""The commands for whoever runs an atlas: is the built site what it says, and is this machine fit for the next run?"""

import json
import os
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from generator.doctor.data import data_findings
from generator.doctor.environment import environment_findings
from generator.doctor.finding import Finding
from generator.doctor.machine import machine_findings
from generator.failure import RunError
from generator.options import AsJson
from generator.places import checkout
from generator.publish.seal import BUILD
from generator.publish.verify.check import Check
from generator.publish.verify.files import file_checks
from generator.publish.verify.plans import plan_check

commands = typer.Typer()
SHOWN = 50


@commands.command()
def verify(
    site: Annotated[Path, typer.Argument(help="The folder of a built site; a copy from anywhere will do.")],
    sample: Annotated[int, typer.Option(min=0, help="How many published plans to compute again.")] = 25,
    seed: Annotated[int, typer.Option(help="Chooses the sample; the same number gives the same one.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Check a built site against itself: every checksum, and a sample of plans computed again. Exit code 1: a mismatch.

    Nothing but the site is read: the plans come from the data that it publishes, by the engine of this program.
    """
    if not (site / BUILD).is_file():
        raise RunError(f"{site} holds no built site ({BUILD} is missing): give the folder that `make site` filled")
    checks = [*file_checks(site), plan_check(site, sample, seed)]
    if as_json:
        typer.echo(
            json.dumps({"site": str(site), "sample": sample, "seed": seed, "checks": [asdict(c) for c in checks]})
        )
    else:
        _print(checks)
    raise typer.Exit(1 if any(c.faults for c in checks) else 0)


@commands.command()
def doctor(as_json: AsJson = False) -> None:
    """Examine this machine and this checkout before a run, each line with its remedy. Exit code 1: a run would stop."""
    places = checkout()
    findings = list(data_findings(places, date.today(), os.environ))  # noqa: DTZ011 - the reader's day
    if not places.bundled:  # an installed atlas builds nothing
        findings = [*environment_findings(places.root, os.environ), *machine_findings(places), *findings]
    if as_json:
        typer.echo(json.dumps([asdict(f) for f in findings]))
    else:
        _print_findings(findings)
    raise typer.Exit(1 if any(f.level == "fail" for f in findings) else 0)


MARKS = {"ok": "[green]ok[/]", "warn": "[yellow]warn[/]", "fail": "[red]fail[/]"}


def _print_findings(findings: list[Finding]) -> None:
    console = Console()
    table = Table(box=None, show_header=False, pad_edge=False)
    for f in findings:
        table.add_row(MARKS[f.level], escape(f.part), escape(f.said + (f"\n→ {f.remedy}" if f.remedy else "")))
    console.print(table)


def _print(checks: list[Check]) -> None:
    console = Console()
    table = Table(box=box.SIMPLE)
    for name in ("check", "looked at", "result"):
        table.add_column(name, justify="right" if name == "looked at" else "left")
    for c in checks:
        table.add_row(c.title, f"{c.checked:,} {c.unit}", f"{len(c.faults):,} mismatches" if c.faults else "ok")
    console.print(table)
    faults = [fault for c in checks for fault in c.faults]
    for fault in faults[:SHOWN]:
        console.print(fault, highlight=False, markup=False)
    if len(faults) > SHOWN:
        console.print(f"… and {len(faults) - SHOWN:,} more; --json lists all")
