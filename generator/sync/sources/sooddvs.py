"""sooddvs/gpu-pricing publishes rental prices that its job reads from vendor APIs, USD per GPU-hour and in total.

Google's rows are **GPU SKUs without the host** (PE-36); all others are instances, with a total that has more digits
than the price per GPU. Traps: `gpu_type` is a rough label, and the SKU beside it beats it (PE-37: RunPod's H100 NVL and
PCIe stand under `H100 SXM`, Oracle's GB200 under `B200`); `price_tier` is as rough: Google's scheduled capacity is
filed as 12 or 36 months, RunPod's price for **three months** as `36mo` and its community price as `spot`, where 0.5 is
a placeholder (PE-31). The repository has no licence: numbers only. The history beside this file holds estimates and is
not read.
"""

from collections.abc import Mapping
from typing import Any

from generator.sync.instances import UNKNOWN, instances
from generator.sync.plain_values import whole
from generator.sync.price_fields import csv_payload, number
from generator.sync.rental_prices import Rentals
from generator.sync.sources.google_gpu_skus import gpu_sku
from generator.sync.sources.runpod import PLACEHOLDER, PLACEHOLDERS
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "sooddvs"
COLUMNS = (
    "gpu_type", "provider", "price_tier", "per_gpu_hourly_usd", "total_hourly_usd", "region", "gpu_count", "sku",
    "fetched_at",
)  # fmt: skip
_TIERS = {"on_demand": "on_demand", "spot": "spot", "6mo": "6m", "12mo": "1y", "36mo": "3y"}
_RUNPOD_TIERS = {"on_demand": "on_demand", "spot": "community", "6mo": "6m", "36mo": "3m"}
# The provider's label -> our provider, the cloud of the table of instances, whether the host is in the price.
_INSTANCES = {
    "AWS EC2": ("aws-ec2", "aws", "yes"),
    "AWS SageMaker": ("aws-sagemaker", "aws", "yes"),
    "Azure": ("azure", "azure", "yes"),
    "OCI": ("oci", "oci", "yes"),
}
# Parts of Oracle's Cloud@Customer: hardware on the customer's own site.
_ON_SITE = frozenset({"B110965", "B111454", "B111455"})
_MEMORY = {"NVIDIA L40": "#48"}  # where other lists have boards of the same name with another memory


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of `gpu_pricing_raw.csv`; raises PayloadError when it is another table."""
    parsed = Parsed()
    rentals = Rentals(parsed, units)
    for row in csv_payload(SOURCE, body.decode("utf-8", errors="replace"), COLUMNS):
        parsed.entries += 1
        if not row:
            parsed.reject("row with shifted columns", "?")
            continue
        parsed.expect(row, COLUMNS)
        parsed.as_of = max(parsed.as_of, row["fetched_at"][:10])
        _state(rentals, row)
    if not parsed.entries:
        raise PayloadError(f"{SOURCE}: the table has no rows")
    return parsed


def _state(rentals: Rentals, row: Mapping[str, str]) -> None:
    provider, sku, tier = row["provider"], row["sku"], row["price_tier"]
    offer: dict[str, Any] | str
    if provider == "GCP":
        offer = _google(sku)
    elif provider == "RunPod":
        offer = _runpod(row)
    elif provider in _INSTANCES:
        offer = _instance(row)
    elif provider == "Vultr":
        offer = {"provider": "vultr", "instance": sku, "gpu_name": row["gpu_type"], "host_included": "yes"}
    else:
        offer = f"provider {provider} is not known"
    if isinstance(offer, dict) and "commitment" not in offer:
        commitment = _TIERS.get(tier)
        offer = offer | {"commitment": commitment} if commitment else f"tier {tier} is not a commitment"
    if isinstance(offer, str):
        rentals.parsed.reject(offer, f"{provider} {sku}")
        return
    count = whole(row["gpu_count"]) or 1
    price = row["total_hourly_usd"] or row["per_gpu_hourly_usd"]
    rentals.add(
        "total_hourly_usd" if row["total_hourly_usd"] else "per_gpu_hourly_usd", number(price),
        count=count, region=row["region"] or "global", **offer,
    )  # fmt: skip


def _google(sku: str) -> dict[str, Any] | str:
    found = gpu_sku(sku)
    if found is None:
        return "SKU that names no known GPU"
    return {
        "provider": "google-compute",
        "instance": found.instance,
        "gpu_name": found.gpu,
        "commitment": found.commitment,
        "host_included": found.host_included,
    }


def _runpod(row: Mapping[str, str]) -> dict[str, Any] | str:
    commitment = _RUNPOD_TIERS.get(row["price_tier"])
    if commitment is None:
        return f"tier {row['price_tier']} is not a commitment"
    if number(row["per_gpu_hourly_usd"]) in PLACEHOLDERS:
        return PLACEHOLDER
    note = "filed as 36 months" if commitment == "3m" else ""
    return {
        "provider": "runpod", "instance": row["sku"], "gpu_name": row["sku"] + _MEMORY.get(row["sku"], ""),
        "commitment": commitment,
        "host_included": "yes", "note": note,
    }  # fmt: skip


def _instance(row: Mapping[str, str]) -> dict[str, Any] | str:
    provider, cloud, host = _INSTANCES[row["provider"]]
    sku = row["sku"]
    if sku in _ON_SITE:
        return "hardware on the customer's own site"
    found = instances(cloud).get(sku.removeprefix("ml."))
    if found is None and cloud != "oci":
        return UNKNOWN
    if found is not None and str(found.count) != row["gpu_count"]:
        return "the number of GPUs is not that of the table of instances"
    # A part number that nobody has looked up keeps the label, marked so that it resolves to nothing.
    name = found.gpu if found else f"{row['gpu_type']} (part {sku})"
    return {"provider": provider, "instance": sku, "gpu_name": name, "host_included": host}
