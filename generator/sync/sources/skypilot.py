"""The SkyPilot catalogue publishes one `vms.csv` a cloud with prices of machines, USD per **machine-hour**.

`Price` is on demand and `SpotPrice` spot, both for all `AcceleratorCount` GPUs with CPU and memory. Traps: rows without
an accelerator are CPU machines; `AcceleratorName` leaves the form of the board open for some clouds (`H100` at Nebius),
which only the instance name tells; one machine is listed twice with another memory; a zero or empty price is none. The
catalogues of AWS, Azure and Google repeat their vendors' own lists and Vast's may not be redistributed, so they are not
asked for. No licence is stated: numbers only. Nebius has an entry of its own (`skypilot_nebius`).
"""

import ast
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from generator.sync.collecting import present_texts
from generator.sync.instances import instances
from generator.sync.price_fields import csv_payload, folder_payload, number
from generator.sync.rental_prices import Rentals
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "skypilot"
# Folder of the catalogue -> our provider.
CLOUDS = {
    "cudo": "cudo", "do": "digitalocean", "fluidstack": "fluidstack", "hyperbolic": "hyperbolic",
    "hyperstack": "hyperstack", "jarvislabs": "jarvis-labs", "lambda": "lambda", "lium": "lium", "mithril": "mithril",
    "nebius": "nebius", "oci": "oci", "paperspace": "paperspace", "primeintellect": "prime-intellect",
    "runpod": "runpod", "seeweb": "seeweb", "shadeform": "shadeform", "spheron": "spheron", "verda": "verda",
    "yotta": "yotta",
}  # fmt: skip
ALONE = frozenset({"nebius"})  # asked for by a source of its own
COLUMNS = ("InstanceType", "AcceleratorName", "AcceleratorCount", "Price", "Region")
MOST_GPUS = 1000  # of one machine; more are a broken field
_KNOWN = frozenset(
    {*COLUMNS, "vCPUs", "MemoryGiB", "GpuInfo", "SpotPrice", "AvailabilityZone", "DiskSize", "Arch", "LocalDiskType"}
)
MIB_PER_GB = 1024


def collect(url: str, read: Callable[[str, str], str]) -> dict[str, str]:
    """The catalogues of all clouds that are there; raises TransportError when none is."""
    return present_texts({cloud: f"{url}{cloud}/vms.csv" for cloud in sorted(CLOUDS.keys() - ALONE)}, read)


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of catalogues by cloud; raises PayloadError when one is another table."""
    parsed = Parsed()
    rentals = Rentals(parsed, units)
    for cloud, text in sorted(folder_payload(SOURCE, body).items()):
        if cloud not in CLOUDS:
            parsed.reject("cloud that nobody has registered", cloud)
            continue
        state_catalogue(rentals, cloud, text)
    return parsed


def state_catalogue(rentals: Rentals, cloud: str, text: str) -> None:
    """The prices of one `vms.csv`."""
    parsed = rentals.parsed
    for row in csv_payload(SOURCE, text, COLUMNS):
        parsed.entries += 1
        if not row:
            parsed.reject("row with shifted columns", cloud)
            continue
        parsed.expect(row, _KNOWN)
        if not row["AcceleratorName"]:
            parsed.reject("machine without GPU", cloud)
            continue
        _state(rentals, cloud, row)


def _state(rentals: Rentals, cloud: str, row: Mapping[str, str]) -> None:
    instance, stated = row["InstanceType"], number(row["AcceleratorCount"])
    found = instances(cloud).get(instance)
    count = 0
    if isinstance(stated, Decimal) and stated.is_finite() and 0 < stated < MOST_GPUS and stated % 1 == 0:
        count = int(stated)
    if not count:
        rentals.parsed.reject("AcceleratorCount is not a whole number", f"{cloud} {instance}")
        return
    if found and found.count != count:
        rentals.parsed.reject("the number of GPUs is not that of the table of instances", f"{cloud} {instance}")
        return
    name = instance or f"{count}x {row['AcceleratorName']}"
    for key, commitment in (("Price", "on_demand"), ("SpotPrice", "spot")):
        if row.get(key):
            rentals.add(
                key, number(row[key]), provider=CLOUDS[cloud], instance=name,
                gpu_name=found.gpu if found else _gpu_name(row), commitment=commitment, count=count,
                region=row["Region"] or "global", host_included="yes",
            )  # fmt: skip


def _gpu_name(row: Mapping[str, str]) -> str:
    """The accelerator's name, with the memory in GB where the row states it."""
    memory = _memory(row.get("GpuInfo", ""))
    return f"{row['AcceleratorName']}#{memory}" if memory else row["AcceleratorName"]


def _memory(info: str) -> int:
    """GB of one GPU in a `GpuInfo` text: a Python literal with MiB, or one with `null` for an unknown maker."""
    try:
        gpus: Any = ast.literal_eval(info.replace("null", "None"))["Gpus"]
        return round(int(gpus[0]["MemoryInfo"]["SizeInMiB"]) / MIB_PER_GB)
    except (ValueError, SyntaxError, LookupError, TypeError, ArithmeticError, MemoryError, RecursionError):
        return 0


def catalogue(source: str, cloud: str, body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of one cloud's `vms.csv`; raises PayloadError naming `source`."""
    parsed = Parsed()
    state_catalogue(Rentals(parsed, units), cloud, body.decode("utf-8", errors="replace"))
    if not parsed.entries:
        raise PayloadError(f"{source}: the table has no rows")
    return parsed
