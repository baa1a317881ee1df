"""The invoice pack out of state and registry: what the bill reader in the browser holds a bill against."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from generator.places import checkout
from generator.precompute.catalogue import published_offers
from generator.precompute.invoice_history import Key, ended, history_texts, price_periods
from generator.precompute.invoice_models import invoice_hosts, invoice_models, invoice_scores, naming
from generator.registry import Registry
from generator.sync.state import State
from wasm_tools.invoice.pack import COLUMNS, PACK_VERSION, PAST_COLUMNS, short_evidence
from wasm_tools.pricing.meters import price_text
from wasm_tools.pricing.offers import Offer, evidence_text

GPU_BILLS = ("runpod",)  # providers whose bills name the GPU as their price list does


def invoice_pack(registry: Registry, state: State, as_of: str, registry_dir: Path | None = None) -> dict[str, Any]:
    """The pack object of the prices up to `as_of`; `wasm_tools.invoice.pack.read_price_book` reads it.

    Unit spellings and workload aliases come from `registry_dir`, by default that of the checkout. Only names that
    have a price are included.
    """
    folder = registry_dir or checkout().registry
    rows = sorted(
        (
            replace(o, model=registry.model_of(o.provider, o.sku))
            for o in published_offers(registry, state.offers, as_of)
        ),
        key=lambda o: o.key,
    )
    periods = price_periods(state.offers, state.events, as_of)
    providers, models = {o.provider for o in rows}, {o.model for o in rows if o.model}
    names = {name.lower(): p.id for name, p in registry.provider_by_alias.items() if p.id in providers}
    names |= {p.name.lower(): p.id for p in registry.providers if p.id in providers and p.name.lower() not in names}
    return {
        "kind": "invoice",
        "version": PACK_VERSION,
        "as_of": as_of,
        "units": [asdict(unit) for unit in registry.units.units.values()],
        "spellings": _records(folder / "invoice_units.csv"),
        "workload_aliases": _records(folder / "workload_aliases.csv"),
        "provider_aliases": dict(sorted(names.items())),
        "model_aliases": {a: m for a, m in sorted(registry.model_by_alias.items()) if m in models},
        "offers": {name: _coded([_cell(o, name) for o in rows]) for name in COLUMNS}
        | {"history": _coded(history_texts(rows, periods))},
        "past": _past(registry, rows, ended(state.offers, periods, as_of)),
        "rentals": [
            [g.provider, g.instance, g.commitment, g.region, price_text(g.price), evidence_text(g.evidence)]
            for g in state.gpu_offers
            if g.provider in GPU_BILLS and g.count == 1 and g.currency == "USD"
        ],
        "bill_names": _records(folder / "bill_names.csv"),
        "naming": naming(registry),
        "models": invoice_models(registry, models),
        "hosts": invoice_hosts(registry, state, rows),
        "scores": invoice_scores(registry, state, models, folder),
        "sources": {name: found.observed_at for name, found in sorted(state.snapshots.items())},
    }


def _past(registry: Registry, rows: Iterable[Offer], gone: Sequence[tuple[Key, str]]) -> dict[str, Any]:
    """What is no longer listed under PAST_COLUMNS; its workload is that of other prices of the SKU."""
    workloads = {(o.provider, o.sku): o.workload for o in rows}
    table = [
        (
            provider,
            sku,
            registry.model_of(provider, sku),
            workloads.get((provider, sku), "llm"),
            str(meter),
            region,
            text,
        )
        for (provider, sku, meter, region, _), text in gone
    ]
    return {name: _coded([row[at] for row in table]) for at, name in enumerate(PAST_COLUMNS)}


def _cell(offer: Offer, column: str) -> str:
    match column:
        case "price":
            return price_text(offer.price)
        case "evidence":
            return short_evidence(offer)
        case _:
            return str(getattr(offer, column))


def _coded(texts: Sequence[str]) -> dict[str, list[Any]]:
    values = sorted(set(texts))
    code = {text: number for number, text in enumerate(values)}
    return {"values": values, "codes": [code[text] for text in texts]}


def _records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
