"""The render stage: prose first (mkdocs empties the folder), then data pages, downloads, search list, sitemap."""

import importlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from itertools import chain
from pathlib import Path
from types import ModuleType

from generator.digests import folder_digest
from generator.publish.policy import CHART_MARK
from generator.render.embed.files import embed_files
from generator.render.feeds import feed_files
from generator.render.llms_text import llms_text
from generator.render.page import Alternate, Page, SiteData
from generator.render.page_memo import page_memo
from generator.render.search_names import IDS, NAMES, ids_file, names_file
from generator.render.shell import built_shell
from generator.render.site_index import site_index
from generator.render.social_cards import SocialCard, card_name, drawn, prose_card, social_card
from generator.render.structured import structured
from generator.render.templates import article_of, environment
from generator.render.tool_assets import module
from generator.render.twins import forms, twin_files

CHART_SCRIPT = "charts.mjs"
PAGE_KINDS = (
    "home",
    "use_cases",
    "plans",
    "models",
    "providers",
    "gpus",
    "workloads",
    "explore",
    "history",
    "compare",
    "planner",
    "invoice",
    "health",
    "accuracy",
    "data_sources",
    "parity",
    "downloads",
    "report",
)


class RenderError(Exception):
    """A site that cannot be rendered; the message names the page or module."""


@dataclass(frozen=True, slots=True)
class RenderSummary:
    """What there is: pages by kind, how many of them were rendered anew, files and bytes of the whole folder."""

    pages: Mapping[str, int]
    rendered: int
    files: int
    bytes: int


def rendered(data: SiteData, out: Path, root: Path, step: Callable[[str], None], memory: Path) -> RenderSummary:
    """Render the whole site into `out`, which is emptied. The same data give the same bytes.

    `memory` is the file of pages of the last build; a page with the same content is not rendered again.
    """
    site_url = os.environ.get("ATLAS_SITE_URL", "")
    shell = built_shell(root, out, out.with_name("prose"), data.as_of, site_url and site_url.rstrip("/") + "/")
    (out / NAMES).write_bytes(names_file(data, out))
    (out / IDS).write_bytes(ids_file(data))
    step("prose")
    templates = root / "site_templates" / "pages"
    article = article_of(environment(templates), data.as_of, shell.site_url)

    def with_shell(page: Page) -> str:
        html = article(page)
        return shell.html(with_chart_script(page, html, data), html)

    counts: Counter[str] = Counter()
    cards: dict[str, SocialCard] = {}
    other_forms = forms(data)
    with page_memo(memory, f"{data.as_of} {folder_digest([templates], '*')} {shell.digest}") as memo:
        for kind in PAGE_KINDS:
            for page in page_module(kind).pages(data):
                card = cards.setdefault(name := card_name(kind, page.path), social_card(name, page, data.as_of))
                dressed = replace(
                    with_relative_dates(with_forms(page, other_forms), data),
                    picture=card.path,
                    structured=structured(page, site_index(data), shell.site_url),
                )
                write_page(dressed, memo.html(dressed, with_shell), out)
                counts[kind] += 1
            step(kind)
    pictures = ((card.path, drawn(card)) for card in (*cards.values(), prose_card(data.as_of)))
    others = (
        twin_files(data),
        embed_files(data),
        feed_files(data, shell.site_url),
        _site_files(data, out, shell.site_url),
    )
    for path, body in (*pictures, *_downloads(data), *chain.from_iterable(others)):
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    step("downloads")
    files = [p for p in out.rglob("*") if p.is_file()]
    return RenderSummary(dict(counts), memo.rendered, len(files), sum(p.stat().st_size for p in files))


def page_module(kind: str) -> ModuleType:
    """The view module of a page kind."""
    return importlib.import_module(f"generator.render.pages.{kind}")


def with_forms(page: Page, other_forms: Mapping[str, tuple[Alternate, ...]]) -> Page:
    """The page with links to its Markdown twin and its data, where it has them."""
    found = other_forms.get(page.path)
    return replace(page, alternates=(*page.alternates, *found)) if found else page


def with_relative_dates(page: Page, data: SiteData) -> Page:
    """The page with the script that adds "2 days ago" beside its dates, where the bundle has one."""
    files = data.bundle.get("files", {})
    if "relative_dates.mjs" not in files:
        return page
    script = module(data, "relative_dates.mjs")
    return page if script in page.scripts else replace(page, scripts=(*page.scripts, script))


def with_chart_script(page: Page, article: str, data: SiteData) -> Page:
    """The page with the script that draws interactive charts, where it holds one."""
    if CHART_MARK not in article or CHART_SCRIPT not in data.bundle.get("files", {}):
        return page
    return replace(page, scripts=(*page.scripts, module(data, CHART_SCRIPT)))


def write_page(page: Page, html: str, out: Path) -> None:
    """Write a page and the files beside it; RenderError when something lies there already."""
    folder = out / page.path
    folder.mkdir(parents=True, exist_ok=True)
    files = {"index.html": html, **page.data}
    for name, text in files.items():
        target = folder / name
        if target.exists():
            raise RenderError(f"{page.path or 'home'}: {name} is written twice; two pages claim one address")
        target.write_text(text, encoding="utf-8", newline="\n")


def _downloads(data: SiteData) -> Iterable[tuple[str, bytes]]:
    module = importlib.import_module("generator.render.downloads")
    files: Iterable[tuple[str, bytes]] = module.download_files(data)
    return files


def _site_files(data: SiteData, out: Path, site_url: str) -> Iterator[tuple[str, bytes]]:
    """llms.txt, robots.txt, and the sitemap where the address of the site is known ($ATLAS_SITE_URL)."""
    yield "llms.txt", llms_text(data, site_url).encode()
    lines = ["User-agent: *", "Allow: /"]
    if site_url:
        lines.append(f"Sitemap: {site_url}sitemap.xml")
        yield "sitemap.xml", sitemap(out, site_url).encode()
    yield "robots.txt", ("\n".join(lines) + "\n").encode()


def sitemap(out: Path, site_url: str) -> str:
    """All pages of the site in order, without dates: a page that did not change must not look new."""
    paths = sorted(p.parent.relative_to(out).as_posix() for p in out.rglob("index.html"))
    entries = [f"<url><loc>{escape(site_url + ('' if p == '.' else p + '/'))}</loc></url>" for p in paths]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return head + "\n".join(entries) + "\n</urlset>\n"
