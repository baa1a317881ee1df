"""tardellirs/gpu-pricing publishes hand-collected rental prices of GPU clouds, USD per **GPU-hour**, one row an offer.

Traps: `is_spot` is also set on marketplace rows, whose tier says more; names are free text (resolved elsewhere); some
prices are estimates, which only a caveat tells; whether CPU and memory are included is told by a caveat or not at all;
a row of RunPod gets the id of the GPU type in RunPod's own API, where its name is one of RunPod's; rows of Vast.ai may
be shown but not redistributed without a data licence, so they are left out.
"""

from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from generator.sync.price_fields import json_payload
from generator.sync.rental_prices import rental_problem
from generator.sync.sources.runpod_types import runpod_type
from generator.sync.statements import GpuStatement, Parsed, PayloadError
from wasm_tools.pricing.meters import Meter, UnitRegistry, plain

SOURCE = "tardellirs"
NEEDS_LICENCE = frozenset({"vast-ai"})
SECONDS = 3600  # prices are per GPU-hour
_GPU_SECOND = Meter("input", "any", "gpu_second")
_COMMITMENTS = {
    "on-demand": "on_demand",
    "secure": "on_demand",
    "production": "on_demand",
    "prototyping": "on_demand",
    "spot": "spot",
    "community": "community",
    "marketplace": "marketplace",
}
_NOTES = {"estimated": "estimated by the source", "stale": "the provider's page may be out of date"}


class _Offering(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    id: str
    provider_id: str
    gpu_model: str
    vram_gb: int
    tier: str
    is_spot: bool
    price_usd_hour: Any
    source_url: str
    collected_at: str = ""
    caveats: list[str] | None = None


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of an offerings file; raises PayloadError when it is not a list of rows."""
    payload = json_payload(SOURCE, body)
    if not isinstance(payload, list) or not payload:
        raise PayloadError(f"{SOURCE}: expected a JSON list of offerings, found {type(payload).__name__}")
    parsed = Parsed(entries=len(payload))
    for fields in payload:
        try:
            row = _Offering.model_validate(fields)
        except ValidationError as error:
            name = fields.get("id", "?") if isinstance(fields, dict) else "?"
            parsed.reject(f"offering has another shape: {error.errors()[0]['loc'][0]}", str(name))
            continue
        problem = _problem(row)
        if problem:
            parsed.reject(problem, row.id)
            continue
        parsed.as_of = max(parsed.as_of, row.collected_at)
        parsed.gpu_offers.append(_statement(row, units))
    return parsed


def _problem(row: _Offering) -> str:
    if row.provider_id in NEEDS_LICENCE:
        return "redistribution needs a data licence"
    if row.tier not in _COMMITMENTS:
        return f"tier {row.tier} is not a commitment"
    return rental_problem(row.price_usd_hour)


def _statement(row: _Offering, units: UnitRegistry) -> GpuStatement:
    caveats = " ".join(row.caveats or ()).lower()
    return GpuStatement(
        provider=row.provider_id,
        instance=(runpod_type(row.gpu_model, row.vram_gb) if row.provider_id == "runpod" else "") or row.id,
        gpu_name=f"{row.gpu_model}#{row.vram_gb}",  # "NVIDIA A100" alone does not say whether it has 40 or 80 GB
        count=1,  # every price is per GPU
        commitment=_commitment(row, caveats),
        price=plain(units.display_price(_GPU_SECOND, Decimal(row.price_usd_hour)) / SECONDS),
        host_included=_host_included(caveats),
        note=", ".join(text for word, text in _NOTES.items() if word in caveats),
        source_url=row.source_url,
    )


def _commitment(row: _Offering, caveats: str) -> str:
    """On demand unless the row says otherwise; a tier other than on demand says more than `is_spot`."""
    commitment = _COMMITMENTS[row.tier]
    if commitment != "on_demand":
        return commitment
    if row.is_spot:
        return "spot"
    return "serverless" if "serverless billing" in caveats else commitment


def _host_included(caveats: str) -> str:
    """Whether CPU and memory are in the price: only what a caveat states."""
    if "ram" in caveats and "billed separately" in caveats:
        return "no"
    return "yes" if "vcpu and ram are free" in caveats else "unknown"
