"""Price events as they are stored: their order, which model they belong to, by how much a price changed."""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from generator.registry import Registry
from generator.sync.state import PriceEvent
from wasm_tools.pricing.meters import price_text


def order(event: PriceEvent) -> tuple[str, ...]:
    """Events by date, then by what they are about."""
    where = (event.date, event.provider, event.sku, event.meter, event.region, event.currency)
    return (*where, event.kind, event.old, event.new)


def of_model(events: Iterable[PriceEvent], name: str, registry: Registry) -> Iterator[PriceEvent]:
    """The events of a model, named by its id, an alias or a provider's own id; rentals by their GPU's instance."""
    wanted = name.lower()
    model = registry.model_of("", wanted)
    resolved: dict[tuple[str, str], bool] = {}
    for e in events:
        key = (e.provider, e.sku)
        if key not in resolved:
            resolved[key] = e.sku == wanted or bool(model and registry.model_of(*key) == model)
        if resolved[key]:
            yield e


def percent(event: PriceEvent) -> Decimal | None:
    """By how many per cent a price changed; None where one of the two is missing or zero."""
    if not event.old or not event.new or not Decimal(event.old):
        return None
    return (Decimal(event.new) / Decimal(event.old) - 1) * 100


def percent_text(change: Decimal | None) -> str:
    """A change in per cent to two decimals, as files carry it; empty where there is none."""
    return "" if change is None else price_text(change.quantize(Decimal("0.01"), ROUND_HALF_EVEN))


def event_record(event: PriceEvent) -> dict[str, Any]:
    """An event as JSON-safe data; prices as text at the display scale of the meter."""
    change = percent(event)
    return {
        "date": event.date,
        "provider": event.provider,
        "sku": event.sku,
        "meter": event.meter,
        "region": event.region,
        "currency": event.currency,
        "kind": event.kind,
        "old": event.old or None,
        "new": event.new or None,
        "percent": None if change is None else float(round(change, 2)),
        "sources": event.sources.split(),
        "already": event.already.split(),
    }
