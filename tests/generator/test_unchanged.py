"""Nothing changed: a build is skipped where, and only where, the site is what its inputs give."""

from pathlib import Path

import pytest

from generator.places import Places
from generator.publish.seal import sealed
from generator.publish.unchanged import FILES, FOLDERS, inputs_digest, is_current


@pytest.fixture
def places(tmp_path: Path) -> Places:
    root = tmp_path / "checkout"
    for name in FOLDERS:
        (root / name).mkdir(parents=True)
        (root / name / "file.txt").write_text(name, encoding="utf-8")
    for name in FILES:
        (root / name).write_text(name, encoding="utf-8")
    return Places(root)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html><html><head></head><body></body></html>", encoding="utf-8")
    return folder


def test_site_is_current_until_an_input_changes(places: Places, site: Path) -> None:
    inputs = inputs_digest(places, "2026-11-20", None)
    sealed(site, {"inputs": inputs})
    assert is_current(site, inputs_digest(places, "2026-11-20", None))


@pytest.mark.parametrize("name", [*(f"{f}/file.txt" for f in FOLDERS), *FILES, "data/new.csv"])
def test_every_file_that_a_build_reads_counts(places: Places, site: Path, name: str) -> None:
    inputs = inputs_digest(places, "2026-11-20", None)
    (places.root / name).write_text("other", encoding="utf-8")
    assert inputs_digest(places, "2026-11-20", None) != inputs


def test_date_address_and_overlay_count(places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATLAS_SITE_URL", raising=False)
    overlay = tmp_path / "own.toml"
    overlay.write_text("", encoding="utf-8")
    digests = {inputs_digest(places, d, o) for d in ("2026-11-20", "2026-11-21") for o in (None, overlay)}
    overlay.write_text("x = 1", encoding="utf-8")
    digests.add(inputs_digest(places, "2026-11-20", overlay))
    monkeypatch.setenv("ATLAS_SITE_URL", "https://atlas.example/")
    digests.add(inputs_digest(places, "2026-11-20", None))
    assert len(digests) == 6


def test_compiled_code_does_not_count(places: Places) -> None:
    inputs = inputs_digest(places, "2026-11-20", None)
    (places.root / "generator" / "file.cpython-313.pyc").write_bytes(b"")
    assert inputs_digest(places, "2026-11-20", None) == inputs


def test_touched_site_is_not_current(places: Places, site: Path) -> None:
    inputs = inputs_digest(places, "2026-11-20", None)
    sealed(site, {"inputs": inputs})
    (site / "more.txt").write_text("", encoding="utf-8")
    assert not is_current(site, inputs)


@pytest.mark.parametrize("record", ["", "[]", "{}", "null"])
def test_site_without_a_usable_record_is_not_current(site: Path, record: str) -> None:
    assert not is_current(site, "x")
    (site / "build.json").write_text(record, encoding="utf-8")
    assert not is_current(site, "x")
