"""datapackage.json: the published tables as a Frictionless Data Package, and the terms as text files."""

from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any

from generator.dependencies.sbom import PROJECT, sbom
from generator.places import checkout
from generator.render.api_file import API, ApiFile
from generator.render.api_table import Column, compact_json
from generator.render.page import SiteData
from generator.render.schemas import described

# Dates are texts: some sources state a month or a year only, which the type `date` would refuse.
TYPES = {
    "text": "string",
    "decimal": "number",
    "date": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
}
MEDIA_TYPES = {"csv": "text/csv", "json": "application/json", "md": "text/markdown", "txt": "text/plain"}
LICENCE = {"name": "Apache-2.0", "title": "Apache License 2.0", "path": "LICENSE.txt"}
LICENCE_NOTE = (
    "Our compilation (choice, names, units, grades, plans) is under the Apache License 2.0. Each figure comes from the"
    " sources named in its evidence column, on the terms in sources.json: MIT and Apache-2.0 ask that their notice"
    " stays, CC BY 4.0 that you name the source and say what was changed (units, names and tiers were). Rows whose"
    " sources share facts only carry figures and names, no free text. Name the source when you publish a figure;"
    " ATTRIBUTION.md has the words."
)


def term_files(data: SiteData) -> Iterator[ApiFile]:
    """The attribution of every source, the licence, and the notices that it asks to pass on."""
    root = checkout().root
    yield ApiFile(
        API + "ATTRIBUTION.md", attribution(data).encode(), "Attribution", "Who to name, source by source.", "terms"
    )
    for name, title, says in (
        ("LICENSE", "Licence", "The terms of our part."),
        ("NOTICE", "Notices", "What is not ours, with its terms."),
    ):
        yield ApiFile(f"{API}{name}.txt", (root / name).read_bytes(), title, says, "terms")
    bill = sbom(root, checkout().registry, "site", version(PROJECT))
    says = "What the site is made of and built with, as CycloneDX 1.4: packages, exact versions, licences."
    yield ApiFile(f"{API}sbom.json", bill, "Bill of materials", says, "terms")


def attribution(data: SiteData) -> str:
    """The sources of the published figures in Markdown, with the words to print."""
    lines = [
        "# Attribution",
        "",
        LICENCE_NOTE,
        "",
        f"As of {data.as_of}. Notices that their licences ask to pass on, and sources of our own tables: NOTICE.txt.",
        "",
    ]
    for s in data.registry.sources:
        seen = data.state.snapshots.get(s.id)
        read = f"last read {seen.observed_at}" if seen else "not read"
        terms = s.licence if s.share == "yes" else f"{s.licence}: figures only"
        lines += [f"## {s.title}", "", f"`{s.id}`, <{s.homepage}>, {terms}, {read}", "", s.attribution, ""]
    return "\n".join(lines)


def package_file(files: Iterable[ApiFile], data: SiteData) -> ApiFile:
    """The descriptor of every table and of the JSON files that are no table."""
    record = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "inference-price-atlas",
        "title": "Inference Price Atlas",
        "description": "Prices of hosted AI models and rented GPUs, reconciled nightly, with plans and measurements.",
        "version": data.as_of,
        "created": f"{data.as_of}T00:00:00Z",
        "licenses": [LICENCE],
        "sources": [_source(s, data) for s in data.registry.sources],
        "resources": [
            _resource(f) for f in files if f.group in ("prices", "registries", "health", "workloads", "history")
        ],
    }
    return ApiFile(
        API + "datapackage.json",
        compact_json(record),
        "Data package",
        "The tables with their columns, sizes, checksums and terms after the Data Package standard, version 2.",
        "index",
    )


def _source(source: Any, data: SiteData) -> dict[str, str]:
    seen = data.state.snapshots.get(source.id)
    record = {"title": source.title, "path": source.homepage, "licence": source.licence}
    return record | {"attribution": source.attribution} | ({"version": seen.observed_at} if seen else {})


def _resource(file: ApiFile) -> dict[str, Any]:
    stem, _, ending = file.name.rpartition(".")
    record: dict[str, Any] = {
        "name": f"{stem}-{ending}".replace("/", "-").replace("_", "-").lower(),
        "path": file.name,
        "title": file.title,
        "description": file.description,
        "format": ending,
        "mediatype": MEDIA_TYPES[ending],
        "encoding": "utf-8",
        "bytes": len(file.body),
        "hash": f"sha256:{file.sha256}",
    }
    if file.columns and ending == "csv":
        fields = [field(c) for c in file.columns]
        record |= {"type": "table", "schema": {"fields": fields, "missingValues": [""]}}
    elif file.schema:
        record["jsonSchema"] = file.schema.removeprefix(API)
    return record


def field(column: Column) -> dict[str, str]:
    """A column as a field of a table schema."""
    return {"name": column.name, "type": TYPES[column.kind], "description": described(column)}
