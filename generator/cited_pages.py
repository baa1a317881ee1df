"""Cited pages: the price pages that sources name, and whether they still answer."""

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from generator.sync.state import State

GONE = frozenset({404, 410})
AT_A_TIME = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a cited page answered. `state`: answers, gone, silent (no answer; that proves nothing), refused."""

    url: str
    citations: int
    state: str
    detail: str


def cited_pages(state: State) -> list[tuple[str, int]]:
    """Every cited page with how many rows cite it, the most cited first."""
    counts = Counter(f.source_url for by_sku in state.facts.values() for f in by_sku.values() if f.source_url)
    counts.update(o.source_url for o in state.gpu_offers if o.source_url)
    return sorted(counts.items(), key=lambda c: (-c[1], c[0]))


def checked_pages(pages: Iterable[tuple[str, int]], client: httpx.Client, limit: int) -> Iterator[Verdict]:
    """The verdict on the first `limit` pages: one HEAD request each, GET where HEAD is not allowed."""
    chosen = list(pages)[:limit]
    with ThreadPoolExecutor(max_workers=AT_A_TIME) as pool:
        yield from pool.map(lambda page: _checked(page[0], page[1], client), chosen)


def _checked(url: str, citations: int, client: httpx.Client) -> Verdict:
    nothing = Verdict(url, citations, "gone", "not a web address")
    try:
        if urlsplit(url).scheme not in ("http", "https"):
            return nothing
        status = client.head(url, follow_redirects=True).status_code
        if status in (403, 405, 501):
            with client.stream("GET", url, follow_redirects=True) as response:
                status = response.status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Verdict(url, citations, "silent", type(error).__name__)
    except ValueError:  # a host in brackets that is no address, a lone surrogate
        return nothing
    state = "gone" if status in GONE else "answers" if status < 400 else "refused"
    return Verdict(url, citations, state, f"HTTP {status}")
