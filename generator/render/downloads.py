"""The files under /api/v1/: prices, plans, registries, records, manifests, with an index, schemas and checksums."""

import gzip
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from generator.benchmarks.community import load_community
from generator.health import health_report
from generator.places import checkout
from generator.precompute.grid import Cell
from generator.precompute.run import case_record, cell_record
from generator.regions.tables import region_tables
from generator.render.api_file import API, ApiFile, table_file
from generator.render.api_table import ApiTable, compact_json, csv_bytes, json_bytes, objects_bytes
from generator.render.bulk.earlier_layout import DIAGNOSES as EARLIER_DIAGNOSES
from generator.render.bulk.earlier_layout import PLANS as EARLIER_PLANS
from generator.render.bulk.earlier_layout import earlier_files
from generator.render.bulk.files import bulk_files
from generator.render.bundles import SINGLE_FILES, bundle_files, bundle_table
from generator.render.change_index import change_index
from generator.render.charts.book import chart_book
from generator.render.charts.earlier_ids import earlier_charts, payload
from generator.render.charts.files import charts_index, entity_csv, entity_record
from generator.render.charts.views import CHARTS
from generator.render.data_package import LICENCE_NOTE, package_file, term_files
from generator.render.explorer.token_table import token_prices_table
from generator.render.history_files import history_index, history_tables
from generator.render.index_tables import index_tables
from generator.render.manifests import manifest_files
from generator.render.once import once
from generator.render.open_plans import open_models_table
from generator.render.page import SiteData
from generator.render.plan_tables import diagnostics_table, question_tables, rankings_of, with_manifests
from generator.render.price_tables import disputes_table, points_table, quarantine_table
from generator.render.record_models import MODELS
from generator.render.records.all_records import records_of
from generator.render.records.entity import EntityRecord, entity_json, entity_model
from generator.render.records.gpu_records import GPU_FACTS, GPU_TABLES
from generator.render.records.model_records import MODEL_TABLES
from generator.render.records.provider_records import PROVIDER_TABLES
from generator.render.region_rows import regions_of
from generator.render.registry_columns import MODEL_COLUMNS, PROVIDER_COLUMNS
from generator.render.registry_tables import registry_tables
from generator.render.schemas import json_schema, table_model
from generator.render.site_index import site_index
from generator.render.workload_files import left_out_table, relaxed_table, workload_tables
from wasm_tools.outcomes.fields import SCHEMA as OUTCOME_SCHEMA
from wasm_tools.planner.diagnostics import Diagnosis

# The records that have a file each: their folder, what a file holds, its facts and its tables.
KINDS = (
    ("models", "A model with every current price.", MODEL_COLUMNS, MODEL_TABLES),
    ("providers", "A provider with what it sells.", PROVIDER_COLUMNS, PROVIDER_TABLES),
    ("gpus", "A GPU with every rental price.", GPU_FACTS, GPU_TABLES),
)


def bundle_group(kind: str) -> str:
    """The group of the published part of a plan's folder: the zip, or a file by its path."""
    return "deployment archives" if kind == "zip" else f"deployment files {kind}"


# Groups of files that the index names once, with {id} in their path, and the list of their ids.
COLLECTIONS = (
    ("models", "models/{id}.json", "models.json", "model"),
    ("providers", "providers/{id}.json", "providers.json", "provider"),
    ("provider prices", "providers/{id}.csv", "providers.json", ""),
    ("provider rentals", "providers/{id}-gpus.csv", "providers.json", ""),
    ("gpus", "gpus/{id}.json", "gpus.json", "gpu"),
    ("model charts", "charts/models/{id}.json", "models.json", "chart"),
    ("model charts points", "charts/models/{id}.csv", "models.json", ""),
    ("gpu charts", "charts/gpus/{id}.json", "gpus.json", "chart"),
    ("gpu charts points", "charts/gpus/{id}.csv", "gpus.json", ""),
    ("changes by day", "history/{id}.json", "history/index.json", "history"),
    ("changes by provider", "history/providers/{id}.json", "history/index.json", "history"),
    (EARLIER_PLANS, "inference-atlas/{id}/ranked_results.csv", "use_cases.json", ""),
    (bundle_group("zip"), "manifests/{id}.zip", "bundles.json", ""),
    *((bundle_group(path), f"manifests/{{id}}/{path}", "bundles.json", "") for path in SINGLE_FILES),
    (EARLIER_DIAGNOSES, "inference-atlas/{id}/provider_diagnostics.csv", "use_cases.json", ""),
)
BUNDLES_SAY = {"zip": "All files that deploy, watch and test one plan."}
BUNDLE_FILE_SAYS = "One file of a plan's deployment files."
GROUP_OF_CHARTS = {"models": "model charts", "gpus": "gpu charts"}
POINTS_SAY = "The points of the charts of a page."


def download_files(data: SiteData) -> Iterator[tuple[str, bytes]]:
    """Path relative to the site and content of every file under /api/v1/, the index and checksums last."""
    files = api_files(data)
    packed = [(f"{f.path}.gz", gzip.compress(f.body, mtime=0)) for f in files if is_read_by_planner(f)]
    yield from packed
    for file in files:
        yield file.path, file.body
    index = API + "index.json", compact_json(index_record(files, data))
    yield index
    listed = [(f.path, f.sha256) for f in files]
    listed += [(path, hashlib.sha256(body).hexdigest()) for path, body in (*packed, index)]
    yield API + "SHA256SUMS", "".join(f"{s}  {p.removeprefix(API)}\n" for p, s in sorted(listed)).encode()


def is_read_by_planner(file: ApiFile) -> bool:
    """Whether the planner's page reads the file: then it is there packed too, so that no host makes the page slow."""
    return file.group == "plans" and file.path.endswith(".json")


@once
def api_files(data: SiteData) -> tuple[ApiFile, ...]:
    """All files but index and checksums: the page of downloads and the files themselves both need them."""
    files = tuple(_api_files(data))
    return (*files, package_file(files, data), *bulk_files(files, data))


def _api_files(data: SiteData) -> Iterator[ApiFile]:
    published = records_of(data).published
    health = health_report(data.registry, data.state, data.as_of, checkout().registry)
    spreads, *places = region_tables(regions_of(data))
    for table in (
        published.offers, token_prices_table(data), published.skus, published.rentals, spreads, points_table(data),
        disputes_table(data), quarantine_table(data),
    ):  # fmt: skip
        yield from _by_columns(table, data, "prices")
    for table in (*workload_tables(data), left_out_table(data), relaxed_table(data)):
        yield from _by_columns(table, data, "workloads")
    for table in (
        *registry_tables(data),
        *index_tables(data, health),
        open_models_table(data),
        bundle_table(data),
        *places,
    ):
        group = "health" if table.name == "health" else "registries"
        yield table_file(table, "csv", csv_bytes(table), group)
        if group == "registries":
            schema = table_schema(table, objects=True)
            yield table_file(table, "json", objects_bytes(table, data.as_of), group, schema.path)
            yield schema
    yield ApiFile(
        API + "health.json",
        compact_json(health),
        "Health",
        "State of the sources, coverage, grades, disputes, and what does not fit together.",
        "health",
        schema=schema_path("health"),
    )
    yield ApiFile(
        API + "accuracy.json",
        compact_json({"as_of": data.as_of, **data.state.accuracy}),
        "Accuracy",
        "Predicted speed held against measurements that the calibration had not seen: errors as shares, bands, points.",
        "registries",
        schema=schema_path("accuracy"),
    )
    community = list(load_community(checkout().community).values())
    yield ApiFile(
        API + "community.json",
        compact_json({"as_of": data.as_of, "schema": OUTCOME_SCHEMA, "outcomes": community}),
        "Community",
        "Measurements that readers contributed, each with who measured and its licence.",
        "registries",
        schema=schema_path("outcome"),
    )
    parity = (checkout().registry / "parity.csv").read_bytes()
    yield ApiFile(
        API + "parity.csv",
        parity,
        "Parity",
        "Which features of the earlier systems the atlas has, row by row.",
        "registries",
        parity.count(b"\n") - 1,
    )
    yield from history_files(data)
    yield from plan_files(data)
    yield from record_files(data)
    yield from chart_files(data)
    yield from earlier_files(data)
    for path, text in manifest_files(data):
        yield ApiFile(path, text.encode(), "Manifest", "One deployable plan as a KServe InferenceService.", "manifests")
    for kind, path, body in bundle_files(data):
        yield ApiFile(path, body, "Deployment files", BUNDLES_SAY.get(kind, BUNDLE_FILE_SAYS), bundle_group(kind))
    yield from record_schemas()
    yield from term_files(data)


def _by_columns(table: ApiTable, data: SiteData, group: str) -> Iterator[ApiFile]:
    """A large table: CSV, JSON with the column names once, and its schema."""
    schema = table_schema(table, objects=False)
    yield table_file(table, "csv", csv_bytes(table), group)
    yield table_file(table, "json", json_bytes(table, data.as_of), group, schema.path)
    yield schema


def history_files(data: SiteData) -> Iterator[ApiFile]:
    """The recorded changes: their index, and the tables by day, by provider and by quarter."""
    changes = change_index(data)
    said = "What there is of the recorded changes: days with counts by kind, providers, quarters."
    body, schema = compact_json(history_index(changes)), schema_path("history-index")
    yield ApiFile(f"{API}history/index.json", body, "Changes", said, "history", schema=schema)
    tables = history_tables(changes)
    for group, found in (("changes by day", tables.days), ("changes by provider", tables.providers)):
        for table in found:
            yield table_file(table, "json", json_bytes(table, data.as_of), group, schema_path("history"))
    for table in tables.quarters:
        yield table_file(table, "csv", csv_bytes(table), "history")
    if tables.days:
        yield table_schema(replace(tables.days[0], name="history", title="Changes of prices"), objects=False)


def schema_path(name: str) -> str:
    """Where the schema of a file or of a kind of record lies."""
    return f"{API}schemas/{name}.schema.json"


def table_schema(table: ApiTable, objects: bool) -> ApiFile:
    """The JSON Schema of a table's JSON form."""
    body = compact_json(json_schema(table_model(table, objects)))
    says = f"JSON Schema: {table.title}."
    return ApiFile(schema_path(table.name), body, f"Schema of {table.name}.json", says, "schemas")


def record_schemas() -> Iterator[ApiFile]:
    """The schemas of records, plans, health, accuracy and the index."""
    models = dict(MODELS)
    for folder, says, facts, tables in KINDS:
        models[folder[:-1]] = entity_model(folder[:-1], says, facts, tables)
    for name, model in models.items():
        body = compact_json(json_schema(model))
        yield ApiFile(schema_path(name), body, f"Schema of {name}", "JSON Schema, made from its model.", "schemas")


def record_files(data: SiteData) -> Iterator[ApiFile]:
    """A JSON file for every model, provider and GPU, and all prices of a provider as CSV."""
    records = records_of(data)
    for model in records.models:
        yield _record_file(model, "models", data)
    for gpu in records.gpus:
        yield _record_file(gpu, "gpus", data)
    for provider in records.providers:
        yield _record_file(provider.record, "providers", data)
        for part in provider.parts:
            group = "provider rentals" if part.name.endswith("-gpus") else "provider prices"
            yield table_file(part, "csv", csv_bytes(part), group)


def _record_file(record: EntityRecord, group: str, data: SiteData) -> ApiFile:
    body, says = compact_json(entity_json(record, data.as_of)), record.document
    return ApiFile(says.path, body, says.title, says.description, group, schema=schema_path(record.kind))


def chart_files(data: SiteData) -> Iterator[ApiFile]:
    """The charts of each page as JSON, with figures for Plotly, and their points as CSV."""
    for entity, charts in chart_book(data).entities.items():
        title, points = f"Charts of {entity}", sum(c.rows for c in charts)
        body, says = compact_json(entity_record(charts)), "The charts of a page: summary, points, figure for Plotly."
        group = GROUP_OF_CHARTS.get(entity.partition("/")[0] if "/" in entity else "", "charts")
        yield ApiFile(f"{CHARTS}{entity}.json", body, title, says, group, schema=schema_path("chart"))
        yield ApiFile(f"{CHARTS}{entity}.csv", entity_csv(charts), title, POINTS_SAY, f"{group} points", points)
    index = compact_json(charts_index(chart_book(data).entities, data.as_of))
    says = "Which pages have which charts."
    yield ApiFile(f"{CHARTS}index.json", index, "Charts", says, "charts", schema=schema_path("charts-index"))
    for chart in earlier_charts(site_index(data)):
        body, schema = compact_json(payload(chart)), schema_path("earlier-chart")
        yield ApiFile(f"{CHARTS}{chart.id}.json", body, chart.title, chart.summary, "charts", schema=schema)


def plan_files(data: SiteData) -> Iterator[ApiFile]:
    """The plans of every cell and use case as JSON, which is what the planner page reads, and as CSV."""
    cells, cases = data.results.cells, data.results.cases
    tables = question_tables(data)
    for cell, table in zip(cells, tables[: len(cells)], strict=True):
        yield from _plan_pair(table, plans_record(data, cell), schema_path("plan"))
        yield _diagnoses(table, cell.diagnoses)
    for case, table in zip(cases, tables[len(cells) :], strict=True):
        record = with_manifests({"as_of": data.as_of, **case_record(case)}, rankings_of(case), data)
        yield from _plan_pair(table, record, schema_path("use-case"))
        yield _diagnoses(table, {case.workload.minimum_class: case.diagnoses})


def plans_record(data: SiteData, cell: Cell) -> dict[str, Any]:
    """The plans of a cell as they are published."""
    return with_manifests({"as_of": data.as_of, **cell_record(cell)}, cell.rankings, data)


def _diagnoses(plans: ApiTable, diagnoses: Mapping[str, Sequence[Diagnosis]]) -> ApiFile:
    """The providers beside the plans of a question, in a folder of the same name."""
    table = diagnostics_table(f"{plans.name}/provider_diagnostics", f"{plans.title}: providers", diagnoses)
    return table_file(table, "csv", csv_bytes(table), "diagnostics")


def _plan_pair(table: ApiTable, record: Mapping[str, Any], schema: str) -> Iterator[ApiFile]:
    yield table_file(table, "json", compact_json(record), "plans", schema)
    yield table_file(table, "csv", csv_bytes(table), "plans")


def index_record(files: Iterable[ApiFile], data: SiteData) -> dict[str, Any]:
    """The index: every file with size, checksum and columns, and the terms of the sources. Paths are its neighbours.

    The files of a collection are named once; their checksums stand in SHA256SUMS with all others.
    """
    files = list(files)
    groups = {group for group, *_ in COLLECTIONS}
    return {
        "name": "inference-price-atlas",
        "version": "v1",
        "as_of": data.as_of,
        "licence": LICENCE_NOTE,
        "sources": [
            {"id": s.id, "title": s.title, "path": s.homepage, "licence": s.licence, "attribution": s.attribution}
            for s in data.registry.sources
        ],
        "resources": [_resource(file) for file in files if file.group not in groups],
        "collections": collection_records(files),
    }


def collection_records(files: Iterable[ApiFile]) -> list[dict[str, Any]]:
    """What there is in one file a thing."""
    by_group: dict[str, list[ApiFile]] = {group: [] for group, *_ in COLLECTIONS}
    for file in files:
        if file.group in by_group:
            by_group[file.group].append(file)
    return [_collection(*c, by_group[c[0]]) for c in COLLECTIONS if by_group[c[0]]]


def _collection(group: str, path: str, ids: str, schema: str, files: Sequence[ApiFile]) -> dict[str, Any]:
    of_provider = group in ("provider prices", "provider rentals")
    says = "Every price of one of the providers as CSV." if of_provider else files[0].description
    title = group[:1].upper() + group[1:]
    record = {"path": path, "title": title, "description": says, "files": len(files), "ids": ids}
    return record | ({"schema": schema_path(schema).removeprefix(API)} if schema else {})


def _resource(file: ApiFile) -> dict[str, Any]:
    record: dict[str, Any] = {
        "path": file.name,
        "title": file.title,
        "description": file.description,
        "format": file.path.rpartition(".")[2],
        "bytes": len(file.body),
        "hash": f"sha256:{file.sha256}",
    }
    if file.rows is not None:
        record["rows"] = file.rows
    if file.schema:
        record["schema"] = file.schema.removeprefix(API)
    # Plans all have the same columns, and so have changes; a copy in each of hundreds of entries helps nobody.
    if file.columns and file.group not in ("plans", "diagnostics", "history"):
        record["fields"] = [
            {"name": c.name, "type": c.kind, "description": c.description} | ({"unit": c.unit} if c.unit else {})
            for c in file.columns
        ]
    return record
