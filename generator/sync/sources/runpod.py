"""RunPod's GraphQL API publishes its GPU types with prices in USD per **GPU-hour**, asked by POST, without a key.

Secure cloud, community cloud and clusters are offers of their own; a pod's price includes CPU and memory and is billed
by the second. Traps: what is not offered is a **placeholder**, 0 or exactly 0.5 (PE-30, PE-31): a community price of
0.5 always, a secure price of 0.5 unless a longer term repeats it; the type `unknown` is none; the cluster price is 1.2
times the secure price, also where that is a placeholder; the prices for weeks and months, of clusters and the lowest
price come only with a key; `lowestPrice` repeats the price of the cheaper cloud.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from generator.sync.price_fields import ZERO, json_payload
from generator.sync.rental_prices import Rentals
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = PROVIDER = "runpod"
PAGE = "https://www.runpod.io/pricing"
PLACEHOLDERS = (Decimal(0), Decimal("0.5"))
PLACEHOLDER = "placeholder for not offered"
_TERMS = {"oneWeekPrice": "1w", "oneMonthPrice": "1m", "threeMonthPrice": "3m", "sixMonthPrice": "6m"}
_LOWEST = ("minimumBidPrice", "uninterruptablePrice")
_KNOWN = frozenset({"id", "displayName", "memoryInGb", "securePrice", "communityPrice", "clusterPrice", "lowestPrice"})
_KNOWN_LOWEST = frozenset({*_LOWEST, "stockStatus"})


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of a `gpuTypes` answer; raises PayloadError when it is none."""
    payload = json_payload(SOURCE, body)
    data = payload.get("data") if isinstance(payload, dict) else None
    types = data.get("gpuTypes") if isinstance(data, dict) else None
    if not isinstance(types, list) or not types:
        raise PayloadError(f'{SOURCE}: expected {{"data": {{"gpuTypes": [types]}}}}')
    parsed = Parsed(entries=len(types))
    rentals = Rentals(parsed, units)
    for entry in types:
        name, memory = (entry.get("id"), entry.get("memoryInGb")) if isinstance(entry, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(memory, int):
            parsed.reject("type has another shape", str(name or "?"))
        elif name == "unknown":
            parsed.reject("type without a name", name)
        else:
            parsed.expect(entry, {*_KNOWN, *_TERMS})
            _state(rentals, name, memory, entry)
    return parsed


def _state(rentals: Rentals, name: str, memory: int, entry: Mapping[str, Any]) -> None:
    secure, community = entry.get("securePrice"), entry.get("communityPrice")
    terms = {k: entry[k] for k in _TERMS if entry.get(k) is not None}
    secure_is_offered = secure not in PLACEHOLDERS or (secure != 0 and secure in terms.values())
    stated: list[tuple[str, str, str, object, bool]] = [
        ("securePrice", name, "on_demand", secure, secure_is_offered),
        ("communityPrice", name, "community", community, community not in PLACEHOLDERS),
        ("clusterPrice", f"{name} cluster", "on_demand", entry.get("clusterPrice"), secure_is_offered),
        *((k, name, _TERMS[k], price, secure_is_offered or price not in PLACEHOLDERS) for k, price in terms.items()),
    ]
    for key, instance, commitment, price, offered in stated:
        if price is None:
            continue
        if not offered:
            rentals.parsed.reject(ZERO if price == 0 else f"{key}: {PLACEHOLDER}", name)
            continue
        rentals.add(
            key, price, provider=PROVIDER, instance=instance, gpu_name=f"{name}#{memory}", commitment=commitment,
            host_included="yes", source_url=PAGE, per_second="yes",
        )  # fmt: skip
    _lowest(rentals.parsed, name, entry)


def _lowest(parsed: Parsed, name: str, entry: Mapping[str, Any]) -> None:
    """Count the lowest prices: they repeat one of the two clouds, and a bid floor that does so says nothing of spot."""
    lowest = entry.get("lowestPrice")
    if not isinstance(lowest, dict):
        return
    parsed.expect(lowest, _KNOWN_LOWEST, "lowestPrice.")
    for key in _LOWEST:
        if lowest.get(key) is not None:
            repeats = lowest[key] in (entry.get("securePrice"), entry.get("communityPrice"))
            parsed.reject(f"{key}: {'repeats the price of a cloud' if repeats else 'of which cloud is not said'}", name)
