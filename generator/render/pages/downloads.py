"""The downloads page: every published file with size, checksum and what it holds."""

from collections.abc import Iterator
from typing import Any

from generator.render.downloads import API, LICENCE_NOTE, ApiFile, api_files
from generator.render.page import Page, SiteData
from generator.render.plan_tables import DIAGNOSIS_COLUMNS, PLAN_COLUMNS
from generator.render.tool_assets import module

GROUPS = {
    "prices": ("Prices and measurements", "The observations themselves, as CSV and as JSON."),
    "workloads": ("Workloads", "The rankings of the workload pages, every product of every unit."),
    "registries": ("Registries and state", "What the observations refer to, as JSON with an object a row."),
    "schemas": ("Schemas", "JSON Schemas of the JSON files above."),
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
                {"id": group, "title": title, "lead": lead, "files": [file_view(f) for f in files if f.group == group]}
                for group, (title, lead) in GROUPS.items()
            ],
            "tables": [table_view(f) for f in files if f.path.endswith(".csv") and f.columns and f.group == "prices"],
            "plan_columns": PLAN_COLUMNS,
            "diagnosis_columns": DIAGNOSIS_COLUMNS,
            "cells": [cell_view(f) for f in plans if f.path.endswith(".json") and "/plans/" in f.path],
            "cases": [cell_view(f) for f in plans if f.path.endswith(".json") and "/use-cases/" in f.path],
            "manifests": len([f for f in files if f.group == "manifests"]),
            "licence": LICENCE_NOTE,
            "sources": data.registry.sources,
        },
        scripts=(module(data, "relative_dates.mjs"),),
        styles=("assets/tools.css",),
    )


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
