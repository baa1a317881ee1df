"""Azure's Retail Prices API publishes every meter of virtual machines, in pages; the query asks for the N series.

A row is one meter: `retailPrice` in `currencyCode` per `unitOfMeasure`, which is an hour of the **VM** for consumption
(on demand, or `Spot` in the meter's name) and the **whole term** for a reservation, so that one or three years are
divided by their hours. Traps: `Low Priority` meters are an older product; Windows and DevTest rates are other offers;
a five-year term exists for some machines; the same meter may be listed twice. `meterId` equals that of a bill and is
kept in the note. Which GPUs are in a VM is not said. Written from the documented shape; no payload of it is stored.
"""

from collections.abc import Callable, Mapping
from typing import Any

from generator.sync.instances import NO_GPU, UNKNOWN, has_no_gpu, instances
from generator.sync.price_fields import folder_payload, json_payload
from generator.sync.rental_prices import HOURS_PER_YEAR, Rentals
from generator.sync.sources.paged_answers import all_pages
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "azure-retail"
PROVIDER = "azure"
PAGE = "https://azure.microsoft.com/en-us/pricing/details/virtual-machines/linux/"
PAGES = 60  # of 1,000 rows; the N series has about 15,000
HOST = "https://prices.azure.com/"
_TERMS = {"1 Year": ("1y", HOURS_PER_YEAR), "3 Years": ("3y", 3 * HOURS_PER_YEAR)}
_KNOWN = frozenset({
    "currencyCode", "tierMinimumUnits", "retailPrice", "unitPrice", "armRegionName", "location", "effectiveStartDate",
    "effectiveEndDate", "meterId", "meterName", "productId", "skuId", "productName", "skuName", "serviceName",
    "serviceId", "serviceFamily", "unitOfMeasure", "type", "isPrimaryMeterRegion", "armSkuName", "reservationTerm",
    "savingsPlan", "availabilityId",
})  # fmt: skip


def collect(url: str, read: Callable[[str, str], str]) -> dict[str, str]:
    """All pages of the answer, by number; a next page elsewhere than on the host of the API is not followed."""
    return all_pages(url, read, PAGES, _next_address)


def _next_address(answer: Mapping[str, Any]) -> str:
    link = answer.get("NextPageLink")
    return link if isinstance(link, str) and link.startswith(HOST) else ""


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of N-series machines; raises PayloadError when a page holds no `Items`."""
    parsed = Parsed()
    rentals = Rentals(parsed, units)
    for name, text in sorted(folder_payload(SOURCE, body).items()):
        page = json_payload(SOURCE, text.encode())
        items = page.get("Items") if isinstance(page, dict) else None
        if not isinstance(items, list):
            raise PayloadError(f'{SOURCE}: {name}: expected {{"Items": [meters]}}')
        for item in items:
            parsed.entries += 1
            if not isinstance(item, dict) or not isinstance(item.get("armSkuName"), str):
                parsed.reject("meter has another shape", str(item)[:80])
                continue
            parsed.expect(item, _KNOWN)
            _state(rentals, item)
    return parsed


def _state(rentals: Rentals, item: Mapping[str, Any]) -> None:
    parsed, instance = rentals.parsed, item["armSkuName"]
    how = _commitment(item)
    found = instances("azure").get(instance)
    problem = how if isinstance(how, str) else NO_GPU if has_no_gpu(instance) else "" if found else UNKNOWN
    if problem or found is None or isinstance(how, str):
        parsed.reject(problem, instance)
        return
    commitment, hours = how
    parsed.as_of = max(parsed.as_of, str(item.get("effectiveStartDate", ""))[:10])
    rentals.add(
        "retailPrice", item.get("retailPrice"), provider=PROVIDER, instance=instance, gpu_name=found.gpu,
        count=found.count, hours=hours, commitment=commitment, region=str(item.get("armRegionName") or "global"),
        host_included="yes", source_url=PAGE, note=f"meter {item.get('meterId', '')}".strip(),
    )  # fmt: skip


def _commitment(item: Mapping[str, Any]) -> tuple[str, int] | str:
    """The commitment and its hours, or why this meter is no offer of ours."""
    words = f"{item.get('productName', '')} {item.get('meterName', '')} {item.get('skuName', '')}"
    kind, unit = item.get("type"), item.get("unitOfMeasure")
    if item.get("currencyCode", "USD") != "USD":
        return "not in USD"
    if "Windows" in words:
        return "with a Windows licence"
    if "Low Priority" in words:
        return "low priority, an older product than spot"
    if kind == "Reservation":
        term = str(item.get("reservationTerm", ""))
        return _TERMS.get(term, f"term of {term}")
    if kind != "Consumption":
        return f"type {kind} is another offer"
    if unit != "1 Hour":
        return f"unit {unit} is not an hour"
    return ("spot", 1) if "Spot" in words else ("on_demand", 1)
