"""Karpenter for Azure publishes on-demand prices of virtual machines as a generated Go file, USD per **VM-hour**.

The table comes from the Azure Retail Prices API, Linux, host included, all regions. Traps: the price is that of the
whole VM, and which GPUs are in it is not said (data/registry/instances.csv); several sizes hold a share of a GPU, and
NP sizes hold an FPGA. Two forms are read: the Go file, which lists all sizes, and a stored CSV of the N series
(`region,arm_sku,hour_usd`).
"""

from collections.abc import Iterator

from generator.sync.instances import NO_GPU, UNKNOWN, has_no_gpu, instances
from generator.sync.price_fields import csv_payload, number
from generator.sync.rental_prices import Rentals
from generator.sync.sources.go_tables import generated_on, go_prices
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "karpenter-azure"
PROVIDER = "azure"
PAGE = "https://azure.microsoft.com/en-us/pricing/details/virtual-machines/linux/"
COLUMNS = ("region", "arm_sku", "hour_usd")
N_SERIES = "Standard_N"


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of a Go file or of its stored CSV; raises PayloadError when it is neither."""
    text = body.decode("utf-8", errors="replace")
    parsed = Parsed(as_of=generated_on(text))
    rentals, known = Rentals(parsed, units), instances("azure")
    for region, instance, price in _rows(text):
        if not instance.startswith(N_SERIES):
            continue
        parsed.entries += 1
        found = known.get(instance)
        if has_no_gpu(instance):
            parsed.reject(NO_GPU, instance)
        elif found is None:
            parsed.reject(UNKNOWN, instance)
        else:
            rentals.add(
                "hour_usd", price, provider=PROVIDER, instance=instance, gpu_name=found.gpu, count=found.count,
                commitment="on_demand", region=region, host_included="yes", source_url=PAGE,
            )  # fmt: skip
    if not parsed.entries:
        raise PayloadError(f"{SOURCE}: expected a Go price table or a CSV with {', '.join(COLUMNS)}")
    return parsed


def _rows(text: str) -> Iterator[tuple[str, str, object]]:
    if "package pricing" in text:
        yield from go_prices(text)
        return
    for row in csv_payload(SOURCE, text, COLUMNS):
        if row:
            yield row["region"], row["arm_sku"], number(row["hour_usd"])
