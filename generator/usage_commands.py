"""The command that ranks offers of other workloads than language models by what a month of use costs."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from generator import nightly
from generator.options import AsJson, AsOf, Overlay
from generator.places import checkout
from generator.precompute.usage import usage_packs
from generator.tables import read_rows
from wasm_tools.planner.usage import (
    TABLE_COLUMNS,
    UsageRanking,
    provider_diagnostics,
    ranked_usage,
    read_usage_book,
    usage_record,
    usage_table,
)
from wasm_tools.workload.traffic import InputError
from wasm_tools.workload.usage import UsageRequest, amount, workload_named

commands = typer.Typer()
SHOWN = 20
PROVIDER_COLUMNS = ("provider", "offers", "reason")


@commands.command()
def rank(
    workload: Annotated[str, typer.Argument(help="What it is for, like speech-to-text, image or embeddings.")],
    usage: Annotated[str | None, typer.Option("--usage", help="How much a month, counted in --unit.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="What is counted, like audio_hours or images.")] = None,
    budget: Annotated[str | None, typer.Option("--budget", help="At most so many US dollars a month.")] = None,
    provider: Annotated[list[str] | None, typer.Option("--provider", help="Only this one; may be repeated.")] = None,
    preset: Annotated[
        str | None, typer.Option("--preset", help="conservative, balanced or aggressive: peaks, limits and evidence.")
    ] = None,
    weigh_evidence: Annotated[
        bool, typer.Option("--weigh-evidence", help="Count a weakly supported price as dearer.")
    ] = False,
    confirmed_only: Annotated[
        bool, typer.Option("--confirmed-only", help="Only offers with a stated limit that holds the peak.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Offers shown.")] = SHOWN,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the offers as CSV.")] = False,
    diagnostics: Annotated[
        bool, typer.Option("--diagnostics", help="Print one line of CSV a provider: its offers, or why it has none.")
    ] = False,
) -> None:
    """Rank the offers of a workload by the monthly cost of a usage estimate."""
    aliases = {r["alias"]: r["workload"] for r in read_rows(checkout().registry / "workload_aliases.csv", COLUMNS)}
    name = workload_named(workload, aliases)
    request = UsageRequest(
        usage=None if usage is None else amount("usage", usage),
        unit=unit,
        budget=None if budget is None else amount("budget", budget),
        providers=tuple(provider) if provider else None,
        weigh_evidence=weigh_evidence,
        confirmed_only=confirmed_only,
        preset=preset,
    )
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=as_of is None), overlay)
    packs = usage_packs(at.registry, at.state, at.places.registry, at.as_of)
    if name not in packs:
        raise InputError("workload", f"{name} is not ranked by use; `atlas plan` plans it" if name == "llm" else name)
    ranking = ranked_usage(read_usage_book(packs[name]), request)
    if as_json:
        typer.echo(json.dumps(usage_record(ranking, limit), ensure_ascii=False))
    elif as_csv:
        typer.echo(_csv(TABLE_COLUMNS, usage_table(ranking, limit)), nl=False)
    elif diagnostics:
        rows = ((name, str(count), why) for name, count, why in provider_diagnostics(ranking))
        typer.echo(_csv(PROVIDER_COLUMNS, rows), nl=False)
    else:
        print_usage(ranking, limit)


COLUMNS = ("alias", "workload")


def _csv(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([columns, *rows])
    return out.getvalue()


def print_usage(ranking: UsageRanking, limit: int) -> None:
    """The offers of a ranking as a table, with what was left out."""
    record = usage_record(ranking, limit)
    console, comparator, used = Console(), ranking.comparator, ranking.use / ranking.comparator.shown
    title = f"{ranking.book.workload} as of {ranking.book.as_of}: {used:,f} × {comparator.label} a month"
    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    for column in ("rank", "provider", "sku", "region", f"USD per {comparator.label}", "USD a month", "grade", "seen"):
        table.add_column(column, justify="right" if "USD" in column or column == "rank" else "left")
    for row in (dict(zip(TABLE_COLUMNS, cells, strict=True)) for cells in usage_table(ranking, limit)):
        table.add_row(
            row["rank"], row["provider"], row["sku"], row["region"], row["unit_price_usd"], row["usd_per_month"],
            row["grade"], row["seen"],
        )  # fmt: skip
    console.print(table)
    for line in _notes(ranking, record):
        console.print(line, highlight=False)


def _notes(ranking: UsageRanking, record: dict[str, object]) -> Iterable[str]:
    if ranking.comparator.note:
        yield ranking.comparator.note
    if ranking.usage_is_ours:
        yield f"The usage is {ranking.comparator.usage_source}; say yours with --usage and --unit."
    others = [c.usage_unit for c in ranking.book.comparators.values() if c.id != ranking.comparator.id]
    yield f"Other units: {', '.join(others)}"
    prices = record["prices"]
    kinds = record["left_out"]
    if isinstance(prices, dict) and isinstance(kinds, dict):
        left = ", ".join(f"{kind.replace('_', ' ')} {count:,}" for kind, count in kinds.items())
        yield f"{prices['ranked']:,} of {prices['all']:,} prices ranked; left out: {left}"
    for entry, why in ranking.suspects[:3]:
        row = entry.product.first
        yield f"Held back: {row.provider} {row.sku}: {why}"
    for rung in ranking.ladder:
        found = "nothing"
        if rung.entries:
            row = rung.entries[0].product.first
            found = f"{len(rung.entries):,} ranked per {rung.comparator.label}, first {row.provider} {row.sku}"
        yield f"Without {', '.join(rung.given_up)}: {found}"
