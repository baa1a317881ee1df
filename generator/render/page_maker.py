"""From the page of a view to its file: what every page gets beside its content, its HTML, its picture."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import cast

from generator.publish.policy import CHART_MARK
from generator.render.page import Alternate, Page, SiteData
from generator.render.page_memo import PageMemo
from generator.render.shell import Shell
from generator.render.site_index import site_index
from generator.render.social_cards import SocialCard, card_name, drawn, social_card
from generator.render.structured import structured
from generator.render.texts import DEFAULT, OTHERS
from generator.render.tool_assets import module
from generator.render.translated import KINDS as TRANSLATED
from generator.render.translated import base_path, nearest, translated_paths, translations, versions, with_own_links

DATES_SCRIPT = "relative_dates.mjs"
# What an article holds, and the script that takes it over.
SCRIPTS = ((CHART_MARK, "charts.mjs"), (" data-plans=", "plan_marks.mjs"), (' id="change-data"', "change_search.mjs"))


type View = Callable[[SiteData], Iterable[Page]]


class RenderError(Exception):
    """A site that cannot be rendered; the message names the page or module."""


@dataclass(frozen=True)
class PageMaker:
    """What all pages of a site are made with. `forms` are the other forms of a page by its path."""

    data: SiteData
    shell: Shell
    article: Callable[[Page], str]
    forms: Mapping[str, tuple[Alternate, ...]]
    out: Path

    @cached_property
    def translated(self) -> frozenset[str]:
        """The pages that exist in every language."""
        return translated_paths(self.data)

    def write_kind(self, kind: str, view: View, memo: PageMemo) -> int:
        """Write all pages of a view of a kind with their pictures; the number of pages."""
        cards: dict[str, SocialCard] = {}
        number = 0
        for page in view(self.data):
            name = card_name(kind, page.path)
            card = cards.setdefault(name, social_card(name, page, self.data.as_of))
            self.write(self.dressed(page, card), memo)
            number += 1
        for _, page in translations(view, self.data) if kind in TRANSLATED else ():
            self.write(self.dressed(page, cards[card_name(kind, base_path(page.path))]), memo)
            number += 1
        write_files(((card.path, drawn(card)) for card in cards.values()), self.out)
        return number

    def write(self, page: Page, memo: PageMemo) -> None:
        """Write a page, rendered where it is not known."""
        write_page(page, memo.html(page, self.html), self.out)

    def dressed(self, page: Page, card: SocialCard) -> Page:
        """The page with its other forms, its picture, its data for search engines, and the script for its dates."""
        return replace(
            self.with_script(page, DATES_SCRIPT),
            alternates=(*page.alternates, *self.forms.get(base_path(page.path), ())),
            picture=card.path,
            structured=structured(page, site_index(self.data), self.shell.site_url),
            versions=versions(page.path, self.translated),
            other=nearest(page.path, OTHERS[0] if page.language == DEFAULT else DEFAULT, self.translated),
        )

    def html(self, page: Page) -> str:
        """The whole page; one that holds a chart or a ranking gets the script that makes it interactive."""
        article = with_own_links(self.article(page), page.path, page.language, self.translated)
        for mark, script in SCRIPTS:
            page = self.with_script(page, script) if mark in article else page
        return self.shell.html(page, article)

    def with_script(self, page: Page, name: str) -> Page:
        """The page with a script of the bundle, where the bundle has it."""
        if name not in self.data.bundle.get("files", {}):
            return page
        script = module(self.data, name)
        return page if script in page.scripts else replace(page, scripts=(*page.scripts, script))


def views(kind: str) -> tuple[View, ...]:
    """What makes the pages of a kind: one view, or the parts of it that can be written side by side."""
    module = page_module(kind)
    return cast(tuple[View, ...], getattr(module, "VIEWS", (module.pages,)))


def page_module(kind: str) -> ModuleType:
    """The view module of a page kind."""
    return import_module(f"generator.render.pages.{kind}")


def write_page(page: Page, html: str, out: Path) -> None:
    """Write a page and the files beside it; RenderError when something lies there already."""
    folder = out / page.path
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, str | bytes] = {"index.html": html, **page.data}
    for name, content in files.items():
        target = folder / name
        if target.exists():
            raise RenderError(f"{page.path or 'home'}: {name} is written twice; two pages claim one address")
        target.write_bytes(content.encode() if isinstance(content, str) else content)


def write_files(files: Iterable[tuple[str, bytes]], out: Path) -> None:
    """Write files by their site path."""
    for path, body in files:
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
