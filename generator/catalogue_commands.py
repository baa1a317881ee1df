"""The commands that look at the catalogue: health of the sources, changes between dates, history of a model."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

import httpx
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from generator import nightly
from generator.changes import between, event_record, of_model, order, percent
from generator.cited_pages import checked_pages, cited_pages
from generator.health import health_report
from generator.options import AsJson, AsOf, Overlay
from generator.places import checkout
from generator.sync.state import PriceEvent, load_state

commands = typer.Typer()
SHOWN = 60
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
    kind: Annotated[str | None, typer.Option(help="Only listed, repriced or ended.")] = None,
    limit: Limit = SHOWN,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two dates: new, removed and repriced offers with per cent."""
    after, until = sorted((nightly.checked_date(first), nightly.checked_date(second)))
    if kind not in (None, "listed", "repriced", "ended"):
        raise nightly.RunError(f"--kind {kind!r} is not one of listed, repriced, ended")
    events = between(load_state(checkout().state).events, after, until)
    chosen = [e for e in events if provider in (None, e.provider) and kind in (None, e.kind)]
    _print_events(chosen, f"Changes after {after} up to {until}", limit, as_json)


@commands.command()
def history(
    model: Annotated[str, typer.Argument(help="A model id, an alias, or a provider's own id.")],
    provider: Annotated[str | None, typer.Option(help="Only this provider.")] = None,
    limit: Limit = SHOWN,
    as_json: AsJson = False,
) -> None:
    """Show every recorded price change of a model. Exit code 4: none is recorded."""
    at = nightly.inputs(checkout(), None, offline=True)
    found = [e for e in of_model(at.state.events, model, at.registry) if provider in (None, e.provider)]
    _print_events(sorted(found, key=order), f"Price changes of {model}", limit, as_json)
    raise typer.Exit(0 if found else 4)


def _print_events(events: list[PriceEvent], title: str, limit: int, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([event_record(e) for e in events]))
        return
    table = _table(title, "date", "provider", "id", "meter", "region", "change", "old", "new", numbers=("old", "new"))
    for e in events[-limit:]:
        change = percent(e)
        told = e.kind if change is None else f"{change:+.1f} %"
        currency = "" if e.currency == "USD" else f" {e.currency}"
        table.add_row(
            e.date, e.provider, e.sku, e.meter, e.region, told, e.old + currency if e.old else "—", e.new or "—"
        )
    Console().print(table)
    kinds = {k: sum(e.kind == k for e in events) for k in ("listed", "repriced", "ended")}
    hidden = f"; the newest {limit} are shown" if len(events) > limit else ""
    typer.echo(", ".join(f"{n:,} {k}" for k, n in kinds.items()) + hidden, err=True)
