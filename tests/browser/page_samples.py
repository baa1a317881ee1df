"""Which pages stand for all of a built site: of each kind the heaviest and the lightest, found in the folder itself."""

from collections import defaultdict
from pathlib import Path

from generator.render.texts import OTHERS

LIGHTEST = ", the lightest"
ONE_BY_ONE = ("tools", "guides", "project")  # few pages, each unlike the others


def kind_of(path: str) -> str:
    """The kind of a page by its address: section and depth, so that a new page kind is covered without being named."""
    parts = path.strip("/").split("/") if path else []
    if len(parts) < 2 or parts[0] in ONE_BY_ONE:
        return path.strip("/") or "home"
    return f"{parts[0]}/{'…/' * (len(parts) - 1)}".rstrip("/")


def pages_by_kind(site: Path) -> dict[str, list[str]]:
    """The addresses of a site by kind, heaviest page first. Pages in German have the layouts of the English ones, and
    tests of their own."""
    groups: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for file in sorted(site.rglob("index.html")):
        folder = file.parent.relative_to(site).as_posix()
        if folder.partition("/")[0] in OTHERS:
            continue
        path = "" if folder == "." else folder + "/"
        groups[kind_of(path)].append((-file.stat().st_size, path))
    return {kind: [path for _, path in sorted(pages)] for kind, pages in sorted(groups.items())}


def heaviest(site: Path) -> dict[str, str]:
    """The heaviest page of each kind."""
    return {kind: pages[0] for kind, pages in pages_by_kind(site).items()}


def extremes(site: Path) -> dict[str, str]:
    """The heaviest and the lightest page of each kind: full tables and empty ones."""
    found = {}
    for kind, pages in pages_by_kind(site).items():
        found[kind] = pages[0]
        if len(pages) > 1:
            found[kind + LIGHTEST] = pages[-1]
    return found
