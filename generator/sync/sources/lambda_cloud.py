"""Lambda's cloud API publishes its instance types with `price_cents_per_hour`: US **cents** per instance-hour (PE-28).

CPU and memory are in the price; a price holds in every region, and the regions beside it are those that have capacity
now. A key is needed. Trap: `gpu_description` names the board and its memory in words (`H100 (80 GB SXM5)`), the number
of GPUs stands in `specs.gpus`; CPU types have none. Written from the documented shape; no payload of it is stored.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from generator.sync.price_fields import json_payload, number_problem
from generator.sync.rental_prices import Rentals
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "lambda-cloud"
PROVIDER = "lambda"
PAGE = "https://lambda.ai/pricing"
CENTS = 100
_KNOWN = frozenset({"name", "description", "gpu_description", "price_cents_per_hour", "specs", "architecture"})
_BOARD = re.compile(r"(?P<name>.+?)\s*\((?P<memory>\d+) GB(?: (?P<form>[A-Za-z0-9]+))?\)")


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of an `instance-types` answer; raises PayloadError when it is none."""
    payload = json_payload(SOURCE, body)
    types = payload.get("data") if isinstance(payload, dict) else None
    if not isinstance(types, dict) or not types:
        raise PayloadError(f'{SOURCE}: expected {{"data": {{name: type}}}}')
    parsed = Parsed(entries=len(types))
    rentals = Rentals(parsed, units)
    for name, entry in types.items():
        kind = entry.get("instance_type") if isinstance(entry, dict) else None
        if not isinstance(kind, dict):
            parsed.reject("type has another shape", name)
            continue
        parsed.expect(kind, _KNOWN)
        _state(rentals, name, kind)
    return parsed


def _state(rentals: Rentals, name: str, kind: Mapping[str, Any]) -> None:
    specs, cents = kind.get("specs"), kind.get("price_cents_per_hour")
    gpus = specs.get("gpus") if isinstance(specs, dict) else None
    if not isinstance(gpus, int) or isinstance(gpus, bool):
        rentals.parsed.reject("specs.gpus: not a number", name)
    elif gpus <= 0:
        rentals.parsed.reject("machine without GPU", name)
    else:
        price = Decimal(cents) / CENTS if isinstance(cents, Decimal | int) and not number_problem(cents) else cents
        rentals.add(
            "price_cents_per_hour", price, provider=PROVIDER, instance=name, count=gpus, commitment="on_demand",
            gpu_name=_gpu_name(str(kind.get("gpu_description") or kind.get("description") or name)),
            host_included="yes", source_url=PAGE,
        )  # fmt: skip


def _gpu_name(description: str) -> str:
    """`H100 (80 GB SXM5)` as `NVIDIA H100 SXM5#80`, the spelling that names a board with its memory."""
    found = _BOARD.fullmatch(description.strip())
    if found is None:
        return description
    form = f" {found['form']}" if found["form"] else ""
    return f"NVIDIA {found['name'].removeprefix('NVIDIA ')}{form}#{found['memory']}"
