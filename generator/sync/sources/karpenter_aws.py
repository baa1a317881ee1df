"""Karpenter for AWS publishes on-demand prices of EC2 instances as a generated Go file, USD per **instance-hour**.

The table comes from the AWS price list, Linux and shared tenancy, host included; it holds us-east-1 and a few older
regions. Traps: the price is that of the whole instance, and which GPUs are in it is not said (data/registry/
instances.csv); FPGA and video cards stand among the accelerators. Two forms are read: the Go file, which lists all
instances, and a stored CSV of the accelerated ones (`region,instance_type,hour_usd`).
"""

import re

from generator.sync.sources.karpenter_tables import Table, machine_prices
from generator.sync.statements import Parsed
from wasm_tools.pricing.meters import UnitRegistry

TABLE = Table(
    source="karpenter-aws",
    provider="aws-ec2",
    cloud="aws",
    page="https://aws.amazon.com/ec2/pricing/on-demand/",
    columns=("region", "instance_type", "hour_usd"),
    # Families with an accelerator, known or new: all G, P, DL, Inf, Trn, F and VT instances of EC2.
    accelerated=re.compile(r"(?:dl|f|g|gr|inf|p|trn|vt)\d"),
    per_second="yes",
)


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of a Go file or of its stored CSV; raises PayloadError when it is neither."""
    return machine_prices(TABLE, body, units)
