"""Karpenter for AWS publishes on-demand prices of EC2 instances as a generated Go file, USD per **instance-hour**.

The table comes from the AWS price list, Linux and shared tenancy, host included; it holds us-east-1 and a few older
regions. Traps: the price is that of the whole instance, and which GPUs are in it is not said (data/registry/
instances.csv); FPGA and video cards stand among the accelerators. Two forms are read: the Go file, which lists all
instances, and a stored CSV of the accelerated ones (`region,instance_type,hour_usd`).
"""

import re
from collections.abc import Iterator

from generator.sync.instances import NO_GPU, UNKNOWN, has_no_gpu, instances
from generator.sync.price_fields import csv_payload, number
from generator.sync.rental_prices import Rentals
from generator.sync.sources.go_tables import generated_on, go_prices
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "karpenter-aws"
PROVIDER = "aws-ec2"
PAGE = "https://aws.amazon.com/ec2/pricing/on-demand/"
COLUMNS = ("region", "instance_type", "hour_usd")
# Families with an accelerator, known or new: all G, P, DL, Inf, Trn, F and VT instances of EC2.
_ACCELERATED = re.compile(r"(?:dl|f|g|gr|inf|p|trn|vt)\d")


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of a Go file or of its stored CSV; raises PayloadError when it is neither."""
    text = body.decode("utf-8", errors="replace")
    parsed = Parsed(as_of=generated_on(text))
    rentals, known = Rentals(parsed, units), instances("aws")
    for region, instance, price in _rows(text):
        if not _ACCELERATED.match(instance):
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
                commitment="on_demand", region=region, host_included="yes", source_url=PAGE, per_second="yes",
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
            yield row["region"], row["instance_type"], number(row["hour_usd"])
