"""`atlas spend` with files: a project's settings, single calls as they come, exports, imports."""

import gzip
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from generator import spend_inputs
from generator.options import AsJson, AsOf, Overlay
from generator.spend_inputs import (
    Asked,
    Files,
    Model,
    Period,
    Provider,
    Since,
    TagFiles,
    Tags,
    Today,
    Until,
    options,
    paths,
    price_book,
    read,
    refusals,
)
from generator.spend_project import PLAN, PRICE_FILE, toml_text
from generator.spend_text import (
    console,
    show_calls,
    show_plan,
)
from wasm_tools.invoice.pack import read_price_book
from wasm_tools.invoice.usage import exact_sum
from wasm_tools.spend.earlier_exports import earlier
from wasm_tools.spend.estimates import estimate
from wasm_tools.spend.exports import FORMS, export
from wasm_tools.spend.ledger import FILE_NAME
from wasm_tools.spend.ledger_lines import is_ledger
from wasm_tools.spend.merging import merged
from wasm_tools.spend.recording.settings import FILE, settings
from wasm_tools.spend.single_calls import LONGEST_PAGE, SORTS, TIME, Query, page
from wasm_tools.spend.spend_record import call_page, call_rows, query_from
from wasm_tools.spend.spent import Spend
from wasm_tools.workload.traffic import InputError

commands = typer.Typer()


@commands.command("export")
def export_command(
    files: Files = None,
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMS)}.")] = "calls",
    out: Annotated[Path | None, typer.Option("--out", help="The file to write. Default: the terminal.")] = None,
    period: Period = "all",
    since: Since = "",
    until: Until = "",
    provider: Provider = "",
    model: Model = "",
    tag: Tags = None,
    tag_files: TagFiles = "",
    today: Today = "",
    as_of: AsOf = None,
    overlay: Overlay = None,
) -> None:
    """Write single calls or tables as CSV, days in the shape of FOCUS, the report as JSON or Markdown."""
    asked = Asked(files or (), today, period, since, until, provider, model, tag or (), tag_files)
    with refusals():
        made = export(read(asked, price_book(as_of, overlay)), options(asked), form)
    if out is None:
        typer.echo(made.text, nl=False)
        return
    try:
        out.write_text(made.text, encoding="utf-8")
    except OSError as error:
        raise InputError("out", f"{out} cannot be written: {error.strerror}") from None


@commands.command("calls")
def calls_command(
    files: Files = None,
    sort: Annotated[str, typer.Option("--sort", help=f"One of {', '.join(SORTS)}.")] = TIME,
    ascending: Annotated[bool, typer.Option("--ascending", help="The smallest or earliest first.")] = False,
    start: Annotated[int, typer.Option("--start", help="Leave out so many.", min=0)] = 0,
    count: Annotated[int, typer.Option("--count", help="Show so many.", min=1, max=LONGEST_PAGE)] = 50,
    at_least: Annotated[
        float | None, typer.Option("--at-least", help="Only calls that cost so many USD.", min=0)
    ] = None,
    period: Period = "all",
    since: Since = "",
    until: Until = "",
    provider: Provider = "",
    model: Model = "",
    tag: Tags = None,
    tag_files: TagFiles = "",
    today: Today = "",
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
) -> None:
    """Single calls in an order of your choice, a page at a time."""
    asked = Asked(files or (), today, period, since, until, provider, model, tag or (), tag_files)
    with refusals():
        wanted = options(asked)
        query = query_from(
            {"sort": sort, "descending": not ascending, "start": start, "count": count, "min_usd": at_least}
        )
        found = call_page(read(asked, price_book(as_of, overlay)), wanted, query)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    show_calls(console(), found)
    first = min(start + 1, found["matching"])
    typer.echo(f"{first:,} to {start + len(found['rows']):,} of {found['matching']:,} calls")


@commands.command()
def watch(
    files: Files = None,
    interval: Annotated[float, typer.Option("--interval", help="Seconds between two readings.", min=0.1)] = 5.0,
    rounds: Annotated[int | None, typer.Option("--rounds", help="Stop after so many readings.", min=1)] = None,
    last: Annotated[int, typer.Option("--last", help="Calls to show at the start.", min=0, max=500)] = 20,
    as_of: AsOf = None,
    overlay: Overlay = None,
) -> None:
    """Show calls as they are written, with the total; stop with Ctrl-C."""
    asked, out = Asked(files or ()), console()
    with refusals():
        book, seen, reading = price_book(as_of, overlay), None, 0
        while True:
            found = read(asked, book)
            counts = {file.file: file.calls for file in found.calls.files}
            numbers = _latest(found, last) if seen is None else _new(counts, seen)
            if numbers or seen is None:
                show_calls(out, call_rows(found, numbers))
                usd = exact_sum(entry.usd for entry in found.entries)
                typer.echo(f"{sum(counts.values()):,} calls, {usd:.4f} USD")
            seen, reading = counts, reading + 1
            if reading == rounds:
                return
            time.sleep(interval)


def _latest(found: Spend, count: int) -> list[int]:
    """The numbers of the last calls, oldest first."""
    numbers, _ = page(found, found.entries, Query(count=max(count, 1)))
    return list(numbers[:count])[::-1]


def _new(counts: Mapping[str, int], seen: Mapping[str, int]) -> list[int]:
    """The numbers of the calls that each file got since it was read before; numbers run through the files in order."""
    found: list[int] = []
    start = 0
    for name, count in counts.items():
        found += range(start + seen.get(name, 0), start + count)
        start += count
    return found


@commands.command("import")
def import_command(
    files: Annotated[list[Path], typer.Argument(help="Exports of LLMLab or forecost (CSV, JSON), or ledgers.")],
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="The folder to add to. Default: that of atlas.toml.")
    ] = None,
) -> None:
    """Add calls of earlier trackers or of other ledgers to a ledger; what is there already is left out."""
    with refusals():
        folder = ledger or settings().ledger
        if folder is None:
            raise InputError("ledger", "say where the ledger is with --ledger, or in atlas.toml")
        for path in paths(files).values():
            data = path.read_bytes()
            export = None if is_ledger(data) else earlier(data)
            if export is None and not is_ledger(data):
                raise InputError(
                    "file", f"{path} is no ledger and no export of LLMLab or forecost; give bills to `report`"
                )
            lines = data if export is None else export.ledger
            there = [one.read_bytes() for one in sorted(folder.glob("*.jsonl"))] if folder.is_dir() else []
            found = merged(lines, there)
            folder.mkdir(parents=True, exist_ok=True)
            for month, added in found.months.items():
                _append(folder / FILE_NAME.format(month=month), added)
            typer.echo(
                f"{path.name}: {found.added} calls added, {found.there} were there, {found.kept_aside} kept aside"
            )
            for note in export.notes if export else ():
                typer.echo(f"{path.name}: {note}")


def _append(path: Path, lines: bytes) -> None:
    """Lines behind those of a file, of which the last one may be torn."""
    with path.open("a+b") as file:
        torn = file.seek(0, 2) and (file.seek(-1, 2), file.read(1))[1] != b"\n"
        file.write(b"\n" + lines if torn else lines)


@commands.command()
def init(
    model: Annotated[str, typer.Option("--model", help="The model of an estimate.", rich_help_panel=PLAN)] = "",
    provider: Annotated[str, typer.Option("--provider", help="Its provider.", rich_help_panel=PLAN)] = "",
    calls_per_day: Annotated[float, typer.Option("--calls-per-day", help="Calls a day.", rich_help_panel=PLAN)] = 0.0,
    input_tokens: Annotated[int, typer.Option("--input", help="Tokens sent in a call.", rich_help_panel=PLAN)] = 0,
    output_tokens: Annotated[int, typer.Option("--output", help="Tokens of an answer.", rich_help_panel=PLAN)] = 0,
    cached_tokens: Annotated[
        int, typer.Option("--cached", help="Of the tokens sent those from a cache.", rich_help_panel=PLAN)
    ] = 0,
    tier: Annotated[str, typer.Option("--tier", help="standard, batch, flex or priority.", rich_help_panel=PLAN)] = "",
    days: Annotated[int, typer.Option("--days", help="Days of the project.", rich_help_panel=PLAN)] = 30,
    start: Annotated[str, typer.Option("--start", help="Its first day, like 2026-12-01.", rich_help_panel=PLAN)] = "",
    name: Annotated[str, typer.Option("--name", help="Its name.", rich_help_panel=PLAN)] = "",
    budget: Annotated[str, typer.Option("--budget", help="USD a month.")] = "",
    ledger: Annotated[
        str, typer.Option("--ledger", help="The folder of the ledger, from the folder of atlas.toml.")
    ] = "spend",
    folder: Annotated[Path, typer.Option("--folder", help="Where atlas.toml goes.")] = Path(),
    prices: Annotated[
        bool, typer.Option("--prices", help="Write the price book that a program's own budget check needs, too.")
    ] = False,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
) -> None:
    """Estimate a project before it starts, and write atlas.toml. A file that is there stays as it is."""
    planned: dict[str, Any] | None = None
    if model:
        entry = {
            "provider": provider,
            "model": model,
            "calls_per_day": int(calls_per_day) if calls_per_day.is_integer() else calls_per_day,
            "input_tokens": input_tokens,
            "output_tokens": output_tokens,
            **({"cached_tokens": cached_tokens} if cached_tokens else {}),
            **({"tier": tier} if tier else {}),
        }
        planned = {"name": name, "start": start, "days": days, "entries": [entry]}
    with refusals():
        pack = spend_inputs.price_pack(as_of, overlay) if planned or prices else {}
        told = estimate(planned, read_price_book(pack)) if planned else None
        text = toml_text(ledger, planned, budget, prices)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    elif told:
        show_plan(console(), told)
    _write_new(folder / FILE, text.encode(), as_json)
    if prices:
        data = json.dumps(pack, ensure_ascii=False, separators=(",", ":")).encode()
        _write_new(folder / PRICE_FILE, gzip.compress(data, mtime=0), as_json)


def _write_new(path: Path, data: bytes, quiet: bool) -> None:
    """A file that is not there yet; one that is there is left alone, which is said."""
    try:
        with path.open("xb") as file:
            file.write(data)
        said = f"{path} written"
    except FileExistsError:
        said = f"{path} is there already and stays as it is"
    except OSError as error:
        raise InputError("folder", f"{path} cannot be written: {error.strerror}") from None
    typer.echo(said, err=quiet)
