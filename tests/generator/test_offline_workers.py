"""Promises of the service workers' lists: every file of the tool pages of one build, and a new name for any change."""

import hashlib
import json
import shutil
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from generator.publish import offline
from generator.publish.offline import write_offline_workers
from generator.publish.policy import headers_file

PAGE = """<html><head><link rel="stylesheet" href="../../assets/atlas.css?v=0a1b"><link rel="alternate" href="../../x/">
<link rel="modulepreload" href="../../assets/engine/web-01/engine.mjs"><script type="module" src="../../assets/a.mjs">
</script><link rel="icon" href="https://elsewhere.example/i.svg"></head><body><a href="../other/">o</a></body></html>"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with two tool pages in English, one in German, and a bundle."""
    for place in ("tools/planner", "tools/invoice", "de/tools/planner"):
        (tmp_path / place).mkdir(parents=True)
        depth = "../" * place.count("/")
        (tmp_path / place / "index.html").write_text(PAGE.replace("../../", f"{depth}../"))
    (tmp_path / "tools/planner/grades-0a.json.gz").write_bytes(b"grades")
    engine = tmp_path / "assets/engine/web-01"
    engine.mkdir(parents=True)
    (tmp_path / "assets/atlas.css").write_text("body {}")
    (tmp_path / "assets/a.mjs").write_text("1;")
    scripts = {"engine.mjs": 'import "./late.mjs";', "late.mjs": "", "worker.mjs": "", "explore.mjs": ""}
    for name, text in scripts.items():
        (engine / name).write_text(text)
    files = {name: {"file": f"web-01/{name}"} for name in (*scripts, "plotly-basic.min.js")}
    files["engine.zip"] = {"file": "engine-01.zip.gz"}
    files["all.zip"] = {"file": "all-01.zip.gz"}
    starts = {"used": {"engine.zip": "engine.zip"}, "whole": {"engine.zip": "all.zip"}}
    manifest = {"build_id": "0123", "files": files, "starts": starts}
    (tmp_path / "assets/engine/bundle.json").write_text(json.dumps(manifest))
    write_offline_workers(tmp_path)
    return tmp_path


def build(site: Path, folder: str = "tools") -> dict[str, Any]:
    """The list inside a service worker."""
    (line,) = [x for x in (site / folder / "sw.js").read_text().splitlines() if x.startswith("const BUILD = ")]
    return json.loads(line.removeprefix("const BUILD = ").removesuffix(";"))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_list_has_pages_what_lies_beside_them_what_they_load_and_the_engine(site: Path) -> None:
    found = build(site)
    page = (site / "tools/planner/index.html").read_text()
    assert found["files"] == {
        "tools/planner/": digest(page),
        "tools/invoice/": digest(page),
        "tools/planner/grades-0a.json.gz": digest("grades"),
        "assets/atlas.css?v=0a1b": digest("body {}"),
        "assets/a.mjs": digest("1;"),
        "assets/engine/engine-01.zip.gz": "",  # its name says what it holds
        "assets/engine/web-01/engine.mjs": "",
        "assets/engine/web-01/late.mjs": "",
        "assets/engine/web-01/worker.mjs": "",
        "assets/engine/bundle-0123.json": "",
    }
    assert (found["root"], found["engine"]) == ("../", "0123")


def test_a_page_has_a_list_of_its_own_with_the_packs_that_it_names(site: Path) -> None:
    manifest = json.loads((site / "assets/engine/bundle.json").read_text())
    manifest["files"] |= {
        f"{name}.json": {"file": f"{name}-01.json.gz"} for name in ("planner", "invoice", "manifests")
    }
    manifest["files"]["engine_invoice.zip"] = {"file": "engine-invoice-01.zip.gz"}
    manifest["packs"] = ["invoice", "manifests", "planner"]
    (site / "assets/engine/bundle.json").write_text(json.dumps(manifest))
    page = site / "tools/planner/index.html"
    page.write_text(page.read_text() + '<i data-packs="planner" data-late="../../assets/engine/manifests-01.json.gz">')
    write_offline_workers(site)
    pages = build(site)["pages"]
    packs = {place: [PurePosixPath(n).name for n in names if "-01.json.gz" in n] for place, names in pages.items()}
    assert packs == {
        "tools/planner/": ["manifests-01.json.gz", "planner-01.json.gz"],
        "tools/invoice/": ["invoice-01.json.gz", "manifests-01.json.gz", "planner-01.json.gz"],  # names none: gets all
    }
    with_part = [place for place, names in pages.items() if "assets/engine/engine-invoice-01.zip.gz" in names]
    assert with_part == ["tools/invoice/"]  # the part of the engine that belongs to a pack comes with it
    assert "tools/planner/grades-0a.json.gz" in pages["tools/planner/"]
    assert "tools/planner/grades-0a.json.gz" not in pages["tools/invoice/"]
    assert {name for names in pages.values() for name in names} == build(site)["files"].keys()


def test_each_language_has_its_own(site: Path) -> None:
    german = build(site, "de/tools")
    assert german["root"] == "../../"
    assert {"de/tools/planner/", "assets/a.mjs"} <= german["files"].keys()
    assert not any(name.startswith("tools/") for name in german["files"])


@pytest.mark.parametrize("changed", ["tools/invoice/index.html", "assets/atlas.css"])
def test_any_change_is_another_build_and_the_same_files_are_the_same_script(site: Path, changed: str) -> None:
    before, script = build(site)["id"], (site / "tools/sw.js").read_bytes()
    write_offline_workers(site)
    assert (site / "tools/sw.js").read_bytes() == script
    (site / changed).write_text("another")
    write_offline_workers(site)
    assert build(site)["id"] != before


def test_another_script_is_another_build(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may keep the same files in another form, and what lies under the name of a build is never replaced."""
    before, scripts = build(site)["id"], tmp_path / "scripts"
    scripts.mkdir()
    for name in ("service_worker.js", "service_worker_off.js"):
        shutil.copy(offline.SCRIPTS / name, scripts)
    write_offline_workers(site)
    assert build(site)["id"] == before
    with (scripts / "service_worker.js").open("a") as text:
        text.write("// later\n")
    monkeypatch.setattr(offline, "SCRIPTS", scripts)
    write_offline_workers(site)
    assert build(site)["id"] != before


def test_the_way_back_lies_beside_it_and_needs_no_list(site: Path) -> None:
    text = (site / "tools/sw-off.js").read_text()
    assert "registration.unregister()" in text
    assert "BUILD" not in text


def test_a_site_without_an_engine_gets_none(site: Path) -> None:
    for worker in site.rglob("sw*.js"):
        worker.unlink()
    shutil.rmtree(site / "assets/engine")
    write_offline_workers(site)
    assert list(site.rglob("sw*.js")) == []


def test_hosts_with_headers_let_browsers_see_a_newer_one_at_once() -> None:
    lines = headers_file("x").splitlines()
    for place in ("/tools/sw.js", "/de/tools/sw.js"):
        assert lines[lines.index(place) + 1] == "  Cache-Control: no-cache"
