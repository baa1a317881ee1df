"""How `atlas compat` prints an answer: for programs, for spreadsheets or for people."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from generator.options import notes
from generator.tables import TableError

NOTE = "Frozen restatement of an earlier system, for comparison only: what it would have said, not what is right."
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV with the columns of the earlier system.")]


def show(
    answer: dict[str, Any],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    as_json: bool,
    as_csv: bool,
    shown: Sequence[str] = (),
) -> None:
    """Print `answer` as JSON, `rows` as CSV, or a table of the columns `shown` (none named: all)."""
    if as_json:
        typer.echo(json.dumps({"note": NOTE, **answer}))
    elif as_csv:
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerows([columns, *rows])
        typer.echo(out.getvalue(), nl=False)
    else:
        notes.print(NOTE, style="yellow")
        places = [columns.index(name) for name in shown or columns]
        table = Table(*(columns[i] for i in places), title=answer["mode"], title_justify="left", box=box.SIMPLE)
        for row in rows:
            table.add_row(*(_cell(row[i]) for i in places))
        Console().print(table)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.4g}"
    return "—" if value is None else str(value)


def contents(path: Path) -> bytes:
    """The bytes of a file that the user names; raises TableError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror})") from None
