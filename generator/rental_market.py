"""The rentals of a catalogue for clusters and training runs: what to look at first, and each offer as a row."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import nightly
from generator.nightly import Inputs
from generator.places import checkout
from generator.precompute.catalogue import planner_constants
from generator.precompute.hosting import hosting_facts
from generator.precompute.hosting_offers import rentals
from wasm_tools.planner.hosting_facts import HostingFacts
from wasm_tools.planner.plan import dollars, significant
from wasm_tools.planner.question import checked_names
from wasm_tools.planner.rentals import Rental
from wasm_tools.planner.training import ClusterOffer, cluster
from wasm_tools.pricing.meters import price_text
from wasm_tools.pricing.offers import parse_evidence

PCIE = 64e9  # bytes/s of PCIe 5.0 with 16 lanes: what is no faster is no link of its own between GPUs
COLUMNS = (
    "rank", "provider", "instance", "gpu", "machine", "region", "kind", "kept", "link", "usd_per_gpu_hour", "gpus_paid",
    "hours", "days", "usd", "seen", "sources", "words",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Market:
    """The rentals of the catalogue with their terms, and why prices are not among them."""

    at: Inputs
    facts: HostingFacts
    rentals: tuple[Rental, ...]
    unplanned: Mapping[str, int]


def load_market(
    as_of: str | None, overlay: Path | None, gpus: Sequence[str] | None, kinds: Sequence[str] | None
) -> Market:
    """The market of the checkout, of some GPUs and ways of renting only where they are named."""
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=True), overlay)
    facts, unplanned = hosting_facts(at.places.registry), Counter[str]()
    checked_names("--kind", kinds or (), facts.terms)
    chosen = [at.registry.gpu_of(name) or name for name in gpus or ()]
    checked_names("--gpu", chosen, at.registry.gpu)
    stale = planner_constants(at.places.registry / "planner.toml").rental_stale_days
    stated = (o for o in at.state.gpu_offers if not chosen or at.registry.gpu_of(o.gpu_name) in chosen)
    found = rentals(at.registry, stated, at.state.snapshots, facts.terms, stale, at.as_of, unplanned)
    wanted = sorted((r for r in found if not kinds or r.kind in kinds), key=lambda r: (r.price, r.provider))
    return Market(at, facts, tuple(wanted), unplanned)


def cheaper_single(market: Market, hours: Mapping[str, float], gpus: int, offers: Sequence[ClusterOffer]) -> list[str]:
    """The cheapest that nobody takes away of GPUs whose machines no source describes, where it is cheaper."""
    terms, least = market.facts.terms, cheapest_kept(market, offers)
    found = [
        offer
        for r in market.rentals
        if gpus > 1 and r.count == 1 and terms[r.kind].dependable and r.gpu in hours
        for offer in cluster((r,), terms, gpus, hours[r.gpu], "none")[0]
    ]
    one = min(found, key=lambda o: (o.usd, o.rental.provider), default=None)
    if one is None or (least and least.usd <= one.usd):
        return []
    return [
        f"Cheaper, if it comes in whole machines with a fast network, which no source says: {one.rental.provider},"
        f" {one.rental.gpu} at {price_text(one.rental.price)} USD per GPU-hour, {one.usd:,.2f} USD; ask"
    ]


def cheapest_kept(market: Market, offers: Iterable[ClusterOffer], linked: bool = False) -> ClusterOffer | None:
    """The cheapest offer that nobody takes away while it is paid for, with a link between the GPUs on request."""
    able = (o for o in offers if market.facts.terms[o.rental.kind].dependable)
    return next((o for o in able if not linked or _linked(market, o)), None)


def _linked(market: Market, offer: ClusterOffer) -> bool:
    return (market.at.registry.gpu_cards[offer.rental.gpu].link_bandwidth or 0.0) > PCIE


def varied(offers: Iterable[ClusterOffer]) -> list[ClusterOffer]:
    """One offer a provider, GPU and kind: the cheapest, of equal ones the largest machines."""
    best: dict[tuple[str, str, str], ClusterOffer] = {}
    for o in offers:
        key = (o.rental.provider, o.rental.gpu, o.rental.kind)
        if key not in best or (dollars(o.usd) == dollars(best[key].usd) and o.rental.count > best[key].rental.count):
            best[key] = o
    return sorted(best.values(), key=lambda o: (o.usd, o.rental.provider, o.rental.gpu, o.rental.kind))


def offer_row(rank: int, offer: ClusterOffer, market: Market) -> dict[str, Any]:
    """The offer by COLUMNS."""
    rental, sources = offer.rental, [e.source for e in parse_evidence(offer.rental.evidence) if not e.absent_since]
    snapshots = market.at.state.snapshots
    return {
        "rank": rank,
        "provider": rental.provider,
        "instance": rental.instance,
        "gpu": rental.gpu,
        "machine": rental.count,
        "region": rental.region,
        "kind": rental.kind,
        "kept": "yes" if market.facts.terms[rental.kind].dependable else "no",
        "link": "yes" if _linked(market, offer) else "no",
        "usd_per_gpu_hour": price_text(rental.price),
        "gpus_paid": offer.gpus,
        "hours": significant(offer.hours),
        "days": significant(offer.hours / 24),
        "usd": dollars(offer.usd),
        "seen": max((snapshots[s].observed_at for s in sources if s in snapshots), default=""),
        "sources": " ".join(sources),
        "words": list(offer.words),
    }


def pick_notes(picks: Mapping[str, ClusterOffer | None]) -> Iterable[str]:
    """The offers to look at first, each once."""
    words = {
        "cheapest": "Cheapest of all",
        "cheapest_kept": "Cheapest that nobody takes away meanwhile",
        "cheapest_kept_with_link": "The same with a link between the GPUs",
    }
    told: list[ClusterOffer] = []
    for name, offer in picks.items():
        if offer and offer not in told:
            told.append(offer)
            r = offer.rental
            yield f"{words[name]}: {r.provider} {r.instance} ({r.kind}), {offer.usd:,.2f} USD: {'; '.join(offer.words)}"
