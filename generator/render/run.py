"""The render stage: prose first (mkdocs empties the folder), then pages and files side by side, the sitemap last."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import chain
from pathlib import Path
from pkgutil import iter_modules

from generator.digests import folder_digest
from generator.parallel import side_by_side
from generator.render import pages
from generator.render.downloads import download_files
from generator.render.embed.files import embed_files
from generator.render.feeds import feed_files
from generator.render.llms_text import llms_text
from generator.render.page import SiteData
from generator.render.page_maker import PageMaker, View, views, write_files
from generator.render.page_memo import PageMemo, page_memo
from generator.render.search_names import palette_files
from generator.render.shell import add_records, built_shell
from generator.render.site_index import site_index
from generator.render.social_cards import drawn, prose_card
from generator.render.structured import API_PAGE, api_records
from generator.render.templates import article_of, environment
from generator.render.translated import translated_paths
from generator.render.twins import forms, twin_files

# Kinds that share costly look-ups stand in one group; the costly groups come first, so that the work ends evenly.
COSTLY = (
    ("downloads",),
    ("models",),
    ("providers", "gpus", "regions"),
    ("health", "history"),
    ("explore", "compare"),
    ("use_cases", "plans", "workloads"),
    ("planner", "ask", "audit", "observe", "invoice", "spend"),
)
FIRST = "home"  # alone and before the others: what it looks up they look up too, and share
DATA_FILES = "downloads"  # the kind whose group writes the files under /api/v1/, which its page lists


def other_kinds() -> tuple[str, ...]:
    """The kinds that nobody has put into a group: every module of generator/render/pages is a kind."""
    named = {FIRST, *chain.from_iterable(COSTLY)}
    return tuple(sorted(module.name for module in iter_modules(pages.__path__) if module.name not in named))


GROUPS = (*COSTLY, other_kinds())
PAGE_KINDS = (FIRST, *chain.from_iterable(GROUPS))

type Part = tuple[tuple[str, View], ...]  # kinds with the view to be written of each


@dataclass(frozen=True, slots=True)
class RenderSummary:
    """What there is: pages by kind, how many of them were rendered anew, files and bytes of the whole folder."""

    pages: Mapping[str, int]
    rendered: int
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Made:
    """What one part of the stage gave: pages by kind, and the memory of them."""

    pages: Mapping[str, int]
    memo: PageMemo


def rendered(data: SiteData, out: Path, root: Path, step: Callable[[str], None], memory: Path) -> RenderSummary:
    """Render the whole site into `out`, which is emptied. The same data give the same bytes.

    `memory` is the file of pages of the last build; a page with the same content is not rendered again.
    """
    site_url = os.environ.get("ATLAS_SITE_URL", "")
    address = site_url and site_url.rstrip("/") + "/"
    shell = built_shell(root, out, out.with_name("prose"), data.as_of, address, translated_paths(data))
    write_files(palette_files(data, out), out)
    add_records(out / API_PAGE / "index.html", api_records(site_index(data), shell.site_url))
    step("prose")
    templates = root / "site_templates" / "pages"
    maker = PageMaker(data, shell, article_of(environment(templates), data.as_of, shell.site_url), forms(data), out)
    counts: Counter[str] = Counter()
    words = folder_digest([templates, root / "content" / "texts"], "*")
    with page_memo(memory, f"{data.as_of} {words} {shell.digest}") as memo:
        first = group(maker, parts_of((FIRST,))[0], memo.known)
        parts = [partial(group, maker, part, memo.known) for kinds in GROUPS for part in parts_of(kinds)]
        parts.append(partial(other_files, maker))
        for made in chain([first], (made for _, made in side_by_side(parts))):
            memo.take(made.memo)
            counts.update(made.pages)
            for kind in made.pages:
                step(kind)
    picture = prose_card(data.as_of)
    write_files(chain([(picture.path, drawn(picture))], site_files(data, out, shell.site_url)), out)
    files = [p for p in out.rglob("*") if p.is_file()]
    by_kind = {kind: counts[kind] for kind in PAGE_KINDS}
    return RenderSummary(by_kind, memo.rendered, len(files), sum(p.stat().st_size for p in files))


def parts_of(kinds: tuple[str, ...]) -> list[Part]:
    """A group as the parts that are written one after the other: a kind alone in its group may be in several."""
    if len(kinds) == 1:
        return [((kinds[0], view),) for view in views(kinds[0])]
    return [tuple((kind, view) for kind in kinds for view in views(kind))]


def group(maker: PageMaker, part: Part, known: Mapping[str, tuple[bytes, str]]) -> Made:
    """Write the pages of some views, and with the downloads the files that they list."""
    memo = PageMemo(known)
    counts: Counter[str] = Counter()
    for kind, view in part:
        counts[kind] += maker.write_kind(kind, view, memo)
    if DATA_FILES in counts:
        write_files(download_files(maker.data), maker.out)
    return Made(counts, memo)


def other_files(maker: PageMaker) -> Made:
    """Write the Markdown twins, badges and feeds."""
    data, address = maker.data, maker.shell.site_url
    write_files(chain(twin_files(data), embed_files(data), feed_files(data, address)), maker.out)
    return Made({}, PageMemo({}))


def site_files(data: SiteData, out: Path, site_url: str) -> Iterator[tuple[str, bytes]]:
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
