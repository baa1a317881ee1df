"""Overlays: a local file of private models and prices that joins the catalogue of one run and is never stored.

A TOML file with any of `[[provider]]`, `[[model]]`, `[[price]]` and `[[rental]]`:

    [[model]]
    id = "acme-chat-2"
    name = "Acme Chat 2"
    class = "medium"            # small, medium, large, frontier: lets it be ranked
    open_weights = false

    [[price]]
    provider = "acme"
    sku = "acme-chat-2"
    meter = "input.text.token"  # direction.modality.unit, then ;dimension=value
    price = "0.80"              # per display unit of the meter, here $/1M tokens

    [[rental]]
    provider = "acme"
    instance = "rack-7"
    gpu = "h100-sxm"
    count = 8
    price = "1.95"              # per GPU-hour

A private price stands beside the public ones. Where it names the same SKU, meter and region it replaces the public one.
"""

import tomllib
from collections.abc import Container, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from generator.failure import Failure
from generator.registry import CapabilityRow, ModelRow, ProviderRow, Registry
from generator.sync.price_fields import implausible
from generator.sync.source_registry import Source
from generator.sync.state import Snapshot, State
from wasm_tools.pricing.meters import MeterError, parse_meter, plain
from wasm_tools.pricing.offers import COMMITMENTS, WORKLOADS, Evidence, GpuOffer, Offer

SOURCE = "overlay"


class OverlayError(Failure, ValueError):
    """An overlay that cannot be used; the message names the file, the entry and the remedy."""


def _price(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _plausible(value: Decimal) -> Decimal:
    if problem := implausible(value):
        raise ValueError(f"{value} is {problem}")
    return value


Price = Annotated[Decimal, BeforeValidator(_price), Field(ge=0, allow_inf_nan=False), AfterValidator(_plausible)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Provider(_Entry):
    id: Id
    name: str
    kind: Literal["first_party", "cloud", "host", "gateway", "rental", "subscription"] = "host"
    url: str = ""


class _Model(_Entry):
    id: Id
    name: str
    developer: str = ""
    class_: Literal["small", "medium", "large", "frontier", ""] = Field("", alias="class")
    open_weights: bool | None = None
    context: int | None = Field(None, ge=1)
    max_output: int | None = Field(None, ge=1)
    aliases: tuple[str, ...] = ()


class _PriceRow(_Entry):
    provider: Id
    sku: str = Field(min_length=1)
    meter: str
    price: Price
    workload: str = "llm"
    region: str = "global"
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$")
    note: str = ""


class _Rental(_Entry):
    provider: Id
    instance: str = Field(min_length=1)
    gpu: str
    count: int = Field(1, ge=1)
    price: Price
    region: str = "global"
    commitment: str = "on_demand"
    note: str = ""


class _Overlay(_Entry):
    provider: tuple[_Provider, ...] = ()
    model: tuple[_Model, ...] = ()
    price: tuple[_PriceRow, ...] = ()
    rental: tuple[_Rental, ...] = ()


def with_overlay(registry: Registry, state: State, path: Path, as_of: str) -> tuple[Registry, State]:
    """Registry and state with the entries of an overlay file; raises OverlayError naming the entry that is wrong."""
    overlay = _read(path)
    ours = _registry(registry, overlay)
    rated = {"USD"} | {rate.currency for rate in registry.exchange_rates}
    prices = [_offer(row, rated, path) for row in overlay.price]
    rentals = [_gpu_offer(row, ours, path) for row in overlay.rental]
    _no_twins("price", prices, path)
    _no_twins("rental", rentals, path)
    priced, rented = {o.key for o in prices}, {r.key for r in rentals}
    entries = len(prices) + len(rentals)
    snapshot = Snapshot("file", "", path.stat().st_size, "", as_of, entries, entries, {}, {})
    return ours, replace(
        state,
        snapshots=state.snapshots | {SOURCE: snapshot},
        offers=[o for o in state.offers if o.key not in priced] + prices,
        gpu_offers=[r for r in state.gpu_offers if r.key not in rented] + rentals,
    )


def _read(path: Path) -> _Overlay:
    try:
        records = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise OverlayError(f"--overlay {path}: cannot be read ({error.strerror}); give a TOML file") from None
    except (ValueError, RecursionError) as error:  # bad UTF-8, bad TOML, a number of thousands of digits
        raise OverlayError(f"--overlay {path}: is not TOML: {error}") from None
    try:
        return _Overlay.model_validate(records)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
        raise OverlayError(f"--overlay {path}: {where}: {first['msg']}") from None


def _registry(registry: Registry, overlay: _Overlay) -> Registry:
    source = Source(
        id=SOURCE, title="your overlay", url="https://localhost/", homepage="", licence="private", share="facts",
        attribution="your own file", family=SOURCE, rank=0, cadence_days=1, kind="api",
    )  # fmt: skip
    named = {p.id for p in registry.providers} | {p.id for p in overlay.provider}
    used = {row.provider for row in overlay.price} | {row.provider for row in overlay.rental}
    unnamed = sorted(used - named)
    providers = [ProviderRow(**p.model_dump(), sku_prefixes=(), aliases=()) for p in overlay.provider]
    providers += [ProviderRow(id=p, name=p, kind="host", url="", sku_prefixes=(), aliases=()) for p in unnamed]
    models = [_model_row(m) for m in overlay.model]
    classes = [
        CapabilityRow(
            model=m.id, class_=m.class_, basis="tier", reason="stated in your overlay", source=SOURCE,
            reviewed="2026-01-01",  # type: ignore[arg-type]  # pydantic reads the date
        )
        for m in overlay.model
        if m.class_
    ]  # fmt: skip
    mine = {m.id for m in overlay.model}
    return replace(
        registry,
        sources=(*registry.sources, source),
        providers=(*(p for p in registry.providers if p.id not in {q.id for q in providers}), *providers),
        models=(*(m for m in registry.models if m.id not in mine), *models),
        capabilities=(*(c for c in registry.capabilities if c.model not in {k.model for k in classes}), *classes),
    )


def _model_row(m: _Model) -> ModelRow:
    return ModelRow(
        id=m.id,
        name=m.name,
        developer=m.developer,
        open_weights={True: "yes", False: "no", None: ""}[m.open_weights],  # type: ignore[arg-type]
        licence="",
        released="",
        knowledge="",
        deprecated="",
        context=m.context,
        max_output=m.max_output,
        input_modalities=(),
        output_modalities=(),
        aliases=tuple(a.lower() for a in m.aliases),
        source=SOURCE,
    )


def _no_twins(table: str, rows: Sequence[Offer | GpuOffer], path: Path) -> None:
    first: dict[tuple[object, ...], int] = {}
    for number, row in enumerate(rows, 1):
        other = first.setdefault(row.key, number)
        if other != number:
            what = " ".join(map(str, row.key))
            raise OverlayError(f"--overlay {path}: {table} {other} and {table} {number} are both for {what}; keep one")


def _offer(row: _PriceRow, rated: Container[str], path: Path) -> Offer:
    try:
        meter = parse_meter(row.meter)
    except MeterError as error:
        raise OverlayError(f"--overlay {path}: price of {row.provider} {row.sku}: {error}") from None
    if row.workload not in WORKLOADS:
        known = ", ".join(WORKLOADS)
        raise OverlayError(
            f"--overlay {path}: price of {row.provider} {row.sku}: workload {row.workload!r} is not one of {known}"
        )
    if row.currency not in rated:
        raise OverlayError(
            f"--overlay {path}: price of {row.provider} {row.sku}: currency {row.currency} has no rate; "
            "add one to data/registry/exchange_rates.csv or give the price in USD"
        )
    price = plain(row.price)
    return Offer(
        provider=row.provider, sku=row.sku.lower(), model="", workload=row.workload, meter=meter, region=row.region,
        price=price, evidence=(Evidence(SOURCE, price),), note=row.note, currency=row.currency,
    )  # fmt: skip


def _gpu_offer(row: _Rental, registry: Registry, path: Path) -> GpuOffer:
    what = f"--overlay {path}: rental {row.provider} {row.instance}"
    if not registry.gpu_of(row.gpu):
        raise OverlayError(f"{what}: GPU {row.gpu!r} is not registered; see data/registry/gpus.csv for the ids")
    if row.commitment not in COMMITMENTS:
        raise OverlayError(f"{what}: commitment {row.commitment!r} is not one of {', '.join(COMMITMENTS)}")
    price = plain(row.price)
    return GpuOffer(
        provider=row.provider, instance=row.instance, gpu="", gpu_name=row.gpu, count=row.count, region=row.region,
        commitment=row.commitment, price=price, evidence=(Evidence(SOURCE, price),), note=row.note,
    )  # fmt: skip
