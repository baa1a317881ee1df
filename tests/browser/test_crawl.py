"""The crawl sees what a reader's browser complains about; a sample of every page kind gives it nothing to say.

The heaviest page of each kind is crawled and used; with ATLAS_FULL=1 (`make test-full`) the lightest as well.
"""

import os
from pathlib import Path

import pytest

from generator.publish.crawl import crawled, used_pages
from generator.publish.seal import sealed
from tests.browser.page_samples import extremes, heaviest

pytestmark = pytest.mark.browser
FULL = bool(os.environ.get("ATLAS_FULL"))


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
    found = crawled(tmp_path, ["", "loud/", "poor/"], 2, seen.append)
    faults = found.faults
    assert sorted(seen) == ["", "loud/", "poor/"]
    assert not [f for f in faults if f.startswith("home")]
    assert any(f.startswith("loud/") and "missing is not defined" in f for f in faults)
    assert any(f.startswith("loud/") and "Content Security Policy" in f for f in faults)
    assert any(f.startswith("poor/") and "404" in f for f in faults)
    assert any(f.startswith("poor/") and ("example.org" in f) for f in faults)
    assert found.refused == 2, "the style of one page and the request of another"
    assert any(f.startswith("loud/: refused by the policy: style-src") for f in faults)
    assert any(f.startswith("poor/: refused by the policy: connect-src https://example.org") for f in faults)


def test_requests_that_the_policy_lets_through_to_another_host_are_counted(tmp_path: Path) -> None:
    page = tmp_path / "tools" / "ask" / "index.html"  # where a reader may name a server of their own
    page.parent.mkdir(parents=True)
    page.write_text(html('<script src="../../far.mjs" type="module"></script>'))
    (tmp_path / "far.mjs").write_text("fetch('http://localhost:9/').catch(() => {});")
    sealed(tmp_path, {})
    found = crawled(tmp_path, ["tools/ask/"], 1, lambda _: None)
    assert found.foreign == 1 and found.refused == 0
    assert "tools/ask/: foreign http://localhost:9/" in found.faults


def test_pages_are_used_and_what_a_press_brings_is_seen(tmp_path: Path) -> None:
    button = '<figure data-chart="c"><button data-live>press</button><div></div></figure>'
    for name in ("quiet", "used"):
        page = tmp_path / name / "index.html"
        page.parent.mkdir()
        page.write_text(html('<script src="../press.mjs" type="module"></script>', f"<main>{button}</main>"))
    (tmp_path / "press.mjs").write_text(
        """document.querySelector("button").addEventListener("click", (e) => {
          const drawn = e.target.nextSibling;
          drawn.setAttribute("style", "color: red");
          drawn.textContent = "drawn";
          drawn.className = "main-svg";
        });"""
    )
    sealed(tmp_path, {})
    found = crawled(tmp_path, ["quiet/", "used/"], 1, lambda _: None, {"used/"})
    assert (found.charts, found.refused) == (1, 1)
    assert all(f.startswith("used/") for f in found.faults)


def test_every_tool_and_one_page_of_each_kind_is_used() -> None:
    paths = ["", "models/", "models/a/", "models/b/", "tools/ask/", "tools/audit/", "de/tools/ask/"]
    assert used_pages(paths) == {"", "models/", "models/a/", "tools/ask/", "tools/audit/", "de/tools/ask/"}


@pytest.mark.site
def test_no_page_kind_has_a_fault(site: Path) -> None:
    paths = list((extremes if FULL else heaviest)(site).values())
    found = crawled(site, paths, 3, lambda _: None, used_pages(paths))
    assert found.faults == [] and (found.refused, found.foreign) == (0, 0)
    assert found.charts >= 4 and found.engines >= 6
