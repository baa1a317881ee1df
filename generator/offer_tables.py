"""Answers of small commands in three forms: a JSON object, CSV, or a table with notes for people."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

NUMBERS = ("rank", "usd", "gpus", "hours", "days", "epochs")


def print_answer(
    record: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    shown: Sequence[str],
    notes: Iterable[str],
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Print a record as JSON, its rows as CSV of all `columns`, or a table of the `shown` ones with title and notes."""
    if as_json:
        typer.echo(json.dumps(record, ensure_ascii=False))
        return
    if as_csv:
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_text(row[name]) for name in columns] for row in rows)
        typer.echo(out.getvalue(), nl=False)
        return
    console = Console()
    table = Table(title=escape(str(record["title"])), title_justify="left", box=box.SIMPLE)
    for name in shown:
        right = any(name == n or name.startswith(f"{n}_") for n in NUMBERS)
        table.add_column(name.replace("_", " ").replace("usd", "USD"), justify="right" if right else "left")
    for row in rows:
        table.add_row(*(escape(_shown(name, row[name])) for name in shown))
    if rows:
        console.print(table)
    else:
        console.print(escape(f"{record['title']}: nothing is possible"), highlight=False)
    for line in notes:
        console.print(escape(line), highlight=False, soft_wrap=True)


def left_out_lines(left_out: Mapping[str, int]) -> Iterable[str]:
    """Why offers are not in the list, the most frequent reason first."""
    for reason, number in sorted(left_out.items(), key=lambda item: (-item[1], item[0])):
        yield f"  left out: {number:,} × {reason}"


def _text(value: object) -> str:
    return "" if value is None else "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _shown(name: str, value: object) -> str:
    """A cell: money to the cent from 100 dollars on, else four digits; numbers likewise."""
    if name.startswith("usd") and isinstance(value, str):
        value = float(value)
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else _text(value)
