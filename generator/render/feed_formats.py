"""The two forms of a feed: Atom 1.0 (RFC 4287) and JSON Feed 1.1.

Ids are UUIDs computed from the feed's path and the key of an entry, so that a rebuild, another address of the site or a
better wording never makes an old entry look new. Where the address of the site is not known, Atom gets relative links,
which a reader resolves against the feed's own address; JSON Feed asks for absolute ones and gets none.
"""

import json
import re
from dataclasses import dataclass
from html import escape
from typing import Any
from uuid import UUID, uuid5

AUTHOR = "Inference Price Atlas"
NAMESPACE = UUID("6f0c7c1e-5a0e-5c9b-9a53-2d1f6f3a8b41")  # ours; another one would make every entry of every feed new
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed says of one day: `key` names it within the feed, `page` is relative to the site."""

    key: str
    title: str
    date: str
    page: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: `path` is relative to the site, without ending; entries newest first."""

    path: str
    title: str
    subtitle: str
    page: str
    entries: tuple[Entry, ...]
    as_of: str

    @property
    def updated(self) -> str:
        """The date of the newest entry; that of the data while there is none."""
        return self.entries[0].date if self.entries else self.as_of

    @property
    def id(self) -> str:
        """The id of the feed."""
        return uuid5(NAMESPACE, self.path).urn

    def entry_id(self, entry: Entry) -> str:
        """The id of an entry."""
        return uuid5(NAMESPACE, f"{self.path}#{entry.key}").urn


def atom(feed: Feed, site_url: str) -> str:
    """The feed as Atom 1.0."""
    base = site_url or "../" * feed.path.count("/")
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        f"<id>{feed.id}</id><title>{xml(feed.title)}</title><subtitle>{xml(feed.subtitle)}</subtitle>"
        f"<updated>{moment(feed.updated)}</updated><author><name>{AUTHOR}</name></author>",
        f'<link rel="self" type="application/atom+xml" href="{xml(base + feed.path)}.atom"/>'
        f'<link rel="alternate" type="text/html" href="{xml(base + feed.page)}"/>',
    ]
    parts += [
        f"<entry><id>{feed.entry_id(e)}</id><title>{xml(e.title)}</title><updated>{moment(e.date)}</updated>"
        f'<link rel="alternate" type="text/html" href="{xml(base + e.page)}"/>'
        f'<content type="html">{xml(body(e))}</content></entry>'
        for e in feed.entries
    ]
    return "\n".join([*parts, "</feed>\n"])


def json_feed(feed: Feed, site_url: str) -> str:
    """The feed as JSON Feed 1.1."""
    record: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "title": feed.title}
    if site_url:
        record |= {"home_page_url": site_url + feed.page, "feed_url": f"{site_url}{feed.path}.json"}
    record |= {"description": feed.subtitle, "language": "en", "authors": [{"name": AUTHOR}], "items": []}
    for e in feed.entries:
        item = {"id": feed.entry_id(e)} | ({"url": site_url + e.page} if site_url else {})
        item |= {"title": e.title, "content_html": body(e), "date_published": moment(e.date)}
        record["items"].append(item)
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def body(entry: Entry) -> str:
    """The lines of an entry as a list in HTML; a single one as a paragraph."""
    lines = [escape(line) for line in entry.lines]
    return f"<p>{lines[0]}</p>" if len(lines) == 1 else "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"


def moment(date: str) -> str:
    """An ISO date as RFC 3339, at midnight: the data have days, no hours."""
    return f"{date}T00:00:00Z"


def xml(text: str) -> str:
    """Text inside an XML element or attribute; what XML cannot carry becomes a replacement sign."""
    return escape(_NOT_XML.sub("\ufffd", text))
