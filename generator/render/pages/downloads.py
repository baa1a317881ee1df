"""The downloads page: every published file with size, checksum and what it holds."""

from collections.abc import Iterator, Sequence
from typing import Any

from generator.render.api_file import API, ApiFile
from generator.render.data_package import LICENCE_NOTE
from generator.render.downloads import api_files, bundle_group, collection_records
from generator.render.page import Page, SiteData
from generator.render.plan_tables import DIAGNOSIS_COLUMNS, PLAN_COLUMNS
from generator.render.tool_assets import module

GROUPS = {
    "whole": (
        "All at once",
        "One archive, and the large tables as Parquet, typed and described.",
        ("bulk",),
    ),
    "prices": ("Prices and measurements", "The observations themselves, as CSV and as JSON.", ("prices",)),
    "workloads": ("Workloads", "The rankings of the workload pages, every product of every unit.", ("workloads",)),
    "registries": (
        "Registries and state",
        "What the observations refer to, as CSV and as JSON with an object a row.",
        ("registries", "health"),
    ),
    "layouts": (
        "In the layout of InferenceAtlas",
        "Its price catalogue and ranked plans with our figures, so that a script that reads its files can read these.",
        ("layouts",),
    ),
    "terms": ("Terms and description", "Whom to name, and the tables as a Data Package.", ("terms", "index")),
}


def pages(data: SiteData) -> Iterator[Page]:
    """The one page."""
    files = api_files(data)
    plans = [f for f in files if f.group == "plans"]
    yield Page(
        path="downloads/",
        title="Downloads",
        description="Every price, plan and registry row as CSV, JSON and YAML, with checksums and terms.",
        template="downloads.html",
        context={
            "groups": [
                {"id": name, "title": title, "lead": lead, "files": listed([f for f in files if f.group in groups])}
                for name, (title, lead, groups) in GROUPS.items()
            ],
            "collections": collection_records(files),
            "schemas": len([f for f in files if f.group == "schemas"]),
            "tables": [table_view(f) for f in files if f.path.endswith(".csv") and f.columns and f.group == "prices"],
            "plan_columns": PLAN_COLUMNS,
            "diagnosis_columns": DIAGNOSIS_COLUMNS,
            "cells": [cell_view(f) for f in plans if f.path.endswith(".json") and "/plans/" in f.path],
            "cases": [cell_view(f) for f in plans if f.path.endswith(".json") and "/use-cases/" in f.path],
            "manifests": len([f for f in files if f.group == "manifests"]),
            "bundles": len([f for f in files if f.group == bundle_group("zip")]),
            "licence": LICENCE_NOTE,
            "sources": data.registry.sources,
        },
        scripts=(module(data, "relative_dates.mjs"),),
        styles=("assets/tools.css",),
    )


def listed(files: Sequence[ApiFile]) -> list[dict[str, Any]]:
    """The lines of a group. Both forms of a small list share a line, so that the page stays light."""
    paths = {f.path for f in files}
    small = {p for p in paths if p.endswith(".csv") and f"{p[:-4]}.json" in paths}
    small -= {f.path for f in files if f.group == "prices"}
    return [file_view(f) | {"csv": csv_of(f.path, small)} for f in files if f.path not in small]


def csv_of(path: str, small: set[str]) -> str:
    """The CSV form that shares the line of a JSON file; empty where it has its own line."""
    other = path.removesuffix(".json") + ".csv"
    return other if other in small else ""


def file_view(file: ApiFile) -> dict[str, Any]:
    """One line of the list."""
    return {
        "href": file.path,
        "name": file.path.removeprefix(API),
        "title": file.title,
        "description": file.description,
        "rows": file.rows,
        "size": size_words(len(file.body)),
        "sha256": file.sha256,
    }


def cell_view(file: ApiFile) -> dict[str, Any]:
    """A cell of the grid or a use case with its files."""
    stem = file.path.removesuffix(".json")
    return {"title": stem.removeprefix(API).partition("/")[2], "stem": stem, "rows": file.rows}


def table_view(file: ApiFile) -> dict[str, Any]:
    """A table with its columns."""
    return {"name": file.path.removeprefix(API), "title": file.title, "columns": file.columns}


def size_words(size: int) -> str:
    """Bytes in words: `950 B`, `12 kB`, `6.3 MB`."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"
