"""The data pack: the planner's catalogue as one JSON object, written at night and read on both sides."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple
from decimal import Decimal
from typing import Any

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelCard, ModelShape
from wasm_tools.models.quality import quality_record, read_quality
from wasm_tools.performance.calibration import calibration_pack, read_calibration
from wasm_tools.performance.observations import observation_rows, read_observations
from wasm_tools.performance.open_loop import Tails
from wasm_tools.performance.prediction import book
from wasm_tools.performance.runtime_memory import RuntimeMemory
from wasm_tools.planner.catalogue import ApiRate, Catalogue, Curve, CurvePoint, Deployable
from wasm_tools.planner.hosting_facts import hosting_rows, read_hosting
from wasm_tools.planner.lists import Weights
from wasm_tools.planner.pack_columns import Column, columns, columns_of, records_of
from wasm_tools.planner.policy import Policy
from wasm_tools.planner.presets import preset_rows, read_presets
from wasm_tools.planner.rentals import Rental
from wasm_tools.planner.request_cost import Prices, TokenPrices

PACK_VERSION = 8


class PackError(ValueError):
    """A data pack that this engine cannot read."""


def read_catalogue(pack: Mapping[str, Any]) -> Catalogue:
    """The catalogue in a pack object (parsed JSON); raises PackError when its version is another."""
    if pack.get("version") != PACK_VERSION:
        raise PackError(
            f"the data pack has version {pack.get('version')!r}, this engine reads {PACK_VERSION}; reload the page"
        )
    models = {row[0]: _model(row) for row in pack["models"]}
    gpus = {row[0]: GpuCard(*row) for row in pack["gpus"]}
    shapes = {m.id: m.shape for m in models.values() if m.shape is not None}
    return Catalogue(
        as_of=pack["as_of"],
        models=models,
        gpus=gpus,
        rates=tuple(_rates(columns_of(pack["rates"]), _prices(pack["prices"]))),
        rentals=tuple(_rental(row) for row in pack["rentals"]),
        curves=tuple(_curve(row) for row in pack["curves"]),
        deployables=tuple(records_of(Deployable, columns_of(pack["deployables"]))),
        book=book(read_calibration(pack["calibration"]), shapes, gpus),
        tails=_tails(pack["tails"]),
        policy=_policy(pack["policy"]),
        hosting=read_hosting(pack["hosting"]),
        observations=read_observations(pack["observations"]),
        quality=read_quality(pack["quality"]),
        unplanned=pack["unplanned"],
        presets=read_presets(pack["presets"]),
    )


def _model(row: Sequence[Any]) -> ModelCard:
    identifier, name, developer, open_weights, context, capability, shape, hf_repo, domains = row
    return ModelCard(
        identifier,
        name,
        developer,
        open_weights,
        context,
        capability,
        ModelShape(*shape) if shape else None,
        hf_repo,
        tuple(domains),
    )


def _rates(columns: Sequence[Iterable[Any]], prices: Sequence[Prices]) -> list[ApiRate]:
    """The rates, with their prices by place in the list of price books: most books hold for several regions."""
    if not columns:
        return []
    provider, sku, model, region, books, *rest = columns
    return records_of(ApiRate, [provider, sku, model, region, map(prices.__getitem__, books), *rest])


def _prices(table: Sequence[Column]) -> list[Prices]:
    """The price books, by the number that each band names."""
    if not table:
        return []
    (books, tiers, above), prices = columns_of(table[:3]), columns_of([_decimals(column) for column in table[3:]])
    found: defaultdict[int, dict[str, tuple[TokenPrices, ...]]] = defaultdict(dict)
    for number, tier, band in zip(books, tiers, records_of(TokenPrices, [above, *prices]), strict=True):
        book = found[number]
        book[tier] = (*book.get(tier, ()), band)
    return list(found.values())


def _decimals(column: Column) -> Column:
    """The column with decimals in the place of their texts."""
    return {**column, "values": [None if text is None else Decimal(text) for text in column["values"]]}


def _price_rows(number: int, prices: Prices) -> list[list[Any]]:
    """A row for each band of a price book: its number, the tier, the threshold, and up to five prices."""
    return [
        [number, tier, b.above]
        + [None if p is None else str(p) for p in (b.input, b.output, b.cache_read, b.cache_write, b.cache_write_1h)]
        for tier, bands in prices.items()
        for b in bands
    ]


def _tails(row: Mapping[str, Any]) -> Tails:
    p50, p90, p95, p99 = row["tpot"]
    return Tails(row["ttft_sigma"], (p50, p90, p95, p99), tuple((c, r) for c, r in row["gaps"]), row["source"])


def _policy(row: Mapping[str, Any]) -> Policy:
    priorities = {name: Weights(**weights) for name, weights in row["priorities"].items()}
    runtime, kinds = RuntimeMemory(**row["runtime"]), tuple(row["recommendable"])
    return Policy(**{**row, "priorities": priorities, "runtime": runtime, "recommendable": kinds})


def _rental(row: Sequence[Any]) -> Rental:
    provider, instance, gpu, region, kind, price, *rest = row
    return Rental(provider, instance, gpu, region, kind, Decimal(price), *rest)


def _curve(row: Sequence[Any]) -> Curve:
    model, precision, gpu, engine, version, tp, ep, prompt, output, checkpoint, note, points = row
    measured = tuple(CurvePoint(*point) for point in points)
    return Curve(model, precision, gpu, engine, version, tp, ep, prompt, output, checkpoint, note, measured)


def catalogue_pack(catalogue: Catalogue) -> dict[str, Any]:
    """The pack object of a catalogue: the inverse of `read_catalogue`."""
    books = {str(_price_rows(0, r.prices)): r.prices for r in catalogue.rates}
    places = {text: place for place, text in enumerate(books)}
    return {
        "version": PACK_VERSION,
        "as_of": catalogue.as_of,
        "tails": asdict(catalogue.tails),
        "policy": asdict(catalogue.policy),
        "hosting": hosting_rows(catalogue.hosting),
        "calibration": calibration_pack(catalogue.book.calibration),
        "quality": quality_record(catalogue.quality),
        "observations": observation_rows(catalogue.observations),
        "deployables": columns(astuple(d) for d in catalogue.deployables),
        "presets": preset_rows(catalogue.presets),
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
                list(m.domains),
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
                g.bf16_flops,
                g.fp8_flops,
                g.fp4_flops,
                g.link_bandwidth,
            ]
            for g in catalogue.gpus.values()
        ],
        "prices": columns(row for n, prices in enumerate(books.values()) for row in _price_rows(n, prices)),
        "rates": columns(
            [
                r.provider,
                r.sku,
                r.model,
                r.region,
                places[str(_price_rows(0, r.prices))],
                r.evidence,
                r.note,
                r.suspect,
                r.max_output,
                r.families,
                r.age_days,
            ]
            for r in catalogue.rates
        ),
        "rentals": [
            [
                r.provider,
                r.instance,
                r.gpu,
                r.region,
                r.kind,
                str(r.price),
                r.evidence,
                r.count,
                r.host,
                r.per_second,
                r.scale_to_zero,
                r.families,
                r.note,
                r.age_days,
            ]
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
    return None if shape is None else list(astuple(shape))
