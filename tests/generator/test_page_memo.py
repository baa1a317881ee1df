"""Memory of rendered pages: what did not change is not rendered, what did is, and no fault of the memory shows."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from generator.render.page import Page
from generator.render.page_memo import page_memo
from generator.render.pages import models, providers
from generator.render.templates import article_of, environment
from tests.generator.rendered_pages import TEMPLATES
from tests.generator.small_site import small_site

PAGES = [Page(f"models/{n}/", n, "", "none.html", {"price": Decimal("0.15"), "name": n}) for n in "abc"]


def built(file: Path, pages: list[Page], inputs: str = "1") -> tuple[dict[str, str], list[str]]:
    """The HTML of the pages by path, and which of them were rendered."""
    rendered: list[str] = []

    def render(page: Page) -> str:
        rendered.append(page.path)
        return f"<p>{page.context['name']} {page.context['price']}</p>"

    with page_memo(file, inputs) as memo:
        html = {p.path: memo.html(p, render) for p in pages}
    assert memo.rendered == len(rendered)
    return html, rendered


def test_unchanged_pages_are_not_rendered_and_read_the_same(tmp_path: Path) -> None:
    first, rendered = built(tmp_path / "pages.sqlite", PAGES)
    assert rendered == [p.path for p in PAGES]
    assert built(tmp_path / "pages.sqlite", PAGES) == (first, [])


@pytest.mark.parametrize("change", [{"context": {"price": Decimal("0.16"), "name": "b"}}, {"title": "other"}])
def test_only_the_changed_page_is_rendered(tmp_path: Path, change: dict[str, object]) -> None:
    built(tmp_path / "pages.sqlite", PAGES)
    changed = [PAGES[0], replace(PAGES[1], **change), PAGES[2]]  # type: ignore[arg-type]
    html, rendered = built(tmp_path / "pages.sqlite", changed)
    assert rendered == ["models/b/"]
    assert html == built(tmp_path / "fresh.sqlite", changed)[0]


def test_other_templates_render_everything_anew(tmp_path: Path) -> None:
    built(tmp_path / "pages.sqlite", PAGES)
    assert len(built(tmp_path / "pages.sqlite", PAGES, "2")[1]) == len(PAGES)
    assert built(tmp_path / "pages.sqlite", PAGES, "2")[1] == []


def test_page_that_was_gone_for_a_build_is_rendered_again(tmp_path: Path) -> None:
    built(tmp_path / "pages.sqlite", PAGES)
    built(tmp_path / "pages.sqlite", PAGES[:2])
    assert built(tmp_path / "pages.sqlite", PAGES)[1] == ["models/c/"]


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\0" + b"\xff" * 200])
def test_broken_memory_costs_time_only(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "pages.sqlite"
    file.write_bytes(content)
    html, rendered = built(file, PAGES)
    assert len(rendered) == len(html) == len(PAGES)
    built(file, PAGES)
    assert built(file, PAGES)[1] == []


def test_build_that_dies_leaves_the_memory_of_the_one_before(tmp_path: Path) -> None:
    built(tmp_path / "pages.sqlite", PAGES)
    with pytest.raises(KeyboardInterrupt), page_memo(tmp_path / "pages.sqlite", "1") as memo:
        memo.html(replace(PAGES[0], title="half"), lambda _: "half")
        raise KeyboardInterrupt
    assert built(tmp_path / "pages.sqlite", PAGES)[1] == []


def test_price_of_one_provider_renders_its_own_pages_and_those_of_its_models_only(tmp_path: Path) -> None:
    data = small_site()
    article = article_of(environment(TEMPLATES), data.as_of)
    offer = next(o for o in data.offers if o.model)
    dearer = replace(offer, price=offer.price * 2)
    changed = replace(data, offers=tuple(dearer if o is offer else o for o in data.offers))

    def build(site: object, file: str) -> tuple[dict[str, str], int]:
        with page_memo(tmp_path / file, "1") as memo:
            pages = [p for kind in (models, providers) for p in kind.pages(site)]  # type: ignore[attr-defined]
            return {p.path: memo.html(p, article) for p in pages}, memo.rendered

    before, total = build(data, "pages.sqlite")
    after, rendered = build(changed, "pages.sqlite")
    assert after == build(changed, "fresh.sqlite")[0]
    differ = {path for path in before if before[path] != after[path]}
    assert f"providers/{offer.provider}/" in differ
    assert f"models/{offer.model}/" in differ
    assert len(differ) <= rendered < total
