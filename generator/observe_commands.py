"""`atlas observe`: files of load tests, monitoring and kubectl, held against what was predicted."""

import json
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from generator import nightly
from generator.benchmarks.community import with_ids
from generator.options import AsJson, AsOf, Overlay, notes
from generator.outcome_flags import OutcomeFlags, with_outcome_flags
from generator.places import checkout
from generator.plan_names import checked_name
from generator.precompute.catalogue import planner_catalogue
from generator.precompute.observe import remedy_rows
from generator.registry import load_registry
from generator.tables import rows_text
from generator.whole_file import write_whole
from wasm_tools.invoice.exports.sheets import safe_cell
from wasm_tools.observe.cluster.objects import words
from wasm_tools.observe.cluster.remedies import read_remedies
from wasm_tools.observe.expected import expected_of, plan_in
from wasm_tools.observe.markdown import report_markdown
from wasm_tools.observe.observed import Observed
from wasm_tools.observe.outcome import outcome_record
from wasm_tools.observe.reading import json_of
from wasm_tools.observe.record import COLUMNS, table_rows
from wasm_tools.observe.replan import replanned
from wasm_tools.observe.report import CLUSTER, PREDICTION, Read, read_files, report
from wasm_tools.outcomes.fields import OUTCOME_FIELD
from wasm_tools.outcomes.reading import outcome_text
from wasm_tools.workload.traffic import InputError

commands = typer.Typer()
OUTSIDE = 4
PROJECT = "inference-price-atlas"
SHORT_ROWS = ("what", "runs", "usd_per_month", "usd_difference", "slo")


@commands.command(epilog="Example: atlas observe measured.json metrics.txt --expected bench/expected.json")
@with_outcome_flags
def observe(
    stated: OutcomeFlags,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE…]", help="Of GuideLLM, vllm bench serve, /metrics of vLLM, or a Prometheus range query."
        ),
    ] = None,
    expected: Annotated[
        Path | None, typer.Option("--expected", help="bench/expected.json or plan.json of a plan's files.")
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan",
            help="plan.json, or what `atlas plan --json` printed: the prediction, and the planner is asked again.",
        ),
    ] = None,
    peak: Annotated[
        float | None, typer.Option("--peak", help="Peak requests per second for --plan. Default: the observed rate.")
    ] = None,
    kubectl: Annotated[
        list[Path] | None,
        typer.Option(
            "--kubectl",
            help="Output of `kubectl get … -o json`, or - for a pipe: state of the cluster. May be repeated.",
        ),
    ] = None,
    outcome: Annotated[
        Path | None,
        typer.Option("--outcome", help="Write what was observed as an outcome file, the form in which data are kept."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one row a figure as CSV.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the report as Markdown.")] = False,
    as_json: AsJson = False,
    overlay: Overlay = None,
    as_of: AsOf = None,
) -> None:
    """Say what a deployment really did: times, throughput, lengths and load, against prediction and target.

    Exit code 4: a time lies above its predicted band or misses its target, or something in the cluster does not serve.
    """
    if expected is not None and plan is not None:
        raise nightly.RunError("--expected and --plan both name the prediction: give one of them")
    if not files and not kubectl:
        raise nightly.RunError("nothing to read: give files of a load test or of monitoring, or --kubectl")
    read = _read(files or [], kubectl or [], expected or plan)
    made = report(
        read, read_remedies(remedy_rows(checkout().registry)), read.predictions[0] if read.predictions else None
    )
    if outcome is not None:
        _write_outcome(outcome, read, stated)
    elif stated != OutcomeFlags():
        raise InputError("--outcome", "what ran and who measured is kept in an outcome file; name one")
    made["replanned"] = list(_replanned(read, plan, peak, as_of, overlay))
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False))
    elif as_markdown:
        typer.echo(report_markdown(made), nl=False)
    elif as_csv:
        rows = [[safe_cell(v) for v in row] for level in made["levels"] for row in table_rows(level["file"], level)]
        typer.echo(rows_text(COLUMNS, rows), nl=False)
    else:
        _print(Console(), made)
    figures = [f for level in made["levels"] for f in (level["comparison"] or {"figures": ()})["figures"]]
    outside = any(f["verdict"] == "above" or f["target"] == "missed" for f in figures)
    if outside or any(cluster["healthy"] is False for cluster in made["clusters"]):
        raise typer.Exit(OUTSIDE)


def _read(files: list[Path], kubectl: list[Path], prediction: Path | None) -> Read:
    """All files by their content; RunError for one that cannot be read, or that is not what its option says."""
    wanted = {**dict.fromkeys(kubectl, CLUSTER), **({prediction: PREDICTION} if prediction else {})}
    every = [*files, *kubectl, *([prediction] if prediction else [])]
    try:
        read = read_files((path.name, _content(path)) for path in every)
    except OSError as error:
        raise nightly.RunError(f"{error.filename}: cannot be read ({error.strerror})") from None
    for path, row in zip(every, read.files, strict=True):
        if row["message"]:
            raise nightly.RunError(f"{path}: {row['message']}")
        if wanted.get(path, row["kind"]) != row["kind"]:
            raise nightly.RunError(f"{path}: this holds no {wanted[path]}; give the file that its option asks for")
    return read


def _content(path: Path) -> bytes:
    """What a file holds; `-` is what is piped in."""
    return sys.stdin.buffer.read() if path == Path("-") else path.read_bytes()


def _write_outcome(path: Path, read: Read, flags: OutcomeFlags) -> None:
    """The outcome file of all levels; InputError names the flags of what is missing."""
    registry, given = load_registry(checkout().registry), read.predictions[0][1] if read.predictions else {}
    expected = expected_of(given) if given else None
    if not read.levels:
        raise InputError("--outcome", "no file of a load test or of monitoring was given, so nothing came out")
    by = f"{PROJECT} {version(PROJECT)}"
    try:
        made = [outcome_record(seen, flags.stated(), plan_in(given), expected, by) for _, seen in read.levels]
    except InputError as error:
        field = OUTCOME_FIELD.get(error.field)
        raise InputError(field.flag if field and field.flag else error.field, error.message) from None
    rows = [with_ids(row, registry) for row in made]
    for row in rows:
        checked_name("--model", row["model"], registry.cards)
        checked_name("--gpu", row["gpu"], registry.gpu_cards)
    write_whole(path, outcome_text(rows))
    notes.print(f"{len(rows)} {rows[0]['tier']} {'outcome' if len(rows) == 1 else 'outcomes'} in {path}", style="dim")


def _replanned(
    read: Read, plan: Path | None, peak: float | None, as_of: str | None, overlay: Path | None
) -> Iterator[dict[str, Any]]:
    """The planner's answer for each level; without any level for the load of the plan, or the stated peak."""
    if plan is None:
        return
    document = plan_in(json_of(plan.read_text(encoding="utf-8"), "plan"))
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=True), overlay)
    catalogue = planner_catalogue(at.registry, at.state, at.places.registry, at.as_of)
    for name, seen in read.levels or [(plan.name, Observed(""))]:
        try:
            yield {"file": name, "label": seen.label, **replanned(document, seen, catalogue, peak)}
        except InputError as error:
            raise nightly.RunError(f"{plan}: {error}") from None


def _print(to: Console, made: Mapping[str, Any]) -> None:
    for level in made["levels"]:
        _print_level(to, level)
    for cluster in made["clusters"]:
        _print_cluster(to, cluster)
    for again in made["replanned"]:
        to.print(f"{again['file']} {again['label']}: asked again, prices of {again['as_of']}", **PLAIN)
        rows = ([row.get(name) for name in SHORT_ROWS] for row in again["rows"])
        to.print(_table([name.replace("_", " ") for name in SHORT_ROWS], rows))
        for line in [*(f"advice: {said}" for said in again["advice"]), *again["assumed"]]:
            to.print(line, **PLAIN)


PLAIN: dict[str, Any] = {"highlight": False, "markup": False}


def _table(heads: list[str], rows: Any) -> Table:
    table = Table(box=box.SIMPLE, title_justify="left")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        cells = (f"{v:,.5g}" if isinstance(v, float) else "" if v is None else str(v) for v in row)
        table.add_row(*(Text(words(cell)) for cell in cells))
    return table


def _print_level(to: Console, record: Mapping[str, Any]) -> None:
    to.print(words(f"{record['file']}: {record['tool']} {record['label']} {record['model']}"), **PLAIN)
    heads = ["figure", "statistic", "unit", "value", "at least", "at most", "prediction", "target"]
    to.print(_table(heads, (row[4:] for row in table_rows(record["file"], dict(record)))))
    compared = record["comparison"] or {"drift": (), "advice": (), "questions": (), "cost": None}
    said = [f"flag: {said}" for said in record["flags"]]
    said += [f"drift: {d['name']} {100 * d['change']:+.0f} %" for d in compared["drift"] if d["drifted"]]
    said += [f"advice: {said}" for said in compared["advice"]]
    said += [f"question: {said}" for said in compared["questions"]]
    for line in said:
        to.print(line, **PLAIN)


def _print_cluster(to: Console, cluster: Mapping[str, Any]) -> None:
    state = {True: "everything serves", False: "something does not serve", None: "no workload in the file"}
    to.print(f"{cluster['file']}: {state[cluster['healthy']]}", **PLAIN)
    if cluster["workloads"]:
        heads = ["kind", "namespace", "name", "wanted", "ready", "newest", "GPUs each"]
        of_workload = ("kind", "namespace", "name", "desired", "ready", "updated", "gpus_each")
        to.print(_table(heads, ([w[name] for name in of_workload] for w in cluster["workloads"])))
    if cluster["gpus"]:
        of_gpus = ["product", "nodes", "allocatable", "usable", "requested"]
        to.print(_table(of_gpus, ([g[name] for name in of_gpus] for g in cluster["gpus"])))
    if plan := cluster["plan"]:
        r = plan["replicas"]
        to.print(f"against the plan: {plan['verdict']} ({r['planned']} planned, {r['ready']} ready)", **PLAIN)
    for f in cluster["findings"]:
        times = f" ({f['number']}×)" if f["number"] > 1 else ""
        to.print(f"{f['severity']}: {f['what']}: {f['reason']}{times}. {f['message']}", **PLAIN)
        if f["remedy"]:
            to.print(f"  {f['means']} {f['remedy']}", **PLAIN)
