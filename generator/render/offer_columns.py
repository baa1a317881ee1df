"""Offers and rentals as columns of texts for the explorer: what each row says, in the words of the page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache

from generator.render import formats
from generator.render.columnar import ColumnRecord, decimal_column, number_column, text_column
from generator.render.meter_words import meter_words
from generator.render.page import SiteData
from generator.render.site_index import site_index
from generator.render.texts import label, text
from wasm_tools.pricing.meters import Meter, price_text
from wasm_tools.pricing.offers import Evidence, GpuOffer, Offer

COMMITMENT_WORDS = {
    "on_demand": "on demand",
    "spot": "spot",
    "community": "community",
    "marketplace": "marketplace",
    "serverless": "serverless",
    "scheduled": "scheduled in advance",
    "1w": "reserved 1 week",
    "1m": "reserved 1 month",
    "3m": "reserved 3 months",
    "6m": "reserved 6 months",
    "1y": "reserved 1 year",
    "3y": "reserved 3 years",
}


def offer_order(data: SiteData) -> list[Offer]:
    """The offers in the order of the explorer: the most widely sold models first, unresolved names last."""
    models, providers, sellers = model_names(data), provider_names(data), site_index(data).sellers_of_model
    return sorted(
        data.offers,
        key=lambda o: (
            not o.model,
            -sellers.get(o.model, 0),
            models.get(o.model, "").casefold(),
            providers.get(o.provider, o.provider).casefold(),
            o.sku,
            o.meter,
            o.region,
        ),
    )


def rental_order(data: SiteData) -> list[GpuOffer]:
    """The rentals by GPU name, then price; unresolved names last."""
    gpus = {g.id: g.name for g in data.registry.gpus}
    return sorted(
        data.rentals,
        key=lambda r: (not r.gpu, gpus.get(r.gpu, r.gpu_name).casefold(), r.price, r.provider, r.instance, r.region),
    )


def model_names(data: SiteData) -> dict[str, str]:
    """Model names by id."""
    return {m.id: m.name for m in data.registry.models}


def provider_names(data: SiteData) -> dict[str, str]:
    """Provider names by id."""
    return {p.id: p.name for p in data.registry.providers}


def provider_kind(data: SiteData, provider: str) -> str:
    """What a provider is, in words."""
    row = data.registry.provider.get(provider)
    return text(f"providers.short_kind.{(row.kind if row else '') or 'unknown'}")


def observed(data: SiteData, evidence: Iterable[Evidence]) -> str:
    """The newest date on which one of the sources was read; empty when there is none."""
    snapshots = data.state.snapshots
    return max((snapshots[e.source].observed_at for e in evidence if e.source in snapshots), default="")


def agreeing(offer: Offer | GpuOffer) -> tuple[Evidence, ...]:
    """The evidence that states the published price and still holds."""
    return tuple(e for e in offer.evidence if e.price == offer.price and not e.absent_since)


def agreement_words(offer: Offer | GpuOffer) -> str:
    """The sources that state the published price."""
    return ", ".join(sorted(e.source for e in agreeing(offer)))


def difference_words(offer: Offer | GpuOffer) -> str:
    """The sources that state another price or no longer have the row, each with what it said."""
    found = []
    for e in sorted(offer.evidence):
        if e.price != offer.price:
            found.append(f"{e.source} {price_text(e.price)}")
        if e.absent_since:
            found.append(f"{e.source} no longer has it since {e.absent_since}")
    return "; ".join(found)


def shareable_note(data: SiteData, evidence: Iterable[Evidence], text: str) -> str:
    """Free text of a source, or '' when every source of the row lets us publish its figures only."""
    if not text:
        return ""
    sources = [data.registry.source[e.source] for e in evidence if e.source in data.registry.source]
    return text if any(s.share == "yes" for s in sources) else ""


def offer_columns(data: SiteData, offers: Sequence[Offer]) -> dict[str, ColumnRecord]:
    """The columns of the offers file, rows in the given order."""
    units = data.registry.units.units
    words: Callable[[Meter], str] = cache(meter_words)
    meters = {str(o.meter): words(o.meter) for o in offers}
    index = site_index(data)
    grade = index.grade
    kinds = {p: provider_kind(data, p) for p in {o.provider for o in offers}}
    cards = [data.registry.model.get(o.model) for o in offers]
    listed = [index.listed[o.key].offer if o.key in index.listed else None for o in offers]
    developers = {m.developer: index.developer_name(m.developer) for m in data.registry.models}
    return {
        "model": text_column([o.model for o in offers], model_names(data)),
        "sku": text_column([o.sku for o in offers]),
        "provider": text_column([o.provider for o in offers], provider_names(data)),
        "kind": text_column([kinds[o.provider] for o in offers]),
        "developer": text_column([c.developer if c else "" for c in cards], developers),
        "open": worded_column([c.open_weights if c else "" for c in cards]),
        "workload": text_column([o.workload for o in offers]),
        "meter": text_column([str(o.meter) for o in offers], meters),
        "tier": worded_column([o.meter.tier for o in offers]),
        "unit": text_column([o.meter.unit for o in offers], {u.id: label(u.label) for u in units.values()}),
        "region": text_column([o.region for o in offers]),
        "price": decimal_column([price_text(o.price) for o in offers], formats.price),
        "currency": text_column([x.currency if x else "USD" for x in listed]),
        "listed": decimal_column([price_text(x.price) if x else "" for x in listed]),
        "grade": text_column([grade(o).letter for o in offers]),
        "sources": text_column([agreement_words(o) for o in offers]),
        "differs": text_column([difference_words(o) for o in offers]),
        "date": text_column([observed(data, agreeing(o) or o.evidence) for o in offers]),
        "note": text_column([shareable_note(data, o.evidence, o.note) for o in offers]),
    }


def rental_columns(data: SiteData, rentals: Sequence[GpuOffer]) -> dict[str, ColumnRecord]:
    """The columns of the rentals file, rows in the given order."""
    grade = site_index(data).grade
    gpus: Mapping[str, str] = {g.id: g.name for g in data.registry.gpus}
    cards = [data.registry.gpu.get(r.gpu) for r in rentals]
    commitments = {c: text(f"changes.commitment.{c}") for c in COMMITMENT_WORDS}
    return {
        "gpu": text_column([r.gpu for r in rentals], gpus),
        "gpu_name": text_column([r.gpu_name for r in rentals]),
        "count": number_column([r.count for r in rentals]),
        "vram": decimal_column(
            [memory(c.memory_bytes) if c else "" for c in cards], lambda v: formats.significant(float(v))
        ),
        "vendor": text_column([c.vendor if c else "" for c in cards]),
        "seconds": worded_column([r.per_second for r in rentals]),
        "instance": text_column([r.instance for r in rentals]),
        "provider": text_column([r.provider for r in rentals], provider_names(data)),
        "kind": text_column([provider_kind(data, r.provider) for r in rentals]),
        "commitment": text_column([r.commitment for r in rentals], commitments),
        "region": text_column([r.region for r in rentals]),
        "price": decimal_column([price_text(r.price) for r in rentals], formats.price),
        "grade": text_column([grade(r).letter for r in rentals]),
        "host": worded_column([r.host_included for r in rentals]),
        "sources": text_column([agreement_words(r) for r in rentals]),
        "differs": text_column([difference_words(r) for r in rentals]),
        "date": text_column([observed(data, agreeing(r) or r.evidence) for r in rentals]),
        "note": text_column([shareable_note(data, r.evidence, r.note) for r in rentals]),
        "source_url": text_column([r.source_url for r in rentals]),
    }


def worded_column(values: Sequence[str]) -> ColumnRecord:
    """A column of words like `yes`, in the language that is spoken."""
    said = {v: label(v) for v in set(values) if v}
    return text_column(values, {v: words for v, words in said.items() if words != v})


def memory(size: int) -> str:
    """Bytes in GiB, exact: a whole number of bytes has a finite decimal."""
    return price_text(Decimal(size) / 2**30)
