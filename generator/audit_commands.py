"""`atlas audit`: what runs today against every lever that the catalogue can price."""

import csv
import io
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from generator import nightly
from generator.compat_tables import inference_atlas_audit_rules
from generator.options import AsOf, Overlay, notes
from generator.places import checkout
from generator.precompute.ask import ask_pack
from generator.precompute.catalogue import planner_catalogue
from generator.precompute.invoice_pack import invoice_pack
from generator.precompute.usage import usage_packs
from wasm_tools.ask.book import read_ask_book
from wasm_tools.ask.conversation import conversation
from wasm_tools.ask.record import conversation_record
from wasm_tools.audit.audit import pipeline_audit
from wasm_tools.audit.record import COLUMNS, OVERLAP, audit_markdown, audit_record, lever_rows, now_lines
from wasm_tools.audit.said import setup_of_form
from wasm_tools.audit.setup import LLM, Setup, read_setup
from wasm_tools.compat.inference_atlas_audit import Questionnaire
from wasm_tools.compat.inference_atlas_audit import audit as earlier_audit
from wasm_tools.invoice.pack import read_price_book
from wasm_tools.invoice.report import report
from wasm_tools.invoice.setups import billed_uses
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.planner.usage import read_usage_book
from wasm_tools.workload.traffic import InputError

commands = typer.Typer()
FORMATS = ("table", "json", "markdown", "csv")
STYLES = {"saves": "green", "costs more": "", "not possible": "dim", "unknown": "yellow", "in use": "dim"}


@commands.command(
    epilog="Example: atlas audit --set deployment=api --set model=gpt-4o --set provider=openai --set spend_usd=20000"
    " --set input_tokens=4e9 --set output_tokens=1e9"
)
def audit(
    words: Annotated[
        str, typer.Argument(metavar="[WORDS]", help="What runs today, in quotes; read by rules as in `atlas ask`.")
    ] = "",
    answers: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help=f"An answer: {', '.join(f.name for f in fields(Setup))}."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="JSON or TOML with the fields of a setup, or with a list `steps` of such."),
    ] = None,
    bills: Annotated[
        list[Path] | None,
        typer.Option("--bill", help="A bill or usage export, as for `atlas invoice`: each of its models is a step."),
    ] = None,
    output: Annotated[str, typer.Option("--format", help=", ".join(FORMATS))] = "table",
    legacy_score: Annotated[
        bool, typer.Option("--legacy-score", help="Add the points of InferenceAtlas's audit, for comparison only.")
    ] = False,
    as_of: AsOf = None,
    overlay: Overlay = None,
) -> None:
    """Price every lever on what runs today: tier, cache, batch, precision, context, GPUs, commitment, other sellers.

    Each lever is priced by the planner or an offer under the same target, with a band and what is not known. Nothing
    is sent anywhere.
    """
    if output not in FORMATS:
        raise InputError("--format", f"{output!r} is not one of {', '.join(FORMATS)}")
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=True), overlay)
    catalogue = planner_catalogue(at.registry, at.state, at.places.registry, at.as_of)
    books = {
        name: read_usage_book(pack)
        for name, pack in usage_packs(at.registry, at.state, at.places.registry, at.as_of).items()
    }
    said: dict[str, Any] = {}
    if words:
        book = read_ask_book(ask_pack(at.registry, at.places.registry, at.as_of))
        turns = [{"text": words}]
        asked = conversation_record(conversation(turns, book, catalogue), turns, book, catalogue)
        said = setup_of_form(asked["form"], catalogue)
    given = {**said, **_typed(answers or ())}
    if file and bills:
        raise InputError("--bill", "give a bill or the fields of a set-up with --file, not both")
    steps = _billed(bills, given, at) if bills else _steps(file, given) if file else [given]
    setups = [read_setup(step, books) for step in steps]
    records = [audit_record(found, at.as_of) for found in pipeline_audit(setups, catalogue, books)]
    if legacy_score:
        for record, setup in zip(records, setups, strict=True):
            record["inference_atlas_score"] = _legacy(setup, at.places.registry)
    _print(records, output)


def _typed(answers: Sequence[str]) -> dict[str, Any]:
    """Answers as they are typed, numbers where the field is one."""
    kinds = {f.name: get_args(f.type) for f in fields(Setup)}
    found: dict[str, Any] = {}
    for answer in answers:
        name, sign, value = answer.partition("=")
        if not sign:
            raise InputError("--set", f"{answer!r} is not FIELD=VALUE")
        of = kinds.get(name, ())
        try:
            found[name] = int(value) if int in of else float(value) if float in of else value
        except ValueError:
            raise InputError(name, f"{value!r} is not a number") from None
    return found


def _steps(file: Path, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8")
        read = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise InputError("--file", f"{file} cannot be read as JSON or TOML: {error}") from None
    steps = read.get("steps", [read]) if isinstance(read, dict) else None
    if not isinstance(steps, list) or not steps or not all(isinstance(s, dict) for s in steps):
        raise InputError("--file", f"{file} holds no fields of a setup and no list `steps` of such")
    return [{**given, **s} for s in steps]


def _billed(bills: Sequence[Path], given: Mapping[str, Any], at: nightly.Inputs) -> list[dict[str, Any]]:
    """What the bills say of each model, under what was stated besides."""
    try:
        contents = [(path.name, path.read_bytes()) for path in bills]
    except OSError as error:
        raise InputError("--bill", f"{error.filename} cannot be read: {error.strerror}") from None
    try:
        found = billed_uses(report(contents, read_price_book(invoice_pack(at.registry, at.state, at.as_of)).dated).read)
    except InvoiceError as error:
        raise InputError("--bill", str(error)) from None
    if not found:
        raise InputError("--bill", "no model has input and output tokens there; `atlas invoice` tells what was read")
    for use in found:
        notes.print(f"{use.setup['model']} at {use.setup['provider']}: {use.source}", highlight=False, markup=False)
    return [{**use.setup, **given} for use in found]


def _legacy(setup: Setup, registry: Path) -> dict[str, Any]:
    """The points of the earlier audit, labelled as what they are: no saving of it is taken over."""
    try:
        q = Questionnaire(
            modality=setup.workload.replace("-", "_") if setup.workload != LLM else LLM,
            pricing_model={"api": "token_api", "gpus": "dedicated"}.get(setup.deployment or "", "mixed"),
            input_tokens=setup.input_tokens, output_tokens=setup.output_tokens, spend_usd=setup.spend_usd,
            traffic=(setup.traffic or "unknown").replace("-", "_"),
            procurement="reserved" if setup.kind.startswith("reserved") else setup.procurement or "unknown",
            quantization="unknown" if setup.precision is None else _yes(setup.precision not in ("bf16", "fp16")),
            precision=setup.precision or "unknown", autoscaling=setup.autoscaling or "unknown",
            caching="unknown" if setup.cached_share is None else _yes(setup.cached_share > 0),
            gpu=setup.gpu or "", gpu_count=setup.gpu_count,
        )  # fmt: skip
    except InputError as error:
        return {"score": None, "why": error.message}
    found = earlier_audit(q, inference_atlas_audit_rules(registry))
    label = "points of InferenceAtlas's questionnaire, for comparison; they price nothing"
    return {"score": found.score, "why": label}


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _print(records: Sequence[Mapping[str, Any]], output: str) -> None:
    if output == "json":
        typer.echo(json.dumps({"steps": records} if len(records) > 1 else records[0], ensure_ascii=False))
    elif output == "markdown":
        typer.echo(audit_markdown(records), nl=False)
    elif output == "csv":
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(("step", *COLUMNS))
        for number, record in enumerate(records, 1):
            writer.writerows((str(number), *row) for row in lever_rows(record))
        typer.echo(lines.getvalue(), nl=False)
    else:
        for record in records:
            _print_table(Console(), record)


def _saving(f: Mapping[str, Any]) -> str:
    if f["per_tenth_usd"] is not None:
        return f"{f['per_tenth_usd']:,.2f} for each tenth"
    if f["saving_usd"] is None:
        return "—"
    band = "" if f["low_usd"] is None else f" ({f['low_usd']:,.0f} to {f['high_usd']:,.0f})"
    return f"{f['saving_usd']:,.2f}{band}"


def _print_table(console: Console, record: Mapping[str, Any]) -> None:
    for line in now_lines(record):
        console.print(Text(line.replace("\\", "")))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("lever", "verdict", "saving, $ / month", "why"):
        table.add_column(column, overflow="fold")
    for f in record["levers"]:
        offer = f"; {f['then']['offer']} at ${f['then']['usd']:,.2f}" if f["then"] else ""
        table.add_row(
            f["lever"].replace("_", " "),
            Text(f["verdict"], style=STYLES[f["verdict"]]),
            _saving(f),
            Text(f["why"] + offer),
        )
    console.print(table)
    console.print(Text(OVERLAP, style="dim"))
    for gap in record["gaps"]:
        console.print(Text(f"Open: {gap['question']} ({gap['field']}: {gap['why']})", style="yellow"))
    if record["alternatives"]:
        others = Table(
            title="Alternatives under the same target", box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left"
        )
        for column in ("alternative", "$ / month", "target", "latency", "offer"):
            others.add_column(column, overflow="fold")
        for p in record["alternatives"]:
            others.add_row(*map(Text, (p["what"], f"{p['usd']:,.2f}", p["target"], p["latency"], p["offer"])))
        console.print(others)
    if score := record.get("inference_atlas_score"):
        console.print(Text(f"InferenceAtlas score: {score['score']} ({score['why']})", style="dim"))
