"""Links of the built site: every internal one must lead to a file, and nothing may load from another host."""

from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

_LOADING = {
    ("script", "src"),
    ("img", "src"),
    ("link", "href"),
    ("iframe", "src"),
    ("source", "src"),
    ("form", "action"),
}


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.targets: list[tuple[str, str]] = []  # (address, "load" or "link")
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value is None:
                continue
            if name == "id":
                self.ids.add(value)
            elif (tag, name) in _LOADING and dict(attrs).get("rel") != "canonical":
                self.targets.append((value, "load"))
            elif name in ("href", "src"):
                self.targets.append((value, "link"))


def page_links(html: str) -> tuple[list[tuple[str, str]], set[str]]:
    """The addresses a page links to or loads, and the ids it holds."""
    parser = _Links()
    parser.feed(html)
    return parser.targets, parser.ids


def resolved(page: str, address: str) -> str | None:
    """The site path an internal address of a page leads to; None for other schemes and hosts."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    if parts.path.startswith("/"):
        return f"/{parts.path}"  # absolute: breaks under a sub-path, reported by the caller
    base = PurePosixPath(page).parent
    stack: list[str] = [] if str(base) == "." else list(base.parts)
    for piece in unquote(parts.path).split("/"):
        if piece == "..":
            if not stack:
                return f"/{parts.path}"
            stack.pop()
        elif piece not in ("", "."):
            stack.append(piece)
    path = "/".join(stack)
    if not parts.path:
        return page
    return (path + "/index.html").lstrip("/") if parts.path.endswith(("/", "..", ".")) or not path else path


def broken_anchors(pages: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each link to a place inside a page of the site that has no such place."""
    read = {name: page_links(html) for name, html in pages.items()}
    for name, (targets, _) in read.items():
        for address, kind in targets:
            bare, _, anchor = address.partition("#")
            if kind != "link" or not anchor:
                continue
            target = resolved(name, bare) if bare else name
            if target in read and unquote(anchor) not in read[target][1]:
                yield f"{name}: {address} leads to no place of {target}"


def unreachable(pages: Mapping[str, str]) -> list[str]:
    """The pages that no chain of links from the start page leads to, but for the one that hosts answer errors with."""
    seen, waiting = {"index.html"}, ["index.html"]
    while waiting:
        name = waiting.pop()
        for address, kind in page_links(pages[name])[0]:
            target = (resolved(name, address) if kind == "link" else None) or ""
            for found in (target, f"{target}/index.html"):
                if found in pages and found not in seen:
                    seen.add(found)
                    waiting.append(found)
    return sorted(pages.keys() - seen - {"404.html"})


def broken_links(pages: Iterable[tuple[str, str]], files: set[str]) -> Iterator[str]:
    """A sentence for each link that leads nowhere, leaves the site's folder, or loads from another host."""
    for page, html in pages:
        targets, _ = page_links(html)
        for address, kind in targets:
            if address.startswith(("data:", "mailto:", "#", "javascript:")) or not address:
                continue
            target = resolved(page, address)
            if target is None:
                if kind == "load":
                    yield f"{page}: loads {address} from another host"
            elif target.startswith("/") and page != "404.html":
                yield f"{page}: {address} is absolute or leaves the site; the site must work under a sub-path"
            elif not {bare := target.strip("/"), f"{bare}/index.html".lstrip("/")} & files:
                yield f"{page}: {address} leads to nothing"
