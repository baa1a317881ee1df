"""Rental prices of a sync: the statements of all GPU sources become one rental offer each, with the evidence kept."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from generator.registry import Registry
from generator.sync.names import slug
from generator.sync.reconcile import changes, not_seen, note_absence, of_known_sources, published
from generator.sync.source_registry import Source
from generator.sync.state import PriceEvent, Snapshot
from generator.sync.statements import GpuStatement, Parsed
from wasm_tools.pricing.offers import Evidence, GpuOffer

Key = tuple[str, str, str, str, str]
NOTHING: Mapping[str, Container[Key]] = {}


def rental_offers(source: str, parsed: Parsed, registry: Registry) -> dict[Key, GpuOffer]:
    """The rental offers of one source by key; a row that repeats or contradicts another one is counted."""
    found: dict[Key, GpuOffer] = {}
    for statement in parsed.gpu_offers:
        offer = _offer(statement, source, registry)
        other = found.setdefault(offer.key, offer)
        if other is not offer:
            what = "repeats" if other.price == offer.price else "contradicts"
            parsed.reject(f"{what} another row of the same source", f"{offer.provider} {offer.instance}")
    return found


def merged_rentals(
    previous: Iterable[GpuOffer],
    news: Mapping[str, Mapping[Key, GpuOffer]],
    snapshots: Mapping[str, Snapshot],
    sources: Mapping[str, Source],
    held: Mapping[str, Container[Key]] = NOTHING,
) -> list[GpuOffer]:
    """GPU offers after a sync; `news` maps a source to its offers, other sources keep their evidence.

    `held` are keys on which a source said something suspicious: its last good value stands.

    The published price is chosen as for API offers; what else describes the offer comes from the chosen source.
    """
    rows = {o.key: o for o in of_known_sources(previous, sources)}
    evidence = {key: {e.source: e for e in o.evidence} for key, o in rows.items()}
    for source, fresh in news.items():
        for key, said in evidence.items():
            if source not in said or key in fresh:
                continue
            if key in held.get(source, ()):
                said[source] = not_seen(said[source], snapshots[source].observed_at)
            else:
                note_absence(said, source, snapshots[source].observed_at)
        for key, offer in fresh.items():
            evidence.setdefault(key, {})[source] = offer.evidence[0]
    merged = []
    for key, said in evidence.items():
        if not said:
            continue
        chosen = published(rows.get(key), said.values(), snapshots, sources)
        row = news.get(chosen.source, {}).get(key) or rows[key]
        merged.append(replace(row, price=chosen.price, evidence=tuple(sorted(said.values()))))
    return merged


def rental_events(
    before: Iterable[GpuOffer], after: Iterable[GpuOffer], snapshots: Mapping[str, Snapshot], known: Container[str]
) -> list[PriceEvent]:
    """What changed between two sets of rental offers; the meter of such an event is `rental_meter`."""
    return changes(
        {o.key: o for o in before},
        {o.key: o for o in after},
        snapshots,
        known,
        lambda o: (o.provider, o.instance, rental_meter(o.commitment), o.region, o.currency),
    )


def rental_meter(commitment: str) -> str:
    """What stands in the place of a meter in an event of a rental price."""
    return f"gpu_hour;{commitment}"


def _offer(s: GpuStatement, source: str, registry: Registry) -> GpuOffer:
    row = registry.provider_by_alias.get(s.provider)
    return GpuOffer(
        provider=row.id if row else slug(s.provider),
        instance=s.instance,
        gpu="",
        gpu_name=s.gpu_name,
        count=s.count,
        region=s.region,
        commitment=s.commitment,
        price=s.price,
        host_included=s.host_included,
        evidence=(Evidence(source, s.price),),
        note=s.note,
        source_url=s.source_url,
        currency=s.currency,
        per_second=s.per_second,
        scale_to_zero=s.scale_to_zero,
    )
