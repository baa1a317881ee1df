"""Where the figures of a chart come from, in words: the sources behind its prices, those with most of them first."""

from collections import Counter
from collections.abc import Iterable

from generator.render.formats import listed
from generator.render.site_index import SiteIndex
from generator.render.texts import text
from wasm_tools.pricing.offers import GpuOffer, Offer

NAMED = 4


def source_words(offers: Iterable[Offer | GpuOffer], index: SiteIndex) -> str:
    """`Prices from LiteLLM, models.dev and 3 more sources`."""
    counts = Counter(e.source for o in offers for e in o.evidence if not e.absent_since)
    return sources_named(
        text("charts.prices_from"), [s for s, _ in sorted(counts.items(), key=lambda c: (-c[1], c[0]))], index
    )


def sources_named(lead: str, sources: list[str], index: SiteIndex) -> str:
    """Sources by their titles behind a lead."""
    titles = [index.data.registry.source[s].title for s in sources if s in index.data.registry.source]
    more = len(titles) - NAMED
    shown = [*titles[:NAMED], text("charts.more_sources", n=more)] if more > 1 else titles
    return f"{lead} {listed(shown)}" if shown else text("charts.no_source")
