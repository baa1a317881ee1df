"""What the langfuse connector promises, on rows written in its shape."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.source_registry import load_sources
from generator.sync.sources.langfuse import parse
from generator.sync.sources.langfuse_patterns import literal_ids
from generator.sync.sources.repeated_prices import BAND_REPEATS
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
ROWS = ROOT / "tests" / "payloads" / "langfuse.json"


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(ROWS.read_bytes(), UNITS)


def prices(parsed: Parsed, provider: str, sku: str) -> dict[str, Decimal]:
    return {str(s.meter): s.price for s in parsed.offers if (s.provider, s.sku) == (provider, sku)}


def model(stated: Any, pattern: str = "^(gpt-x)$", conditions: Any = ()) -> Parsed:
    tier = {"name": "Standard", "conditions": list(conditions) if conditions != 5 else 5, "prices": stated}
    row = {"modelName": "gpt-x", "matchPattern": pattern, "pricingTiers": [tier]}
    return parse(json.dumps([row]).encode(), UNITS)


def test_a_price_under_many_names_is_stated_once(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "gpt-4o") == {
        "input.text.token": Decimal("2.5"),
        "output.text.token": Decimal(10),
        "input.text.token;cache=read": Decimal("1.25"),
        "input.text.token;tier=priority": Decimal("4.25"),
        "output.text.token;tier=priority": Decimal(17),
    }
    assert parsed.rejected["input_cache_read: repeats another field of its entry"] == 1


def test_two_names_of_one_price_that_differ_are_counted() -> None:
    got = model({"input": 1e-06, "promptTokenCount": 2e-06})
    assert prices(got, "openai", "gpt-x") == {"input.text.token": Decimal(1)}
    assert got.rejected == {"promptTokenCount: contradicts another field of its entry": 1}


def test_only_ids_of_the_developers_own_api_are_prices(parsed: Parsed) -> None:
    assert prices(parsed, "anthropic", "claude-opus-4-1")["input.text.token"] == Decimal(15)
    assert prices(parsed, "anthropic", "claude-opus-4-1-20250805")["input.text.token;cache=write_1h"] == Decimal(30)
    assert prices(parsed, "openai", "gpt-3.5-turbo-1106")["output.text.token"] == Decimal(2)
    skus = {s.sku for s in parsed.offers}
    assert not [s for s in skus if "anthropic" in s or "@" in s or "/" in s or "gpt-35" in s]
    assert parsed.rejected["ids of other hosts under the pattern of the developer's price"] == 3
    assert {s.provider for s in parsed.offers} == {"openai", "anthropic", "google"}


def test_a_pattern_without_end_gives_no_ids(parsed: Parsed) -> None:
    assert not [s for s in parsed.offers if s.sku.startswith("ft:")]
    assert parsed.rejected["pattern is not a list of literal ids"] == 1


@pytest.mark.parametrize(
    ("pattern", "ids"),
    [
        ("(?i)^(openai/)?(gpt-4.1)$", ["gpt-4.1", "openai/gpt-4.1"]),
        (r"^((anthropic\/)?a|(eu\.|us\.)?b(-v1(:0)?)?)$", ["a", "anthropic/a", "b", "b-v1", "b-v1:0", "eu.b", "eu.b-v1",
                                                         "eu.b-v1:0", "us.b", "us.b-v1", "us.b-v1:0"]),
        (r"^(gpt-4(-\d{4})?-vision)$", ["gpt-4-vision"]),
        ("^(gemini-pro)(@[a-z0-9]+)?$", ["gemini-pro"]),
        ("^(ft:)(x:)(.+)(:)(.*)$", []),
        ("^(a|b+)$", []),
        ("^(a)(@[a-z]+)$", []),
        ("^(?:a|b)$", []),
        ("^(a$", []),
        ("a", []),
        ("^" + "(a|b)" * 9 + "$", []),
    ],
)  # fmt: skip
def test_a_pattern_is_a_list_only_where_somebody_wrote_one(pattern: str, ids: list[str]) -> None:
    assert literal_ids(pattern) == ids


def test_conditions_are_tiers_and_bands(parsed: Parsed) -> None:
    got = prices(parsed, "openai", "gpt-5.6-sol")
    assert got["input.text.token;above_tokens=272000"] == Decimal(10)
    assert got["output.text.token;tier=flex;above_tokens=272000"] == Decimal("22.5")
    assert got["input.text.token;cache=write"] == Decimal("6.25")
    assert prices(parsed, "openai", "gpt-5")["input.text.token;tier=flex"] == Decimal("0.625")
    assert prices(parsed, "anthropic", "claude-opus-5")["output.text.token;tier=priority"] == Decimal(50)


def test_a_search_costs_the_same_in_every_band_and_is_stated_once(parsed: Parsed) -> None:
    got = prices(parsed, "google", "gemini-3-pro-preview")
    assert got["input.any.search"] == Decimal(14)
    assert got["output.text.token;above_tokens=200000"] == Decimal(18)
    assert not [m for m in got if "search" in m and "above" in m]
    assert parsed.rejected[BAND_REPEATS] == 1


def test_sound_has_its_own_meters_and_reasoning_only_where_it_differs(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "gpt-4o-realtime-preview") == {
        "input.text.token": Decimal(5),
        "input.text.token;cache=read": Decimal("2.5"),
        "output.text.token": Decimal(20),
        "input.audio.token": Decimal(100),
        "input.audio.token;cache=read": Decimal(20),
        "output.audio.token": Decimal(200),
    }
    assert parsed.rejected["reasoning rate repeats the output rate"] == 2


def test_a_total_is_the_input_of_an_embedder_and_both_directions_elsewhere(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "text-embedding-3-small") == {"input.text.token": Decimal("0.02")}
    both = {"input.text.token": Decimal(20), "output.text.token": Decimal(20)}
    assert prices(parsed, "openai", "text-davinci-003") == both


def test_the_newest_change_dates_the_payload(parsed: Parsed) -> None:
    assert parsed.as_of == "2026-08-20"


def test_nothing_is_unread_and_each_reason_has_an_example(parsed: Parsed) -> None:
    assert parsed.unread == {}
    assert parsed.rejected.keys() == parsed.examples.keys() and all(parsed.examples.values())
    body = json.loads(ROWS.read_bytes())
    body[0]["price"] = 1
    assert parse(json.dumps(body).encode(), UNITS).unread == {"price": 1}


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ({"input": 1e-06, "smell": 1}, "smell: no meter for this key"),
        ({"input": 1e-06, "output": "2"}, "output: not a number"),
        ({"input": 1e-06, "output": -2}, "output: negative"),
        ({"input": 1e-06, "output": 0}, ZERO),
    ],
)
def test_a_field_that_is_no_price_costs_only_itself(stated: dict[str, Any], reason: str) -> None:
    got = model(stated)
    assert prices(got, "openai", "gpt-x") == {"input.text.token": Decimal(1)}
    assert got.rejected == {reason: 1}


@pytest.mark.parametrize(
    "conditions",
    [
        5,
        ["fast"],
        [{"key": "moon", "operator": "in", "values": ["fast"]}],
        [{"key": "service_tier", "operator": "in", "values": ["fast", "flex"]}],
        [{"key": "service_tier", "operator": "not", "values": ["fast"]}],
        [{"usageDetailPattern": "(output)", "operator": "gt", "value": 5}],
        [{"usageDetailPattern": "(input)", "operator": "lt", "value": 5}],
    ],
)
def test_a_condition_that_is_not_understood_costs_its_tier(conditions: Any) -> None:
    got = model({"input": 1e-06}, conditions=conditions)
    assert not got.offers and got.rejected == {"pricing tier: condition not understood": 1}


def test_a_model_of_another_shape_costs_only_itself() -> None:
    rows = [5, {"modelName": "gpt-x", "matchPattern": "^a$"}, *json.loads(ROWS.read_bytes())[:1]]
    got = parse(json.dumps(rows).encode(), UNITS)
    assert got.rejected["model has another shape"] == 2 and len(got.offers) == 5


def test_a_model_of_nobody_is_counted() -> None:
    row = {"modelName": "x", "matchPattern": "^(x)$", "pricingTiers": []}
    assert parse(json.dumps([row]).encode(), UNITS).rejected == {"the developer of the model is not known": 1}


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'[{"a": 1}]', ROWS.read_bytes()[:300]])
def test_a_payload_that_is_no_list_of_models_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="langfuse"):
        parse(body, UNITS)


@pytest.mark.mirror
def test_the_whole_list_is_read(mirror: Path) -> None:
    (source,) = [s for s in load_sources(ROOT / "data" / "registry" / "sources.toml") if s.id == "langfuse"]
    got = parse((mirror / source.url.removeprefix("https://")).read_bytes(), UNITS)
    assert (got.entries, len(got.offers), got.as_of) == (167, 799, "2026-08-20")
    assert got.unread == {}
    assert got.rejected["pattern is not a list of literal ids"] == 4  # the fine-tuned models
    assert not [r for r in got.rejected if "contradicts" in r or "no meter" in r or "not understood" in r]
    assert prices(got, "openai", "gpt-4.1")["output.text.token"] == 8
    assert prices(got, "openai", "gpt-5.5")["input.text.token"] == 5
    assert prices(got, "anthropic", "claude-opus-4-8")["output.text.token"] == 25
    assert prices(got, "google", "gemini-2.5-pro")["output.text.token;above_tokens=200000"] == 15
