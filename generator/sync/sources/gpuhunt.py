"""gpuhunt (dstack) publishes a catalogue a provider: a `version`, then a zip with one CSV, USD per **instance-hour**.

`price` is for all `gpu_count` GPUs with CPU and memory. Traps: rows without GPUs are CPU machines; `gpu_name` leaves
the form of the board open (`H100`), which the instance name tells for the large clouds; `flags` mark rows that are not
plain offers (`…-dws-calendar-mode` is scheduled capacity; a `…-edgegpu-…` machine stands at the customer's); Google's
prices did not agree with its own SKUs when others compared them; Vast's rows may not be redistributed and are not asked
for. Written from the documented shape; no payload of it is stored.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal

from generator.sync.collecting import present_texts
from generator.sync.instances import instances
from generator.sync.payloads import MAX_BYTES
from generator.sync.plain_values import whole
from generator.sync.price_fields import csv_payload, folder_payload, number
from generator.sync.rental_prices import Rentals
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "gpuhunt"
# Catalogue -> our provider, and the cloud of the table of instances.
CATALOGUES = {
    "aws": ("aws-ec2", "aws"),
    "azure": ("azure", "azure"),
    "cloudrift": ("cloudrift", ""),
    "gcp": ("google-compute", "gcp"),
    "lambdalabs": ("lambda", ""),
    "nebius": ("nebius", "nebius"),
    "oci": ("oci", "oci"),
    "runpod": ("runpod", ""),
    "verda": ("verda", ""),
}
COLUMNS = ("instance_name", "location", "price", "gpu_count", "gpu_name", "gpu_memory", "spot")
_KNOWN = frozenset({*COLUMNS, "cpu", "memory", "disk_size", "gpu_vendor", "flags", "cpu_arch", "provider_data"})

MOST_MEMORY_GB = 100_000  # of one GPU; more is a broken field


def collect(url: str, read: Callable[[str, str], str]) -> dict[str, str]:
    """The CSV of every catalogue that is there; raises TransportError when none is."""
    versions = present_texts({name: f"{url}{name}/version" for name in sorted(CATALOGUES)}, read)
    archives = present_texts({n: f"{url}{n}/{v.strip()}/catalog.zip" for n, v in versions.items()}, read)
    return {f"{name}.csv": _gpu_rows(archive, name) for name, archive in archives.items()}


def _gpu_rows(archive: str, name: str) -> str:
    """The CSV inside a zip archive (one character a byte) without the rows of CPU machines, which are most of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive.encode("latin-1"))) as packed:
            inner = packed.getinfo(f"{name}.csv")
            if inner.file_size > MAX_BYTES:
                raise PayloadError(f"{SOURCE}: {name}.csv is larger than {MAX_BYTES} bytes")
            rows = list(csv.reader(io.StringIO(packed.read(inner).decode("utf-8"))))
    except (zipfile.BadZipFile, KeyError, UnicodeError, csv.Error) as error:
        raise PayloadError(f"{SOURCE}: {name}: expected a zip archive with {name}.csv ({error})") from None
    place = rows[0].index("gpu_count") if rows and "gpu_count" in rows[0] else None
    kept = io.StringIO()
    has_gpu = [r for r in rows[1:] if place is None or len(r) <= place or r[place] not in ("", "0")]
    csv.writer(kept, lineterminator="\n").writerows([*rows[:1], *has_gpu])
    return kept.getvalue()


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of catalogues by file name; raises PayloadError when one is another table."""
    parsed = Parsed()
    rentals = Rentals(parsed, units)
    for file, text in sorted(folder_payload(SOURCE, body).items()):
        name = file.removesuffix(".csv")
        if name not in CATALOGUES:
            parsed.reject("catalogue that nobody has registered", file)
            continue
        for row in csv_payload(SOURCE, text, COLUMNS):
            parsed.entries += 1
            if not row:
                parsed.reject("row with shifted columns", file)
                continue
            parsed.expect(row, _KNOWN)
            _state(rentals, name, row)
    return parsed


def _state(rentals: Rentals, name: str, row: Mapping[str, str]) -> None:
    provider, cloud = CATALOGUES[name]
    instance, flags, gpus = row["instance_name"], row.get("flags", ""), whole(row["gpu_count"])
    found = instances(cloud).get(instance) if cloud else None
    problem = ""
    if not gpus:
        problem = "machine without GPU"
    elif "edgegpu" in instance:
        problem = "hardware on the customer's own site"
    elif found and found.count != gpus:
        problem = "the number of GPUs is not that of the table of instances"
    elif row["spot"].lower() not in ("true", "false"):
        problem = "spot: neither true nor false"
    if problem or not gpus:
        rentals.parsed.reject(problem, f"{name} {instance}")
        return
    scheduled = "dws" in flags
    spot = "spot" if row["spot"].lower() == "true" else "on_demand"
    memory = number(row["gpu_memory"])
    stated = isinstance(memory, Decimal) and memory.is_finite() and 0 < memory < MOST_MEMORY_GB
    known_memory = f"#{round(memory)}" if stated else ""  # type: ignore[call-overload]
    rentals.add(
        "price", number(row["price"]), provider=provider, count=gpus, region=row["location"] or "global",
        instance=f"{instance or f'{gpus}x ' + row['gpu_name']}{' dws-calendar' if scheduled else ''}",
        gpu_name=found.gpu if found else row["gpu_name"] + known_memory,
        commitment="scheduled" if scheduled else spot, host_included="yes",
    )  # fmt: skip
