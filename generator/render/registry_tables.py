"""The published registries: models, providers, GPUs, the standard grid, units, and the state of the sources."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.comparable import rankable
from generator.render.page import SiteData
from generator.render.registry_columns import (
    CASE_COLUMNS,
    GPU_COLUMNS,
    GPU_MARKET_COLUMNS,
    LOAD_COLUMNS,
    MODEL_COLUMNS,
    PROFILE_COLUMNS,
    PROVIDER_COLUMNS,
    SLO_COLUMNS,
)
from generator.render.site_index import SiteIndex, site_index
from generator.render.verified import cheapest_verified
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, price_text


def registry_tables(data: SiteData) -> list[ApiTable]:
    """All registry tables, each published as JSON with an object a row."""
    return [
        models_table(data),
        providers_table(data),
        gpus_table(data),
        *grid_tables(data),
        units_table(data),
        sources_table(data),
    ]


def models_table(data: SiteData) -> ApiTable:
    """Every registered model with its architecture and capability class, and how many offers it has."""
    index, cards = site_index(data), data.registry.cards
    pages = frozenset(index.models)
    offers: dict[str, set[str]] = {}
    for o in data.offers:
        offers.setdefault(o.model, set()).add(o.provider)
    rows: list[tuple[Cell, ...]] = []
    for m in sorted(data.registry.models, key=lambda m: m.id):
        card = cards[m.id]
        shape = card.shape
        rows.append(
            (
                m.id,
                m.name,
                m.developer,
                card.open_weights,
                m.licence,
                m.released,
                m.knowledge,
                m.deprecated,
                m.context,
                m.max_output,
                "|".join(m.input_modalities),
                "|".join(m.output_modalities),
                card.capability,
                "|".join(card.domains),
                shape.parameters if shape else None,
                shape.active_parameters if shape else None,
                card.size_bucket,
                shape.layers if shape else None,
                shape.kv_elements if shape else None,
                card.hf_repo,
                "|".join(m.aliases),
                len(offers.get(m.id, ())),
                m.source,
                *_lowest(m.id, index),
                *_verified(m.id, index),
                f"models/{m.id}.json" if m.id in pages else "",
            )
        )
    return ApiTable("models", "Models", "Every registered model, one id across all providers.", MODEL_COLUMNS, rows)


def _lowest(model: str, index: SiteIndex) -> tuple[str, str]:
    ranked = [s for s in index.skus_of_model.get(model, []) if rankable(s, index)]
    lowest = [min((p for s in ranked if (p := s.price(meter))), default=None) for meter in (TEXT_INPUT, TEXT_OUTPUT)]
    inp, out = ("" if p is None else price_text(p) for p in lowest)
    return inp, out


def _verified(model: str, index: SiteIndex) -> tuple[str, ...]:
    found = cheapest_verified(index.skus_of_model.get(model, []), index)
    if found is None:
        return ("",) * 7
    prices = price_text(found.input.price), price_text(found.output.price)
    return (*prices, found.sku.provider, found.sku.sku, found.sku.region, found.grade, found.observed_at)


def providers_table(data: SiteData) -> ApiTable:
    """Every provider that has a price, reviewed or not."""
    counted: dict[str, list[int]] = {}
    for o in data.offers:
        counted.setdefault(o.provider, [0, 0])[0] += 1
    for r in data.rentals:
        counted.setdefault(r.provider, [0, 0])[1] += 1
    rows: list[tuple[Cell, ...]] = []
    for identifier in sorted(counted.keys() | data.registry.provider.keys()):
        p = data.registry.provider.get(identifier)
        offers, rentals = counted.get(identifier, [0, 0])
        known = (identifier, p.name if p else identifier, p.kind if p else "", p.url if p else "")
        rows.append((*known, offers, rentals, f"providers/{identifier}.json" if offers or rentals else ""))
    return ApiTable("providers", "Providers", "Everybody who bills for inference or GPUs.", PROVIDER_COLUMNS, rows)


def gpus_table(data: SiteData) -> ApiTable:
    """Every registered accelerator, with what it rents for."""
    index = site_index(data)
    gpus = [g for _, g in sorted(data.registry.gpu.items())]
    rows = [(*row, *_market(str(row[0]), index)) for row in _model_rows(gpus, GPU_COLUMNS)]
    columns = (*GPU_COLUMNS, *GPU_MARKET_COLUMNS)
    return ApiTable("gpus", "GPUs", "Every registered accelerator, with what it rents for.", columns, rows)


def _market(gpu: str, index: SiteIndex) -> tuple[Cell, ...]:
    rentals = index.rentals_of_gpu.get(gpu, [])
    lowest = [
        min((r.price for r in rentals if r.commitment == commitment), default=None)
        for commitment in ("on_demand", "spot")
    ]
    return (
        len(rentals),
        len({r.provider for r in rentals}),
        *("" if p is None else price_text(p) for p in lowest),
        len({c.model for c in index.curves_of_gpu.get(gpu, [])}),
        f"gpus/{gpu}.json",
    )


def grid_tables(data: SiteData) -> list[ApiTable]:
    """Profiles, experience classes, loads and use cases of the standard grid."""
    registry = data.registry
    return [
        _plain("profiles", "Standard prompt and output lengths, in tokens.", PROFILE_COLUMNS, registry.profiles),
        _plain("slo_classes", "Bounds at p95, in milliseconds.", SLO_COLUMNS, registry.slo_classes),
        _plain("loads", "Standard mean rates, in requests per second.", LOAD_COLUMNS, registry.loads),
        _plain("use_cases", "Who asks what, how often, and how it has to feel.", CASE_COLUMNS, registry.use_cases),
    ]


_TITLES = {
    "profiles": "Traffic profiles", "slo_classes": "Experience classes", "loads": "Loads", "use_cases": "Use cases",
}  # fmt: skip


def _plain(name: str, says: str, columns: tuple[Column, ...], entries: Sequence[BaseModel]) -> ApiTable:
    return ApiTable(name, _TITLES[name], says, columns, _model_rows(entries, columns))


def _model_rows(entries: Sequence[BaseModel], columns: tuple[Column, ...]) -> list[tuple[Cell, ...]]:
    return [tuple(_cell(getattr(entry, c.name)) for c in columns) for entry in entries]


def _cell(value: Any) -> Cell:
    return "|".join(value) if isinstance(value, tuple) else value


def units_table(data: SiteData) -> ApiTable:
    """Billing units with the scale on which their prices are shown."""
    columns = (
        Column("id", "text", "unit of a meter"),
        Column("per", "integer", "base units that cost the displayed price"),
        Column("label", "text", "the display scale in words"),
        Column("noun", "text", "what is counted"),
    )
    rows = [(u.id, u.per, u.label, u.noun) for u in data.registry.units.units.values()]
    return ApiTable("units", "Billing units", "Units with their display scale; exact by definition.", columns, rows)


def sources_table(data: SiteData) -> ApiTable:
    """Every upstream with its terms and what is known of its last accepted payload."""
    columns = (
        Column("id", "text", "id; the evidence columns use it"),
        Column("title", "text", "name"),
        Column("homepage", "text", "web address"),
        Column("url", "text", "address of the payload"),
        Column("licence", "text", "licence or terms"),
        Column("share", "text", "yes: the rows may be shared; facts: single figures only, name the source"),
        Column("attribution", "text", "text to print where you use its figures"),
        Column("family", "text", "sources of one family copy from each other and count once"),
        Column("rank", "integer", "0 first-party, 1 curated, 2 aggregator, 3 copy"),
        Column("cadence_days", "integer", "how often it is expected to change", "days"),
        Column("observed_at", "date", "date of the last accepted payload, empty when never read"),
        Column("version", "text", "version that the payload states"),
        Column("bytes", "integer", "size of the payload", "bytes"),
        Column("sha256", "text", "checksum of the payload"),
        Column("entries", "integer", "entries in the payload"),
        Column("statements", "integer", "prices or points read from it"),
        Column("rejected", "integer", "entries or fields left out, each with a reason on the health page"),
    )
    rows: list[tuple[Cell, ...]] = []
    for s in data.registry.sources:
        seen = data.state.snapshots.get(s.id)
        terms = (s.id, s.title, s.homepage, s.url, s.licence, s.share, s.attribution, s.family, s.rank, s.cadence_days)
        read: tuple[Cell, ...] = ("", "", None, "", None, None, None)
        if seen:
            rejected = sum(seen.rejected.values())
            read = (
                seen.observed_at,
                seen.version,
                seen.bytes,
                seen.sha256,
                seen.entries,
                seen.statements,
                rejected,
            )
        rows.append((*terms, *read))
    return ApiTable("sources", "Sources", "Where every figure comes from, and on which terms.", columns, rows)
