"""The command that answers the memory question by itself: does a model fit, where, and for how many requests."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from generator import nightly
from generator.memory_answers import AUTO, Question, all_gpus, asked_split, record
from generator.options import AsJson
from generator.pasted_config import read_config
from generator.places import checkout
from generator.precompute.deployables import load_weights
from generator.registry import Registry, load_registry
from generator.runtime_memory import load_runtime_memory
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.memory import WEIGHT_BYTES, MemorySplit
from wasm_tools.performance.parallelism import possible_tensor_parallel
from wasm_tools.performance.runtime_memory import GB, GIB
from wasm_tools.workload.traffic import InputError

commands = typer.Typer()
MEMORY = re.compile(r"^(\d+(?:\.\d+)?) ?(GB|GiB)?$")
ONLY_MEMORY = "memory alone is asked here, not whether an engine runs this precision on the GPU"


@commands.command()
def memory(
    model: Annotated[str | None, typer.Argument(help="A model id or alias; or give --config.")] = None,
    config: Annotated[Path | None, typer.Option(help="A config.json of Hugging Face instead of a known model.")] = None,
    gpu: Annotated[str | None, typer.Option(help="A GPU id or alias. Without one: a table of all that can.")] = None,
    gpu_memory: Annotated[
        str | None, typer.Option(help="Another accelerator: memory that it reports, like 80 (GB), 80GB or 79.18GiB.")
    ] = None,
    max_model_len: Annotated[
        int, typer.Option(help="Tokens of a request, prompt and output; -1: as many as fit, up to the model's context.")
    ] = AUTO,
    batch_size: Annotated[int, typer.Option(help="Requests at once.")] = 1,
    tp: Annotated[int, typer.Option(help="Tensor parallelism: GPUs that share each layer.")] = 1,
    pp: Annotated[int, typer.Option(help="Pipeline parallelism: stages of layers.")] = 1,
    dp: Annotated[int, typer.Option(help="Data parallelism: copies of the model.")] = 1,
    expert_parallel: Annotated[
        bool, typer.Option("--expert-parallel", help="Spread whole experts over the GPUs of all copies.")
    ] = False,
    gpu_mem_util: Annotated[float | None, typer.Option(help="Share of the memory that the engine fills.")] = None,
    block_size: Annotated[int | None, typer.Option(help="Tokens of one cache block.")] = None,
    max_num_seqs: Annotated[int | None, typer.Option(help="Requests that the engine prepares for.")] = None,
    precision: Annotated[str | None, typer.Option(help=f"Of the weights: {', '.join(WEIGHT_BYTES)}.")] = None,
    kv_precision: Annotated[str, typer.Option(help="Of the cache: auto, bf16 or fp8.")] = "auto",
    show_possible_tp: Annotated[
        bool, typer.Option("--show-possible-tp", help="Compare the tensor-parallel sizes of one node.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show whether a model fits on a GPU: weights, cache, overheads, requests at once. Exit code 4: it does not."""
    places = checkout()
    registry = load_registry(places.registry)
    runtime = load_runtime_memory(places.registry / "runtime_memory.toml")
    runtime = replace(
        runtime,
        utilisation=runtime.utilisation if gpu_mem_util is None else gpu_mem_util,
        block_size=runtime.block_size if block_size is None else block_size,
        max_sequences=max_num_seqs,
    )
    if max_model_len != AUTO and max_model_len < 1:
        raise InputError("max_model_len", f"{max_model_len} is neither -1 nor a number of tokens from 1 up")
    if dp < 1:
        raise InputError("dp", f"{dp} is not a number of copies from 1 up")
    name, shape, context, stored, remarks = _model(registry, places.registry, model, config, precision)
    asked = (max_model_len, batch_size, tp, pp, dp, expert_parallel)
    ask = Question(name, shape, context, stored, kv_precision, *asked, runtime, remarks)
    card = _card(registry, gpu, gpu_memory)
    if card is None:
        found = all_gpus(ask, registry)
        rest = f"{len(registry.gpus) - len(found)} other GPUs cannot hold it in one node (of 1 GPU where nobody says)"
        _print(found, _gpu_table(ask, found), [*remarks, rest, ONLY_MEMORY], as_json)
        raise typer.Exit(0 if found else 4)
    if gpu_memory is not None:
        ask = replace(ask, runtime=replace(runtime, reported_share=1.0))
    sizes = possible_tensor_parallel(shape, card) if show_possible_tp else (tp,)
    splits = {n: asked_split(replace(ask, tensor=n), card) for n in sizes}
    answer = [record(replace(ask, tensor=n), card, tokens, split) for n, (tokens, split) in splits.items()]
    table = _size_table(ask, card, answer) if show_possible_tp else _split_table(ask, card, *splits[tp])
    told = [*remarks, *(a["verdict"] for a in answer)]
    _print(answer if show_possible_tp else answer[0], table, told, as_json)
    raise typer.Exit(0 if any(a["fits"] for a in answer) else 4)


def _model(
    registry: Registry, folder: Path, model: str | None, config: Path | None, precision: str | None
) -> tuple[str, ModelShape, int, str, tuple[str, ...]]:
    """Name, shape, context, precision of the weights, remarks."""
    if precision is not None and precision not in WEIGHT_BYTES:
        raise InputError("precision", f"{precision!r} is not one of {', '.join(WEIGHT_BYTES)}")
    if (model is None) == (config is None):
        raise nightly.RunError("give either a model or --config FILE")
    if config is not None:
        pasted = read_config(config, precision)
        return config.name, pasted.shape, pasted.context, pasted.precision, ()
    known = registry.model_of("", model or "")
    row = next((s for s in registry.shapes if s.model == known), None)
    if row is None:
        raise nightly.RunError(f"no architecture of {model!r} is registered; give its config.json with --config FILE")
    context = row.context or registry.model[known].context or 0
    if precision is not None:
        return known, row.shape, context, precision, ()
    weights = load_weights(folder / "weights.csv")
    stored = {w.repo: w.storage if w.storage in WEIGHT_BYTES else w.precision for w in weights if w.model == known}
    if row.hf_repo in stored:
        return known, row.shape, context, stored[row.hf_repo], ()
    return known, row.shape, context, "bf16", ("weights in bf16 are assumed; --precision says otherwise",)


def _card(registry: Registry, gpu: str | None, gpu_memory: str | None) -> GpuCard | None:
    if gpu is not None and gpu_memory is not None:
        raise nightly.RunError("give either --gpu or --gpu-memory")
    if gpu_memory is not None:
        stated = MEMORY.match(gpu_memory.strip())
        size = float(stated[1]) * (GIB if stated[2] == "GiB" else GB) if stated else 0.0
        if not GIB / 8 <= size <= 100_000 * GB:
            raise InputError("gpu_memory", f"{gpu_memory!r} is not a size like 80, 80GB or 79.18GiB")
        return GpuCard("custom", f"accelerator with {gpu_memory}", "", round(size))
    if gpu is None:
        return None
    if not (known := registry.gpu_of(gpu)):
        raise nightly.RunError(f"no GPU named {gpu!r} is registered; give its memory with --gpu-memory")
    return registry.gpu_cards[known]


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE, min_width=len(title) + 2)
    for n, name in enumerate(columns):
        table.add_column(name, justify="right" if n else "left")
    return table


def _gib(size: float) -> str:
    return f"{size / GIB:,.2f}"


def _gpu_table(ask: Question, found: list[dict[str, Any]]) -> Table:
    tokens = found[0]["max_model_len"] if found else 0
    title = f"{ask.name} in {ask.precision}: smallest number of GPUs for {ask.batch:,} × {tokens:,} tokens"
    table = _table(title, "GPU", "GPUs", "GiB each", "weights", "cache", "requests at once")
    for r in found:
        b = r["of_each_gpu"]
        sizes = (_gib(b[k]) for k in ("device", "weights", "kv_pool"))
        table.add_row(r["gpu"], str(r["gpus"]), *sizes, f"{r['requests_at_once']:,}")
    return table


def _size_table(ask: Question, card: GpuCard, answer: list[dict[str, Any]]) -> Table:
    table = _table(
        f"{ask.name} in {ask.precision} on {card.name}", "TP", "weights", "cache", "tokens", "requests at once"
    )
    for r in answer:
        b = r["of_each_gpu"]
        held = f"{r['requests_at_once']:,}"
        table.add_row(
            str(r["tensor_parallel"]), _gib(b["weights"]), _gib(b["kv_pool"]), f"{r['max_model_len']:,}", held
        )
    return table


def _split_table(ask: Question, card: GpuCard, tokens: int, split: MemorySplit) -> Table:
    gpus = split.gpus * ask.data
    table = _table(f"{ask.name} in {ask.precision} on {gpus} × {card.name}", "GiB", "a GPU", "all GPUs")
    parts = (
        ("memory that the runtime reports", split.device),
        ("the engine may fill", split.usable),
        ("weights", split.weights),
        ("activations", split.activation),
        ("driver and communication", split.non_torch),
        ("KV cache", split.kv_pool),
        ("CUDA graphs, outside the share", split.graphs),
        (f"cache of a request of {tokens:,} tokens", split.kv_per_request),
    )
    for title, size in parts:
        table.add_row(title, _gib(size), _gib(split.of_replica(size) * ask.data))
    table.add_section()
    table.add_row("cache of a token, bytes", f"{split.kv_per_token:,.0f}", "")
    table.add_row(f"blocks of {ask.runtime.block_size} tokens", f"{split.blocks:,}", "")
    table.add_row("blocks of a request", f"{split.blocks_per_request:,}", "")
    if split.experts:
        table.add_row("experts of a layer", f"{split.experts:,}", "")
    table.add_row("requests at once", "", f"{split.max_concurrency * ask.data:,}")
    table.add_row(f"longest length in memory for {ask.batch:,}", "", f"{split.max_context:,}")
    return table


def _print(answer: object, table: Table, told: list[str], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(answer))
        return
    Console().print(table)
    for line in told:
        Console().print(line, highlight=False, soft_wrap=True)
