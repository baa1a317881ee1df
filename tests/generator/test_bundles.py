"""Published deployment files: the three best deployments of each ranking, once each, the same bytes every time."""

import io
import zipfile
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from generator import nightly
from generator.places import checkout
from generator.precompute.catalogue import planner_catalogue
from generator.precompute.grid import grid_cells
from generator.precompute.run import Precomputed, cell_record
from generator.render.api_file import ApiFile
from generator.render.bundles import BEST, SINGLE_FILES, bundle_files, bundle_table, published_bundles
from generator.render.downloads import COLLECTIONS, bundle_group, collection_records
from generator.render.manifests import book, deployed_or_reason
from generator.render.page import SiteData
from generator.render.plan_tables import with_manifests
from tests.generator.tool_site import tool_site
from wasm_tools.manifests.plan_files import plan_files
from wasm_tools.planner.candidate import QUALIFIED


def few_cells() -> SiteData:
    """The first questions of the grid, answered from the committed data."""
    at = nightly.inputs(checkout(), None, offline=True)
    catalogue = planner_catalogue(at.registry, at.state, at.places.registry, at.as_of)
    cells = tuple(islice(grid_cells(at.registry, catalogue), 3))
    return replace(tool_site(), results=Precomputed(catalogue, cells, ()))


@pytest.fixture(scope="module")
def data() -> SiteData:
    return few_cells()


def test_the_best_deployments_of_a_ranking_are_published(data: SiteData) -> None:
    bundles = published_bundles(data)
    assert bundles
    for cell in data.results.cells:
        for ranking in cell.rankings.values():
            plans = [plan for _, plan in ranking.plans if plan.configuration]
            able = [p for p in plans if p.slo in QUALIFIED and not isinstance(deployed_or_reason(p), str)]
            chosen = [p for p in able if id(p) in bundles]
            deployments = {deployed_or_reason(p) for p in able}
            assert len(chosen) == min(BEST, len(deployments))
            assert len({deployed_or_reason(p) for p in chosen}) == len(chosen), "no deployment twice"
            risked = {id(p): float(p.usd_per_month) * (1 + p.risk) for p in able}
            for p in able:
                if id(p) not in bundles and deployed_or_reason(p) not in {deployed_or_reason(c) for c in chosen}:
                    assert all(risked[id(c)] <= risked[id(p)] for c in chosen)
            assert not [p for p in plans if id(p) in bundles and p not in able]


def test_what_is_published_is_made_from_the_plan_and_is_the_same_every_time(data: SiteData) -> None:
    files = {path: body for _, path, body in bundle_files(data)}
    assert files == {path: body for _, path, body in bundle_files(data)}
    bundles = {b.folder: b for b in published_bundles(data).values()}
    assert len(files) == len(bundles) * (1 + len(SINGLE_FILES))
    for bundle in bundles.values():
        made = plan_files(bundle.document, book())
        assert made.folder == bundle.folder
        assert files[bundle.zip_path] == made.zip
        with zipfile.ZipFile(io.BytesIO(made.zip)) as packed:
            for name, path in bundle.links:
                assert name
                assert files[path] == packed.read(path.removeprefix("api/v1/manifests/"))


def test_every_archive_is_listed_with_its_question(data: SiteData) -> None:
    table = bundle_table(data)
    rows = [dict(zip(table.names, row, strict=True)) for row in table.rows]
    assert [row["id"] for row in rows] == sorted({b.folder for b in published_bundles(data).values()})
    for row in rows:
        assert row["zip"] == f"manifests/{row['id']}.zip"
        assert row["peak_qps"] and row["ttft_ms"] and row["usd_per_month"]


def test_the_index_names_the_archives_as_a_collection(data: SiteData) -> None:
    files = [ApiFile(path, body, "", "", bundle_group(kind)) for kind, path, body in bundle_files(data)]
    records = {c["path"]: c for c in collection_records(files)}
    number = len(bundle_table(data).rows)
    assert records["manifests/{id}.zip"]["files"] == number
    for path in SINGLE_FILES:
        assert records[f"manifests/{{id}}/{path}"] == {
            **records[f"manifests/{{id}}/{path}"], "files": number, "ids": "bundles.json",
        }  # fmt: skip
    assert len({group for group, *_ in COLLECTIONS}) == len(COLLECTIONS)


def test_plan_files_name_what_is_published(data: SiteData) -> None:
    cell, bundles = data.results.cells[0], published_bundles(data)
    record = with_manifests(cell_record(cell), cell.rankings, data)
    for name, ranking in cell.rankings.items():
        for entry, (_, plan) in zip(record["classes"][name]["plans"], ranking.plans, strict=True):
            bundle = bundles.get(id(plan))
            assert entry["bundle"] == (bundle.zip_path.removeprefix("api/v1/") if bundle else "")


@pytest.mark.site
def test_links_of_a_built_site_lead_to_archives(site: Path) -> None:
    archives = {p.stem for p in (site / "api/v1/manifests").glob("*.zip")}
    assert len(archives) > 500
    folders = {p.name for p in (site / "api/v1/manifests").iterdir() if (p / "README.md").is_file()}
    assert folders == archives
    page = (site / "plans/512-256/conversational/1/index.html").read_text(encoding="utf-8")
    assert page.count(".zip") >= 8
    assert page.count("files of any other plan: in the planner") >= 3
