"""The files that hold everything: large tables as Parquet, and the whole atlas as one archive."""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO

from generator.render.api_file import API, ApiFile, table_file
from generator.render.api_table import csv_bytes
from generator.render.bulk.parquet import parquet_bytes
from generator.render.bulk.whole_tables import all_changes, all_plans
from generator.render.data_package import LICENCE_NOTE, package_file
from generator.render.explorer.token_table import token_prices_table
from generator.render.page import SiteData
from generator.render.price_tables import points_table
from generator.render.records.all_records import records_of

GROUP = "bulk"
ARCHIVED = ("prices", "registries", "health", "workloads", "history")
RECORDS = (f"{API}health.json", f"{API}accuracy.json")  # what no table says


def bulk_files(files: Iterable[ApiFile], data: SiteData) -> Iterator[ApiFile]:
    """The Parquet files, and the archive made of `files` and of the tables that are published in parts only."""
    published, plans = records_of(data).published, all_plans(data)
    yield archive([*files, table_file(plans, "csv", csv_bytes(plans), "prices")], data)
    for table in (
        published.offers, token_prices_table(data), published.skus, published.rentals, points_table(data), plans,
        all_changes(data),
    ):  # fmt: skip
        yield table_file(table, "parquet", parquet_bytes(table), GROUP)


def archive(files: Iterable[ApiFile], data: SiteData) -> ApiFile:
    """`atlas.zip`: every table as CSV, the state and the accuracy as JSON, the terms, a data package, checksums.

    The same tables give the same bytes with one version of zlib: entries are sorted and dated by the data.
    """
    files = list(files)
    tables = [f for f in files if f.group in ARCHIVED and f.path.endswith(".csv")]
    records = [f for f in files if f.path in RECORDS]
    terms = [f for f in files if f.group == "terms"]
    held = [*tables, *records, *terms, package_file([*tables, *records], data)]
    entries = {f.name: f.body for f in held} | {"README.txt": _readme(data).encode()}
    sums = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in sorted(entries.items()))
    entries["SHA256SUMS"] = sums.encode()
    says = "Every table as CSV with its data package, terms and checksums, in one file."
    return ApiFile(f"{API}atlas.zip", _zip(entries, data.as_of), "The whole atlas", says, GROUP)


def _zip(entries: dict[str, bytes], as_of: str) -> bytes:
    year, month, day = (int(part) for part in as_of.split("-"))
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, body in sorted(entries.items()):
            entry = zipfile.ZipInfo(f"inference-price-atlas-{as_of}/{name}", (year, month, day, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            packed.writestr(entry, body, compresslevel=9)
    return sink.getvalue()


def _readme(data: SiteData) -> str:
    return (
        f"Inference Price Atlas, all tables, as of {data.as_of}.\n\n"
        "datapackage.json describes every file and column. Money is in exact decimals; a missing value is empty,\n"
        "never 0. Check the files with: sha256sum --check SHA256SUMS\n\n"
        f"{LICENCE_NOTE}\n"
    )
