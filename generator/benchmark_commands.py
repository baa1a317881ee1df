"""The commands of benchmark facts: import the files of others, and show which tables are here."""

import csv
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from generator import nightly
from generator.benchmarks import import_benchmarks, import_report
from generator.benchmarks.community import (
    Contribution,
    contributions,
    load_community,
    load_rules,
    write_contributions,
)
from generator.benchmarks.compass_rows import compass_rows, is_compass
from generator.benchmarks.plausible_tables import Judged, committed_rows, judged
from generator.options import AsJson
from generator.places import checkout
from generator.registry import load_registry
from generator.sync.state import load_state
from wasm_tools.observe.reading import json_of
from wasm_tools.workload.traffic import InputError

commands = typer.Typer(name="benchmarks", help="Measurements that the performance model rests on.")
REFUSED = 4
NAMES = "names.csv"  # reviewed by hand, no table of measurements


@commands.command("import", epilog="Example: atlas benchmarks import ../upstream")
def import_(
    folder: Annotated[Path, typer.Argument(help="Folder that holds benchmarks/calibration and traces.")],
    as_json: AsJson = False,
) -> None:
    """Write the tables of data/registry/benchmarks anew from upstream files. The same files give the same bytes."""
    if not folder.is_dir():
        raise nightly.RunError(f"{folder} is no folder: give the one that holds benchmarks/calibration and traces")
    places = checkout()
    with nightly.single_run(places):
        found = import_benchmarks(folder, places.registry)
    if as_json:
        typer.echo(
            json.dumps({t.name: {"read": t.read, "kept": len(t.rows), "left_out": dict(t.left_out)} for t in found})
        )
    else:
        typer.echo(import_report(found))


@commands.command(epilog="Example: atlas benchmarks add outcome.json --dry-run")
def add(
    file: Annotated[Path, typer.Argument(help="An outcome file, as `atlas observe … --outcome FILE` writes it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge only; write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take measurements of yours into data/benchmarks/community, if they can be true and may be passed on.

    All outcomes of the file are taken, or none. Exit code 4: something speaks against one; each reason is printed.
    """
    places = checkout()
    registry, rules = load_registry(places.registry), load_rules(places.registry / "community.toml")
    today = date.today().isoformat()  # noqa: DTZ011 - the reader's day
    taken = load_community(places.community)
    found = _in_words(file, lambda text: contributions(text, registry, rules, taken.keys(), today))
    refused = sum(bool(c.refusals) for c in found)
    written = []
    if not refused and not dry_run:
        with nightly.single_run(places):
            written = write_contributions(places.community, found)
    if as_json:
        rows = [{"id": c.id, "refusals": [asdict(r) for r in c.refusals]} for c in found]
        typer.echo(json.dumps({"outcomes": rows, "written": [str(p) for p in written]}, ensure_ascii=False))
    else:
        _print_contributions(found, len(written), dry_run)
    raise typer.Exit(REFUSED if refused else 0)


def _print_contributions(found: list[Contribution], written: int, dry_run: bool) -> None:
    console = Console()
    for c in found:
        console.print(f"{'refused' if c.refusals else 'ok'}: {c.id}", highlight=False, markup=False)
        for r in c.refusals:
            console.print(f"  {r}", highlight=False, markup=False)
    if any(c.refusals for c in found):
        console.print("nothing was written: a file is taken whole or not at all", highlight=False)
    elif dry_run:
        console.print("nothing was written (--dry-run)", highlight=False)
    else:
        console.print(
            f"{written} written to data/benchmarks/community; `atlas calibrate` uses them",
            highlight=False,
            markup=False,
        )


@commands.command(epilog="Example: atlas benchmarks check")
def check(
    file: Annotated[
        Path | None, typer.Argument(help="An outcome file, or a benchmark file of Compass. Default: all tables here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hold measurements against physics, the order of percentiles and Little's law, and list what cannot be true.

    Exit code 4: something in the file cannot be true. What is in the tables here is listed, and the code is 0.
    """
    places = checkout()
    registry = load_registry(places.registry)
    if file is None:
        found = judged(committed_rows(registry, load_state(places.state), places.registry))
    elif is_compass(_in_words(file, json_of)):
        found = judged(compass_rows(file, registry, places.registry / "weights.csv"))
    else:
        add(file, dry_run=True, as_json=as_json)
        return
    if as_json:
        typer.echo(
            json.dumps({"rows": found.rows, "doubtful": [asdict(d) for d in found.doubtful]}, ensure_ascii=False)
        )
    else:
        _print_judged(found)
    raise typer.Exit(REFUSED if file is not None and found.doubtful else 0)


def _print_judged(found: Judged) -> None:
    console = Console()
    counts = ", ".join(f"{table} {n:,}" for table, n in found.rows.items())
    console.print(
        f"{len(found.doubtful):,} things that cannot be true, of rows: {counts}", highlight=False, markup=False
    )
    for d in found.doubtful:
        console.print(f"{d.table}: {d.row}: {d.field}: {d.reason}", highlight=False, markup=False)


def _in_words(path: Path, read: Any) -> Any:
    try:
        return read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise nightly.RunError(f"{path}: cannot be read as UTF-8 text ({error})") from None
    except InputError as error:
        raise nightly.RunError(f"{path}: {error}") from None


@commands.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show the tables of measurements that are here; data/registry/benchmarks/README.md explains them."""
    registry = checkout().registry
    paths = [p for p in sorted((registry / "benchmarks").glob("*.csv")) if p.name != NAMES]
    tables = [_of(path) for path in (*paths, registry / "length_distributions.csv")]
    if as_json:
        typer.echo(json.dumps(tables))
        return
    table = Table(title="Benchmark facts", title_justify="left", box=box.SIMPLE)
    table.add_column("table")
    table.add_column("rows", justify="right")
    table.add_column("columns", justify="right")
    for t in tables:
        table.add_row(str(t["table"]), f"{t['rows']:,}", str(t["columns"]))
    Console().print(table)


def _of(path: Path) -> dict[str, object]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return {"table": path.name, "rows": len(rows), "columns": len(header)}
