"""The crawl sees what a reader's browser complains about; a sample of every page kind gives it nothing to say."""

from pathlib import Path

import pytest

from generator.publish.crawl import crawled
from generator.publish.seal import sealed
from tests.browser.page_samples import extremes

pytestmark = pytest.mark.browser


def html(head: str = "", body: str = "") -> str:
    icon = "<link rel=icon href='data:,'>"  # else the browser asks for one and complains
    return f"<!doctype html><html lang=en><head><title>t</title>{icon}{head}</head><body>{body}</body></html>"


def test_crawl_names_the_page_and_its_fault(tmp_path: Path) -> None:
    for name, text in {
        "index.html": html(),
        "loud/index.html": html('<script src="../loud.mjs" type="module"></script>'),
        "poor/index.html": html('<script src="../poor.mjs" type="module"></script>'),
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "loud.mjs").write_text("document.body.setAttribute('style', 'color: red'); missing();")
    (tmp_path / "poor.mjs").write_text("fetch('nothing.json'); fetch('https://example.org/').catch(() => {});")
    sealed(tmp_path, {})
    seen: list[str] = []
    faults = crawled(tmp_path, ["", "loud/", "poor/"], 2, seen.append)
    assert sorted(seen) == ["", "loud/", "poor/"]
    assert not [f for f in faults if f.startswith("home")]
    assert any(f.startswith("loud/") and "missing is not defined" in f for f in faults)
    assert any(f.startswith("loud/") and "Content Security Policy" in f for f in faults)
    assert any(f.startswith("poor/") and "404" in f for f in faults)
    assert any(f.startswith("poor/") and ("example.org" in f) for f in faults)


@pytest.mark.site
def test_no_page_kind_has_a_fault(site: Path) -> None:
    assert crawled(site, list(extremes(site).values()), 3, lambda _: None) == []
