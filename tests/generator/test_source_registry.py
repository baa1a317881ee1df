"""The source registry: strict entries, errors that name the entry, a connector for every source."""

from pathlib import Path

import pytest

from generator.sync.source_registry import SourceError, connector, load_sources

REGISTRY = Path(__file__).parents[2] / "data" / "registry" / "sources.toml"
ENTRY = """
[[source]]
id = "some-list"
title = "Some list"
url = "https://example.org/list.json"
homepage = "https://example.org"
licence = "MIT"
share = "yes"
attribution = "nobody"
family = "some-list"
rank = 2
cadence_days = 1
kind = "api"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sources.toml"
    path.write_text(text)
    return path


def test_every_registered_source_has_a_connector_with_its_reader() -> None:
    sources = load_sources(REGISTRY)
    assert {"litellm", "genai-prices", "models-dev", "openrouter", "tardellirs", "aiconfigurator"} <= {
        s.id for s in sources
    }
    for source in sources:
        module = connector(source)
        assert callable(getattr(module, "points" if source.kind == "benchmark" else "parse"))
        assert len((module.__doc__ or "").split()) > 10


def test_a_whole_entry_is_read(tmp_path: Path) -> None:
    (source,) = load_sources(written(tmp_path, ENTRY + 'package = { name = "some", member = "some/list.json" }\n'))
    assert (source.id, source.rank, source.cadence_days) == ("some-list", 2, 1)
    assert source.package is not None and source.package.member == "some/list.json"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rank = 2", "rank = 7", "rank"),
        ("rank = 2", 'rank = "2"', "rank"),
        ("rank = 2", "rank = 2\nrankk = 3", "rankk"),
        ('share = "yes"', 'share = "maybe"', "share"),
        ('url = "https://example.org/list.json"', 'url = "example.org"', "url"),
        ('licence = "MIT"\n', "", "licence"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_id_and_field(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(SourceError, match=f"sources.toml: source 'some-list', {said}"):
        load_sources(written(tmp_path, ENTRY.replace(old, new)))


def test_an_id_may_be_listed_once(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="'some-list' is listed twice"):
        load_sources(written(tmp_path, ENTRY + ENTRY))


@pytest.mark.parametrize("text", ["[[source]", "source = 5", ""])
def test_a_file_that_is_no_registry_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match=r"sources\.toml"):
        load_sources(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.toml"):
        load_sources(tmp_path / "gone.toml")


def test_a_source_nobody_wrote_a_connector_for_says_which_file_to_write(tmp_path: Path) -> None:
    (source,) = load_sources(written(tmp_path, ENTRY))
    with pytest.raises(SourceError, match=r"generator/sync/sources/some_list\.py"):
        connector(source)
