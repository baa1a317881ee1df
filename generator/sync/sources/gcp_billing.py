"""Google's Cloud Billing catalogue publishes the SKUs of Compute Engine, of which only those of GPUs are read.

Prices are `units` (text) plus `nanos` billionths in the currency asked for, per `usageUnit` hour, one SKU for several
regions. **CPU and memory are billed apart**, so a price is not that of a machine (PE-36). A key is needed. The first of
several rates is taken only where it is the only one. Written from the documented shape; no payload of it is stored.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from generator.sync.price_fields import folder_payload, json_payload
from generator.sync.rental_prices import Rentals
from generator.sync.sources.google_gpu_skus import gpu_sku
from generator.sync.sources.paged_answers import all_pages
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "gcp-billing"
PROVIDER = "google-compute"
PAGE = "https://cloud.google.com/compute/gpus-pricing"
PAGES = 40  # of 5,000 SKUs; Compute Engine has about 60,000
NANO = Decimal("1e-9")


def collect(url: str, read: Callable[[str, str], str]) -> dict[str, str]:
    """All pages of the SKU list, by number."""

    def next_address(answer: Mapping[str, Any]) -> str:
        token = answer.get("nextPageToken")
        return f"{url}&pageToken={token}" if token else ""

    return all_pages(url, read, PAGES, next_address)


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of GPU SKUs; raises PayloadError when a page holds no `skus`."""
    parsed = Parsed()
    rentals = Rentals(parsed, units)
    for name, text in sorted(folder_payload(SOURCE, body).items()):
        page = json_payload(SOURCE, text.encode())
        skus = page.get("skus") if isinstance(page, dict) else None
        if not isinstance(skus, list):
            raise PayloadError(f'{SOURCE}: {name}: expected {{"skus": [SKUs]}}')
        for sku in skus:
            if isinstance(sku, dict) and _category(sku).get("resourceGroup") == "GPU":
                parsed.entries += 1
                _state(rentals, sku)
    return parsed


def _category(sku: Mapping[str, Any]) -> Mapping[str, Any]:
    category = sku.get("category")
    return category if isinstance(category, dict) else {}


def _state(rentals: Rentals, sku: Mapping[str, Any]) -> None:
    parsed, description = rentals.parsed, str(sku.get("description", ""))
    found = gpu_sku(description)
    if found is None:
        parsed.reject("SKU that names no known GPU", description)
        return
    price = _price(sku)
    if isinstance(price, str):
        parsed.reject(price, description)
        return
    regions = sku.get("serviceRegions")
    if not isinstance(regions, list) or not regions:
        parsed.reject("SKU without regions", description)
        return
    for region in regions:
        rentals.add(
            "unitPrice", price, provider=PROVIDER, instance=found.instance, gpu_name=found.gpu, region=str(region),
            commitment=found.commitment, host_included=found.host_included, source_url=PAGE, per_second="yes",
            note=f"SKU {sku.get('skuId', '')}".strip(),
        )  # fmt: skip


def _price(sku: Mapping[str, Any]) -> Decimal | str:
    """USD per GPU-hour, or why it is not stated."""
    infos = sku.get("pricingInfo")
    expression = infos[-1].get("pricingExpression") if isinstance(infos, list) and infos else None
    rates = expression.get("tieredRates") if isinstance(expression, dict) else None
    if not isinstance(expression, dict) or not isinstance(rates, list) or len(rates) != 1:
        return "not one rate"
    if expression.get("usageUnit") != "h":
        return f"usage unit {expression.get('usageUnit')} is not an hour"
    price = rates[0].get("unitPrice")
    if not isinstance(price, dict) or price.get("currencyCode", "USD") != "USD":
        return "not in USD"
    try:
        return Decimal(str(price.get("units") or 0)) + Decimal(price.get("nanos") or 0) * NANO
    except (ArithmeticError, TypeError, ValueError):
        return "unitPrice: not a number"
