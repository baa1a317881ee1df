"""The tables of fields, options and metrics are those of the releases, and as strict as the definitions themselves."""

import copy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from generator.places import checkout
from generator.tables import TableError
from generator.validate.catalogue_tables import catalogue, releases
from generator.validate.core_schemas import VERSIONS, core_validator
from generator.validate.field_rows import FieldRow, read_field_rows, strict_schema
from generator.validate.schema_rules import custom_validators
from generator.validate.upstream_facts import RESOURCES, tables
from tests.wasm_tools.crd_schema import custom_resource_schema
from tests.wasm_tools.test_manifest_objects import PLANS, documents

FOLDER = checkout().registry / "manifests"


@pytest.mark.mirror
def test_tables_are_those_of_the_releases(upstream: Path) -> None:
    made = tables(upstream)
    assert set(made) == {p.name for p in FOLDER.glob("*.csv")}
    for name, text in made.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, name


def test_each_table_names_its_release() -> None:
    with (FOLDER / "tables.toml").open("rb") as file:
        tables_of = tomllib.load(file)["table"]
    assert sorted(name for t in tables_of for name in t["files"]) == sorted(p.name for p in FOLDER.glob("*.csv"))
    assert all(t["source"] and t["licence"] and t["reviewed"].year == 2026 for t in tables_of)
    assert releases()["vLLM"] == catalogue().runtimes.runtime("vllm").version


def custom_objects() -> Iterator[tuple[tuple[str, str], Any]]:
    for plan in ("two-gpus", "two-nodes"):
        for path, found in documents(PLANS[plan]):
            key = (found["apiVersion"], found["kind"])
            if key in custom_validators() and "patch-" not in path:
                yield key, found


def damaged(value: Any) -> Iterator[Any]:
    """The value with one thing changed: an unknown field in a mapping, a value of another type."""
    if isinstance(value, dict):
        yield {**value, "unknownField": "x"}
        for key, item in value.items():
            for other in damaged(item):
                yield {**value, key: other}
    elif isinstance(value, list):
        for number, item in enumerate(value):
            for other in damaged(item):
                yield [*value[:number], other, *value[number + 1 :]]
    else:
        yield 7 if isinstance(value, str) else "seven" if isinstance(value, int | bool) else value


@pytest.mark.mirror
def test_tables_see_what_the_definitions_see(upstream: Path) -> None:
    """Each value of our objects, damaged in turn: both schemas refuse it, or both accept it."""
    definitions = {
        f"{version}": [upstream / "crds" / name for files in RESOURCES.values() for name, v, _ in files if v == version]
        for version in {v for files in RESOURCES.values() for _, v, _ in files}
    }
    seen: set[tuple[str, str]] = set()
    checked = 0
    for key, found in custom_objects():
        if key in seen:
            continue
        seen.add(key)
        kind, version = key[1].lower(), key[0].rpartition("/")[2]
        (path,) = [p for p in definitions[version] if p.stem.rpartition("_")[2].rstrip("s") == kind.rstrip("s")]
        full = jsonschema.Draft202012Validator(custom_resource_schema(path, version))
        ours = custom_validators()[key]
        for spec in damaged(found["spec"]):
            broken = {**found, "spec": spec}
            assert ours.is_valid(broken) == full.is_valid(broken), (key, broken)
            checked += 1
    assert len(seen) == 10 and checked > 600


def test_objects_fit_the_tables() -> None:
    for key, found in custom_objects():
        assert list(custom_validators()[key].iter_errors(found)) == [], key


def test_unknown_field_missing_field_and_wrong_word_are_refused() -> None:
    schema = strict_schema(
        [
            FieldRow("a/v1", "Thing", "spec", "object", required=True),
            FieldRow("a/v1", "Thing", "spec.sizes", "list", required=True),
            FieldRow("a/v1", "Thing", "spec.sizes[]", "integer", limits='{"minimum":1}'),
            FieldRow("a/v1", "Thing", "spec.word", "string", allowed="one|two"),
            FieldRow("a/v1", "Thing", "spec.notes", "map"),
            FieldRow("a/v1", "Thing", "spec.notes{}", "string?"),
        ]
    )
    head = {"apiVersion": "a/v1", "kind": "Thing", "metadata": {"name": "x"}}
    good = {"sizes": [1, 2], "word": "one", "notes": {"a": "b", "c": None}}
    valid = jsonschema.Draft202012Validator(schema).is_valid
    assert valid({**head, "spec": good})
    for change in ({"sizes": [0]}, {"word": "three"}, {"notes": {"a": 1}}, {"other": 1}, {"sizes": "1"}):
        assert not valid({**head, "spec": {**good, **change}}), change
    assert not valid({**head, "spec": {"word": "one"}})
    assert not valid(head)
    assert not valid({**head, "apiVersion": "a/v2", "spec": good})


def test_rows_are_written_as_they_are_read(tmp_path: Path) -> None:
    for path in FOLDER.glob("*_fields.csv"):
        rows = read_field_rows(path)
        assert rows and len({(r.api, r.kind, r.field) for r in rows}) == len(rows), path
    broken = tmp_path / "x_fields.csv"
    broken.write_text("api,kind,field,type,required,allowed,limits\na/v1,T,spec,object,maybe,,\n")
    with pytest.raises(TableError, match="spec: required is `yes` or empty"):
        read_field_rows(broken)


def test_catalogue_knows_the_release() -> None:
    facts = catalogue()
    assert facts.flags["--max-num-queued-reqs"] == "int"
    assert facts.flags["--custom-histogram-buckets"] == "json"
    assert facts.flags["--enable-prefix-caching"] == "bool"
    assert facts.metrics["vllm:num_requests_waiting"].series("vllm:num_requests_waiting") == (
        "vllm:num_requests_waiting",
    )
    assert "vllm:gpu_cache_usage_perc" not in facts.metrics
    assert facts.edges["time_to_first_token"][:2] == ("0.001", "0.005") and "1.0" in facts.edges["time_to_first_token"]
    assert facts.triggers["prometheus"].required == {"serverAddress", "query", "threshold"}
    assert facts.gpu_labels["NVIDIA-H100-80GB-HBM3"] > 80e9


def test_core_kinds_are_those_of_each_version() -> None:
    assert all(core_validator(v, "apps/v1", "Deployment") for v in VERSIONS)
    assert core_validator("1.37", "autoscaling/v2beta2", "HorizontalPodAutoscaler") is None
    assert core_validator("1.37", "v1", "../../secret") is None


def test_a_damaged_copy_leaves_the_object_alone() -> None:
    _, found = next(custom_objects())
    before = copy.deepcopy(found)
    assert len(list(damaged(found["spec"]))) > 10
    assert found == before
