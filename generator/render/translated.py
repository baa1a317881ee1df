"""Pages in other languages than English: which there are, where they lie, and how pages refer to each other.

A page of another language lies under its code, `de/plans/`. It links to pages in its own language where there are any,
and to the English ones else, which are marked as such. Its files, feeds and data are those of the English page.
"""

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import takewhile

from generator.render.page import Page, SiteData
from generator.render.texts import DEFAULT, LANGUAGES, OTHERS, language, speaking

# Kinds with pages in every language; those of a kind that have them come first.
KINDS = (
    "home",
    "use_cases",
    "plans",
    "models",
    "providers",
    "gpus",
    "regions",
    "workloads",
    "report",
    "compare",
    "invoice",
    "spend",
    "planner",
    "ask",
    "audit",
    "observe",
    "explore",
)
PAGES = (
    "", "use-cases/", "plans/", "models/", "providers/", "gpus/", "regions/", "regions/gpus/",
    "regions/models/", "workloads/", "report/", "compare/", "tools/invoice/",
    "tools/spend/", "tools/planner/", "tools/ask/", "tools/audit/", "tools/observe/",
    "explore/",
)  # fmt: skip

_LINK = re.compile(r'<(a|form)\b([^>]*?)\s(href|action)="([^"#?]*)([^"]*)"')


def translated_paths(data: SiteData) -> frozenset[str]:
    """The paths of the English pages that exist in every language."""
    return frozenset((*PAGES, *(f"use-cases/{case.case.id}/" for case in data.results.cases)))


def translations(pages: Callable[[SiteData], Iterable[Page]], data: SiteData) -> Iterator[tuple[str, Page]]:
    """The pages of a view in the other languages, each with the language that is spoken while it is taken."""
    known = translated_paths(data)
    for spoken in OTHERS:
        with speaking(spoken):
            for page in takewhile(lambda page: page.path in known, pages(data)):
                yield spoken, replace(page, path=f"{spoken}/{page.path}", language=spoken, data={})


def versions(path: str, known: Collection[str]) -> Mapping[str, str]:
    """The paths of a page by language, its own among them; empty where it exists in one language only."""
    base = base_path(path)
    return {spoken: localised(base, spoken) for spoken in LANGUAGES} if base in known else {}


def root_from(path: str) -> str:
    """The relative way to the site's root from the page at `path` in the language that is spoken, for its scripts."""
    return "../" * localised(path, language()).count("/")


def files_of(path: str) -> str:
    """The relative way to the files beside the English page at `path`, from the page of the spoken language."""
    return "" if language() == DEFAULT else root_from(path) + path


def base_path(path: str) -> str:
    """The path of the English page."""
    spoken, _, rest = path.partition("/")
    return rest if spoken in OTHERS else path


def localised(base: str, spoken: str) -> str:
    """The path of an English page in another language."""
    return base if spoken == DEFAULT else f"{spoken}/{base}"


def nearest(path: str, spoken: str, known: Collection[str]) -> str:
    """The page itself in a language, else the nearest one above it that exists there."""
    base = base_path(path)
    while base not in known:
        base = base.rstrip("/").rpartition("/")[0]
        base += "/" if base else ""
    return localised(base, spoken)


def with_own_links(html: str, path: str, spoken: str, known: Collection[str]) -> str:
    """HTML of the page at `path` with links to pages in its own language, and links to English pages marked."""
    if spoken == DEFAULT:
        return html
    root = "../" * path.count("/")

    def own(found: re.Match[str]) -> str:
        tag, others, name, address, rest = found.groups()
        if not address or ":" in address or address.startswith("//") or " hreflang=" in found[0]:
            return found[0]
        target = posixpath.normpath(posixpath.join("/", path, address))[1:] + ("/" if address.endswith("/") else "")
        target = target.lstrip("/")
        if target in known:
            return f'<{tag}{others} {name}="{root}{localised(target, spoken)}{rest}"'
        is_page = target.endswith(("/", ".md")) and not target.startswith(tuple(f"{o}/" for o in OTHERS))
        return f'{found[0]} hreflang="{DEFAULT}"' if is_page and tag == "a" else found[0]

    return _LINK.sub(own, html)
