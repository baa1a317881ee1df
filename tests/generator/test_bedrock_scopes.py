"""Bedrock's two prices of one id: for the whole world, and for one region at 1.1 times that."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from generator.sync.sources import litellm, portkey
from generator.sync.statements import Parsed
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
MAP = "raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"


def listed(**inputs: tuple[str, float]) -> Parsed:
    """A price map of id → provider and USD per million input tokens."""
    rows = {
        sku: {"litellm_provider": provider, "mode": "chat", "input_cost_per_token": float(f"{price}e-6")}
        for sku, (provider, price) in inputs.items()
    }
    return litellm.parse(json.dumps(rows).encode(), UNITS)


def regions(parsed: Parsed) -> dict[str, tuple[str, Decimal]]:
    return {s.sku: (s.region, s.price) for s in parsed.offers}


def test_pe_20_mantle_is_regional_where_it_costs_a_tenth_more_than_the_global_price() -> None:
    got = listed(**{
        "global.openai.gpt-5.4": ("bedrock_converse", 2.5),
        "bedrock_mantle/openai.gpt-5.4": ("bedrock_mantle", 2.75),
    })  # fmt: skip
    assert regions(got) == {
        "global.openai.gpt-5.4": ("global", Decimal("2.5")),
        "bedrock_mantle/openai.gpt-5.4": ("regional", Decimal("2.75")),
    }


def test_pe_20_the_plain_id_may_be_the_regional_one() -> None:
    got = listed(**{
        "moonshotai.kimi-k3": ("bedrock_converse", 3.3),
        "global.moonshotai.kimi-k3": ("bedrock_converse", 3),
    })  # fmt: skip
    assert regions(got)["moonshotai.kimi-k3"] == ("regional", Decimal("3.3"))


@pytest.mark.parametrize("price", [2.5, 2.8, 5])
def test_any_other_price_keeps_its_scope(price: float) -> None:
    got = listed(**{
        "global.openai.gpt-5.4": ("bedrock_converse", 2.5),
        "bedrock_mantle/openai.gpt-5.4": ("bedrock_mantle", price),
    })  # fmt: skip
    assert {region for region, _ in regions(got).values()} == {"global"}


def test_other_providers_know_no_such_scope() -> None:
    got = listed(**{"global.m": ("azure", 2.5), "m": ("azure", 2.75)})
    assert {region for region, _ in regions(got).values()} == {"global"}


@pytest.mark.mirror
def test_fifteen_ids_of_the_price_map_have_both_prices(mirror: Path) -> None:
    got = litellm.parse((mirror / MAP).read_bytes(), UNITS)
    ids = {s.sku for s in got.offers if s.region == "regional" and s.provider.startswith("bedrock")}
    assert len(ids) == 15 and "bedrock_mantle/anthropic.claude-opus-5-5" in ids
    assert not [i for i in ids if i.startswith("global.")]


@pytest.mark.mirror
def test_portkey_lists_the_regional_price_under_the_plain_id(mirror: Path) -> None:
    files = {p.name: p.read_text() for p in (mirror / "configs.portkey.ai" / "pricing").glob("bedrock*.json")}
    got = portkey.parse(json.dumps(files).encode(), UNITS)
    found = {
        (s.provider, s.sku, s.region): s.price
        for s in got.offers
        if "gpt-5.6-luna" in s.sku and str(s.meter) == "input.text.token"
    }
    assert found["bedrock", "openai.gpt-5.6-luna", "regional"] == Decimal("0.22")
    assert found["bedrock", "global.openai.gpt-5.6-luna", "global"] == Decimal("0.2")
