"""How the data pages of a small site are built: outline, links, escaping, and the same bytes every time."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from generator.render.page import Page
from generator.render.page_maker import RenderError, write_page
from generator.render.run import sitemap
from tests.generator.rendered_pages import OTHERS, Outline, articles, internal_targets, rendered, text
from tests.generator.small_site import small_site


def test_no_page_leaks_a_value_that_is_none_of_the_readers() -> None:
    for path, html in articles().items():
        words = set(re.findall(r"[A-Za-z]+", text(html)))
        assert not words & {"None", "NaN", "nan", "Undefined", "undefined", "inf"}, path


@pytest.mark.parametrize("what", ["headings", "tables", "ids"])
def test_pages_have_the_outline_that_a_screen_reader_needs(what: str) -> None:
    for path, html in articles().items():
        outline = Outline(html)
        if what == "headings":
            assert outline.headings.count(1) == 1, path
            steps = zip(outline.headings, outline.headings[1:], strict=False)
            assert all(b - a <= 1 for a, b in steps), path
        elif what == "tables":
            assert outline.tables == outline.captions == outline.regions, path
            assert not outline.unscoped, path
        else:
            assert set(outline.labels) <= set(outline.ids), path
            assert len(set(outline.ids)) == len(outline.ids), path


def test_links_of_data_pages_lead_to_pages() -> None:
    known = set(articles())
    for path, html in articles().items():
        for target in internal_targets(path, html):
            assert target in known or target.startswith(OTHERS), f"{path}: {target}"


def test_same_data_give_the_same_pages() -> None:
    articles.cache_clear()
    first = articles()
    site = small_site()
    assert rendered(replace(site, offers=tuple(site.offers))) == first


def test_escaping_holds_in_text_and_attributes() -> None:
    assert "Hostly &amp; Sons" in articles()["providers/"]
    assert "Hostly & Sons<" not in articles()["providers/"]


def test_two_pages_cannot_claim_one_address(tmp_path: Path) -> None:
    page = Page("models/", "Models", "All models", "none.html", {})
    write_page(page, "<article></article>", tmp_path)
    with pytest.raises(RenderError, match=r"models/.*written twice"):
        write_page(page, "<article></article>", tmp_path)


def test_sitemap_lists_every_page_under_the_address_of_the_site(tmp_path: Path) -> None:
    for folder in ("", "models", "models/a"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "index.html").write_text("", encoding="utf-8")
    assert re.findall("<loc>(.*?)</loc>", sitemap(tmp_path, "https://atlas.example/x/")) == [
        "https://atlas.example/x/",
        "https://atlas.example/x/models/",
        "https://atlas.example/x/models/a/",
    ]
