"""The command that holds bills and usage exports against dated list prices."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from generator import nightly
from generator.invoice_tables import show_report
from generator.options import AsJson, AsOf, Overlay, notes
from generator.places import checkout
from generator.precompute.catalogue import planner_catalogue
from generator.precompute.invoice_pack import invoice_pack
from wasm_tools.invoice.choices import Question
from wasm_tools.invoice.exports import EXPORTS, Export, export
from wasm_tools.invoice.mapping import mapping_text
from wasm_tools.invoice.opportunities.other_models import DELTA
from wasm_tools.invoice.options import read_options
from wasm_tools.invoice.pack import read_price_book
from wasm_tools.invoice.prepared import Progress
from wasm_tools.invoice.report import report_record
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.workload.traffic import InputError

commands = typer.Typer()
READING = "What the files leave open"
EXAMPLES = {
    "share": "batch=0.3",
    "provider": "openai or acme=together",
    "unit": "credits=1k_tokens",
    "model": "our-alias=gpt-4o",
    "rate": "EUR=1.08",
}


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
    provider: Annotated[
        list[str] | None,
        typer.Option(
            "--provider",
            help="Who billed what the files leave open, like openai, or what a name means, like acme=together.",
            rich_help_panel=READING,
        ),
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option("--unit", help="What a unit means, like credits=1k_tokens.", rich_help_panel=READING),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", help="What a model's name means, like our-alias=gpt-4o.", rich_help_panel=READING),
    ] = None,
    rate: Annotated[
        list[str] | None,
        typer.Option("--rate", help="US dollars for one of another currency, like EUR=1.08.", rich_help_panel=READING),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping",
            help="YAML or JSON that names the columns of an unknown table, one role: column a line.",
            rich_help_panel=READING,
        ),
    ] = None,
    reader: Annotated[
        str, typer.Option("--reader", help="The format, where a file may be of several.", rich_help_panel=READING)
    ] = "",
    date_order: Annotated[
        str,
        typer.Option("--date-order", help="month_first or day_first, for dates like 4/1.", rich_help_panel=READING),
    ] = "",
    cached_input: Annotated[
        str,
        typer.Option(
            "--cached-input",
            help="included or apart: whether the input holds the cached tokens, where a format leaves it open.",
            rich_help_panel=READING,
        ),
    ] = "",
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
    form: Annotated[
        str | None, typer.Option("--format", help=f"Give the report as one of {', '.join(EXPORTS)}.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write instead of the terminal; --format says how.")
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear-names", help="Do not mask keys, user ids and e-mail addresses.")
    ] = False,
) -> None:
    """Hold bills against the list price of each line's own day, and tell what would cost less."""
    if form is not None and form not in EXPORTS:
        raise InputError("format", f"{form!r} is not one of {', '.join(EXPORTS)}")
    if out is not None and form is None:
        raise InputError("out", "say with --format how to write the file")
    shares = _pairs("share", share)
    choices = {
        "providers": _pairs("provider", provider, alone=True),
        "units": _pairs("unit", unit),
        "models": _pairs("model", model),
        "rates": _pairs("rate", rate),
        "mapping": mapping and _content("mapping", mapping).decode("utf-8", errors="replace"),
        "reader": reader,
        "date_order": date_order,
        "cached_input": cached_input,
    }
    contents = [(path.name, _content("file", path)) for path in files]
    try:
        options = read_options(
            {
                "choices": choices,
                "shares": shares,
                "delta": delta,
                "names": "clear" if clear else "masked",
            }
        )
    except InvoiceError as error:
        raise InputError("options", str(error)) from None
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=as_of is None), overlay)
    catalogue = planner_catalogue(at.registry, at.state, at.places.registry, at.as_of) if gpus else None
    book = read_price_book(invoice_pack(at.registry, at.state, at.as_of))
    try:
        with _told() as heard:
            record = report_record(contents, book, options, catalogue, heard)
    except InvoiceError as error:
        raise InputError("file", f"{error}{_mapping_hint(error)}") from None
    if form is not None:
        _give(export(record, form), out)
    elif as_json:
        typer.echo(json.dumps(record, ensure_ascii=False))
    else:
        show_report(record)


def _pairs(name: str, said: list[str] | None, alone: bool = False) -> dict[str, str]:
    """What is stated as NAME=VALUE; a value `alone` is of the empty name."""
    found = {}
    for text in said or ():
        key, given, value = text.rpartition("=")
        if not value or not (given or alone):
            raise InputError(name, f"{text!r} is not a name and a value like {EXAMPLES[name]}")
        found[key] = value
    return found


@contextmanager
def _told() -> Iterator[Callable[[Progress], None] | None]:
    """Progress on the terminal, where somebody watches it."""
    if not notes.is_terminal:
        yield None
        return
    with notes.status("opening") as status:

        def heard(progress: Progress) -> None:
            of = f" of about {progress.of:,}" if progress.of else ""
            status.update(f"{progress.phase} {progress.file}: row {progress.rows:,}{of}")

        yield heard


def _mapping_hint(error: InvoiceError) -> str:
    """A mapping that may fit an unknown table, to save and to give back."""
    suggested = error.table["suggested"] if isinstance(error, Question) and error.table else {}
    if not {"cost", "quantity"} & set(suggested):
        return ""
    return f"\nColumns that may fit, to correct, save and give with --mapping:\n{mapping_text(suggested)}"


def _give(file: Export, out: Path | None) -> None:
    if out is None:
        typer.echo(file.text, nl=False)
        return
    try:
        out.write_text(file.text, encoding="utf-8")
    except OSError as error:
        raise InputError("out", f"{out} cannot be written: {error.strerror}") from None


def _content(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(name, f"{path} cannot be read: {error.strerror}") from None
