"""The command that plans a workload of several steps: what each step takes, what the month costs, how long it takes."""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from generator import nightly
from generator.options import AsJson, AsOf, Overlay
from generator.places import checkout
from generator.precompute.catalogue import planner_catalogue
from generator.precompute.usage import usage_packs
from generator.registry import UseCase
from generator.steps_file import PipelineFile, Preset, load_pipelines, pipeline_of, read_pipeline
from generator.tables import read_rows
from wasm_tools.planner.pipeline import LlmStep
from wasm_tools.planner.steps import REASONS, StepsAnswer, plan_steps
from wasm_tools.planner.steps_record import STEP_COLUMNS, seen, steps_record, steps_table
from wasm_tools.planner.usage import read_usage_book
from wasm_tools.workload.traffic import InputError, qps_of_users

commands = typer.Typer()
ALIASES = ("alias", "workload")
QPS, PEAK_FACTOR = 1.0, 2.0  # without a load and without a use case, as in `atlas plan`
CAVEATS = {
    "unknown": "some step has no verified latency: prices by use come without one, so only a test can tell",
    "near": "one step misses its bound a little",
    "likely": "every step keeps its bound by what is known",
    "met": "every step keeps its bound, at the far end of its error band too",
}


@commands.command()
def steps(
    file: Annotated[
        Path | None, typer.Argument(help="A TOML file of the steps, in the form of data/registry/pipelines.toml.")
    ] = None,
    preset: Annotated[
        str | None, typer.Option("--preset", help="A ready-made one: rag, cascade, ensemble, agent or voice.")
    ] = None,
    users: Annotated[float | None, typer.Option("--users", help="Users who behave as those of its use case.")] = None,
    qps: Annotated[float | None, typer.Option("--qps", help="Mean requests per second. Default: of its users.")] = None,
    peak: Annotated[float | None, typer.Option("--peak", help="Peak requests per second. Default: twice.")] = None,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the steps as CSV.")] = False,
) -> None:
    """Plan a workload of several steps and add up what it costs. Exit code 4: a step has no answer."""
    folder = checkout().registry
    if (file is None) == (preset is None):
        raise InputError("--preset", "give either a file or a preset")
    stated = read_pipeline(file) if file else _preset(load_pipelines(folder / "pipelines.toml"), preset or "")
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=True), overlay)
    mean, busiest = _load(stated, {c.id: c for c in at.registry.use_cases}, users, qps, peak)
    catalogue = planner_catalogue(at.registry, at.state, folder, at.as_of)
    aliases = {r["alias"]: r["workload"] for r in read_rows(folder / "workload_aliases.csv", ALIASES)}
    known = {
        "models": catalogue.models,
        "providers": {o.provider for o in at.state.offers} | {g.provider for g in at.state.gpu_offers},
    }
    pipeline = pipeline_of(stated, at.registry, aliases, known, mean, busiest)
    packs = usage_packs(at.registry, at.state, folder, at.as_of)
    answer = plan_steps(pipeline, catalogue, {name: read_usage_book(pack) for name, pack in packs.items()})
    dates = {name: s.observed_at for name, s in at.state.snapshots.items()}
    about = {
        "title": stated.title,
        "as_of": at.as_of,
        "source": stated.source if isinstance(stated, Preset) else (file.name if file else ""),
    }
    if as_json:
        typer.echo(json.dumps({**about, **steps_record(answer, dates)}, ensure_ascii=False))
    elif as_csv:
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerows([STEP_COLUMNS, *steps_table(answer, dates)])
        typer.echo(out.getvalue(), nl=False)
    else:
        _print(answer, dates, about)
    raise typer.Exit(0 if answer.usd(verified=False) is not None else 4)


def _preset(presets: dict[str, Preset], name: str) -> Preset:
    if name not in presets:
        raise InputError("--preset", f"{name!r} is not one of {', '.join(presets)}")
    return presets[name]


def _load(
    stated: PipelineFile, cases: dict[str, UseCase], users: float | None, qps: float | None, peak: float | None
) -> tuple[float, float]:
    """Requests a second at the mean and at the peak."""
    case = cases.get(stated.use_case)
    if stated.use_case and case is None:
        raise InputError("use_case", f"{stated.use_case!r} is not one of {', '.join(cases)}")
    if users is not None and qps is not None:
        raise InputError("--users", "the load is given twice; leave out --qps or --users")
    if users is not None and case is None:
        raise InputError("--users", "the file names no use_case, so how often users ask is unknown; give --qps")
    if qps is None:
        qps = QPS
        if case is not None:
            behaviour = case.active_fraction, case.requests_per_active_user_per_minute
            rate = qps_of_users(case.users if users is None else users, *behaviour)
            qps = round(rate, 4) or rate
    factor = case.peak_factor if case else PEAK_FACTOR
    return qps, qps * factor if peak is None else peak


def _print(answer: StepsAnswer, dates: dict[str, str], about: dict[str, str]) -> None:
    console, pipeline = Console(), answer.pipeline
    title = f"{about['title']}: {pipeline.qps:g} requests/s, peak {pipeline.peak_qps:g}, prices as of {about['as_of']}"
    table = Table(title=escape(title), title_justify="left", box=box.SIMPLE)
    for name in ("step", "calls/s", "takes", "USD a month", "share", "status", "one call", "price seen"):
        right = name in ("calls/s", "USD a month", "share", "one call")
        table.add_column(name, justify="right" if right else "left")
    for s in answer.steps:
        found, part, usd = s.recommended, answer.share(s), s.usd()
        table.add_row(
            s.step.id,
            f"{s.qps:.3g}",
            f"{found.product}\n  {found.provider}, {found.kind}" if found else "no calls" if not s.qps else "nothing",
            "unknown" if usd is None else f"{usd:,.2f}",
            "" if part is None else f"{part:.1%}",
            found.status if found else "",
            f"{s.time.ms:,.0f} ms" if s.time else "unknown" if s.qps else "",
            f"{seen(found, dates)}\n{found.evidence}" if found else "",
        )
    console.print(table)
    for line in _notes(answer, about):
        console.print(escape(line), highlight=False, soft_wrap=True)


def _notes(answer: StepsAnswer, about: dict[str, str]) -> Iterable[str]:
    for verified, words in ((True, "recommended"), (False, "cheapest, latency not verified")):
        total, each = answer.usd(verified), answer.usd_per_request(verified)
        told = "unknown, because a step has no answer" if total is None else f"{total:,.2f} USD a month"
        yield f"Together, {words}: {told}" + (f", {each * 1000:,.4f} USD for 1,000 requests" if each else "")
    for s in answer.steps:
        cheapest, found = s.unverified, s.recommended
        if cheapest and found and cheapest.usd_per_month < found.usd_per_month:
            yield (
                f"  {s.step.id}: {cheapest.usd_per_month:,.2f} USD with {cheapest.product} at {cheapest.provider},"
                " if its latency suits you"
            )
        if found:
            yield f"  {s.step.id} is bound by {found.binds}; {s.possible:,} plans or offers are possible"
        elif s.qps:
            yield f"  {s.step.id}: " + "; ".join(s.why_none)
        if found and s.left_out:
            most = "; ".join(f"{number:,} × {reason}" for reason, number in s.left_out[:REASONS])
            yield f"    left out: {most}" + (" and others (--json has all)" if len(s.left_out) > REASONS else "")
    time = answer.typical
    if time.ms is not None:
        yield f"Typical time of a request: {time.ms:,.0f} ms, the sum of means over stages; percentiles are not added"
    else:
        yield f"Typical time: at least {time.at_least:,.0f} ms; unknown of {', '.join(time.unknown)}"
    bases = {s.time.basis for s in answer.steps if s.time}
    if bases:
        yield f"Time of one call: {'; '.join(sorted(bases))}"
    yield from _target(answer)
    yield f"Status of the whole: {answer.status}; {CAVEATS[answer.status]}"
    if about["source"]:
        yield f"Steps: {about['source']}"


def _target(answer: StepsAnswer) -> Iterable[str]:
    target = answer.pipeline.target
    if target is None:
        return
    yield f"Target: {target.e2e_ms:,.0f} ms for the whole at p{target.percentile}"
    for s in answer.steps:
        if isinstance(s.step, LlmStep) and s.slo and s.step.slo_share is not None:
            yield (
                f"  each call of {s.step.id} within {s.slo.e2e_ms:,.0f} ms at p{s.slo.percentile}:"
                f" so at least {answer.held_percentile:.3g} % of the requests keep the whole, however misses fall"
            )
