"""Everything at once: Parquet says what the CSV says, the archive is whole and the same each time, and a reader of the
earlier system's files reads ours."""

import csv
import hashlib
import io
import json
import zipfile
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow as pa
import pytest
from pyarrow import parquet

from generator.compat_tables import catalogue_row, inference_atlas_catalogue_tables
from generator.places import checkout
from generator.render.api_table import ApiTable, Column
from generator.render.bulk.earlier_layout import layout_of
from generator.render.bulk.parquet import parquet_bytes
from generator.render.downloads import download_files
from generator.tables import TableError
from tests.generator.tool_site import tool_site
from wasm_tools.compat.inference_atlas_catalogue import CatalogueRequest, rank_offers

SCHEMA = "raw.githubusercontent.com/jayeshsuyal/InferenceAtlas/main/data/catalog_v2/pricing_catalog.schema.json"
KINDS = ("text", "date", "decimal", "integer", "number", "boolean")


@cache
def files() -> dict[str, bytes]:
    return {path.removeprefix("api/v1/"): body for path, body in download_files(tool_site())}


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files()[name].decode())))


def table(*row: Any) -> ApiTable:
    columns = tuple(Column(kind, kind, f"a {kind}", "USD" if kind == "decimal" else "") for kind in KINDS)
    return ApiTable("t", "T", "A table.", columns, [row])


def read(body: bytes) -> pa.Table:
    return parquet.read_table(io.BytesIO(body))


def test_every_kind_of_cell_keeps_its_value_and_type() -> None:
    found = read(parquet_bytes(table("a", "2026-11", "0.1", 3, 0.25, True)))
    assert found.to_pylist() == [
        {"text": "a", "date": "2026-11", "decimal": Decimal("0.1"), "integer": 3, "number": 0.25, "boolean": True}
    ]
    assert str(found.schema.field("decimal").type) == "decimal128(38, 18)"
    assert found.schema.field("decimal").metadata[b"description"] == b"a decimal (USD)"


def test_what_is_missing_is_null_and_not_nothing_or_zero() -> None:
    (row,) = read(parquet_bytes(table("", "", "", None, None, None))).to_pylist()
    assert set(row.values()) == {None}


@pytest.mark.parametrize("bad", [("a", "", "a lot", 1, 1.0, True), ("a", "", "1", "1.5", 1.0, True)])
def test_cell_of_another_kind_is_refused(bad: tuple[Any, ...]) -> None:
    with pytest.raises((ArithmeticError, ValueError)):
        parquet_bytes(table(*bad))


@pytest.mark.parametrize("name", ["offers", "gpu_offers", "benchmarks", "token_prices"])
def test_parquet_says_what_the_csv_says(name: str) -> None:
    found, said = read(files()[f"{name}.parquet"]), rows(f"{name}.csv")
    assert found.num_rows == len(said)
    assert found.column_names == list(said[0])
    for column in found.schema:
        for cell, text in zip(found[column.name].to_pylist(), (row[column.name] for row in said), strict=True):
            if cell is None:
                assert text == ""
            elif isinstance(cell, Decimal | int | float) and not isinstance(cell, bool):
                assert abs(Decimal(str(cell)) - Decimal(text)) <= Decimal("1e-18")
            else:
                assert str(cell).lower() == text.lower()


def test_every_plan_of_every_question_is_in_one_table() -> None:
    found = read(files()["plans_ranked.parquet"]).to_pylist()
    parts = [name for name in files() if name.endswith(".csv") and name.partition("/")[0] in ("plans", "use-cases")]
    parts = [name for name in parts if not name.endswith("provider_diagnostics.csv")]
    expected = {(name.removesuffix(".csv"), row["minimum_class"], row["id"]) for name in parts for row in rows(name)}
    assert expected
    assert {(row["question"], row["minimum_class"], row["id"]) for row in found} == expected


def packed() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(files()["atlas.zip"]))


def test_archive_holds_every_table_of_its_data_package_with_true_checksums() -> None:
    with packed() as archive:
        (top,) = {name.partition("/")[0] for name in archive.namelist()}
        held = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert top == f"inference-price-atlas-{tool_site().as_of}"
    package = json.loads(held["datapackage.json"])
    for resource in package["resources"]:
        assert f"sha256:{hashlib.sha256(held[resource['path']]).hexdigest()}" == resource["hash"]
    listed = dict(reversed(line.split("  ")) for line in held["SHA256SUMS"].decode().splitlines())
    assert listed == {n: hashlib.sha256(b).hexdigest() for n, b in held.items() if n != "SHA256SUMS"}
    tables = {name for name in files() if name.endswith(".csv") and "/" not in name}
    assert tables <= set(held)
    assert {"README.txt", "LICENSE.txt", "NOTICE.txt", "ATTRIBUTION.md", "health.json", "accuracy.json"} <= set(held)


def test_archive_is_the_same_each_time() -> None:
    from dataclasses import replace

    again = dict(download_files(replace(tool_site())))
    assert again["api/v1/atlas.zip"] == files()["atlas.zip"]
    assert again["api/v1/offers.parquet"] == files()["offers.parquet"]


def catalogue() -> dict[str, Any]:
    record: dict[str, Any] = json.loads(files()["inference-atlas/pricing_catalog.json"])
    return record


def test_reader_of_the_earlier_catalogue_reads_and_ranks_ours() -> None:
    tables = inference_atlas_catalogue_tables(checkout().registry)
    read_rows = [catalogue_row(row, tables) for row in catalogue()["rows"]]
    ranked, _ = rank_offers(read_rows, CatalogueRequest("llm"), tables)
    assert ranked and all(o.comparator > 0 for o in ranked)


def test_earlier_layout_keeps_the_price_of_the_offer() -> None:
    offers = {(o["provider"], o["sku"], o["meter"], o["region"]): o for o in rows("offers.csv")}
    theirs = layout_of(checkout().registry / "compat" / "inference_atlas_layout.toml").providers
    units = {"llm": Decimal(1), "speech_to_text": Decimal(1) / 60}
    seen = set()
    for workload, scale in units.items():
        for row in rows(f"inference-atlas/{workload}_pricing_catalog.csv"):
            sku, meter = row["sku_key"].rsplit(":", 1)
            provider = {name: ours for ours, name in theirs.items()}.get(row["provider"], row["provider"])
            offer = offers[provider, sku, meter, row["region"]]
            assert abs(Decimal(row["unit_price_usd"]) - Decimal(offer["price"]) * scale) < Decimal("1e-12")
            seen.add(workload)
    assert seen == set(units)


@pytest.mark.mirror
def test_earlier_catalogue_keeps_the_schema_that_lies_beside_the_original(mirror: Path) -> None:
    jsonschema.validate(catalogue(), json.loads((mirror / SCHEMA).read_bytes()))


def test_ranked_results_have_its_columns_and_our_plans() -> None:
    found = rows("inference-atlas/chatbot/ranked_results.csv")
    ours = rows("use-cases/chatbot.csv")
    assert [row["offering_id"] for row in found] == [row["id"] for row in ours]
    assert list(found[0])[:7] == [
        "rank", "provider_id", "provider_name", "offering_id", "billing_mode", "confidence", "monthly_cost_usd",
    ]  # fmt: skip
    for row, plan in zip(found, ours, strict=True):
        cost = Decimal(plan["usd_per_month"])
        assert abs(Decimal(row["score"]) - cost * (1 + Decimal(plan["risk"]))) <= Decimal("0.01") * (1 + cost / 1000)


def test_broken_layout_is_named(tmp_path: Path) -> None:
    path = tmp_path / "layout.toml"
    path.write_text("[[unit]]\nworkload = 'llm'\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"layout\.toml.*'unit'"):
        layout_of(path)
