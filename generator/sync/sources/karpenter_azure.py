"""Karpenter for Azure publishes on-demand prices of virtual machines as a generated Go file, USD per **VM-hour**.

The table comes from the Azure Retail Prices API, Linux, host included, all regions. Traps: the price is that of the
whole VM, and which GPUs are in it is not said (data/registry/instances.csv); several sizes hold a share of a GPU, and
NP sizes hold an FPGA. Two forms are read: the Go file, which lists all sizes, and a stored CSV of the N series
(`region,arm_sku,hour_usd`).
"""

import re

from generator.sync.sources.karpenter_tables import Table, machine_prices
from generator.sync.statements import Parsed
from wasm_tools.pricing.meters import UnitRegistry

TABLE = Table(
    source="karpenter-azure",
    provider="azure",
    cloud="azure",
    page="https://azure.microsoft.com/en-us/pricing/details/virtual-machines/linux/",
    columns=("region", "arm_sku", "hour_usd"),
    accelerated=re.compile("Standard_N"),
)


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of a Go file or of its stored CSV; raises PayloadError when it is neither."""
    return machine_prices(TABLE, body, units)
