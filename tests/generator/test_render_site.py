"""The whole site built from the committed data: sizes, outlines, links, and the search box in a real browser.

Outlines are read of every fourth page and, with ATLAS_FULL=1 (`make test-full`), of all. The build itself refuses links
that lead nowhere; a full run looks again.
"""

import gzip
import json
import os
import re
from pathlib import Path

import pytest

from generator.publish.links import broken_links, unreachable
from tests.generator.rendered_pages import Outline

pytestmark = pytest.mark.site

FULL = bool(os.environ.get("ATLAS_FULL"))
STEP = 1 if FULL else 4
MAX_NODES = 1_500
TOOL_NODES = 2_000  # tools are no pages to browse: the planner's form alone has 64 fields with what may be chosen
MAX_COMPRESSED = 60_000
_ELEMENT = re.compile(r"<[a-zA-Z]")


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, str]:
    """The HTML of every page by its path."""
    return {p.relative_to(site).as_posix(): p.read_text(encoding="utf-8") for p in sorted(site.rglob("*.html"))}


@pytest.fixture(scope="module")
def outlines(pages: dict[str, str]) -> dict[str, Outline]:
    """The headings and tables of pages, read once."""
    return {name: Outline(html) for name, html in list(pages.items())[::STEP]}


def test_no_page_is_heavier_than_its_budget(pages: dict[str, str]) -> None:
    nodes = {name: len(_ELEMENT.findall(html)) for name, html in pages.items()}
    heavy = {name: n for name, n in nodes.items() if n > (TOOL_NODES if "tools/" in name else MAX_NODES)}
    assert not heavy
    bodies = {name: html.encode() for name, html in pages.items() if len(html) > MAX_COMPRESSED / 4}  # 4 bytes a sign
    large = {
        name: n
        for name, body in bodies.items()
        if len(body) > MAX_COMPRESSED and (n := len(gzip.compress(body, 9))) > MAX_COMPRESSED
    }
    assert not large


def test_every_page_has_language_title_description_and_one_heading(
    pages: dict[str, str], outlines: dict[str, Outline]
) -> None:
    for name, html in pages.items():
        assert f'<html lang="{"de" if name.startswith("de/") else "en"}"' in html, name
        assert len(re.findall(r"<title>[^<]{8,}</title>", html)) == 1, name
        assert 'name="description"' in html, name
    assert len(outlines) > 500
    assert [name for name, outline in outlines.items() if outline.headings.count(1) != 1] == []


def test_titles_tell_pages_apart(pages: dict[str, str]) -> None:
    titles: dict[str, list[str]] = {}
    for name, html in pages.items():
        titles.setdefault(re.findall(r"<title>(.*?)</title>", html)[0], []).append(name)
    assert {t: names for t, names in titles.items() if len(names) > 1} == {}


def test_every_data_table_has_a_caption_and_scoped_heads(pages: dict[str, str], outlines: dict[str, Outline]) -> None:
    for name, outline in outlines.items():
        if 'class="md-content__inner md-typeset atlas' in pages[name]:  # tables of Markdown are without captions
            assert outline.tables == outline.captions, name
            assert not outline.unscoped, name


@pytest.mark.skipif(not FULL, reason="the build has looked at every link; `make test-full` looks again")
def test_every_link_leads_to_a_file(site: Path, pages: dict[str, str]) -> None:
    files = {p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file()}
    assert list(broken_links(pages.items(), files)) == []


def test_every_page_can_be_reached_by_links_from_the_start_page(pages: dict[str, str]) -> None:
    assert unreachable(pages) == []


def test_every_name_of_the_search_list_leads_to_a_page(site: Path, pages: dict[str, str]) -> None:
    for file in ("names.json", "names-de.json"):
        names = json.loads((site / "assets" / file).read_text(encoding="utf-8"))
        assert len({len(column) for column in names.values()}) == 1
        for path in names["paths"]:
            place, _, anchor = path.partition("#")
            assert f"{place}index.html" in pages, path
            assert not anchor or f'id="{anchor}"' in pages[f"{place}index.html"], path


@pytest.mark.browser
def test_search_box_leads_to_a_model_with_the_keyboard_alone(site_address: str) -> None:
    from tests.browser.chromium import chromium

    with chromium() as browser:
        page = browser.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.goto(f"{site_address}providers/")
        page.keyboard.press("/")
        page.wait_for_selector(".find[open]")
        page.keyboard.type("gpt-oss-120b")
        page.wait_for_selector(".find [role=option]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/models/gpt-oss-120b/")
        assert faults == []
