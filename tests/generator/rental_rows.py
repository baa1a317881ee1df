"""What the tests of GPU rental sources share: the units, the excerpts, and how to find one statement."""

import tomllib
from pathlib import Path

from generator.sync.statements import GpuStatement, Parsed
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
PAYLOADS = ROOT / "tests" / "payloads"
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])


def rows(name: str) -> bytes:
    """The excerpt of a source."""
    return (PAYLOADS / name).read_bytes()


def rental(
    parsed: Parsed, instance: str, commitment: str = "on_demand", region: str = "", provider: str = ""
) -> GpuStatement:
    """The one rental price of an instance."""
    (found,) = [
        g
        for g in parsed.gpu_offers
        if (g.instance, g.commitment) == (instance, commitment)
        and region in ("", g.region)
        and provider in ("", g.provider)
    ]
    return found


def keys_are_unique(parsed: Parsed) -> bool:
    """Whether provider, instance, region and commitment name one statement each."""
    keys = [(g.provider, g.instance, g.region, g.commitment) for g in parsed.gpu_offers]
    return len(keys) == len(set(keys))
