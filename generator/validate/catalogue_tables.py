"""The tables of facts that the rules of manifests know, as one catalogue."""

import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path

from generator.places import checkout
from generator.registry import load_registry
from generator.tables import read_rows
from generator.validate.core_schemas import VERSIONS
from wasm_tools.manifests.checks.catalogue import Catalogue, MetricFacts, TriggerFacts
from wasm_tools.manifests.runtimes import serving_runtimes


@cache
def catalogue() -> Catalogue:
    """The catalogue of this checkout; raises TableError for a table that is wrong."""
    registry = checkout().registry
    folder = registry / "manifests"
    runtimes = (registry / "serving_runtimes.toml").read_text(encoding="utf-8")
    return Catalogue(
        runtimes=serving_runtimes(tomllib.loads(runtimes)),
        flags={r["flag"]: r["type"] for r in read_rows(folder / "vllm_flags.csv", ("flag", "type"))},
        metrics={
            r["name"]: MetricFacts(r["type"], frozenset(filter(None, r["labels"].split("|"))), r["edges"])
            for r in read_rows(folder / "vllm_metrics.csv", ("name", "type", "labels", "edges"))
        },
        edges=_edges(folder / "vllm_edges.csv"),
        triggers=_triggers(folder / "keda_triggers.csv"),
        gpu_labels={g.node_label: g.memory_bytes for g in load_registry(registry).gpu_cards.values() if g.node_label},
    )


@cache
def releases() -> dict[str, str]:
    """The releases that manifests are checked with, by name: those of the tables, and Kubernetes."""
    with (checkout().registry / "manifests" / "tables.toml").open("rb") as file:
        tables = tomllib.load(file)["table"]
    return {"Kubernetes": ", ".join(VERSIONS)} | {t["release"]: t["version"] for t in tables}


def _edges(path: Path) -> dict[str, tuple[str, ...]]:
    found = defaultdict(list)
    for row in read_rows(path, ("family", "edge")):
        found[row["family"]].append(row["edge"])
    return {family: tuple(edges) for family, edges in found.items()}


def _triggers(path: Path) -> dict[str, TriggerFacts]:
    keys, required = defaultdict(set), defaultdict(set)
    for row in read_rows(path, ("trigger", "key", "required")):
        keys[row["trigger"]].add(row["key"])
        if row["required"]:
            required[row["trigger"]].add(row["key"])
    return {name: TriggerFacts(frozenset(found), frozenset(required[name])) for name, found in keys.items()}
