"""The data pack: the planner's catalogue as one JSON object, written at night and read on both sides."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelCard, ModelShape
from wasm_tools.planner.catalogue import ApiRate, Band, Catalogue, Curve, CurvePoint, Rental, TailRatios

PACK_VERSION = 2


class PackError(ValueError):
    """A data pack that this engine cannot read."""


def read_catalogue(pack: Mapping[str, Any]) -> Catalogue:
    """The catalogue in a pack object (parsed JSON); raises PackError when its version is another."""
    if pack.get("version") != PACK_VERSION:
        raise PackError(
            f"the data pack has version {pack.get('version')!r}, this engine reads {PACK_VERSION}; reload the page"
        )
    tails = pack["tails"]
    return Catalogue(
        as_of=pack["as_of"],
        models={row[0]: _model(row) for row in pack["models"]},
        gpus={row[0]: GpuCard(*row) for row in pack["gpus"]},
        rates=tuple(_rate(row) for row in pack["rates"]),
        rentals=tuple(_rental(row) for row in pack["rentals"]),
        curves=tuple(_curve(row) for row in pack["curves"]),
        tails=TailRatios(tails["ttft"], tails["itl"], tails["source"]),
        utilisation_cap=pack["utilisation_cap"],
        unplanned=pack["unplanned"],
    )


def _model(row: Sequence[Any]) -> ModelCard:
    identifier, name, developer, open_weights, context, capability, shape, hf_repo = row
    return ModelCard(
        identifier,
        name,
        developer,
        open_weights,
        context,
        capability,
        ModelShape(*shape) if shape else None,
        hf_repo,
    )


def _rate(row: Sequence[Any]) -> ApiRate:
    provider, sku, model, region, bands, evidence, note, suspect, max_output = row
    return ApiRate(
        provider,
        sku,
        model,
        region,
        tuple(Band(above, Decimal(inp), Decimal(out)) for above, inp, out in bands),
        evidence,
        note,
        suspect,
        max_output,
    )


def _rental(row: Sequence[Any]) -> Rental:
    provider, instance, gpu, region, kind, price, evidence, count = row
    return Rental(provider, instance, gpu, region, kind, Decimal(price), evidence, count)


def _curve(row: Sequence[Any]) -> Curve:
    model, precision, gpu, engine, version, tp, ep, prompt, output, checkpoint, note, points = row
    measured = tuple(CurvePoint(*point) for point in points)
    return Curve(model, precision, gpu, engine, version, tp, ep, prompt, output, checkpoint, note, measured)


def catalogue_pack(catalogue: Catalogue) -> dict[str, Any]:
    """The pack object of a catalogue: the inverse of `read_catalogue`."""
    return {
        "version": PACK_VERSION,
        "as_of": catalogue.as_of,
        "tails": {"ttft": catalogue.tails.ttft, "itl": catalogue.tails.itl, "source": catalogue.tails.source},
        "utilisation_cap": catalogue.utilisation_cap,
        "unplanned": dict(catalogue.unplanned),
        "models": [
            [
                m.id,
                m.name,
                m.developer,
                m.open_weights,
                m.context,
                m.capability,
                _shape_row(m.shape),
                m.hf_repo,
            ]
            for m in catalogue.models.values()
        ],
        "gpus": [
            [
                g.id,
                g.name,
                g.vendor,
                g.memory_bytes,
                g.bandwidth,
                g.tdp_w,
                g.gpus_per_node,
                g.node_label,
                g.resource,
            ]
            for g in catalogue.gpus.values()
        ],
        "rates": [
            [
                r.provider,
                r.sku,
                r.model,
                r.region,
                [[b.above, str(b.input_price), str(b.output_price)] for b in r.bands],
                r.evidence,
                r.note,
                r.suspect,
                r.max_output,
            ]
            for r in catalogue.rates
        ],
        "rentals": [
            [r.provider, r.instance, r.gpu, r.region, r.kind, str(r.price), r.evidence, r.count]
            for r in catalogue.rentals
        ],
        "curves": [
            [
                c.model,
                c.precision,
                c.gpu,
                c.engine,
                c.engine_version,
                c.tensor_parallel,
                c.expert_parallel,
                c.prompt_tokens,
                c.output_tokens,
                c.checkpoint,
                c.note,
                [[p.concurrency, p.ttft_ms, p.tpot_ms, p.measured] for p in c.points],
            ]
            for c in catalogue.curves
        ],
    }


def _shape_row(shape: ModelShape | None) -> list[float] | None:
    return None if shape is None else [shape.parameters, shape.active_parameters, shape.layers, shape.kv_elements]
