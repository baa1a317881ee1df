"""Changes of prices: what happened between two dates, and the history of one model."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from generator.registry import Registry
from generator.sync.state import PriceEvent


def between(events: Iterable[PriceEvent], after: str, until: str) -> list[PriceEvent]:
    """The events after one ISO date up to another one, oldest first."""
    return sorted((e for e in events if after < e.date <= until), key=order)


def order(event: PriceEvent) -> tuple[str, ...]:
    """Events by date, then by what they are about."""
    return (event.date, event.provider, event.sku, event.meter, event.region, event.currency, event.kind)


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
