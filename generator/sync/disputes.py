"""Disputes: sources of different families that state different prices for one offer, with an id and, where the data
tell it, the reason.

The id covers the offer and the values, so that a reviewed dispute stays silent until a value changes. An explanation
says what the other number is (another region's price, the batch price, an older price …); it does not change which
value is published.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from generator.sync.source_registry import Source
from generator.sync.state import Snapshot
from wasm_tools.pricing.meters import Meter, price_text
from wasm_tools.pricing.offers import Evidence, Offer

UPLIFTS = (Decimal("1.1"), Decimal("1.2"))  # data residency, government regions
_EXACT = Decimal("0.002")

OfferKey = tuple[str, str, Meter, str, str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """When two prices agree: a share of the published one; and how many days older explains a difference."""

    share: Decimal
    older_by_days: int

    def holds(self, price: Decimal, published: Decimal) -> bool:
        """Whether a price is the published one within the share."""
        return bool(abs(price - published) <= self.share * published)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A dispute that somebody has looked at. `prefer` is the source whose value is published, or empty."""

    id: str
    prefer: str
    reason: str
    reviewed: str
    expires: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """One offer about which families differ. `explained` maps a source that differs to what its number is."""

    id: str
    offer: Offer
    differing: tuple[Evidence, ...]
    explained: Mapping[str, str]
    acknowledged: str  # the reviewer's reason, or empty
    swapped: str = ""  # the sibling whose price and this one's two sources state the other way round, or empty

    @property
    def explained_sources(self) -> frozenset[str]:
        """The sources whose difference is explained; a reviewer explains them all."""
        return frozenset(e.source for e in self.differing) if self.acknowledged else frozenset(self.explained)

    @property
    def open(self) -> bool:
        """Whether nothing explains it and nobody has acknowledged it."""
        return not self.acknowledged and any(e.source not in self.explained for e in self.differing)


def dispute_id(key: OfferKey, evidence: Iterable[Evidence]) -> str:
    """A stable id of what sources say about an offer now; withdrawn statements do not count."""
    provider, sku, meter, region, currency = key
    said = sorted(f"{e.source}={price_text(e.price)}" for e in evidence if not e.absent_since)
    text = "|".join((provider, sku, str(meter), region, currency, *said))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def preferred(
    key: OfferKey, evidence: Iterable[Evidence], acknowledged: Mapping[str, Acknowledgement], as_of: str
) -> Evidence | None:
    """The evidence that a reviewer has preferred for exactly these values, if any."""
    said = list(evidence)
    found = acknowledged.get(dispute_id(key, said)) if acknowledged and len(said) > 1 else None
    if found is None or (found.expires and found.expires <= as_of):
        return None
    return next((e for e in said if e.source == found.prefer), None)


def disputes(
    offers: Iterable[Offer],
    sources: Mapping[str, Source],
    snapshots: Mapping[str, Snapshot],
    agreement: Agreement,
    acknowledged: Mapping[str, Acknowledgement],
    moving: Callable[[str, str], bool],
    as_of: str,
) -> dict[OfferKey, Dispute]:
    """The disputes among offers by offer key. `moving` tells the SKUs that stand for another model now and then."""
    offers = list(offers)
    by_sku: dict[tuple[str, str], list[Offer]] = {}
    for o in offers:
        by_sku.setdefault((o.provider, o.sku), []).append(o)
    by_meter: dict[tuple[str, Meter, str], list[Offer]] = {}
    for o in offers:
        if len(o.evidence) > 1:
            by_meter.setdefault((o.provider, o.meter, o.region), []).append(o)
    found = {}
    for o in offers:
        differing = _differing(o, sources, agreement)
        if not differing:
            continue
        identity = dispute_id(o.key, o.evidence)
        known = acknowledged.get(identity)
        valid = known is not None and not (known.expires and known.expires <= as_of)
        swapped = _swapped(o, differing, by_meter.get((o.provider, o.meter, o.region), ()))
        newest = max((_seen(e, snapshots) for e in o.evidence if agreement.holds(e.price, o.price)), default="")
        reasons = {}
        for e in differing if not swapped else ():  # nobody can tell which source is right
            if moving(o.provider, o.sku):
                reasons[e.source] = "the id stands for another model now and then"
            elif newest and (seen := _seen(e, snapshots)) and _days(seen, newest) >= agreement.older_by_days:
                reasons[e.source] = f"an older observation ({seen})"
            elif reason := _other_price(o, e, by_sku[o.provider, o.sku]):
                reasons[e.source] = reason
        found[o.key] = Dispute(identity, o, differing, reasons, known.reason if known and valid else "", swapped)
    return found


def _differing(offer: Offer, sources: Mapping[str, Source], agreement: Agreement) -> tuple[Evidence, ...]:
    """Present evidence of families none of whose sources agrees with the published price."""
    if len(offer.evidence) < 2:
        return ()
    present = [e for e in offer.evidence if not e.absent_since and e.source in sources]
    agreeing = {sources[e.source].family for e in present if agreement.holds(e.price, offer.price)}
    return tuple(e for e in present if sources[e.source].family not in agreeing)


def _swapped(offer: Offer, differing: Iterable[Evidence], siblings: Iterable[Offer]) -> str:
    """The id with which a source has exchanged this price: it says here what is published there, and the reverse."""
    for e in differing:
        for o in siblings:
            theirs = next((x.price for x in o.evidence if x.source == e.source), None)
            if theirs is None or theirs == o.price or o.sku == offer.sku:
                continue
            if _equal(e.price, o.price) and _equal(theirs, offer.price):
                return o.sku
    return ""


def _seen(evidence: Evidence, snapshots: Mapping[str, Snapshot]) -> str:
    return snapshots[evidence.source].observed_at if evidence.source in snapshots else ""


def _other_price(offer: Offer, other: Evidence, siblings: Iterable[Offer]) -> str:
    """Which other price of the same SKU the differing number is, in words; empty while nothing tells it."""
    for o in siblings:
        if o.key == offer.key or o.currency != offer.currency or not _equal(o.price, other.price):
            continue
        if o.meter == offer.meter:
            return f"the price for the region {o.region}"
        if _one_step_away(o.meter, offer.meter):
            return f"the price of {o.meter}"
    high, low = max(offer.price, other.price), min(offer.price, other.price)
    uplift = next((u for u in UPLIFTS if low and _equal(high / low, u)), None)
    return f"a factor of {uplift}: with and without the regional surcharge" if uplift else ""


def _one_step_away(a: Meter, b: Meter) -> bool:
    if (a.direction, a.unit) != (b.direction, b.unit):
        return False
    dimensions = ("modality", "cache", "tier", "above_tokens", "window", "variant")
    return [getattr(a, d) != getattr(b, d) for d in dimensions].count(True) == 1


def _equal(a: Decimal, b: Decimal) -> bool:
    return abs(a - b) <= _EXACT * max(a, b)


def _days(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
