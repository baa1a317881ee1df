"""Every key of one registry exists in the registry that it names, in all of them, by the names of their columns."""

import csv
import re
import tomllib
from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from generator.registry import load_registry
from wasm_tools.models.cards import CAPABILITY_CLASSES
from wasm_tools.performance.memory import WEIGHT_BYTES
from wasm_tools.planner.question import PRIORITIES

ROOT = Path(__file__).parents[2]
REGISTRY = ROOT / "data" / "registry"

# column or field -> the registries whose ids it may hold: `file.field`, or a set that the code has
REFERENCES: dict[str, tuple[str, ...]] = {
    "model": ("models.csv id",),
    "models": ("models.csv id",),
    "provider": ("providers.csv id",),
    "providers": ("providers.csv id",),
    "gpu": ("gpus.csv id",),
    "gpus": ("gpus.csv id",),
    "developer": ("developers.csv id",),
    "use_case": ("use_cases.toml id",),
    "profile": ("profiles.toml id",),
    "slo_class": ("slo_classes.toml id",),
    "slo": ("slo_classes.toml id",),
    "class": ("classes",),
    "minimum_class": ("classes",),
    "precision": ("precisions",),
    "priority": ("priorities",),
    "prefer": ("sources.toml id",),
    "currency": ("exchange_rates.csv currency", "dollars"),
    "workload": ("workloads",),
    "pattern": ("arrival_patterns.toml id",),
    "lengths": ("length_distributions.csv id",),
    "accuracy_group": ("compat/compass_accuracy.csv group",),
    "bucket": ("buckets",),
    "here": ("areas",),
    "there": ("areas",),
}
# Tables with keys of another kind: those of the earlier systems hold among themselves, OpenLIT's spellings are aliases.
OTHERS: dict[str, dict[str, tuple[str, ...]]] = {
    "openlit_providers.csv": {"provider": ("providers.csv id", "providers.csv aliases")},
    "compat/inference_atlas_offerings.csv": {"provider": ("compat/inference_atlas_providers.csv provider",)},
    "compat/inference_atlas_capacity.csv": {"gpu": ("compat/inference_atlas_offerings.csv gpu",)},
    "compat/compass_presets.csv": {"use_case": ("compat/compass_use_cases.csv use_case", "compass presets")},
}
# file and column that look like a reference and are none, with the reason
NO_REFERENCE = {
    "benchmarks/argonne.csv model": "the benchmark's own names; names.csv says which of them are models of ours",
    "compat/blis.csv model": "names of the simulator's own table, most of them not in ours",
    "compat/blis.csv gpu": "names of the simulator's own table",
    "compat/blis_weights.csv model": "names of the simulator's own table",
    "compat/compass_gpus.csv gpu": "the names that define this frozen table",
    "compat/compass_models.csv model": "the names that define this frozen table",
    "compat/compass_use_cases.csv use_case": "the names that define this frozen table",
    "compat/inference_atlas_models.csv model": "names and aliases that define this frozen table",
    "compat/inference_atlas_offerings.csv gpu": "the names that define the GPUs of that system",
    "compat/inference_atlas_providers.csv provider": "the names that define this frozen table",
    "benchmarks/mlperf.csv gpus": "how many accelerators a system has",
    "inference_atlas_words.csv provider": "provider names as the catalogue of InferenceAtlas spells them",
    "inference_atlas_words.csv pattern": "a regular expression",
    "ask/names.toml gpus": "names that people say for machines we do not have",
    "ask/questions.toml models": "the label of a question",
    "ask/questions.toml gpus": "the label of a question",
    "ask/questions.toml providers": "the label of a question",
    "ask/questions.toml class": "the label of a question",
    "ask/questions.toml slo": "the label of a question",
    "ask/questions.toml pattern": "the label of a question",
    "ask/questions.toml priority": "the label of a question",
}
# Values that stand for all things, or for one that no registry has, in one file.
WILDCARDS = {
    "comparators.toml provider": {"*"}, "serverless.toml provider": {"default"}, "usage_presets.toml workload": {"*"},
    "comparators.toml workload": {"*"}, "invoice_units.csv workload": {"*"},
    "quality_benchmarks.toml precision": {"w8a8"},  # eight bits each way, by integers or FP8: no storage format of ours
}  # fmt: skip


@cache
def allowed(name: str) -> Set[str]:
    """The ids that a name of `REFERENCES` stands for."""
    found: Set[str]
    match name:
        case "classes":
            found = set(CAPABILITY_CLASSES)
        case "precisions":
            found = set(WEIGHT_BYTES)
        case "priorities":
            found = set(PRIORITIES)
        case "dollars":
            found = {"USD"}
        case "workloads":
            found = {row["workload"] for row in rows_of(REGISTRY / "workload_aliases.csv")} | offered_workloads()
        case "buckets":
            found = {row["bucket"] for row in rows_of(REGISTRY / "compat/inference_atlas_models.csv")}
        case "areas":
            pairs = rows_of(REGISTRY / "surcharges_latency.csv")
            found = {row["here"] for row in pairs} | {row["there"] for row in pairs}
        case "compass presets":
            found = {row["use_case"] for row in rows_of(REGISTRY / "compat/compass_presets.csv")}
        case _:
            file, _, column = name.partition(" ")
            found = {value for c, value in values_of(REGISTRY / file) if c == column}
    assert found, f"{name} has no ids"
    return found


def offered_workloads() -> set[str]:
    return {row["workload"] for path in (ROOT / "data/state/offers").glob("*.csv") for row in rows_of(path)}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def values_of(path: Path) -> Iterator[tuple[str, str]]:
    """Column and value of a table, field and text of a TOML file; names with `|` between them one by one."""
    if path.suffix == ".csv":
        for row in rows_of(path):
            for column, text in row.items():
                yield from ((column, value) for value in text.split("|") if value)
    else:
        yield from texts_of(tomllib.loads(path.read_text(encoding="utf-8")))


def texts_of(found: Any) -> Iterator[tuple[str, str]]:
    for name, value in found.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and one:
                yield name, one
            elif isinstance(one, dict):
                yield from texts_of(one)


def tables() -> list[Path]:
    return sorted(p for p in REGISTRY.rglob("*") if p.suffix in (".csv", ".toml"))


def unresolved(path: Path) -> set[tuple[str, str]]:
    """Column and value of everything in a registry that names a thing which does not exist."""
    name = path.relative_to(REGISTRY).as_posix()
    known = {**REFERENCES, **OTHERS.get(name, {})}
    bad = set()
    for column, value in set(values_of(path)):
        place = f"{name} {column}"
        if column not in known or place in NO_REFERENCE or value in WILDCARDS.get(place, ()):
            continue
        if not any(value in allowed(registry) for registry in known[column]):
            bad.add((column, value))
    return bad


@pytest.mark.parametrize("path", tables(), ids=lambda p: p.relative_to(REGISTRY).as_posix())
def test_every_key_of_a_registry_exists_in_the_one_that_it_names(path: Path) -> None:
    assert unresolved(path) == set()


def test_what_is_left_out_is_there_and_does_not_resolve() -> None:
    """An exception that has become needless would hide the next broken key."""
    for place in NO_REFERENCE:
        name, column = place.rsplit(" ", 1)
        values = {value for c, value in values_of(REGISTRY / name) if c == column}
        assert values, place
        assert {v for v in values if not any(v in allowed(r) for r in REFERENCES[column])}, place
    for place, wild in WILDCARDS.items():
        name, column = place.rsplit(" ", 1)
        assert wild & {value for c, value in values_of(REGISTRY / name) if c == column}, place


def test_no_column_of_ids_is_overlooked() -> None:
    """A column nearly all of whose values are ids of models, providers or GPUs is a reference, whatever its name."""
    things = {kind: allowed(f"{kind}.csv id") for kind in ("models", "providers", "gpus")}
    listed = {
        "bill_names.csv means", "benchmarks/names.csv id", "comparisons.csv items", "moving_aliases.csv target",
        "openlit_providers.csv prefix", "ask/names.toml amazon", "ask/names.toml hyperscaler",
        "ask/names.toml hyperscalers",
    }  # fmt: skip
    own = {"id", "aliases", "name", "source"}
    seen = set()
    for path in tables():
        columns: dict[str, set[str]] = {}
        for column, value in values_of(path):
            columns.setdefault(column, set()).add(value)
        name = path.relative_to(REGISTRY).as_posix()
        for column, values in columns.items():
            place = f"{name} {column}"
            if column in REFERENCES or (column in own and place not in listed) or len(values) < 5:
                continue
            if any(len(values & ids) > 0.9 * len(values) for ids in things.values()):
                seen.add(place)
    assert seen <= listed, sorted(seen - listed)


def test_ids_that_go_by_a_kind_exist_in_the_registry_of_that_kind() -> None:
    of = {"models": "models.csv id", "providers": "providers.csv id", "gpus": "gpus.csv id"}
    for row in rows_of(REGISTRY / "comparisons.csv"):
        assert set(row["items"].split("|")) <= allowed(of[row["kind"]]), row["id"]
    for row in rows_of(REGISTRY / "benchmarks" / "names.csv"):
        kind = {"hardware": "gpus", "model": "models"}.get(row["kind"])
        if kind and row["id"] and row["dataset"] != "argonne":  # those are the stems of the columns of its table
            assert row["id"] in allowed(of[kind]), row


def test_aliases_and_keys_that_are_spelled_by_others_resolve() -> None:
    registry = load_registry(REGISTRY)
    assert {m for row in rows_of(REGISTRY / "sku_aliases.csv") if (m := row["model"]) not in registry.model} == set()
    accuracy = rows_of(REGISTRY / "compat/compass_accuracy.csv")
    assert set(accuracy[0]) - {"group"} == {r["use_case"] for r in rows_of(REGISTRY / "compat/compass_use_cases.csv")}
    compass = {row["compass"] for row in rows_of(REGISTRY / "compass_use_cases.csv")}
    assert compass == {row["use_case"] for row in rows_of(REGISTRY / "compat/compass_use_cases.csv")}
    zones = {row["zone"] for row in rows_of(REGISTRY / "azure_data_zones.csv")}
    assert all(re.fullmatch(r"[a-z-]+", zone) for zone in zones)


@pytest.mark.parametrize(
    ("file", "text", "bad"),
    [
        ("weights.csv", "model,precision\nno-such-model,fp8\ngpt-oss-20b,fp8\n", {("model", "no-such-model")}),
        ("weights.csv", "model,precision\ngpt-oss-20b,fp9\n", {("precision", "fp9")}),
        ("x.toml", '[[case]]\nid = "a"\nslo_class = "instantly"\nproviders = ["openai", "opnai"]\n',
         {("slo_class", "instantly"), ("providers", "opnai")}),
    ],
)  # fmt: skip
def test_a_broken_key_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str, bad: set[tuple[str, str]]
) -> None:
    for names in REFERENCES.values():
        for name in names:
            allowed(name)  # of the real registry, before it is another
    (tmp_path / file).write_text(text, encoding="utf-8")
    monkeypatch.setattr("tests.generator.test_references.REGISTRY", tmp_path)
    assert unresolved(tmp_path / file) == bad


@pytest.mark.parametrize(
    ("section", "things"),
    [("own_form", "gpus"), ("said_gpus", "gpus"), ("said_providers", "providers"), ("said_models", "models")],
)
def test_what_people_say_stands_for_things_that_exist(section: str, things: str) -> None:
    names = tomllib.loads((REGISTRY / "ask" / "names.toml").read_text(encoding="utf-8"))
    meant = {value for _, value in texts_of(names[section])}
    assert meant and meant <= allowed(f"{things}.csv id"), sorted(meant - allowed(f"{things}.csv id"))
