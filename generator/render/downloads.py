"""The files under /api/v1/: prices, plans, registries, manifests, with an index, schemas and checksums."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.health import health_report
from generator.places import checkout
from generator.precompute.run import case_record, cell_record
from generator.render.api_table import ApiTable, Column, compact_json, csv_bytes, json_bytes, json_schema, objects_bytes
from generator.render.manifests import manifest_files
from generator.render.page import SiteData
from generator.render.plan_tables import diagnostics_table, plan_table, with_manifests
from generator.render.price_tables import (
    disputes_table,
    offers_table,
    points_table,
    quarantine_table,
    rentals_table,
)
from generator.render.registry_tables import registry_tables
from generator.render.sku_table import skus_table
from generator.render.workload_files import workload_tables
from wasm_tools.planner.diagnostics import Diagnosis

API = "api/v1/"
LICENCE_NOTE = (
    "Each figure comes from the sources named in its evidence column, on the terms in sources.json. Name the source "
    "when you publish a figure. Rows whose sources share facts only carry figures and names, no free text."
)


@dataclass(frozen=True, slots=True)
class ApiFile:
    """One published file. `path` is relative to the site; `group` gathers files that are described once."""

    path: str
    body: bytes
    title: str
    description: str
    group: str
    rows: int | None = None
    columns: tuple[Column, ...] = ()
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.body).hexdigest())


def download_files(data: SiteData) -> Iterator[tuple[str, bytes]]:
    """Path relative to the site and content of every file under /api/v1/, the index and checksums last."""
    files = api_files(data)
    for file in files:
        yield file.path, file.body
    index = API + "index.json", compact_json(index_record(files, data))
    yield index
    listed = [(f.path, f.sha256) for f in files] + [(index[0], hashlib.sha256(index[1]).hexdigest())]
    yield API + "SHA256SUMS", "".join(f"{s}  {p.removeprefix(API)}\n" for p, s in sorted(listed)).encode()


_latest: list[tuple[SiteData, tuple[ApiFile, ...]]] = []


def api_files(data: SiteData) -> tuple[ApiFile, ...]:
    """All files but index and checksums. Those of the last site are kept: its page and its files both need them."""
    if not _latest or _latest[0][0] is not data:
        _latest[:] = [(data, tuple(_api_files(data)))]
    return _latest[0][1]


def _api_files(data: SiteData) -> Iterator[ApiFile]:
    for table in (
        offers_table(data), skus_table(data), rentals_table(data), points_table(data), disputes_table(data),
        quarantine_table(data),
    ):  # fmt: skip
        yield _table_file(table, "csv", csv_bytes(table), "prices")
        yield _table_file(table, "json", json_bytes(table, data.as_of), "prices")
        yield _schema_file(table, objects=False)
    for table in workload_tables(data):
        yield _table_file(table, "csv", csv_bytes(table), "workloads")
        yield _table_file(table, "json", json_bytes(table, data.as_of), "workloads")
    for table in registry_tables(data):
        yield _table_file(table, "json", objects_bytes(table, data.as_of), "registries")
        yield _schema_file(table, objects=True)
    yield ApiFile(
        API + "health.json",
        compact_json(health_report(data.registry, data.state, data.as_of, checkout().registry)),
        "Health",
        "State of the sources, coverage, grades, disputes, and what does not fit together.",
        "health",
    )
    yield ApiFile(
        API + "accuracy.json",
        compact_json({"as_of": data.as_of, **data.state.accuracy}),
        "Accuracy",
        "Predicted speed held against measurements that the calibration had not seen: errors as shares, bands, points.",
        "registries",
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
    yield from plan_files(data)
    for path, text in manifest_files(data):
        yield ApiFile(path, text.encode(), "Manifest", "One deployable plan as a KServe InferenceService.", "manifests")


def _table_file(table: ApiTable, ending: str, body: bytes, group: str) -> ApiFile:
    path = f"{API}{table.name}.{ending}"
    return ApiFile(path, body, table.title, table.description, group, len(table.rows), table.columns)


def _schema_file(table: ApiTable, objects: bool) -> ApiFile:
    body = compact_json(json_schema(table, objects))
    title = f"Schema of {table.name}.json"
    return ApiFile(f"{API}schemas/{table.name}.schema.json", body, title, f"JSON Schema: {table.title}.", "schemas")


def plan_files(data: SiteData) -> Iterator[ApiFile]:
    """The plans of every cell and use case as JSON, which is what the planner page reads, and as CSV."""
    for cell in data.results.cells:
        record = with_manifests({"as_of": data.as_of, **cell_record(cell)}, cell.rankings)
        table = plan_table(f"plans/{cell.path}", f"Plans {cell.path}", cell.rankings)
        yield from _plan_pair(table, record)
        yield _diagnoses(table, cell.diagnoses)
    for case in data.results.cases:
        rankings = {case.workload.minimum_class: case.ranking}
        record = with_manifests({"as_of": data.as_of, **case_record(case)}, rankings)
        table = plan_table(f"use-cases/{case.case.id}", f"Plans for {case.case.title.lower()}", rankings)
        yield from _plan_pair(table, record)
        yield _diagnoses(table, {case.workload.minimum_class: case.diagnoses})


def _diagnoses(plans: ApiTable, diagnoses: Mapping[str, Sequence[Diagnosis]]) -> ApiFile:
    """The providers beside the plans of a question, in a folder of the same name."""
    table = diagnostics_table(f"{plans.name}/provider_diagnostics", f"{plans.title}: providers", diagnoses)
    return _table_file(table, "csv", csv_bytes(table), "diagnostics")


def _plan_pair(table: ApiTable, record: Mapping[str, Any]) -> Iterator[ApiFile]:
    yield _table_file(table, "json", compact_json(record), "plans")
    yield _table_file(table, "csv", csv_bytes(table), "plans")


def index_record(files: Iterable[ApiFile], data: SiteData) -> dict[str, Any]:
    """The index: every file with size, checksum and columns, and the terms of the sources. Paths are its neighbours."""
    return {
        "name": "inference-price-atlas",
        "version": "v1",
        "as_of": data.as_of,
        "licence": LICENCE_NOTE,
        "sources": [
            {"id": s.id, "title": s.title, "path": s.homepage, "licence": s.licence, "attribution": s.attribution}
            for s in data.registry.sources
        ],
        "resources": [_resource(file) for file in files],
    }


def _resource(file: ApiFile) -> dict[str, Any]:
    record: dict[str, Any] = {
        "path": file.path.removeprefix(API),
        "title": file.title,
        "description": file.description,
        "format": file.path.rpartition(".")[2],
        "bytes": len(file.body),
        "hash": f"sha256:{file.sha256}",
    }
    if file.rows is not None:
        record["rows"] = file.rows
    # The columns of plans are those of plans in general; a copy in each of two hundred entries helps nobody.
    if file.columns and file.group not in ("plans", "diagnostics"):
        record["fields"] = [
            {"name": c.name, "type": c.kind, "description": c.description} | ({"unit": c.unit} if c.unit else {})
            for c in file.columns
        ]
    return record
