"""Who says what: the statements behind the prices of a row, source by source, and the sources of a page in a table."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from generator.render.formats import listed, missing, plural, price
from generator.render.meter_words import conditions, meter_words
from generator.render.page import SiteData
from generator.render.site_index import SiteIndex, Sku
from generator.render.sku_facts import cited_pages, is_page
from generator.sync.disputes import Dispute
from wasm_tools.pricing.meters import Meter, MeterError, UnitRegistry, parse_meter, price_text
from wasm_tools.pricing.offers import Evidence, GpuOffer, Offer

PAGES_SHOWN = 2  # cited price pages of one source in the table of a page
_METER = re.compile(r"\b(?:input|output)\.[a-z]+\.[a-z_]+(?:;[a-z_]+=[^\s;,]+)*")
_POWER = re.compile(r"10\^(-?\d+) times")
_SHORT_CACHES = {
    "none": "",
    "read": "cached ",
    "write": "cache write ",
    "write_1h": "1 h cache write ",
    "write_12h": "12 h cache write ",
    "storage": "cache storage ",
}


def condition_words(meter: Meter) -> str:
    """When a price holds: tier, context band, time of day, variant; `standard` when always."""
    return ", ".join(conditions(meter)) or "standard"


def quantity_words(meter: Meter) -> str:
    """What is counted, in short: `in`, `cached in`, `audio out`."""
    modality = "" if meter.modality in ("text", "any") else f"{meter.modality} "
    return f"{_SHORT_CACHES[meter.cache]}{modality}{'in' if meter.direction == 'input' else 'out'}"


def short_words(meter: Meter) -> str:
    """What a price is for in as few words as a row has room for: `in`, `batch out`."""
    return " ".join([*conditions(meter), quantity_words(meter)])


def meter_amount(meter: Meter, value: Decimal, units: UnitRegistry) -> str:
    """A price with its unit where it is not the usual million tokens."""
    return price(value) if meter.unit == "token" else f"{price(value)} /{units.unit(meter).label}"


def in_meter_words(sentence: str) -> str:
    """A sentence of the reconciliation, its meters and powers of ten in the words of the pages."""

    def words(found: re.Match[str]) -> str:
        try:
            return meter_words(parse_meter(found[0]))
        except MeterError:
            return found[0]

    return _POWER.sub(lambda found: f"{10.0 ** int(found[1]):,g} times", _METER.sub(words, sentence))


@dataclass(slots=True)
class _Voice:
    """What one source says about the prices of a row."""

    agrees: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    others: int = 0  # further prices of the row that it states as they are published
    fields: dict[str, None] = field(default_factory=dict)  # an ordered set


def who_says(shown: Sequence[Offer], others: Sequence[Offer], index: SiteIndex) -> list[dict[str, Any]]:
    """A record a source of a SKU's prices, the best rank first: its own figures, its payload fields, its cited page.

    Of the prices outside the columns those that agree are counted, and those that differ are spelled out.
    """
    voices: dict[str, _Voice] = {}
    for o, in_column in [*((o, True) for o in shown), *((o, False) for o in others)]:
        own = index.listed[o.key].offer.evidence if o.key in index.listed else o.evidence
        for e, said in zip(o.evidence, own, strict=True):
            _hear(voices.setdefault(e.source, _Voice()), o, e, _own_price(o, said, index), in_column, index)
    first = (*shown, *others)[0]
    pages = cited_pages(index.facts.get((first.provider, first.sku)))
    registry = index.data.registry.source
    ordered = sorted(voices, key=lambda s: (registry[s].rank if s in registry else 9, s))
    return [_record(source, voices[source], pages.get(source, ""), index) for source in ordered]


def _own_price(offer: Offer, said: Evidence, index: SiteIndex) -> str:
    """The figure of a source, in its own currency where the published price is converted."""
    if offer.key in index.listed:
        return f"{price_text(said.price)} {index.listed[offer.key].offer.currency}"
    return meter_amount(offer.meter, said.price, index.data.registry.units)


def _hear(voice: _Voice, offer: Offer, e: Evidence, amount: str, in_column: bool, index: SiteIndex) -> None:
    if e.field:
        voice.fields[e.field] = None
    words = f"{short_words(offer.meter)} {amount}"
    if e.absent_since:
        voice.gone.append(f"{words} (not since {e.absent_since})")
    elif not index.agreement.holds(e.price, offer.price):
        voice.differs.append(words)
    elif in_column:
        voice.agrees.append(words)
    else:
        voice.others += 1


def _record(source: str, voice: _Voice, page: str, index: SiteIndex) -> dict[str, Any]:
    registry, snapshots = index.data.registry.source, index.data.state.snapshots
    further = plural(voice.others, "further price") if voice.others else ""
    return {
        "id": source,
        "title": registry[source].title if source in registry else source,
        "read": snapshots[source].observed_at if source in snapshots else "never",
        "agrees": listed([*voice.agrees, further] if further else voice.agrees),
        "differs": ", ".join(voice.differs),
        "gone": ", ".join(voice.gone),
        "fields": ", ".join(voice.fields),
        "page": page,
        "host": host(page),
    }


def host(address: str) -> str:
    """The host of a page, without www."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def dispute_lines(offers: Iterable[Offer], index: SiteIndex) -> list[dict[str, str]]:
    """The disagreements about the prices of a SKU with their ids; those with one explanation share a line."""
    by_reason: dict[str, list[str]] = {}
    for o in offers:
        found = index.disputes.get(o.key)
        if found:
            by_reason.setdefault(explanation(found, index), []).append(f"{short_words(o.meter)} {found.id}")
    return [{"about": ", ".join(ids), "why": why} for why, ids in by_reason.items()]


def explanation(dispute: Dispute, index: SiteIndex) -> str:
    """What explains a disagreement: the reviewer's reason, what the data tell, or that it is open."""
    if dispute.acknowledged:
        return f"reviewed: {dispute.acknowledged}"
    if dispute.swapped:
        return f"open, a source states this price and that of {dispute.swapped} the other way round"
    registry = index.data.registry.source
    reasons = [f"{registry[s].title}: {in_meter_words(reason)}" for s, reason in sorted(dispute.explained.items())]
    return "; ".join(reasons + ["open, nothing explains it"] * dispute.open)


def page_sources(skus: Iterable[Sku], rentals: Iterable[GpuOffer], index: SiteIndex) -> list[dict[str, Any]]:
    """The sources of the prices that a page shows, with the price pages that they cite for them."""
    skus, rentals = list(skus), list(rentals)
    stated = [(o.price, o.evidence) for s in skus for o in s.offers] + [(r.price, r.evidence) for r in rentals]
    pages: dict[str, Counter[str]] = {}
    for key in {(s.provider, s.sku) for s in skus}:
        for source, page in cited_pages(index.facts.get(key)).items():
            pages.setdefault(source, Counter())[page] += 1
    for r in rentals:
        if is_page(r.source_url):
            for e in r.evidence:
                pages.setdefault(e.source, Counter())[r.source_url] += 1
    return source_rows(stated, pages, index)


def sources_of(kind: str, identifier: str, index: SiteIndex) -> list[dict[str, Any]]:
    """The sources of all prices of a model, provider or GPU, whatever a page has room for."""
    known = index.of_models.found
    if ("sources", kind, identifier) not in known:
        skus = {"model": index.skus_of_model, "provider": index.skus_of_provider}.get(kind, {}).get(identifier, [])
        rentals = {"gpu": index.rentals_of_gpu, "provider": index.rentals_of_provider}.get(kind, {}).get(identifier, [])
        known["sources", kind, identifier] = page_sources(skus, rentals, index)
    found: list[dict[str, Any]] = known["sources", kind, identifier]
    return found


def shown_sources(
    kind: str, identifier: str, skus: Iterable[Sku], rentals: Iterable[GpuOffer], index: SiteIndex
) -> list[dict[str, Any]]:
    """Those of the sources that state a price which the page shows."""
    stated = [o.evidence for s in skus for o in s.offers] + [r.evidence for r in rentals]
    named = {e.source for evidence in stated for e in evidence}
    return [row for row in sources_of(kind, identifier, index) if row["id"] in named]


def source_rows(
    stated: Iterable[tuple[Decimal, tuple[Evidence, ...]]], pages: Mapping[str, Counter[str]], index: SiteIndex
) -> list[dict[str, Any]]:
    """The sources of the prices of a page: terms, date, and how many of these prices each states, agrees and differs.

    `pages` are the price pages that a source cites here. A statement that its source has withdrawn is not counted.
    """
    agree: Counter[str] = Counter()
    differ: Counter[str] = Counter()
    gone: set[str] = set()
    total = 0
    for published, evidence in stated:
        total += 1
        for e in evidence:
            if e.absent_since:
                gone.add(e.source)
            elif index.agreement.holds(e.price, published):
                agree[e.source] += 1
            else:
                differ[e.source] += 1
    used = gone | agree.keys() | differ.keys()
    return [
        _source_row(s, agree[s], differ[s], total, pages.get(s, Counter()), index.data)
        for s in sorted(used, key=lambda s: (-agree[s] - differ[s], s))
    ]


def _source_row(
    source: str, agree: int, differ: int, total: int, pages: Counter[str], data: SiteData
) -> dict[str, Any]:
    row, snapshot = data.registry.source[source], data.state.snapshots.get(source)
    cited: dict[str, str] = {}  # of each host the page that is cited most
    for page, _ in sorted(pages.items(), key=lambda p: (-p[1], p[0])):
        cited.setdefault(host(page), page)
    shown = list(cited.items())[:PAGES_SHOWN]
    return {
        "id": source,
        "title": row.title,
        "homepage": row.homepage,
        "licence": row.licence if row.share == "yes" else f"{row.licence}: figures only",
        "attribution": row.attribution,
        "read": snapshot.observed_at if snapshot else missing("never read"),
        "observed_at": snapshot.observed_at if snapshot else "",
        "states": f"{agree + differ:,} of {total:,}",
        "of": total,
        "agree": agree,
        "differ": differ,
        "pages": [{"host": name, "href": page} for name, page in shown],
        "more_pages": len(pages) - len(shown),
    }
