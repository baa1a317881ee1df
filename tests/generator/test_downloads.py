"""The published files: complete, exact, listed with their true checksums, and free text only where it may be shared."""

import csv
import hashlib
import io
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from generator.render.api_table import ApiTable, Column, csv_bytes, json_bytes, json_schema
from generator.render.downloads import download_files
from generator.render.pages import downloads
from generator.render.price_tables import offers_table
from generator.render.sku_table import SKU_COLUMNS, skus_table
from generator.render.templates import article_of, environment
from generator.sync.statements import FIELDS
from tests.generator.tool_site import tool_site
from tests.generator.trust_site import PRICE_PAGE, trust_site
from wasm_tools.planner import ranking_record
from wasm_tools.pricing.meters import price_text
from wasm_tools.pricing.offers import evidence_text

TEMPLATES = Path(__file__).parents[2] / "site_templates" / "pages"


@cache
def files() -> dict[str, bytes]:
    return dict(download_files(tool_site()))


def record(name: str) -> Any:
    return json.loads(files()[f"api/v1/{name}"])


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files()[f"api/v1/{name}"].decode())))


def test_every_promised_file_is_there() -> None:
    names = {path.removeprefix("api/v1/") for path in files()}
    promised = {
        "offers.csv", "offers.json", "skus.csv", "skus.json", "schemas/skus.schema.json", "gpu_offers.csv",
        "benchmarks.csv", "models.json", "providers.json", "gpus.json", "sources.json", "health.json", "parity.csv",
        "accuracy.json",
        "index.json", "SHA256SUMS", "profiles.json", "slo_classes.json", "loads.json", "use_cases.json", "units.json",
        "schemas/offers.schema.json",
    }  # fmt: skip
    assert promised <= names
    data = tool_site()
    assert {f"plans/{cell.path}.{ending}" for cell in data.results.cells for ending in ("json", "csv")} <= names
    assert {f"use-cases/{case.case.id}.{ending}" for case in data.results.cases for ending in ("json", "csv")} <= names


def test_every_offer_is_published_exactly() -> None:
    expected = sorted((o.provider, o.sku, str(o.meter), o.region, price_text(o.price)) for o in tool_site().offers)
    told = rows("offers.csv")
    keys = ("provider", "sku", "meter", "region", "price")
    assert sorted(tuple(row[k] for k in keys) for row in told) == expected
    whole = record("offers.json")
    assert [dict(zip(whole["columns"], row, strict=True)) for row in whole["rows"]] == told


def test_an_offer_says_what_each_source_said_and_when() -> None:
    data = tool_site()
    o = next(o for o in data.offers if len(o.evidence) > 1 and str(o.meter) == "output.text.token")
    (row,) = [
        r for r in rows("offers.csv") if (r["provider"], r["sku"], r["meter"]) == (o.provider, o.sku, str(o.meter))
    ]
    read_on = {e.source: data.state.snapshots[e.source].observed_at for e in o.evidence}
    assert row["evidence"] == evidence_text(o.evidence)
    assert row["observed"] == " ".join(f"{source}={day}" for source, day in sorted(read_on.items()))
    assert row["observed_at"] == max(read_on[e.source] for e in o.evidence if e.price == o.price)
    assert row["unit_label"] == "1M tokens"
    assert row["currency"] == "USD"
    assert row["grade"] in {"A", "B", "C", "D"}


def test_free_text_of_a_facts_only_source_is_not_passed_on() -> None:
    data = tool_site()
    o = data.offers[0]
    noted = [
        replace(o, sku="facts", note="their words", evidence=(replace(o.evidence[0], source="openrouter"),)),
        replace(o, sku="open", note="their words", evidence=(replace(o.evidence[0], source="litellm"),)),
    ]
    table = offers_table(replace(data, offers=tuple(noted)))
    notes = {row[table.names.index("sku")]: row[table.names.index("note")] for row in table.rows}
    assert data.registry.source["openrouter"].share == "facts", "the test needs a facts-only source"
    assert notes == {"facts": "", "open": "their words"}


def test_a_converted_offer_keeps_the_price_and_the_currency_of_the_vendor() -> None:
    table = offers_table(trust_site())
    told = [dict(zip(table.names, row, strict=True)) for row in table.rows]
    listed = {(r["currency_listed"], r["price_listed"], r["price"], r["currency"]) for r in told if r["price_listed"]}
    assert listed == {("CNY", "6.818", "1", "USD"), ("CNY", "68.18", "10", "USD")}
    assert {r["region"] for r in told if r["currency_listed"]} == {"china"}


def test_what_is_known_of_an_id_is_published_with_its_sources() -> None:
    table = skus_table(trust_site())
    told = {(r["provider"], r["sku"]): r for r in (dict(zip(table.names, row, strict=True)) for row in table.rows)}
    row = told["hostly", "openlab/open-70b"]
    assert (row["model"], row["prices"], row["context"], row["max_output"]) == ("open-70b", 3, 131_072, 262_144)
    assert (row["requests_per_minute"], row["tokens_per_minute"]) == (500, None)
    assert (row["quantization"], row["uptime"], row["observed_requests"]) == ("fp8", 0.9973, 1286)
    assert row["flags"] == "output_longer_than_context"
    assert "context=litellm" in str(row["sources"]).split()
    assert "quantization=openrouter" in str(row["sources"]).split()
    assert row["price_pages"] == f"litellm={PRICE_PAGE}"
    assert told["unlisted-host", "open-70b"]["flags"] == "retired deprecated"
    assert told["hostly", "tiny-1b"]["flags"] == "dead"
    assert told["openlab", "open-70b"]["alias_of"] == "open-70b-2026"


def test_every_fact_of_an_id_has_a_column() -> None:
    assert set(FIELDS) - {"source_url"} <= {c.name for c in SKU_COLUMNS}


def test_the_plans_of_a_cell_are_those_of_the_planner() -> None:
    for cell in tool_site().results.cells:
        published = record(f"plans/{cell.path}.json")
        for minimum, ranking in cell.rankings.items():
            computed = ranking_record(ranking)
            plans = [
                {k: v for k, v in p.items() if not k.endswith("manifest")}
                for p in published["classes"][minimum]["plans"]
            ]
            assert plans == computed["plans"]
            assert published["classes"][minimum]["excluded"] == computed["excluded"]
        told = rows(f"plans/{cell.path}.csv")
        assert [(r["minimum_class"], r["rank"], r["id"], r["usd_per_month"]) for r in told] == [
            (minimum, str(p["rank"]), p["id"], p["usd_per_month"])
            for minimum in cell.rankings
            for p in published["classes"][minimum]["plans"]
        ]


def test_a_plan_without_measured_times_has_empty_cells_and_not_zeros() -> None:
    told = [r for r in rows("plans/512-256/conversational/1.csv") if r["kind"] == "api"]
    assert told
    assert {(r["ttft_ms"], r["ttft_band_low"], r["e2e_ms"], r["replicas"]) for r in told} == {("", "", "", "")}


def test_a_band_and_the_answers_of_a_plan_are_in_its_row() -> None:
    ranking = next(c for c in tool_site().results.cells if c.path == "512-256/conversational/1").rankings["medium"]
    plan = next(p for _, p in ranking.plans if p.id == ranking.recommended)
    assert plan.prediction is not None and plan.capacity is not None
    told = [r for r in rows("plans/512-256/conversational/1.csv") if r["minimum_class"] == "medium"]
    (row,) = [r for r in told if r["id"] == plan.id]
    low, high = plan.prediction.ttft_band
    assert float(row["ttft_band_low"]) == pytest.approx(low)
    assert float(row["ttft_band_high"]) == pytest.approx(high)
    assert (row["percentile"], row["slo"], row["binds"]) == ("95", plan.slo, plan.binds)
    assert "recommended" in row["answers"].split()
    assert row["scaling"] == plan.capacity.rule
    assert row["assumptions"] == "; ".join(plan.assumptions)
    assert "single source=0.05" in row["risks"]


def test_every_provider_has_one_reason_for_each_class() -> None:
    data = tool_site()
    catalogue = data.results.catalogue
    providers = sorted({r.provider for r in catalogue.rates} | {r.provider for r in catalogue.rentals})
    for cell in data.results.cells:
        told = rows(f"plans/{cell.path}/provider_diagnostics.csv")
        assert [(r["minimum_class"], r["provider"]) for r in told] == [(c, p) for c in cell.rankings for p in providers]
        assert {r["status"] for r in told} <= {"included", "excluded", "not_selected"}
        listed = {(c, p.provider) for c, ranking in cell.rankings.items() for _, p in ranking.plans}
        included = {(r["minimum_class"], r["provider"]) for r in told if r["status"] == "included"}
        assert included == {(c, p) for c, p in listed if p in providers}
    for case in data.results.cases:
        assert len(rows(f"use-cases/{case.case.id}/provider_diagnostics.csv")) == len(providers)


def test_the_index_lists_every_file_with_its_true_size_and_checksum() -> None:
    listed = {r["path"]: r for r in record("index.json")["resources"]}
    others = {p.removeprefix("api/v1/"): b for p, b in files().items()}
    assert set(listed) == set(others) - {"index.json", "SHA256SUMS"}
    for path, resource in listed.items():
        assert resource["bytes"] == len(others[path])
        assert resource["hash"] == f"sha256:{hashlib.sha256(others[path]).hexdigest()}"
    assert listed["offers.csv"]["rows"] == len(tool_site().offers)
    price = next(f for f in listed["offers.csv"]["fields"] if f["name"] == "price")
    assert price["unit"] == "USD per unit_label"


def test_the_checksum_file_is_right_about_every_file() -> None:
    lines = files()["api/v1/SHA256SUMS"].decode().splitlines()
    told = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    expected = {
        p.removeprefix("api/v1/"): hashlib.sha256(b).hexdigest() for p, b in files().items() if "SHA256SUMS" not in p
    }
    assert told == expected


def test_the_page_lists_the_files_with_their_checksums() -> None:
    (page,) = downloads.pages(tool_site())
    html = article_of(environment(TEMPLATES), "2026-11-20")(page)
    for name in ("offers.csv", "offers.json", "gpu_offers.csv", "benchmarks.csv", "models.json", "parity.csv"):
        assert f'href="../api/v1/{name}"' in html
        assert hashlib.sha256(files()[f"api/v1/{name}"]).hexdigest() in html
    for cell in tool_site().results.cells:
        assert f'href="../api/v1/plans/{cell.path}.csv"' in html


def test_every_link_of_the_page_leads_to_a_published_file() -> None:
    (page,) = downloads.pages(tool_site())
    html = article_of(environment(TEMPLATES), "2026-11-20")(page)
    linked = {part.partition('"')[0] for part in html.split('href="../api/v1/')[1:]}
    assert linked <= {p.removeprefix("api/v1/") for p in files()}


def test_the_same_data_give_the_same_bytes() -> None:
    again = replace(tool_site())
    assert dict(download_files(again)) == files()


TABLE = ApiTable(
    "t",
    "T",
    "A table.",
    (Column("id", "text", "id"), Column("n", "integer", "a count"), Column("yes", "boolean", "whether")),
    [("a", 1, True), ("b", None, None)],
)


def test_missing_cells_are_empty_in_csv_and_null_in_json() -> None:
    assert csv_bytes(TABLE) == b"id,n,yes\na,1,true\nb,,\n"
    assert json.loads(json_bytes(TABLE, "2026-11-20"))["rows"] == [["a", 1, True], ["b", None, None]]


def test_schemas_describe_the_files_beside_them() -> None:
    for path in files():
        if not path.endswith(".schema.json"):
            continue
        name = path.rpartition("/")[2].removesuffix(".schema.json")
        schema, body = record(f"schemas/{name}.schema.json"), record(f"{name}.json")
        assert set(schema["required"]) == set(body)
        if "items" in body:
            fields = schema["properties"]["items"]["items"]["properties"]
            assert all(set(item) == set(fields) for item in body["items"])
        else:
            assert schema["properties"]["columns"]["const"] == body["columns"]
            kinds = [c["type"] for c in schema["properties"]["rows"]["items"]["prefixItems"]]
            assert all(fits(cell, kind) for row in body["rows"] for cell, kind in zip(row, kinds, strict=True))


def fits(cell: object, kind: str | list[str]) -> bool:
    names = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
    allowed = [kind] if isinstance(kind, str) else kind
    return names[type(cell)] in allowed or (isinstance(cell, int) and "number" in allowed)


def test_a_schema_refuses_a_row_that_is_too_short() -> None:
    row = json_schema(TABLE, objects=False)["properties"]["rows"]["items"]
    assert row["minItems"] == row["maxItems"] == 3


@pytest.mark.parametrize("name", ["models.json", "providers.json", "gpus.json", "sources.json"])
def test_registries_are_objects_by_column(name: str) -> None:
    items = record(name)["items"]
    assert items
    assert all(isinstance(item, dict) for item in items)
