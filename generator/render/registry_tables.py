"""The published registries: models, providers, GPUs, the standard grid, units, and the state of the sources."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.page import SiteData


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
    cards = data.registry.cards
    offers: dict[str, set[str]] = {}
    for o in data.offers:
        offers.setdefault(o.model, set()).add(o.provider)
    columns = (
        Column("id", "text", "canonical id"),
        Column("name", "text", "name"),
        Column("developer", "text", "who made it"),
        Column("open_weights", "boolean", "whether the parameters can be downloaded; null where nobody has checked"),
        Column("licence", "text", "licence of the weights"),
        Column("released", "date", "release date"),
        Column("knowledge", "text", "knowledge cut-off"),
        Column("deprecated", "text", "end of life where announced"),
        Column("context", "integer", "context window", "tokens"),
        Column("max_output", "integer", "longest answer", "tokens"),
        Column("input_modalities", "text", "separated by |"),
        Column("output_modalities", "text", "separated by |"),
        Column("capability_class", "text", "small, medium, large, frontier; empty while not reviewed"),
        Column("parameters", "number", "all parameters"),
        Column("active_parameters", "number", "parameters that work on each token"),
        Column("layers", "integer", "layers"),
        Column("kv_elements_per_token", "integer", "KV-cache elements of one token in layers that keep every token"),
        Column("hf_repo", "text", "repository of the weights on Hugging Face"),
        Column("aliases", "text", "other spellings that are resolved to this id, separated by |"),
        Column("providers", "integer", "providers with a current price"),
        Column("source", "text", "where the row comes from"),
    )
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
                shape.parameters if shape else None,
                shape.active_parameters if shape else None,
                shape.layers if shape else None,
                shape.kv_elements if shape else None,
                card.hf_repo,
                "|".join(m.aliases),
                len(offers.get(m.id, ())),
                m.source,
            )
        )
    return ApiTable("models", "Models", "Every registered model, one id across all providers.", columns, rows)


def providers_table(data: SiteData) -> ApiTable:
    """Every provider that has a price, reviewed or not."""
    counted: dict[str, list[int]] = {}
    for o in data.offers:
        counted.setdefault(o.provider, [0, 0])[0] += 1
    for r in data.rentals:
        counted.setdefault(r.provider, [0, 0])[1] += 1
    columns = (
        Column("id", "text", "id"),
        Column("name", "text", "name; the id where nobody has reviewed the provider"),
        Column("kind", "text", "first_party, cloud, host, gateway, rental, subscription; empty while not reviewed"),
        Column("url", "text", "web address"),
        Column("offers", "integer", "current API offers"),
        Column("gpu_offers", "integer", "current rental prices"),
    )
    rows: list[tuple[Cell, ...]] = []
    for identifier in sorted(counted.keys() | data.registry.provider.keys()):
        p = data.registry.provider.get(identifier)
        offers, rentals = counted.get(identifier, [0, 0])
        rows.append((identifier, p.name if p else identifier, p.kind if p else "", p.url if p else "", offers, rentals))
    return ApiTable("providers", "Providers", "Everybody who bills for inference or GPUs.", columns, rows)


def gpus_table(data: SiteData) -> ApiTable:
    """Every registered accelerator."""
    columns = (
        Column("id", "text", "canonical id"),
        Column("name", "text", "name"),
        Column("vendor", "text", "manufacturer"),
        Column("memory_bytes", "integer", "memory", "bytes"),
        Column("bandwidth_bytes_s", "number", "memory bandwidth", "bytes per second"),
        Column("bf16_flops", "number", "dense peak at bf16", "FLOP/s"),
        Column("fp8_flops", "number", "dense peak at fp8", "FLOP/s"),
        Column("fp4_flops", "number", "dense peak at fp4", "FLOP/s"),
        Column("tdp_w", "number", "thermal design power", "W"),
        Column("gpus_per_node", "integer", "GPUs in the usual machine"),
        Column("node_label", "text", "label of GPU feature discovery in Kubernetes"),
        Column("k8s_resource", "text", "resource name in Kubernetes"),
        Column("aliases", "text", "other spellings that are resolved to this id, separated by |"),
        Column("source", "text", "where the row comes from"),
    )
    rows = _model_rows([g for _, g in sorted(data.registry.gpu.items())], columns)
    return ApiTable("gpus", "GPUs", "Every registered accelerator.", columns, rows)


def grid_tables(data: SiteData) -> list[ApiTable]:
    """Profiles, experience classes, loads and use cases of the standard grid."""
    registry = data.registry
    return [
        _plain("profiles", "Traffic profiles", "Standard prompt and output lengths, in tokens.", registry.profiles),
        _plain("slo_classes", "Experience classes", "Bounds at p95, in milliseconds.", registry.slo_classes),
        _plain("loads", "Loads", "Standard mean rates, in requests per second.", registry.loads),
        _plain("use_cases", "Use cases", "Who asks what, how often, and how it has to feel.", registry.use_cases),
    ]


def _plain(name: str, title: str, description: str, entries: Sequence[BaseModel]) -> ApiTable:
    fields = type(entries[0]).model_fields if entries else {}
    columns = tuple(Column(field, _kind(info.annotation), field.replace("_", " ")) for field, info in fields.items())
    return ApiTable(name, title, description, columns, _model_rows(entries, columns))


def _kind(annotation: object) -> str:
    return "integer" if annotation is int else "number" if annotation is float else "text"


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
