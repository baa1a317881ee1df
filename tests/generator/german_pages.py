"""The German pages of the small site, and the words of a page that a reader sees or a screen reader says."""

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from generator.render.page import Page
from generator.render.page_maker import page_module
from generator.render.templates import article_of, environment
from generator.render.translated import KINDS, translated_paths, translations, with_own_links
from tests.generator.rendered_pages import TEMPLATES
from tests.generator.tool_site import tool_site

SAID = ("title", "aria-label", "placeholder", "alt")  # attributes with words
SILENT = ("script", "style", "svg", "code", "pre")
VOID = ("br", "img", "input", "meta", "link", "hr", "col", "wbr", "source")


@cache
def german() -> dict[str, str]:
    """Every German page of the small site: its article by its path."""
    data = tool_site()
    article = article_of(environment(TEMPLATES), data.as_of)
    known = translated_paths(data)
    return {
        page.path: with_own_links(article(page), page.path, page.language, known)
        for kind in KINDS
        for _, page in translations(page_module(kind).pages, data)
    }


@cache
def english() -> dict[str, tuple[Page, str]]:
    """The English page behind each of them."""
    data = tool_site()
    article = article_of(environment(TEMPLATES), data.as_of)
    known = translated_paths(data)
    pages = (p for kind in KINDS for p in page_module(kind).pages(data) if p.path in known)
    return {page.path: (page, article(page)) for page in pages}


class Words(HTMLParser):
    """The text nodes and spoken attributes of a page with the language that they are marked with."""

    def __init__(self, html: str, language: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str, bool]] = [("", language, False)]  # tag, language, whether nothing is read
        self.found: list[tuple[str, str]] = []  # words, language
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        _, language, silent = self.open[-1]
        language, silent = given.get("lang") or language, silent or tag in SILENT
        if not silent:
            self.found += [(given[name] or "", language) for name in SAID if given.get(name)]
        if tag not in VOID:
            self.open.append((tag, language, silent))

    def handle_endtag(self, tag: str) -> None:
        if any(tag == open_ for open_, *_ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        _, language, silent = self.open[-1]
        words = " ".join(data.split())
        if words and not silent:
            self.found.append((words, language))


def words_of(html: str, language: str) -> Iterator[str]:
    """What is said in a language."""
    return (words for words, spoken in Words(html, language).found if spoken == language)


def files(folder: Path) -> Iterator[Path]:
    """The German pages of a built site."""
    return (p for p in sorted((folder / "de").rglob("index.html")))
