"""Bills and prices for the invoice tests: hand-made, small, and read through the committed spelling tables."""

import csv
import tomllib
from decimal import Decimal
from pathlib import Path

from wasm_tools.invoice import unit_spellings, workload_names
from wasm_tools.pricing.meters import parse_meter, unit_registry
from wasm_tools.pricing.offers import Evidence, Offer

REGISTRY = Path(__file__).parents[2] / "data" / "registry"
HEADER = "provider,workload_type,usage_qty,usage_unit,amount_usd"


def table(name: str) -> list[dict[str, str]]:
    with (REGISTRY / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


UNITS = unit_registry(tomllib.loads((REGISTRY / "units.toml").read_text(encoding="utf-8"))["unit"])
SPELLINGS = unit_spellings(table("invoice_units.csv"), UNITS)
WORKLOADS = workload_names(table("workload_aliases.csv"))


def offer(provider: str, model: str, meter: str, price: str, workload: str = "llm", **more: str) -> Offer:
    """An offer of `model`, whose SKU has the same name unless `sku` says otherwise; `sources` state its price."""
    return Offer(
        provider,
        more.get("sku", model),
        model,
        workload,
        parse_meter(meter),
        more.get("region", ""),
        Decimal(price),
        tuple(Evidence(source, Decimal(price)) for source in more.get("sources", "hand").split()),
        effective_from=more.get("effective_from", ""),
        effective_to=more.get("effective_to", ""),
    )


def bill(*rows: str, header: str = HEADER) -> bytes:
    return ("\n".join((header, *rows)) + "\n").encode()
