"""The commands that look at the catalogue: health of the sources, changes between dates, history of a model."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

import httpx
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from generator import nightly
from generator.change_kinds import KINDS, Change, between, change_record, in_force, judged
from generator.changes import of_model
from generator.cited_pages import checked_pages, cited_pages
from generator.health import health_report
from generator.options import AsJson, AsOf, Overlay
from generator.places import checkout
from generator.sync.state import State, load_state

commands = typer.Typer()
SHOWN = 60
ALL_KINDS = ("listed", "ended", *KINDS)  # kinds of events, and what these were judged to be
Limit = Annotated[int, typer.Option("--limit", min=1, help="Rows of the table; --json always prints all.")]


@commands.command()
def health(
    as_of: AsOf = None,
    overlay: Overlay = None,
    links: Annotated[
        int,
        typer.Option("--links", min=0, help="Also ask this many of the cited pages whether they still answer."),
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Show how old and how complete the catalogue is. Exit code 3: a source is late or was never read."""
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=as_of is not None), overlay)
    report = health_report(at.registry, at.state, at.as_of, at.places.registry)
    if links:
        with httpx.Client(headers={"User-Agent": nightly.USER_AGENT}, timeout=10) as client:
            verdicts = list(checked_pages(cited_pages(at.state), client, links))
        report["cited_pages"] = [asdict(v) for v in verdicts]
    if as_json:
        typer.echo(json.dumps(report))
    else:
        Console().print(_sources(report))
        Console().print(_coverage(report))
        for line in _findings(report):
            Console().print(line, highlight=False)
    raise typer.Exit(3 if any(s["state"] in ("late", "never read") for s in report["sources"]) else 0)


def _table(title: str, *columns: str, numbers: Iterable[str] = ()) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    for name in columns:
        table.add_column(name, justify="right" if name in numbers else "left")
    return table


def _sources(report: dict[str, Any]) -> Table:
    numbers = ("age", "rows", "left out")
    table = _table(f"Sources as of {report['as_of']}", "source", "state", "observed", *numbers, numbers=numbers)
    for s in report["sources"]:
        age = "—" if s["age_days"] is None else f"{s['age_days']} d"
        counts = (f"{s['statements']:,}", f"{s['rejected']:,}")
        table.add_row(s["source"], s["state"], s["observed_at"] or "never", age, *counts)
    return table


def _coverage(report: dict[str, Any]) -> Table:
    numbers = ("offers", "pairs", "providers")
    table = _table("Coverage, each offer counted once", "workload", *numbers, numbers=numbers)
    for name, counts in report["coverage"].items():
        table.add_row(name, *(f"{counts[k]:,}" if counts[k] is not None else "—" for k in numbers))
    return table


def _findings(report: dict[str, Any]) -> Iterable[str]:
    grades = ", ".join(f"{letter} {count:,}" for letter, count in report["grades"].items())
    yield f"Grades: {grades}"
    held, unknown = report["quarantine"]["held_back"], report["fields"]["unknown_keys"]
    yield f"Held back: {held:,} statements; unknown keys in payloads: {unknown:,}"
    listed = report["listed"]
    yield f"Listed, with a price or without: {listed['pairs']:,} models at {listed['providers']:,} providers"
    rentals = report["rentals"]
    of, known = rentals["providers"], rentals["resolved"]
    yield f"Rentals: {rentals['prices']:,} prices of {of:,} providers, {known:,} with a GPU"
    d = report["disputes"]
    yield f"Disputes: {d['open']:,} open, {d['explained']:,} explained, {d['acknowledged']:,} reviewed"
    for check in report["cross_references"]:
        yield f"{check['title']}: {check['count']:,}" + (f" (such as {check['examples'][0]})" if check["count"] else "")
    for page in report.get("cited_pages", ()):
        if page["state"] != "answers":
            yield f"cited page {page['state']}: {page['url']} ({page['detail']}, cited by {page['citations']:,} rows)"


@commands.command()
def diff(
    first: Annotated[str, typer.Argument(help="Changes after this date, like 2026-10-01 …")],
    second: Annotated[str, typer.Argument(help="… up to this one.")],
    provider: Annotated[str | None, typer.Option(help="Only this provider.")] = None,
    kind: Annotated[str | None, typer.Option(help=f"Only {', '.join(ALL_KINDS)}.")] = None,
    limit: Limit = SHOWN,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two dates: new, removed and repriced offers with per cent, and what is no news."""
    after, until = sorted((nightly.checked_date(first), nightly.checked_date(second)))
    if kind not in (None, *ALL_KINDS):
        raise nightly.RunError(f"--kind {kind!r} is not one of {', '.join(ALL_KINDS)}")
    found = between(_judged(load_state(checkout().state)), after, until)
    named = [c for c in found if provider in (None, c.event.provider)]
    # `repriced` is a kind of event and of change: as an event it holds what is restated, too.
    chosen = [c for c in named if kind in (None, c.kind, c.event.kind)]
    _print_changes(chosen, f"Changes after {after} up to {until}", limit, as_json)


@commands.command()
def history(
    model: Annotated[str, typer.Argument(help="A model id, an alias, or a provider's own id.")],
    provider: Annotated[str | None, typer.Option(help="Only this provider.")] = None,
    limit: Limit = SHOWN,
    as_json: AsJson = False,
) -> None:
    """Show every recorded price change of a model. Exit code 4: none is recorded."""
    at = nightly.inputs(checkout(), None, offline=True)
    of_it = {e for e in of_model(at.state.events, model, at.registry) if provider in (None, e.provider)}
    found = [c for c in _judged(at.state) if c.event in of_it] if of_it else []
    _print_changes(found, f"Price changes of {model}", limit, as_json)
    raise typer.Exit(0 if found else 4)


def _judged(state: State) -> list[Change]:
    return judged(state.events, in_force(state))


def _print_changes(changes: list[Change], title: str, limit: int, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([change_record(c) for c in changes]))
        return
    table = _table(
        title, "date", "provider", "id", "meter", "region", "change", "old", "new", "why", numbers=("old", "new")
    )
    for c in changes[-limit:]:
        e = c.event
        told = c.kind if c.percent is None else f"{c.percent:+.1f} %"
        currency = "" if e.currency == "USD" else f" {e.currency}"
        old = e.old + currency if e.old else "—"
        table.add_row(e.date, e.provider, e.sku, e.meter, e.region, told, old, e.new or "—", c.reason)
    Console().print(table)
    counts = Counter(c.kind for c in changes)
    hidden = f"; the newest {limit} are shown" if len(changes) > limit else ""
    typer.echo(", ".join(f"{counts[k]:,} {k}" for k in KINDS if counts[k]) + hidden, err=True)
