"""Karpenter's on-demand price tables: region, instance, USD per **hour of the whole machine**, host included.

Each provider publishes them as a generated Go file, which lists all instances; a stored CSV lists the accelerated ones.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generator.sync.instances import NO_GPU, UNKNOWN, has_no_gpu, instances
from generator.sync.price_fields import csv_payload, number
from generator.sync.rental_prices import Rentals
from generator.sync.sources.go_tables import generated_on, go_prices
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import UnitRegistry


@dataclass(frozen=True, slots=True)
class Table:
    """One provider's table: `cloud` names it in the table of instances, `columns` are region, instance and price."""

    source: str
    provider: str
    cloud: str
    page: str
    columns: tuple[str, str, str]
    accelerated: re.Pattern[str]  # how the names of machines with an accelerator begin
    per_second: str = ""


def machine_prices(table: Table, body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of a Go file or of its stored CSV; raises PayloadError when it is neither."""
    text = body.decode("utf-8", errors="replace")
    parsed = Parsed(as_of=generated_on(text))
    rentals, known = Rentals(parsed, units), instances(table.cloud)
    for region, instance, price in _rows(table, text):
        if not table.accelerated.match(instance):
            continue
        parsed.entries += 1
        found = known.get(instance)
        if has_no_gpu(instance):
            parsed.reject(NO_GPU, instance)
        elif found is None:
            parsed.reject(UNKNOWN, instance)
        else:
            rentals.add(
                "hour_usd", price, provider=table.provider, instance=instance, gpu_name=found.gpu, count=found.count,
                commitment="on_demand", region=region, host_included="yes", source_url=table.page,
                per_second=table.per_second,
            )  # fmt: skip
    if not parsed.entries:
        raise PayloadError(f"{table.source}: expected a Go price table or a CSV with {', '.join(table.columns)}")
    return parsed


def _rows(table: Table, text: str) -> Iterator[tuple[str, str, object]]:
    if "package pricing" in text:
        yield from go_prices(text)
        return
    region, instance, price = table.columns
    for row in csv_payload(table.source, text, table.columns):
        if row:
            yield row[region], row[instance], number(row[price])
