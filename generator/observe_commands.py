"""`atlas observe`: files of load tests and monitoring, held against what was predicted."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from generator import nightly
from generator.options import AsJson
from generator.tables import rows_text
from wasm_tools.invoice.exports.sheets import safe_cell
from wasm_tools.observe.expected import Expected, expected_of
from wasm_tools.observe.reading import json_of, read_observed
from wasm_tools.observe.record import COLUMNS, observed_record, table_rows
from wasm_tools.workload.traffic import InputError

commands = typer.Typer()
OUTSIDE = 4


@commands.command(epilog="Example: atlas observe measured.json metrics.txt --expected bench/expected.json")
def observe(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="Of GuideLLM, vllm bench serve, /metrics of vLLM, or a Prometheus range query."
        ),
    ],
    expected: Annotated[
        Path | None, typer.Option("--expected", help="bench/expected.json or plan.json of a plan's files.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one row a figure as CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a deployment really did: times, throughput, lengths and load, against prediction and target.

    Exit code 4: a time lies above its predicted band or misses its target.
    """
    predicted = None if expected is None else _expected(expected)
    found = [(path, observed_record(seen, predicted)) for path in files for seen in _in_words(path, read_observed)]
    if as_json:
        typer.echo(json.dumps([{"file": path.name, **record} for path, record in found], ensure_ascii=False))
    elif as_csv:
        rows = [[safe_cell(v) for v in row] for path, record in found for row in table_rows(path.name, record)]
        typer.echo(rows_text(COLUMNS, rows), nl=False)
    else:
        for path, record in found:
            _print(Console(), path.name, record)
    figures = [f for _, record in found for f in (record["comparison"] or {"figures": ()})["figures"]]
    if any(f["verdict"] == "above" or f["target"] == "missed" for f in figures):
        raise typer.Exit(OUTSIDE)


def _expected(path: Path) -> Expected:
    found: Expected = _in_words(path, lambda text: expected_of(json_of(text, "expected")))
    return found


def _in_words(path: Path, read: Any) -> Any:
    try:
        return read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise nightly.RunError(f"{path}: cannot be read as UTF-8 text ({error})") from None
    except InputError as error:
        raise nightly.RunError(f"{path}: {error}") from None


def _print(to: Console, name: str, record: dict[str, Any]) -> None:
    table = Table(box=box.SIMPLE, title_justify="left")
    for head in ("figure", "statistic", "unit", "value", "at least", "at most", "prediction", "target"):
        table.add_column(head)
    for row in table_rows(name, record):
        table.add_row(*(f"{v:,.5g}" if isinstance(v, float) else str(v) for v in row[4:]))
    to.print(f"{name}: {record['tool']} {record['label']} {record['model']}", highlight=False, markup=False)
    to.print(table)
    compared = record["comparison"] or {"drift": (), "advice": (), "cost": None}
    said = [f"flag: {words}" for words in record["flags"]]
    said += [f"drift: {d['name']} {100 * d['change']:+.0f} %" for d in compared["drift"] if d["drifted"]]
    said += [f"advice: {words}" for words in compared["advice"]]
    for line in said:
        to.print(line, highlight=False, markup=False)
