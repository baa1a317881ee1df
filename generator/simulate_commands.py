"""The command that asks how sure a plan is: months that could come, and a run in time."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from generator.options import AsJson, AsOf, Overlay, notes
from generator.plan_commands import asked_candidate
from generator.plan_flags import PlanFlags, with_plan_flags
from generator.plan_question import named_flags
from generator.simulate.prediction import prediction
from generator.simulate.server import answers, serve
from generator.simulate_text import print_months, print_run
from wasm_tools.planner.question import KINDS
from wasm_tools.uncertainty.chosen_plan import chosen_plan
from wasm_tools.uncertainty.monte_carlo import MonteCarlo
from wasm_tools.uncertainty.simulated_run import PlanRun
from wasm_tools.workload.traffic import InputError

commands = typer.Typer()
SLICES = 20  # of a run: progress is told after each
OWN_FLAGS = {"qps": "--rate", "availability": "--replica-availability", "plan": "PLAN"}
MONTHS, RUN, SERVER = "Months that could come", "The run in time", "A server that answers at this pace"


def _option(name: str, panel: str, text: str) -> Any:
    return typer.Option(name, help=text, rich_help_panel=panel, show_default=False)


@commands.command(
    epilog="Examples: atlas simulate --use-case chatbot · atlas simulate 3 --use-case chatbot --minutes 60 --seed 7"
    " · atlas simulate 1 --qps 20 --pattern diurnal --arrivals day --minutes 1440 --replica-availability 0.995"
)
@with_plan_flags
def simulate(
    flags: PlanFlags,
    which: Annotated[
        str, typer.Argument(metavar="[PLAN]", help="An id of a plan or its number; default: the recommended one.")
    ] = "",
    seed: Annotated[
        int, typer.Option("--seed", help="Names the random numbers: the same ones give the same figures.")
    ] = 1,
    draws: Annotated[int | None, _option("--draws", MONTHS, "Months to draw. Default: 10,000.")] = None,
    load_cv: Annotated[float | None, _option("--load-cv", MONTHS, "Spread of the mean load. Default: 0.2.")] = None,
    peak_cv: Annotated[float | None, _option("--peak-cv", MONTHS, "Spread of peak over mean. Default: 0.1.")] = None,
    prompt_cv: Annotated[float | None, _option("--prompt-cv", MONTHS, "Of the mean prompt. Default: 0.1.")] = None,
    output_cv: Annotated[float | None, _option("--output-cv", MONTHS, "Of the mean answer. Default: 0.1.")] = None,
    minutes: Annotated[float | None, _option("--minutes", RUN, "Minutes to simulate. Default: 10.")] = None,
    arrivals: Annotated[
        str | None, _option("--arrivals", RUN, "peak (default), mean, or day: the hours of --pattern.")
    ] = None,
    rate: Annotated[
        float | None, _option("--rate", RUN, "Requests per second instead of those of the question.")
    ] = None,
    arrival_cv: Annotated[float | None, _option("--arrival-cv", RUN, "Burstiness; 1: independent requests.")] = None,
    start_hour: Annotated[int | None, _option("--start-hour", RUN, "Hour at which a day starts.")] = None,
    min_replicas: Annotated[int | None, _option("--min-replicas", RUN, "Fewest replicas. Default: the plan's.")] = None,
    max_replicas: Annotated[int | None, _option("--max-replicas", RUN, "Most replicas. Default: the plan's.")] = None,
    target: Annotated[
        float | None, _option("--target-in-flight", RUN, "Requests per replica that the autoscaler holds.")
    ] = None,
    check_s: Annotated[float | None, _option("--check-s", RUN, "Seconds between its looks. Default: 15.")] = None,
    down_delay_s: Annotated[
        float | None, _option("--down-delay-s", RUN, "Seconds that an idle replica is kept.")
    ] = None,
    start_s: Annotated[float | None, _option("--start-s", RUN, "Seconds until a new replica serves.")] = None,
    patience_s: Annotated[float | None, _option("--patience-s", RUN, "Seconds after which a request gives up.")] = None,
    replica_availability: Annotated[
        float | None, _option("--replica-availability", RUN, "Share of the time that a replica is up, like 0.995.")
    ] = None,
    served: Annotated[
        bool, typer.Option("--serve", help="Serve one replica with OpenAI's API instead.", rich_help_panel=SERVER)
    ] = False,
    host: Annotated[str, _option("--host", SERVER, "Address to listen at. Default: 127.0.0.1.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", envvar="PORT", help="Port. Default: 8000, or $PORT.", rich_help_panel=SERVER)
    ] = 8000,
    expect: Annotated[
        Path | None,
        _option("--expect", SERVER, "Write what the load of --rate and --arrival-cv should show into a JSON file."),
    ] = None,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
) -> None:
    """Say how surely a plan keeps target and budget, and run its replicas in time with queue, scaling and cold starts.

    The flags are those of `atlas plan`. Of an API nothing is known of what runs behind it: its cost alone is drawn.
    Exit code 4: no plan is possible.
    """
    if served or expect:
        flags = _of_environment(flags)
    asked, candidate = asked_candidate(flags, which, as_of, overlay)
    of = chosen_plan(asked.found, candidate)
    if served or expect:
        w = of.question.workload
        if expect:
            with named_flags(OWN_FLAGS):
                said = prediction(
                    of, w.peak_qps if rate is None else rate, w.arrival_cv if arrival_cv is None else arrival_cv
                )
            expect.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
            notes.print(f"wrote {expect}", highlight=False)
        if served:
            notes.print(f"serving {of.plan.id} at http://{host}:{port}", highlight=False)
            serve(of, answers(asked.at.places.registry, flags.use_case or "general"), seed, host, port)
        return
    months = {"draws": draws, "load_cv": load_cv, "peak_cv": peak_cv, "prompt_cv": prompt_cv, "output_cv": output_cv}
    in_time = {
        "minutes": minutes, "arrivals": arrivals, "qps": rate, "arrival_cv": arrival_cv, "start_hour": start_hour,
        "min_replicas": min_replicas, "max_replicas": max_replicas, "target_in_flight": target, "check_s": check_s,
        "down_delay_s": down_delay_s, "start_s": start_s, "patience_s": patience_s,
        "availability": replica_availability,
    }  # fmt: skip
    with named_flags(OWN_FLAGS), _progress() as progress:
        drawn = MonteCarlo(of, seed, _given(months))
        run = None if of.is_api else PlanRun(of, seed, _given(in_time))
        task = progress.add_task("drawing months", total=SLICES)
        for part in range(1, SLICES + 1):
            drawn.run(drawn.draws * part // SLICES)
            progress.update(task, completed=part)
        if run is not None:
            task = progress.add_task("simulating", total=SLICES)
            for part in range(1, SLICES + 1):
                run.run(run.simulation.traffic.seconds * part / SLICES)
                progress.update(task, completed=part)
    record: dict[str, Any] = {
        "as_of": asked.found.catalogue.as_of,
        "monte_carlo": drawn.record(),
        "simulation": None if run is None else run.record(),
    }
    if as_json:
        typer.echo(json.dumps(record, ensure_ascii=False))
    else:
        print_months(Console(), record["monte_carlo"])
        if record["simulation"] is not None:
            print_run(Console(), record["simulation"])


def _of_environment(flags: PlanFlags) -> PlanFlags:
    """Model, GPU and tensor parallelism from the variables of a simulator's manifest, where no flag says them."""
    of = os.environ.get
    model, gpu, tensor = of("MODEL_NAME"), of("GPU_TYPE"), of("TENSOR_PARALLEL_SIZE")
    if tensor is not None and not tensor.isdecimal():
        raise InputError("TENSOR_PARALLEL_SIZE", f"{tensor!r} is not a whole number of GPUs")
    return replace(
        flags,
        # Nothing is known of what runs behind an API.
        kind=flags.kind or [k for k in KINDS if k != "api" and (k != "owned" or flags.own)],
        model=flags.model or ([model] if model else None),
        gpu=flags.gpu or ([gpu] if gpu else None),
        max_tp=flags.max_tp or (int(tensor) if tensor else None),
    )


@contextmanager
def _progress() -> Iterator[Progress]:
    columns = (SpinnerColumn(), TextColumn("{task.description:<15}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=notes, transient=True) as progress:
        yield progress


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
