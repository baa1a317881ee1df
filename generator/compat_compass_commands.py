"""`atlas compat compass`: what Compass would have recommended, and the simulator behind its rows."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from generator.compat_compass_tables import (
    blis_coefficients,
    compass_benchmarks,
    compass_tables,
    first_phase_rows,
)
from generator.compat_output import AsCsv, show
from generator.options import AsJson
from generator.places import checkout
from wasm_tools.compat import compass_first_phase, compass_search
from wasm_tools.compat.compass_loads import load_by_page
from wasm_tools.compat.compass_simulated import simulated_times
from wasm_tools.compat.compass_tables import METRICS
from wasm_tools.workload.traffic import InputError

compass = typer.Typer(help="Compass (NeuralNav) at commit cc6a8f9, on benchmark files that you give.")


@compass.command("recommend")
def recommend(
    files: Annotated[list[Path], typer.Argument(help="Benchmark files of Compass, in order of preference.")],
    use_case: Annotated[str, typer.Option("--use-case")],
    users: Annotated[int | None, typer.Option("--users", help="Gives the load as its page computed it.")] = None,
    qps: Annotated[float | None, typer.Option("--qps", help="Requests per second, instead of --users.")] = None,
    preset: Annotated[str, typer.Option("--preset", help="compass-ui, -template, -doc or -class.")] = "compass-ui",
    whole: Annotated[bool, typer.Option("--whole", help="Read every rate; its own loader kept one.")] = False,
    weights: Annotated[str, typer.Option("--weights", help="scenario, library or api.")] = "scenario",
    gpu: Annotated[list[str] | None, typer.Option("--gpu", help="Only this GPU; may be repeated.")] = None,
    max_cost: Annotated[float | None, typer.Option("--max-cost", help="Most USD a month.")] = None,
    which: Annotated[str, typer.Option("--list", help="Which of the five lists the table shows.")] = "balanced",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Search benchmark rows of the exact lengths and give the five lists. Exit code 4: no row meets the targets."""
    tables = compass_tables(checkout().registry)
    for field, value, known in (("weights", weights, tables.weights), ("list", which, compass_search.LISTS)):
        if value not in known:
            raise InputError(field, f"{value!r} is not one of {', '.join(known)}")
    if (users is None) == (qps is None):
        raise InputError("users", "give either --users or --qps")
    base, targets = tables.preset("compass-ui", use_case), tables.preset(preset, use_case)
    times = {m: getattr(targets, f"{m}_ms") or getattr(base, f"{m}_ms") for m in METRICS}
    gpus, unknown = tables.gpu_filter(gpu or ())
    if unknown:
        raise InputError("gpu", f"{unknown[0]!r} is not one of {', '.join(g.name for g in tables.gpus)}")
    rate = qps if qps is not None else load_by_page(users or 0, tables.use_case(use_case)).planned_qps
    spec = compass_search.Specification(
        use_case=use_case,
        prompt_tokens=targets.prompt_tokens or base.prompt_tokens or 0,
        output_tokens=targets.output_tokens or base.output_tokens or 0,
        qps=float(rate),
        targets=times,
        weights=tables.weights[weights],
        minimum_accuracy=tables.minimum_accuracy,
        listed=tables.listed,
        gpus=gpus,
        max_cost_usd=max_cost,
    )
    benchmarks = compass_search.dataset([row for file in files for row in compass_benchmarks(file)], by_rate=whole)
    found = compass_search.recommend(benchmarks, spec, tables)
    lists = {n: [compass_search.record(o, i) for i, o in enumerate(of, 1)] for n, of in found.lists.items()}
    answer = {
        "mode": compass_search.LABEL,
        "accuracy": "frozen test figures of that system, wrong in places; not quality data",
        "total_configs_evaluated": len(found.candidates),
        "configs_after_filters": found.distinct,
        "models_without_accuracy": found.unscored,
        "lists": lists,
    }
    columns = ("rank", "model_id", "gpu", "gpus", "replicas", "usd_per_month", "ttft_ms", "itl_ms", "e2e_ms", "score")
    rows = [
        [
            rank, o.row.model, o.row.gpu, o.row.count, o.replicas, o.usd_month, *(o.times[m] for m in METRICS),
            o.balanced,
        ]
        for rank, o in enumerate(found.lists[which], 1)
    ]  # fmt: skip
    show(answer, columns, rows, as_json, as_csv)
    raise typer.Exit(0 if found.passing else 4)


@compass.command("first-phase")
def first_phase(
    files: Annotated[list[Path], typer.Argument(help="Benchmark files of Compass with p90 times.")],
    template: Annotated[str, typer.Option("--template", help="interactive_chatbot and two others.")],
    budget: Annotated[str, typer.Option("--budget", help="strict, flexible or none.")] = "strict",
    point: Annotated[str, typer.Option("--point", help="Lengths of the rows, prompt x answer.")] = "150x200",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """What its first published phase chose: p90, an estimate of the answer, a budget. Exit code 4: no row passes."""
    tables = compass_tables(checkout().registry)
    targets = tables.preset(compass_first_phase.PRESET, template)
    lengths = [int(part) for part in point.split("x") if part.isdecimal()]
    if len(lengths) != 2:
        raise InputError("point", f"{point!r} is no pair of lengths like 150x200")
    rows = [row for file in files for row in first_phase_rows(file)]
    options = compass_first_phase.passing(rows, targets, tables, (lengths[0], lengths[1]))
    taken = compass_first_phase.chosen(options, budget)
    columns = ("chosen", "model_id", "gpu", "gpus", "usd_per_hour", "ttft_p90_ms", "tpot_p90_ms", "e2e_estimate_ms")
    table = [
        [
            "*" if o is taken else "", o.row.model, o.row.gpu, o.row.count, o.usd_per_hour, o.row.ttft_ms,
            o.row.tpot_ms, round(o.e2e_ms, 3),
        ]
        for o in options
    ]  # fmt: skip
    answer = {
        "mode": f"{compass_search.LABEL}, first phase",
        "percentile": targets.percentile,
        "replicas": "one each: how many a load needs is not described",
        "options": [dict(zip(columns[1:], row[1:], strict=True)) for row in table],
        "chosen": None if taken is None else options.index(taken),
    }
    show(answer, columns, table, as_json, as_csv)
    raise typer.Exit(0 if options else 4)


@compass.command("simulate")
def simulate(
    model: Annotated[str, typer.Option("--model", help="Model id of the coefficient table.")],
    gpu: Annotated[str, typer.Option("--gpu", help="H100 or A100-80.")] = "H100",
    tensor_parallel: Annotated[int, typer.Option("--tp", help="GPUs a replica.")] = 1,
    isl: Annotated[int, typer.Option("--isl", help="Prompt tokens.")] = 512,
    osl: Annotated[int, typer.Option("--osl", help="Output tokens.")] = 256,
    rate: Annotated[float, typer.Option("--rate", help="Requests per second of the replica.")] = 1.0,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Times of one replica in the simulator behind Compass' benchmark rows: simulated, not measured."""
    keys = blis_coefficients(checkout().registry)
    key = keys.get((model, gpu, tensor_parallel))
    if key is None:
        known = ", ".join(f"{t} x {g}" for m, g, t in keys if m == model) or "none; see data/registry/compat/blis.csv"
        raise InputError("model", f"{model!r} has no coefficients on {tensor_parallel} x {gpu}; it has {known}")
    times = asdict(simulated_times(key, isl, osl, rate))
    show({"mode": compass_search.LABEL, **times}, tuple(times), [list(times.values())], as_json, as_csv)
