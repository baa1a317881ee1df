"""`atlas spend`: ledgers and bills as reports, budgets, forecasts and files. All figures come from the spend record."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from generator import spend_file_commands
from generator.options import AsJson, AsOf, Overlay
from generator.spend_inputs import (
    Asked,
    Budgets,
    ExitCode,
    Files,
    Model,
    Per,
    Period,
    Provider,
    Since,
    TagFiles,
    Tags,
    Today,
    Until,
    WarnAt,
    options,
    price_book,
    read,
    refusals,
)
from generator.spend_text import (
    brief,
    console,
    show_anomalies,
    show_budgets,
    show_forecast,
    show_report,
    show_savings,
    show_total,
)
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.spend.spend_record import to_record
from wasm_tools.workload.traffic import InputError

commands = typer.Typer(name="spend", help="What calls cost: ledgers, budgets, forecasts, files. Nothing is sent.")
commands.add_typer(spend_file_commands.commands)

By = Annotated[
    list[str] | None,
    typer.Option(
        "--by", help="A table: day, provider, model, tier, endpoint, status, file, class, tag:NAME; may be repeated."
    ),
]
Offset = Annotated[str, typer.Option("--offset", help="The clock of the hours of the week, like +05:30.")]
Share = Annotated[
    list[str] | None, typer.Option("--share", help="The share of the work that an action fits, like batch=0.3.")
]


@commands.command()
def report(
    files: Files = None,
    by: By = None,
    period: Period = "all",
    since: Since = "",
    until: Until = "",
    provider: Provider = "",
    model: Model = "",
    tag: Tags = None,
    tag_files: TagFiles = "",
    budget: Budgets = None,
    per: Per = "month",
    warn_at: WarnAt = "80",
    exit_code: ExitCode = False,
    offset: Offset = "+00:00",
    share: Share = None,
    savings: Annotated[bool, typer.Option("--savings", help="Show what would cost less, too.")] = False,
    today: Today = "",
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
    short: Annotated[bool, typer.Option("--brief", help="One line.")] = False,
) -> None:
    """Spend by day, provider, model or tag, with the month's end, budgets and what stands out."""
    asked = Asked(
        files or (), today, period, since, until, provider, model, tag or (), tag_files, budget or (), per, warn_at,
        offset, share or (),
    )  # fmt: skip
    with refusals(exit_code):
        record = _record(asked, as_of, overlay, exit_code)
        tables = [_table(name, record) for name in by or ("model",)]
    out = console()
    if as_json:
        typer.echo(json.dumps(record, ensure_ascii=False))
    elif short:
        typer.echo(brief(record))
    else:
        show_report(out, record, tables)
        if savings:
            show_savings(out, record)
    _leave(record, exit_code)


@commands.command()
def budget(
    files: Files = None,
    budget: Budgets = None,
    per: Per = "month",
    warn_at: WarnAt = "80",
    exit_code: ExitCode = False,
    tag_files: TagFiles = "",
    today: Today = "",
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
) -> None:
    """How budgets stand: those of --budget, else those of atlas.toml."""
    asked = Asked(files or (), today, tag_files=tag_files, budgets=budget or (), per=per, warn_at=warn_at)
    with refusals(exit_code):
        record = _record(asked, as_of, overlay, needs_budget=True)
    if as_json:
        typer.echo(json.dumps(record["budgets"], ensure_ascii=False))
    else:
        show_budgets(console(), record)
    _leave(record, exit_code)


@commands.command()
def forecast(
    files: Files = None,
    provider: Provider = "",
    model: Model = "",
    tag: Tags = None,
    budget: Budgets = None,
    per: Per = "month",
    exit_code: ExitCode = False,
    today: Today = "",
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
) -> None:
    """The end of the month with its band, and the project's plan against the calls so far."""
    asked = Asked(files or (), today, "all", "", "", provider, model, tag or (), budgets=budget or (), per=per)
    with refusals(exit_code):
        record = _record(asked, as_of, overlay, exit_code)
    if as_json:
        typer.echo(json.dumps({name: record[name] for name in ("trend", "plan", "budgets")}, ensure_ascii=False))
    else:
        out = console()
        show_total(out, record)
        show_forecast(out, record)
        show_budgets(out, record)
    _leave(record, exit_code)


@commands.command()
def anomalies(
    files: Files = None,
    since: Since = "",
    until: Until = "",
    provider: Provider = "",
    model: Model = "",
    tag: Tags = None,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
) -> None:
    """Days far from the usual with what explains them, and calls far above the median of their model."""
    with refusals():
        record = _record(Asked(files or (), "", "all", since, until, provider, model, tag or ()), as_of, overlay)
    found = {"days": record["trend"]["anomalies"], "calls": record["outliers"], "reason": record["trend"]["reason"]}
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    show_anomalies(console(), record)
    if not found["days"] and not found["calls"]:
        typer.echo(f"nothing stands out{': ' if found['reason'] else ''}{found['reason']}")


def _record(asked: Asked, as_of: str | None, overlay: Path | None, needs_budget: bool = False) -> dict[str, Any]:
    wanted = options(asked)
    if needs_budget and not wanted.budgets:
        raise InvoiceError("there is no budget: say --budget 500, or write [[spend.budgets]] in atlas.toml")
    return to_record(read(asked, price_book(as_of, overlay)), wanted)


def _table(said: str, record: dict[str, Any]) -> str:
    name = said.replace("tag:", "tag ", 1)
    if name not in record["by"]:
        known = ", ".join(one.replace("tag ", "tag:", 1) for one in record["by"])
        raise InputError("by", f"{said!r} is not one of {known}")
    return name


def _leave(record: dict[str, Any], exit_code: bool) -> None:
    code = max((one["code"] for one in record["budgets"]), default=0)
    if exit_code and code:
        raise typer.Exit(code)
