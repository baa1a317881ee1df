"""The published files: complete, exact, listed with their true checksums, and free text only where it may be shared."""

import csv
import gzip
import hashlib
import io
import json
import re
import tomllib
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from generator.places import checkout
from generator.render.api_table import ApiTable, Column, csv_bytes, json_bytes
from generator.render.downloads import download_files
from generator.render.pages import downloads
from generator.render.price_tables import offers_table
from generator.render.records.published import offer_part
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
        "schemas/offers.schema.json", "datapackage.json", "ATTRIBUTION.md", "LICENSE.txt", "NOTICE.txt",
        *(
            f"{name}.{ending}"
            for name in (
                "models", "providers", "gpus", "profiles", "slo_classes", "loads", "use_cases", "units", "sources",
                "plans", "open_models", "quality_scores", "weights", "health", "offers", "skus", "gpu_offers",
                "benchmarks",
            )
            for ending in ("csv", "json")
        ),
        "models/open-70b.json", "providers/hostly.json", "providers/hostly.csv", "providers/neocloud-gpus.csv",
        "gpus/h100-sxm.json",
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


def test_published_weights_are_those_that_the_planner_computes_with() -> None:
    catalogue, told = tool_site().results.catalogue, record("weights.json")["items"]
    of_cases = {(w["of"], w["name"]): w["weight"] for w in told if w["kind"] == "benchmark"}
    assert of_cases == {(c.use_case, n): w for c in catalogue.quality.use_cases.values() for n, w in c.weights}
    reviewed = tomllib.loads((checkout().registry / "quality_benchmarks.toml").read_text(encoding="utf-8"))
    assert of_cases == {(c["id"], n): w for c in reviewed["use_case"] for n, w in c["weights"]}
    balanced = {w["name"]: w["weight"] for w in told if (w["kind"], w["of"]) == ("priority", "balanced")}
    assert balanced == asdict(catalogue.policy.priorities["balanced"])


def test_the_list_of_plan_files_names_each_with_its_answer() -> None:
    listed = record("plans.json")["items"]
    for row in listed:
        plans = record(row["json_file"])
        ranking = plans["classes"][row["minimum_class"]] if "classes" in plans else plans
        assert (row["recommended"], row["possible"]) == (ranking["recommended"], ranking["possible"])
        answer = [p["usd_per_month"] for p in ranking["plans"] if p["id"] == ranking["recommended"]]
        assert [row["usd_per_month"]] == (answer or [""])
    data = tool_site()
    assert len(listed) == sum(len(c.rankings) for c in data.results.cells) + len(data.results.cases)


def test_a_provider_has_all_its_prices_in_one_file() -> None:
    told = rows("providers/hostly.csv")
    assert told == [r for r in rows("offers.csv") if r["provider"] == "hostly"]
    assert rows("providers/neocloud-gpus.csv") == [r for r in rows("gpu_offers.csv") if r["provider"] == "neocloud"]


def test_a_record_has_units_grades_evidence_and_links_that_lead_somewhere() -> None:
    model = record("models/open-70b.json")
    assert model["as_of"] == "2026-11-20"
    assert model["units"]["facts"]["context"] == "tokens"
    (price,) = [o for o in model["offers"] if (o["provider"], o["meter"]) == ("hostly", "output.text.token")]
    assert (price["price"], price["unit_label"], price["grade"]) == ("0.142857", "1M tokens", price["grade"])
    assert price["evidence"] == "genai-prices=0.2 litellm=0.142857"
    assert {s["id"] for s in model["sources"]} == {"genai-prices", "litellm"}
    assert model["links"] == {
        "page": "../../../models/open-70b/",
        "markdown": "../../../models/open-70b/index.md",
        "schema": "../schemas/model.schema.json",
    }
    assert record("providers/hostly.json")["links"]["offers_csv"] == "hostly.csv"
    assert record("models.json")["items"][0]["record"] in {p.removeprefix("api/v1/") for p in files()}


def test_a_price_of_many_regions_is_said_once() -> None:
    table = offer_part(
        [r for r in offers_table(trust_site()).rows if (r[0], r[1]) == ("openlab", "tiny-1b")], "provider"
    )
    told = [dict(zip(table.names, row, strict=True)) for row in table.rows]
    assert [(r["regions"], r["price"]) for r in told] == [
        ("au|eu|global|jp|us", "0.05"),
        ("au|eu|global|jp|us", "0.06"),
    ]


def test_the_data_package_describes_every_table_truly() -> None:
    package = record("datapackage.json")
    assert package["$schema"].endswith("/2.0/datapackage.json")
    assert [x["name"] for x in package["licenses"]] == ["Apache-2.0"]
    assert {s["title"] for s in package["sources"]} == {s.title for s in tool_site().registry.sources}
    names = [r["name"] for r in package["resources"]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[-a-z0-9._/]+", name) for name in names)
    for resource in package["resources"]:
        body = files()[f"api/v1/{resource['path']}"]
        assert (resource["bytes"], resource["hash"]) == (len(body), f"sha256:{hashlib.sha256(body).hexdigest()}")
        if resource["format"] == "csv" and resource["path"] != "parity.csv":
            header = body.decode().partition("\n")[0].split(",")
            assert [f["name"] for f in resource["schema"]["fields"]] == header
            assert all(f["description"] for f in resource["schema"]["fields"])


def test_the_attribution_names_every_source_with_its_words() -> None:
    text = files()["api/v1/ATTRIBUTION.md"].decode()
    for s in tool_site().registry.sources:
        assert s.attribution in text
        assert s.homepage in text
    assert "figures only" in text
    assert files()["api/v1/LICENSE.txt"] == (checkout().root / "LICENSE").read_bytes()


def test_the_plans_of_a_cell_are_those_of_the_planner() -> None:
    for cell in tool_site().results.cells:
        published = record(f"plans/{cell.path}.json")
        for minimum, ranking in cell.rankings.items():
            computed = ranking_record(ranking)
            plans = [
                {k: v for k, v in p.items() if not k.endswith(("manifest", "bundle"))}
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
    index = record("index.json")
    listed = {r["path"]: r for r in index["resources"]}
    everything = {p.removeprefix("api/v1/"): b for p, b in files().items()}
    packed = {p for p in everything if p.removesuffix(".gz") in everything and p.endswith(".gz")}
    others = {p: b for p, b in everything.items() if p not in packed}
    forms = {c["path"]: [p for p in others if fits_form(p, c["path"])] for c in index["collections"]}
    assert {c["path"]: c["files"] for c in index["collections"]} == {form: len(found) for form, found in forms.items()}
    collected = {path for found in forms.values() for path in found}
    assert set(listed) == set(others) - {"index.json", "SHA256SUMS"} - collected
    for path, resource in listed.items():
        assert resource["bytes"] == len(others[path])
        assert resource["hash"] == f"sha256:{hashlib.sha256(others[path]).hexdigest()}"
    assert listed["offers.csv"]["rows"] == len(tool_site().offers)
    price = next(f for f in listed["offers.csv"]["fields"] if f["name"] == "price")
    assert price["unit"] == "USD per unit_label"


def test_the_plans_that_the_planner_reads_are_there_packed_too() -> None:
    made = files()
    plans = [p for p in made if p.startswith(("api/v1/plans/", "api/v1/use-cases/")) and p.endswith(".json")]
    assert plans
    for path in plans:
        assert gzip.decompress(made[path + ".gz"]) == made[path]


def fits_form(path: str, form: str) -> bool:
    before, _, after = form.partition("{id}")
    middle = path.removeprefix(before).removesuffix(after)
    rentals = path.endswith("-gpus.csv") != form.endswith("-gpus.csv")
    return path.startswith(before) and path.endswith(after) and "/" not in middle and not rentals


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


@pytest.mark.parametrize("name", ["models.json", "providers.json", "gpus.json", "sources.json"])
def test_registries_are_objects_by_column(name: str) -> None:
    items = record(name)["items"]
    assert items
    assert all(isinstance(item, dict) for item in items)
