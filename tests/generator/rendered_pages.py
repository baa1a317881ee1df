"""The pages of the small site as a reader and a screen reader get them."""

import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from generator.publish.links import page_links, resolved
from generator.render.page import Page, SiteData
from generator.render.pages import (
    accuracy,
    data_sources,
    gpus,
    health,
    home,
    models,
    parity,
    plans,
    providers,
    use_cases,
    workloads,
)
from generator.render.templates import article_of, environment
from tests.generator.small_site import small_site

TEMPLATES = Path(__file__).parents[2] / "site_templates" / "pages"
KINDS = (home, use_cases, plans, models, providers, gpus, workloads, health, accuracy, data_sources, parity)
OTHERS = (
    "compare/",
    "explore/",
    "regions/",
    "tools/",
    "downloads/",
    "methodology/",
    "guides/",
    "glossary/",
    "api/",
    "report/",
)  # not rendered here


@cache
def articles() -> dict[str, str]:
    """Every page of the small site: its article by its path."""
    return rendered(small_site())


def rendered(data: SiteData) -> dict[str, str]:
    article = article_of(environment(TEMPLATES), data.as_of)
    return {page.path: article(page) for kind in KINDS for page in kind.pages(data)}


def text(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


def page_of(kind: object, path: str) -> Page:
    return next(p for p in kind.pages(small_site()) if p.path == path)  # type: ignore[attr-defined]


class Outline(HTMLParser):
    """What a screen reader needs of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.tables = self.captions = self.regions = 0
        self.unscoped: list[str] = []
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        self.tables += tag == "table"
        self.captions += tag == "caption"
        self.regions += given.get("role") == "region" and given.get("tabindex") == "0"
        self.unscoped += [str(attrs)] if tag == "th" and not given.get("scope") else []
        self.ids += [given["id"] or ""] if "id" in given else []
        self.labels += (given.get("aria-labelledby") or "").split()


def internal_targets(path: str, html: str) -> Iterator[str]:
    for address, _ in page_links(html)[0]:
        target = resolved(f"{path}index.html", address) if not address.startswith("#") else None
        if target is not None:
            assert not target.startswith("/"), f"{path}: {address} leaves the site"
            if not target.startswith("api/v1/"):
                yield target.removesuffix("index.html")
