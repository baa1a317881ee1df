"""What can be deployed: each way to run an open model on a GPU that may be considered, measured ones first.

A measured configuration is taken with its newest engine version. Others are on vLLM, at each precision for which
published weights are known, at each tensor-parallel size that divides the heads and fits into one machine; whether
they fit into memory is decided here for a short request, so that the planner need not try what can never run.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from generator.registry import Registry, Row, Words, csv_rows
from wasm_tools.planner.catalogue import Curve, Deployable
from wasm_tools.planner.deployable_sizes import ENGINE, kv_cache_of, sizes


class WeightsRow(Row):
    """data/registry/weights.csv: published weights of a model at a precision."""

    model: str
    precision: str
    repo: str
    storage: str
    source: str
    reviewed: date


class ServingRow(Row):
    """data/registry/gpu_serving.csv: how weights may be stored that the engine runs on a GPU."""

    gpu: str
    storage: Words
    generation: str
    source: str
    reviewed: date


def load_serving(path: Path) -> dict[str, frozenset[str]]:
    """The storage formats that run on each GPU; a GPU that is not listed runs nothing that nobody measured on it."""
    return {row.gpu: frozenset(row.storage) for row in csv_rows(path, ServingRow)}


def load_weights(path: Path) -> tuple[WeightsRow, ...]:
    """The published weights, in the order of the file."""
    return csv_rows(path, WeightsRow)


def deployables(
    registry: Registry,
    curves: Iterable[Curve],
    weights: Sequence[WeightsRow],
    serving: Mapping[str, frozenset[str]],
    gpus: Iterable[str],
) -> tuple[Deployable, ...]:
    """Every configuration worth considering on the given GPUs, sorted."""
    published = {(row.model, row.repo): row.precision for row in weights}
    native = {m: p for (m, repo), p in published.items() if m in registry.cards and repo == registry.cards[m].hf_repo}
    found = {_key(d): d for d in _measured(registry, curves)}
    for d in _modelled(registry, weights, serving, sorted(gpus)):
        measured = any((d.model, d.gpu, d.precision, e, d.tensor_parallel, 1) in found for e in ("sglang", "trtllm"))
        if not measured:
            found.setdefault(_key(d), d)
    ordered = (d for _, d in sorted(found.items()))
    return tuple(
        replace(d, quantised=d.precision if native.get(d.model, d.precision) != d.precision else "") for d in ordered
    )


def _key(d: Deployable) -> tuple[str, str, str, str, int, int]:
    return (d.model, d.gpu, d.precision, d.engine, d.tensor_parallel, d.expert_parallel)


def _measured(registry: Registry, curves: Iterable[Curve]) -> Iterator[Deployable]:
    newest: dict[tuple[object, ...], Curve] = {}
    for c in curves:
        key = (c.model, c.gpu, c.precision, c.engine, c.tensor_parallel, c.expert_parallel)
        if key not in newest or _measured_on(c) > _measured_on(newest[key]):
            newest[key] = c
    for c in newest.values():
        yield Deployable(
            c.model, c.gpu, c.precision, c.engine, c.engine_version, c.tensor_parallel, c.expert_parallel,
            kv_cache_of(c.precision, registry.gpu_cards[c.gpu]), c.checkpoint, c.note, _measured_on(c)[0],
        )  # fmt: skip


def _measured_on(curve: Curve) -> tuple[str, str]:
    return max(p.measured for p in curve.points), curve.engine_version


def _modelled(
    registry: Registry, weights: Iterable[WeightsRow], serving: Mapping[str, frozenset[str]], gpus: Iterable[str]
) -> Iterator[Deployable]:
    cards = [
        (gpu, registry.gpu_cards[gpu], serving[gpu]) for gpu in gpus if gpu in serving and gpu in registry.gpu_cards
    ]
    for row in weights:
        model = registry.cards.get(row.model)
        if model is None or model.shape is None or not model.capability:
            continue
        for gpu, card, runs in cards:
            if card.bandwidth and card.bf16_flops and (row.storage or "bf16") in runs:
                cache = kv_cache_of(row.precision, card)
                for size in sizes(model.shape, card, row.precision, cache):
                    yield Deployable(row.model, gpu, row.precision, ENGINE, "", size, 1, cache, row.repo, "", "")
