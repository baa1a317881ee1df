"""Bills and prices for the invoice tests: hand-made, small, and read through the committed spelling tables."""

import csv
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from wasm_tools.invoice import Analysis, BilledLine, Reading, analyse, read, unit_spellings, workload_names
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
    """An offer of `model`, whose SKU has the same name unless `sku` says otherwise."""
    return Offer(
        provider,
        more.get("sku", model),
        model,
        workload,
        parse_meter(meter),
        more.get("region", ""),
        Decimal(price),
        (Evidence("hand", Decimal(price)),),
        effective_from=more.get("effective_from", ""),
        effective_to=more.get("effective_to", ""),
    )


OFFERS = (
    offer("openai", "gpt-x", "input.text.token", "2.50"),
    offer("openai", "gpt-x", "output.text.token", "10"),
    offer("openai", "gpt-x", "input.text.token;cache=read", "0.25"),
    offer("openai", "gpt-x", "input.text.token;tier=batch", "1.25"),
    offer("hosta", "open-70b", "input.text.token", "0.90"),
    offer("hosta", "open-70b", "output.text.token", "0.90"),
    offer("hostb", "open-70b", "input.text.token", "0.30"),
    offer("hostb", "open-70b", "output.text.token", "0.60"),
    offer("hostc", "open-70b", "input.text.token", "0.10"),
    offer("hostc", "open-70b", "output.text.token", "1.20"),
    offer("deepgram", "nova", "input.audio.audio_second", "0.258", "speech-to-text"),
    offer("other", "nova", "input.audio.audio_second", "0.20", "speech-to-text"),
    offer("cohere", "embed-x", "input.text.token", "0.12", "embeddings"),
    offer("cheap", "text-embedding-004", "input.text.token", "0.01", "embeddings"),
    offer("openai", "small-x", "input.text.token", "0.01"),
    offer("openai", "small-x", "output.text.token", "0.02"),
)


def bill(*rows: str, header: str = HEADER) -> bytes:
    return ("\n".join((header, *rows)) + "\n").encode()


def lines(*rows: str, header: str = HEADER) -> tuple[BilledLine, ...]:
    return read(bill(*rows, header=header)).lines


def analysed(data: bytes | Reading, offers: Iterable[Offer] = OFFERS, **more: str) -> Analysis:
    reading = data if isinstance(data, Reading) else read(data)
    return analyse(
        reading,
        offers,
        UNITS,
        SPELLINGS,
        WORKLOADS,
        {"openai": "openai", "open ai": "openai", "deepgram": "deepgram"},
        {"gpt x": "gpt-x", "open 70b": "open-70b"},
        **more,
    )
