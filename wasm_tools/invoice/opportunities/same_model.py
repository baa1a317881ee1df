"""Tier A: the same model at the same provider under other conditions: batch, flex, region, priority, long prompts.

Whether work can wait, leave its region or be cut into shorter prompts only the user knows. Each action has a share of
the work that it fits, and it is 0 until the user says otherwise: the amounts are "up to".
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from wasm_tools.invoice.audit import FACTOR
from wasm_tools.invoice.cells import Cell
from wasm_tools.invoice.opportunities.savings import Saving, Words, billed_price, same_provider
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.tariffs import Tariff
from wasm_tools.pricing.meters import Meter

Conditions = dict[tuple[Meter, str], Tariff]  # of one SKU, by meter and region
SNAPSHOT, REGION, PRIORITY, LONG, BATCH, FLEX = "snapshot", "region", "priority", "long-context", "batch", "flex"
ORDER = {name: at for at, name in enumerate((SNAPSHOT, REGION, PRIORITY, LONG, BATCH, FLEX))}
_VERIFY = "Compare the price of one call before and after the change in the provider's usage view."
WORDS = {
    SNAPSHOT: Words(
        "A",
        "the newer snapshot does the work as well",
        "answers come from a newer snapshot of the same model",
        "Run your own evaluation on the newer snapshot; look up when the old one ends.",
    ),
    REGION: Words(
        "A", "the data may leave the region", "processing is no longer bound to a region: check data residency", _VERIFY
    ),
    PRIORITY: Words("A", "the standard speed suffices", "no promise of speed at busy hours", _VERIFY),
    LONG: Words(
        "A", "prompts can be kept below the threshold", "prompts have to be cut or split: answers may change", _VERIFY
    ),
    BATCH: Words("A", "this share of the work can wait up to a day", "answers come within hours, not seconds", _VERIFY),
    FLEX: Words(
        "A", "this share of the work can be slow or be refused at times", "slower answers, some retries", _VERIFY
    ),
}
_DAY = re.compile(r"-(20[12]\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])$")


def savings(cells: Iterable[Cell], book: PriceBook) -> Iterator[Saving]:
    """Every saving by one other condition of what each cell was billed by."""
    by_sku: Remembered[tuple[str, str], Conditions] = Remembered(
        lambda place: {(t.meter, t.offer.region): t for t in book.prices.tariffs(*place)}
    )
    later: Remembered[tuple[str, str], list[str]] = Remembered(lambda place: _later_snapshots(*place, book))
    for cell in cells:
        verdict = cell.verdict
        if billed_price(cell) is None or verdict.tariff is None or cell.product.tool:
            continue
        own = verdict.tariff
        provider, sku = own.offer.provider, own.offer.sku
        factor = verdict.factor if verdict.kind == FACTOR else None
        yield from _other_conditions(cell, own, by_sku[provider, sku], factor is not None and factor < 1)
        for newer in later[provider, sku]:
            tariff = by_sku[provider, newer].get((own.meter, own.offer.region))
            saving = same_provider(SNAPSHOT, cell, tariff) if tariff else None
            if saving:
                yield saving


def _other_conditions(cell: Cell, own: Tariff, found: Conditions, discounted: bool) -> Iterator[Saving]:
    meter, region = own.meter, own.offer.region
    changes: list[tuple[str, Meter, str]] = []
    if meter.tier == "standard" and not discounted:
        changes += [(BATCH, replace(meter, tier="batch"), region), (FLEX, replace(meter, tier="flex"), region)]
    if meter.tier == "priority":
        changes.append((PRIORITY, replace(meter, tier="standard"), region))
    if meter.above_tokens:
        changes.append((LONG, replace(meter, above_tokens=0), region))
    if region != "global" or cell.verdict.detail.startswith("1.1 ×"):
        changes.append((REGION, meter, "global"))
    for action, other, place in changes:
        tariff = found.get((other, place))
        saving = same_provider(action, cell, tariff) if tariff else None
        if saving:
            yield saving


def _later_snapshots(provider: str, sku: str, book: PriceBook) -> list[str]:
    """Later snapshots of the same undated id at the same provider."""
    dated = _DAY.search(sku)
    if dated is None or sku[: dated.start()] in book.names.each_date:
        return []
    base = sku[: dated.start()]
    others = ((other, _DAY.search(other)) for other in book.prices.skus(provider))
    return [other for other, day in others if day and other[: day.start()] == base and day.groups() > dated.groups()]
