"""The published tables of observations: API offers, GPU rentals, measured points."""

from collections.abc import Iterable
from functools import cache

from generator.render.api_table import ApiTable, Column
from generator.render.gpu_rows import per_gigabyte
from generator.render.meter_words import meter_words
from generator.render.offer_columns import agreeing, observed, shareable_note
from generator.render.page import SiteData
from generator.render.site_index import site_index
from wasm_tools.pricing.meters import price_text
from wasm_tools.pricing.offers import Evidence, GpuOffer, Offer, evidence_text

_SUPPORT = (
    Column("evidence", "text", "what each source says: source=price, !date since a source no longer has it"),
    Column("observed_at", "date", "newest date on which a source that states this price was read"),
    Column("observed", "text", "the date on which each source was read: source=date"),
    Column("grade", "text", "how well the price is supported, A to D; the methodology has the rules"),
)
OFFER_COLUMNS = (
    Column("provider", "text", "who bills; id in providers.json"),
    Column("sku", "text", "the provider's own id of what is sold, in strict normal form"),
    Column("model", "text", "canonical model; id in models.json, empty while the name is unresolved"),
    Column("workload", "text", "what it is used for: llm, embeddings, speech-to-text and so on"),
    Column("meter", "text", "what is billed: direction.modality.unit, then ;dimension=value for each other dimension"),
    Column("meter_words", "text", "the meter in words"),
    Column("region", "text", "where the price holds; global where a source names no region"),
    Column("price", "decimal", "published price, exact", "USD per unit_label"),
    Column("unit_label", "text", "the quantity that the price is for, such as 1M tokens"),
    Column("currency", "text", "always USD"),
    *_SUPPORT,
    Column("effective_from", "date", "first day of the price where a source states it"),
    Column("effective_to", "date", "first day on which it no longer holds, where a source states it"),
    Column("note", "text", "what a source says beside the price"),
    Column("currency_listed", "text", "ISO 4217 currency of the vendor's own list, empty when that is USD"),
    Column("price_listed", "decimal", "price on that list, exact, empty when in USD", "currency_listed per unit_label"),
)
RENTAL_COLUMNS = (
    Column("provider", "text", "who bills; id in providers.json"),
    Column("instance", "text", "the provider's name of the machine or product"),
    Column("gpu", "text", "canonical GPU; id in gpus.json, empty while the name is unresolved"),
    Column("gpu_name", "text", "the GPU as the source names it"),
    Column("count", "integer", "GPUs in the instance"),
    Column("region", "text", "where the price holds"),
    Column("commitment", "text", "on_demand, spot, scheduled, community, marketplace, serverless, or 1w to 3y"),
    Column("price", "decimal", "published price of one GPU for one hour, exact", "USD per GPU-hour"),
    Column("currency", "text", "always USD"),
    Column("host_included", "text", "whether the machine around the GPU is in the price: yes, no or unknown"),
    *_SUPPORT,
    Column("note", "text", "what a source says beside the price"),
    Column("source_url", "text", "the page that the source read the price from, where it says so"),
    Column("usd_per_gib_hour", "decimal", "price per GiB of the GPU's memory and hour", "USD per GiB-hour"),
)
DISPUTE_COLUMNS = (
    Column("id", "text", "stays the same until a value changes"),
    Column("provider", "text", "who bills"),
    Column("sku", "text", "the provider's own id, in normal form"),
    Column("meter", "text", "what is billed, in the text form of the vocabulary"),
    Column("region", "text", "region or scope"),
    Column("price", "decimal", "the published price", "US dollars per display unit of the meter"),
    Column("evidence", "text", "what each source says"),
    Column("state", "text", "open, explained or reviewed"),
    Column("why", "text", "what the other number is, or the reason of the review"),
)
QUARANTINE_COLUMNS = (
    Column("source", "text", "who says it"),
    Column("provider", "text", "who bills"),
    Column("sku", "text", "the provider's own id, or the rented instance"),
    Column("meter", "text", "what is billed; gpu_hour for rentals"),
    Column("region", "text", "region or scope"),
    Column("currency", "text", "ISO 4217"),
    Column("price", "decimal", "what the source says", "currency per display unit of the meter"),
    Column("expected", "decimal", "what others say, empty when no single price is expected"),
    Column("reason", "text", "why it is held back"),
)
POINT_COLUMNS = (
    Column("model", "text", "the weights that were measured, as published"),
    Column("canonical_model", "text", "canonical model; id in models.json, empty while the name is unresolved"),
    Column("precision", "text", "bits of a weight"),
    Column("gpu", "text", "the system as the benchmark names it"),
    Column("canonical_gpu", "text", "canonical GPU; id in gpus.json, empty while the name is unresolved"),
    Column("engine", "text", "serving engine"),
    Column("engine_version", "text", "its version, empty when not stated"),
    Column("tensor_parallel", "integer", "GPUs that work as one"),
    Column("expert_parallel", "integer", "groups that share the experts"),
    Column("prompt_tokens", "integer", "nominal prompt length", "tokens"),
    Column("output_tokens", "integer", "nominal output length", "tokens"),
    Column("concurrency", "integer", "requests in flight, closed loop", "requests"),
    Column("ttft_ms", "number", "time to first token", "ms"),
    Column("tpot_ms", "number", "time per further output token", "ms"),
    Column("statistic", "text", "what the two times are, such as mean"),
    Column("origin", "text", "who measured it"),
    Column("measured", "date", "date of the run, empty when not stated"),
    Column("note", "text", "what the source says beside the point"),
)


def offers_table(data: SiteData) -> ApiTable:
    """Every API offer in force."""
    index, words = site_index(data), cache(meter_words)
    units = data.registry.units
    rows = [
        (
            o.provider,
            o.sku,
            o.model,
            o.workload,
            str(o.meter),
            words(o.meter),
            o.region,
            price_text(o.price),
            units.unit(o.meter).label,
            "USD",
            *_support(data, o),
            o.effective_from,
            o.effective_to,
            shareable_note(data, o.evidence, o.note),
            index.listed[o.key].offer.currency if o.key in index.listed else "",
            price_text(index.listed[o.key].offer.price) if o.key in index.listed else "",
        )
        for o in data.offers
    ]
    return ApiTable(
        "offers",
        "API offers",
        "Every current price of a hosted model, one row a provider, model id, meter and region.",
        OFFER_COLUMNS,
        rows,
    )


def _support(data: SiteData, row: Offer | GpuOffer) -> tuple[str, str, str, str]:
    """The cells of the columns that say who states a price."""
    return (
        evidence_text(row.evidence),
        observed(data, agreeing(row) or row.evidence),
        observation_dates(data, row.evidence),
        site_index(data).grade(row).letter,
    )


def disputes_table(data: SiteData) -> ApiTable:
    """Every price about which independent families differ by more than 1 %."""
    rows = [
        (
            d.id,
            d.offer.provider,
            d.offer.sku,
            str(d.offer.meter),
            d.offer.region,
            price_text(d.offer.price),
            evidence_text(d.offer.evidence),
            "reviewed" if d.acknowledged else "open" if d.open else "explained",
            d.acknowledged or "; ".join(f"{source}: {reason}" for source, reason in sorted(d.explained.items())),
        )
        for _, d in sorted(site_index(data).disputes.items())
    ]
    return ApiTable(
        "disputes",
        "Disputes",
        "Prices about which independent source families differ by more than 1 %.",
        DISPUTE_COLUMNS,
        rows,
    )


def quarantine_table(data: SiteData) -> ApiTable:
    """Every statement that is held back."""
    rows = sorted(
        (q.source, q.provider, q.sku, q.meter, q.region, q.currency, q.price, q.expected, q.reason)
        for q in data.state.quarantine
    )
    return ApiTable(
        "quarantine",
        "Held back",
        "Statements of sources that look wrong next to what others say, and are not used.",
        QUARANTINE_COLUMNS,
        rows,
    )


def rentals_table(data: SiteData) -> ApiTable:
    """Every rental price of a GPU-hour."""
    gpus = data.registry.gpu
    rows = [
        (
            r.provider,
            r.instance,
            r.gpu,
            r.gpu_name,
            r.count,
            r.region,
            r.commitment,
            price_text(r.price),
            "USD",
            r.host_included,
            *_support(data, r),
            shareable_note(data, r.evidence, r.note),
            r.source_url,
            price_text(per_gigabyte(r.price, gpus[r.gpu].memory_bytes)) if r.gpu in gpus else "",
        )
        for r in data.rentals
    ]
    return ApiTable("gpu_offers", "GPU rentals", "Every current rental price, per GPU and hour.", RENTAL_COLUMNS, rows)


def points_table(data: SiteData) -> ApiTable:
    """Every measured point behind the predictions."""
    registry = data.registry
    rows = [
        (
            p.model,
            registry.model_of("", p.model),
            p.precision,
            p.gpu,
            registry.gpu_of_system.get(p.gpu, ""),
            p.engine,
            p.engine_version,
            p.tp,
            p.ep,
            p.isl,
            p.osl,
            p.concurrency,
            p.ttft_ms,
            p.tpot_ms,
            p.statistic,
            p.origin,
            p.measured,
            p.note,
        )
        for p in sorted(data.state.points)
    ]
    return ApiTable(
        "benchmarks",
        "Measured points",
        "Serving speed as measured in closed loop; plans on rented GPUs rest on these points.",
        POINT_COLUMNS,
        rows,
    )


def observation_dates(data: SiteData, evidence: Iterable[Evidence]) -> str:
    """`source=date` for each source of the evidence, separated by spaces."""
    snapshots = data.state.snapshots
    sources = sorted({e.source for e in evidence if e.source in snapshots})
    return " ".join(f"{source}={snapshots[source].observed_at}" for source in sources)
