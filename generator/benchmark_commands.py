"""The commands of benchmark facts: import the files of others, and show which tables are here."""

import csv
import json
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from generator import nightly
from generator.benchmarks import import_benchmarks, import_report
from generator.options import AsJson
from generator.places import checkout

commands = typer.Typer(name="benchmarks", help="Measurements of others that the performance model rests on.")
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
