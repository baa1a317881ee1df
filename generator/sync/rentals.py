"""Rental prices of a sync: GPU statements merged into the previous GPU offers, with absences noted."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from generator.registry import Registry
from generator.sync.names import slug
from generator.sync.statements import GpuStatement
from wasm_tools.pricing.offers import Evidence, GpuOffer

Key = tuple[str, str, str, str]


def merged_rentals(
    previous: Iterable[GpuOffer], news: Mapping[str, tuple[str, Iterable[GpuStatement]]], registry: Registry
) -> list[GpuOffer]:
    """GPU offers after a sync. `news` maps a source to its observation date and statements; other sources stay."""
    rows = {o.key: o for o in previous}
    for source, (observed, statements) in news.items():
        fresh = {o.key: o for o in (_offer(s, source, registry) for s in statements)}
        for key, old in list(rows.items()):
            if key not in fresh and any(e.source == source for e in old.evidence):
                ended = _without(old, source, observed)
                if ended is None:
                    del rows[key]
                else:
                    rows[key] = ended
        for key, new in fresh.items():
            others = tuple(e for e in rows[key].evidence if e.source != source) if key in rows else ()
            rows[key] = replace(new, evidence=tuple(sorted((*new.evidence, *others))))
    return list(rows.values())


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
    )


def _without(offer: GpuOffer, source: str, observed: str) -> GpuOffer | None:
    kept: list[Evidence] = []
    for e in offer.evidence:
        if e.source != source:
            kept.append(e)
        elif not e.absent_since:
            kept.append(replace(e, absent_since=observed))
        elif e.absent_since >= observed:
            kept.append(e)
    return replace(offer, evidence=tuple(kept)) if kept else None
