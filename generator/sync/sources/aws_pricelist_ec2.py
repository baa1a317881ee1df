"""AWS publishes on-demand prices of EC2 as one small JSON file a region, the one behind its own price page.

The files of the price list API hold the same numbers, but one region's is several hundred MB, more than any payload may
have; these are below one. A list of locations comes first: name → region code. `price` is a text, USD per
**instance-hour**, Linux, host included; `manifest.hawkFilePublicationDate` is the day of the numbers. Traps: entries
have compound keys, the type stands inside; which GPUs are in an instance is not said; local and wavelength zones are
other places. Written from the shape that others describe; no payload of it is stored.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from generator.sync.collecting import present_texts
from generator.sync.instances import NO_GPU, UNKNOWN, has_no_gpu, instances
from generator.sync.price_fields import folder_payload, json_payload, number
from generator.sync.rental_prices import Rentals
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "aws-pricelist-ec2"
PROVIDER = "aws-ec2"
PAGE = "https://aws.amazon.com/ec2/pricing/on-demand/"
LOCATIONS = "locations.json"
PRICES = "https://b0.p.awsstatic.com/pricing/2.0/meteredUnitMaps/ec2/USD/current/ec2-ondemand-without-sec-sel/{}/Linux/index.json"
REGION = "AWS Region"
_ACCELERATED = ("GPU instance", "Machine Learning ASIC Instances", "Machine Learning Instances", "FPGA Instances")


def collect(url: str, read: Callable[[str, str], str]) -> dict[str, str]:
    """The list of locations and the prices of each region that has some, by region code."""
    texts = {LOCATIONS: read(LOCATIONS, url)}
    try:
        regions = _regions(json.loads(texts[LOCATIONS]))
    except ValueError:
        return texts  # the parser names what is wrong with it
    addresses = {code: PRICES.format(quote(name)) for name, code in sorted(regions.items())}
    return texts | present_texts(addresses, read)


def _regions(locations: object) -> dict[str, str]:
    """Region codes by the names that the price files use."""
    if not isinstance(locations, dict):
        return {}
    return {
        str(name): str(place["code"])
        for name, place in locations.items()
        if isinstance(place, dict) and place.get("type") == REGION and "code" in place
    }


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of accelerated instances; raises PayloadError when a file holds no `regions`."""
    texts = folder_payload(SOURCE, body)
    names = {code: name for name, code in _regions(json_payload(SOURCE, texts.pop(LOCATIONS, "{}").encode())).items()}
    if not names or not texts:
        raise PayloadError(f"{SOURCE}: expected {LOCATIONS} and the prices of regions")
    parsed = Parsed()
    rentals = Rentals(parsed, units)
    for code, text in sorted(texts.items()):
        payload = json_payload(SOURCE, text.encode())
        regions = payload.get("regions") if isinstance(payload, dict) else None
        entries = regions.get(names.get(code, "")) if isinstance(regions, dict) else None
        if not isinstance(entries, dict):
            raise PayloadError(f"{SOURCE}: {code}: expected the prices of {names.get(code, 'a region')}")
        manifest = payload.get("manifest")
        day = str(manifest.get("hawkFilePublicationDate", ""))[:10] if isinstance(manifest, dict) else ""
        parsed.as_of = max(parsed.as_of, day)
        for entry in entries.values():
            if isinstance(entry, dict) and entry.get("Instance Family") in _ACCELERATED:
                _state(rentals, code, entry)
    return parsed


def _state(rentals: Rentals, region: str, entry: Mapping[str, Any]) -> None:
    parsed, instance = rentals.parsed, str(entry.get("Instance Type", ""))
    parsed.entries += 1
    found = instances("aws").get(instance)
    if has_no_gpu(instance):
        parsed.reject(NO_GPU, instance)
    elif found is None:
        parsed.reject(UNKNOWN, instance)
    elif entry.get("Operating System", "Linux") != "Linux":
        parsed.reject("with another operating system", instance)
    else:
        rentals.add(
            "price", number(entry.get("price")), provider=PROVIDER, instance=instance, gpu_name=found.gpu,
            count=found.count, commitment="on_demand", region=region, host_included="yes", source_url=PAGE,
            per_second="yes", note=f"rate {entry['rateCode']}" if entry.get("rateCode") else "",
        )  # fmt: skip
