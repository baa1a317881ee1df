"""What a page is, and what pages are made of: the values that every view reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.precompute.run import Precomputed
from generator.registry import Registry
from generator.render.texts import DEFAULT
from generator.sync.state import State
from wasm_tools.pricing.offers import GpuOffer, Offer


@dataclass(frozen=True, slots=True)
class SiteData:
    """Everything the views read. Offers are those in force on `as_of`, with model and GPU resolved."""

    registry: Registry
    state: State
    results: Precomputed
    offers: tuple[Offer, ...]
    rentals: tuple[GpuOffer, ...]
    as_of: str
    bundle: Mapping[str, Any]  # bundle.json of the browser engine; its files lie under assets/engine/
    run: tuple[Mapping[str, Any], ...] = ()  # the records of the run's log so far, where the run keeps one


@dataclass(frozen=True, slots=True)
class Alternate:
    """Another form of a page for programs: `href` is relative to the site, as in a feed or a Markdown twin."""

    media_type: str
    href: str
    title: str


@dataclass(frozen=True, slots=True)
class EngineStart:
    """What starts Python before the rest of a page has arrived: addresses relative to the site, and what to load.

    `worker` is the script of the worker that hosts it, `ahead` are modules that it imports; `files` is the list of the
    engine's files, `needed` what a first visit needs of it, as JSON: it saves a request that all others wait for.
    """

    worker: str
    ahead: tuple[str, ...]
    files: str
    needed: str
    packs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: where it lies, what it is called, and the plain context its template lays out.

    `path` is relative to the site and ends in a slash (`models/gpt-5/`), or is empty for the home page.
    `scripts` are module scripts and `styles` style sheets, relative to the site; `data` are files beside the page.
    `structured` are JSON-LD objects for search engines, `picture` is what other sites show beside a link to the page.
    """

    path: str
    title: str
    description: str
    template: str
    context: Mapping[str, Any]
    scripts: tuple[str, ...] = ()
    engine: EngineStart | None = None
    ahead: tuple[str, ...] = ()  # modules that its scripts import sooner or later, fetched at once
    styles: tuple[str, ...] = ()
    tool: bool = False  # runs the engine: needs the wider policy of tool pages
    data: Mapping[str, str | bytes] = field(default_factory=dict)
    alternates: tuple[Alternate, ...] = ()
    structured: tuple[Mapping[str, Any], ...] = ()
    picture: str = ""
    texts: tuple[str, ...] = ()  # parts of content/texts/ that the scripts of the page say: `report.script`
    language: str = DEFAULT
    versions: Mapping[str, str] = field(default_factory=dict)  # paths of this page by language, where there are several
    other: str = ""  # where the switch of languages leads: the page in the other language, or the nearest one above it

    @property
    def depth(self) -> int:
        """Directories below the site's root."""
        return self.path.count("/")

    @property
    def root(self) -> str:
        """The relative way to the site's root: '' or '../../'."""
        return "../" * self.depth
