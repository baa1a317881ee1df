"""The command that holds bills and usage exports against dated list prices."""

import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from generator import nightly
from generator.options import AsJson, AsOf, Overlay
from generator.places import checkout
from generator.precompute.catalogue import planner_catalogue
from generator.precompute.invoice_pack import invoice_pack
from wasm_tools.invoice.exports import export
from wasm_tools.invoice.exports.contents import TITLES
from wasm_tools.invoice.opportunities.other_models import DELTA
from wasm_tools.invoice.pack import read_price_book
from wasm_tools.invoice.report import Options, report_record
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.workload.traffic import InputError

commands = typer.Typer()
SHOWN = 20


@commands.command()
def invoice(
    files: Annotated[list[Path], typer.Argument(help="Bills, usage exports or ledgers, also zipped.")],
    share: Annotated[
        list[str] | None,
        typer.Option("--share", help="The share of the work that an action fits, like batch=0.3; may be repeated."),
    ] = None,
    delta: Annotated[
        str, typer.Option("--delta", help="Points that another model may fall behind on a benchmark.")
    ] = str(DELTA),
    gpus: Annotated[
        bool, typer.Option("--gpus", help="Plan the traffic of open models on rented, committed and own GPUs, too.")
    ] = False,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the cells of the bill as CSV.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the report as a memo in Markdown.")] = False,
) -> None:
    """Hold bills against the list price of each line's own day, and tell what would cost less."""
    shares, points = dict(map(_share, share or ())), _number("delta", delta)
    contents = [(path.name, _content(path)) for path in files]
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=as_of is None), overlay)
    catalogue = planner_catalogue(at.registry, at.state, at.places.registry, at.as_of) if gpus else None
    book = read_price_book(invoice_pack(at.registry, at.state, at.as_of))
    try:
        record = report_record(contents, book, Options(shares=shares, delta=points), catalogue)
    except InvoiceError as error:
        raise InputError("file", str(error)) from None
    if as_json:
        typer.echo(json.dumps(record, ensure_ascii=False))
    elif as_csv:
        typer.echo(export(record, "cells_csv").text, nl=False)
    elif as_markdown:
        typer.echo(export(record, "markdown").text, nl=False)
    else:
        _show(record)


def _share(text: str) -> tuple[str, Decimal]:
    name, found, value = text.partition("=")
    if not found:
        raise InputError("share", f"{text!r} is not a name and a number like batch=0.3")
    return name, _number("share", value)


def _number(name: str, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise InputError(name, f"{text!r} is not a number") from None
    if not value.is_finite():
        raise InputError(name, f"{text!r} is not a finite number")
    return value


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("file", f"{path} cannot be read: {error.strerror}") from None


def _show(record: dict[str, Any]) -> None:
    """The report as tables."""
    console = Console()
    cover = record["coverage"]
    for currency, sums in record["totals"].items():
        console.print(
            f"{sums['parsed']} {currency}: {sums['analysed']} of usage, {sums['excluded']} excluded", highlight=False
        )
    console.print(
        f"{cover['compared_usd']} of {cover['analysed_usd']} USD held against the prices of each day; "
        f"prices as of {record['as_of']}",
        highlight=False,
    )
    for refused in record["refused"]:
        console.print(f"not read: {refused['file']}: {refused['message']}", highlight=False, markup=False)
    _print(console, ("verdict", "lines", "USD"), [list(v.values()) for v in record["verdicts"]])
    for name, tier in record["opportunities"].items():
        if tier["items"]:
            title = f"{name}. {TITLES[name]}: claimed {tier['claimed_usd']} USD, up to {tier['up_to_usd']} USD"
            console.print(title, highlight=False)
            rows = [
                [i["id"], f"{i['provider']} {i['sku']}", f"{i['to']['provider']} {i['to']['sku']}", i["high_usd"]]
                for i in tier["items"][:SHOWN]
            ]
            _print(console, ("action", "from", "to", "up to USD"), rows)
    if record["unresolved"]:
        rows = [[u["provider"], u["model"], u["usd"], u["reason"]] for u in record["unresolved"][:SHOWN]]
        _print(console, ("provider", "model", "USD", "not resolved because"), rows)


def _print(console: Console, columns: tuple[str, ...], rows: list[list[Any]]) -> None:
    table = Table(*columns, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*map(str, row))
    console.print(table, highlight=False, markup=False)
