"""Every published JSON file fits its schema, every schema describes all that its file holds, and a wrong file fails."""

import copy
import json
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from generator.render.api_table import KINDS, ApiTable, Column
from generator.render.downloads import api_files, download_files
from generator.render.registry_columns import CASE_COLUMNS, LOAD_COLUMNS, PROFILE_COLUMNS, SLO_COLUMNS
from generator.render.schemas import TYPES, json_schema, table_model
from tests.generator.trust_site import trust_site

# Their form is that of others: Data Package has a schema of its own.
FOREIGN = {"datapackage.json", "sbom.json"}  # by the schemas of their standards, which other tests hold them to


@cache
def files() -> dict[str, bytes]:
    return {path.removeprefix("api/v1/"): body for path, body in download_files(trust_site())}


@cache
def schema_of() -> dict[str, str]:
    """The schema of each JSON file, as the files themselves are published."""
    told = {f.name: f.schema.removeprefix("api/v1/") for f in api_files(trust_site()) if f.schema}
    return told | {"index.json": "schemas/index.schema.json"}


@cache
def schema(path: str) -> dict[str, Any]:
    return json.loads(files()[path])  # type: ignore[no-any-return]


def json_files() -> list[str]:
    return sorted(p for p in files() if p.endswith(".json") and not p.endswith(".schema.json") and p not in FOREIGN)


def faults(path: str, record: Any = None) -> list[str]:
    validator = Draft202012Validator(schema(schema_of()[path]))
    body = json.loads(files()[path]) if record is None else record
    return [f"{path} {list(e.absolute_path)}: {e.message[:200]}" for e in validator.iter_errors(body)]


def test_every_json_file_has_a_schema_that_is_published() -> None:
    assert [p for p in json_files() if p not in schema_of()] == []
    assert set(schema_of().values()) == {p for p in files() if p.endswith(".schema.json")}


def test_every_json_file_fits_its_schema() -> None:
    assert [fault for path in json_files() for fault in faults(path)] == []


def test_a_schema_is_one_and_describes_every_field() -> None:
    paths = [p for p in files() if p.endswith(".schema.json")]
    assert len(paths) > 20
    for path in paths:
        Draft202012Validator.check_schema(schema(path))
        assert list(undescribed(schema(path), path)) == []


def undescribed(node: Any, place: str) -> Any:
    if isinstance(node, dict):
        for name, field in node.get("properties", {}).items():
            if not field.get("description"):
                yield f"{place}.{name}"
        for n, cell in enumerate(node.get("prefixItems", ())):
            if not cell.get("description") and "const" not in cell and "prefixItems" in node and place.endswith("rows"):
                yield f"{place}[{n}]"
        for key, child in node.items():
            yield from undescribed(child, f"{place}/{key}")
    elif isinstance(node, list):
        for child in node:
            yield from undescribed(child, place)


@pytest.mark.parametrize("path", ["models/open-70b.json", "providers/hostly.json", "gpus/h100-sxm.json"])
def test_a_record_holds_exactly_what_its_schema_names(path: str) -> None:
    record, told = json.loads(files()[path]), schema(schema_of()[path])
    assert set(record) == set(told["properties"]) == set(told["required"])
    assert set(record["facts"]) == set(told["$defs"]["Facts"]["properties"])
    for name, rows in record.items():
        if isinstance(rows, list) and rows:
            reference = told["properties"][name]["items"]["$ref"].rpartition("/")[2]
            assert set(rows[0]) == set(told["$defs"][reference]["properties"])


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("models/open-70b.json", lambda r: r["offers"][0].update(price=0.45)),
        ("models/open-70b.json", lambda r: r["offers"][0].update(price="$0.45")),
        ("models/open-70b.json", lambda r: r["offers"][0].pop("grade")),
        ("models/open-70b.json", lambda r: r.update(kind="gpu")),
        ("gpus/h100-sxm.json", lambda r: r["facts"].update(memory_bytes="80 GB")),
        ("offers.json", lambda r: r["rows"][0].pop()),
        ("offers.json", lambda r: r["columns"].reverse()),
        ("models.json", lambda r: r["items"][0].update(released="last year")),
        ("health.json", lambda r: r["sources"][0].update(age_days="old")),
    ],
)
def test_a_wrong_file_does_not_fit(path: str, change: Any) -> None:
    record = copy.deepcopy(json.loads(files()[path]))
    assert faults(path, record) == []
    change(record)
    assert faults(path, record)


def test_every_kind_of_column_has_a_type() -> None:
    assert set(TYPES) == set(KINDS)


def test_the_tables_of_the_grid_have_every_field_of_the_registry() -> None:
    registry = trust_site().registry
    for columns, row in (
        (PROFILE_COLUMNS, registry.profiles[0]),
        (SLO_COLUMNS, registry.slo_classes[0]),
        (LOAD_COLUMNS, registry.loads[0]),
        (CASE_COLUMNS, registry.use_cases[0]),
    ):
        assert [c.name for c in columns] == list(type(row).model_fields)


def test_a_new_column_reaches_the_schema_with_its_description_and_unit() -> None:
    table = ApiTable("t", "T", "A table.", (Column("n", "integer", "how many", "stones"),), [(1,)])
    row = json_schema(table_model(table, objects=True))["$defs"]["Row"]
    assert row["properties"]["n"]["description"] == "how many (stones)"
