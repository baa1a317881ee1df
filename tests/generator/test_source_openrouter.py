"""What the OpenRouter connector promises, on rows written in its shape."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.sources.openrouter import parse
from generator.sync.statements import Parsed, PayloadError, SkuFacts
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
ROWS = ROOT / "tests" / "payloads" / "openrouter.json"


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(ROWS.read_bytes(), UNITS)


def prices(parsed: Parsed, sku: str) -> dict[str, Decimal]:
    return {str(s.meter): s.price for s in parsed.offers if s.sku == sku}


def model(pricing: Any, name: str = "a/m") -> Parsed:
    return parse(json.dumps({"data": [{"id": name, "pricing": pricing}]}).encode(), UNITS)


def test_a_text_price_per_token_is_exact_per_million(parsed: Parsed) -> None:
    assert prices(parsed, "openai/gpt-4o") == {
        "input.text.token": Decimal("2.5"),
        "output.text.token": Decimal(10),
        "input.text.token;cache=read": Decimal("1.25"),
    }


def test_pe_25_the_gateway_is_the_provider_of_every_price(parsed: Parsed) -> None:
    assert {s.provider for s in parsed.offers} == {"openrouter"}
    assert prices(parsed, "deepseek/deepseek-v4-flash")["input.text.token"] == Decimal("0.06426")


def test_pe_13_prompts_over_a_threshold_have_their_own_price(parsed: Parsed) -> None:
    got = prices(parsed, "openai/gpt-5.6-terra")
    assert got["input.text.token"] == Decimal(2)
    assert got["input.text.token;above_tokens=272000"] == Decimal(4)
    assert got["output.text.token;above_tokens=272000"] == Decimal(18)
    assert got["input.text.token;cache=write;above_tokens=272000"] == Decimal(5)


def test_pe_14_hours_are_numbers_and_spans_that_repeat_the_base_are_none(parsed: Parsed) -> None:
    got = prices(parsed, "deepseek/deepseek-v4-flash-vision-exp")
    assert got["input.text.token"] == Decimal("0.22")
    assert got["input.text.token;window=0100-0400"] == Decimal("0.44")
    assert got["output.text.token;window=0600-1000"] == Decimal("1.32")
    assert {m.partition("window=")[2] for m in got} == {"", "0100-0400", "0600-1000"}
    assert parsed.rejected["window repeats the base price"] == 2


def test_pe_26_a_batch_variant_is_a_tier_of_the_same_sku(parsed: Parsed) -> None:
    assert prices(parsed, "openai/gpt-5.6-terra")["input.text.token;tier=batch"] == Decimal(1)
    assert not [s for s in parsed.offers if ":" in s.sku]


def test_pe_26_a_free_variant_is_never_the_price_of_its_model(parsed: Parsed) -> None:
    assert prices(parsed, "z-ai/glm-5.2") == {"input.text.token;variant=free": 0, "output.text.token;variant=free": 0}


def test_pe_30_a_free_variant_with_a_price_is_not_free() -> None:
    got = model({"prompt": "0.000001", "completion": "0"}, "a/m:free")
    assert prices(got, "a/m") == {"output.text.token;variant=free": 0}
    assert got.rejected == {"prompt: free in words, not in its price": 1}


def test_pe_26_another_variant_is_told_apart_from_the_list_price(parsed: Parsed) -> None:
    got = prices(parsed, "qwen/qwen-plus-2025-07-28")
    assert set(got) == {"input.text.token;variant=thinking", "output.text.token;variant=thinking"}


def test_pe_31_sentinels_are_dropped(parsed: Parsed) -> None:
    assert prices(parsed, "openrouter/auto") == {}
    assert parsed.rejected["price depends on the routed model (-1)"] == 1
    assert not [s for s in parsed.offers if s.effective_to]  # an expiration date of 2098 means none


def test_pe_30_a_price_of_zero_without_a_word_is_missing(parsed: Parsed) -> None:
    assert prices(parsed, "stealth/ox-alpha") == {}
    assert parsed.rejected[ZERO] == 2


def test_pe_21_aliases_are_not_compared(parsed: Parsed) -> None:
    assert not [s for s in parsed.offers if s.sku.startswith("~")]
    assert parsed.rejected["alias of another id"] == 1


def test_audio_image_search_and_hour_long_cache_have_their_meters(parsed: Parsed) -> None:
    assert prices(parsed, "openai/gpt-audio")["output.audio.token"] == Decimal(64)
    assert prices(parsed, "google/gemini-3-pro-image")["output.image.token"] == Decimal(120)
    assert prices(parsed, "google/gemini-3-pro-image")["input.audio.token;cache=read"] == Decimal("0.2")
    assert prices(parsed, "anthropic/claude-opus-4.8")["input.text.token;cache=write_1h"] == Decimal(10)
    assert prices(parsed, "anthropic/claude-opus-4.8")["input.any.search"] == Decimal(10)


def test_an_image_price_of_unknown_unit_is_not_guessed(parsed: Parsed) -> None:
    assert set(prices(parsed, "openai/gpt-4o-2024-05-13")) == {"input.text.token", "output.text.token"}
    assert parsed.rejected["image: the unit is not stated"] == 1


def test_a_reasoning_rate_is_a_price_only_where_it_differs(parsed: Parsed) -> None:
    assert prices(parsed, "perplexity/sonar-deep-research")["output.text.token;variant=reasoning"] == Decimal(3)
    assert parsed.rejected["reasoning rate repeats the output rate"] == 1


def facts(parsed: Parsed, sku: str) -> SkuFacts:
    (found,) = [f for f in parsed.facts if f.sku == sku]
    return found


def test_what_stands_beside_the_prices_is_a_fact(parsed: Parsed) -> None:
    got = facts(parsed, "openai/gpt-4o")
    assert (got.provider, got.name, got.developer) == ("openrouter", "GPT-4o", "OpenAI")
    assert (got.context, got.max_output, got.knowledge) == (128000, 16384, "2023-10-31")
    assert (got.input_modalities, got.output_modalities) == (("text", "image", "file"), ("text",))
    assert (got.hf_repo, got.retires_on, got.released) == ("", "", "")
    assert got.source_url == "https://openrouter.ai/openai/gpt-4o"


def test_pe_21_an_alias_names_the_model_it_stands_for(parsed: Parsed) -> None:
    assert facts(parsed, "~anthropic/claude-opus-latest").alias_of == "anthropic/claude-opus-5"


def test_the_plain_id_speaks_for_its_variants() -> None:
    rows = [{"id": "a/m:batch", "name": "Batch"}, {"id": "a/m", "name": "A: M"}, {"id": "a/m:free", "name": "Free"}]
    body = {"data": [row | {"pricing": {"prompt": "0.000001"}} for row in rows]}
    got = parse(json.dumps(body).encode(), UNITS)
    assert [(f.sku, f.name) for f in got.facts] == [("a/m", "M")]


def test_pe_31_only_a_near_expiration_is_the_end_of_a_model() -> None:
    for stated, kept in (("2098-12-31", ""), ("2026-12-31", "2026-12-31"), (None, "")):
        body = {"data": [{"id": "a/m", "pricing": {"prompt": "0.000001"}, "expiration_date": stated}]}
        assert parse(json.dumps(body).encode(), UNITS).facts[0].retires_on == kept


def test_a_key_that_nobody_has_looked_at_is_counted() -> None:
    body = {"data": [{"id": "a/m", "pricing": {"prompt": "0.000001"}, "smell": 1}]}
    assert parse(json.dumps(body).encode(), UNITS).unread == {"smell": 1}


def test_a_reasoning_rate_of_a_variant_is_told_apart() -> None:
    same = model({"prompt": "0.000001", "completion": "0.000002", "internal_reasoning": "0.000002"}, "a/m:thinking")
    assert set(prices(same, "a/m")) == {"input.text.token;variant=thinking", "output.text.token;variant=thinking"}
    other = model({"prompt": "0.000001", "completion": "0.000002", "internal_reasoning": "0.000003"}, "a/m:thinking")
    assert prices(other, "a/m")["output.text.token;variant=thinking_reasoning"] == Decimal(3)


def test_the_newest_model_dates_the_payload(parsed: Parsed) -> None:
    assert parsed.as_of == "2026-08-21"


@pytest.mark.parametrize(
    ("pricing", "reason"),
    [
        ({"prompt": "0.000001", "smell": "1"}, "smell: no meter for this key"),
        ({"prompt": "0.000001", "completion": "a lot"}, "completion: not a number"),
        ({"prompt": "0.000001", "completion": "-0.5"}, "completion: negative"),
        ({"prompt": "0.000001", "completion": "NaN"}, "completion: not a finite number"),
        ({"prompt": "0.000001", "overrides": [{"prompt": "1"}]}, "overrides: condition not understood"),
        (
            {"prompt": "0.000001", "overrides": [{"utc_start": 2500, "utc_end": 1}]},
            "overrides: condition not understood",
        ),
        ({"prompt": "0.000001", "overrides": [{"min_prompt_tokens": "x"}]}, "overrides: condition not understood"),
        ({"prompt": "0.000001", "overrides": "none"}, "overrides: condition not understood"),
    ],
)
def test_a_field_that_is_no_price_costs_only_itself(pricing: object, reason: str) -> None:
    got = model(pricing)
    assert prices(got, "a/m") == {"input.text.token": Decimal(1)}
    assert got.rejected == {reason: 1}


def test_a_model_of_another_shape_costs_only_itself() -> None:
    body = {"data": [{"id": 5, "pricing": {}}, "x", {"id": "a/m", "pricing": {"prompt": "0.000001"}}]}
    got = parse(json.dumps(body).encode(), UNITS)
    assert sum(got.rejected.values()) == 2 and len(got.offers) == 1


@pytest.mark.parametrize("body", [ROWS.read_bytes()[:2000], b"[]", b'{"data": []}', b'{"error": 1}', b""])
def test_a_payload_that_is_no_model_list_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="openrouter"):
        parse(body, UNITS)


@pytest.mark.mirror
def test_the_whole_list_is_read(mirror: Path) -> None:
    got = parse((mirror / "openrouter.ai" / "api" / "v1" / "models.json").read_bytes(), UNITS)
    assert (got.entries, len(got.offers)) == (421, 1588)
    assert len({s.sku for s in got.offers if s.meter.variant == "free"}) == 18
    assert got.rejected["alias of another id"] == 12
    assert got.rejected["price depends on the routed model (-1)"] == 5
    assert not [r for r in got.rejected if "no meter" in r or "not understood" in r or "not stated" in r]
    assert not got.unread
    assert len(got.facts) == len({f.sku for f in got.facts}) == 349
    assert sum(bool(f.alias_of) for f in got.facts) == 12
    assert {f.retires_on for f in got.facts} == {"", "2026-08-24", "2026-09-30", "2026-12-31"}


@pytest.mark.mirror
def test_pe_13_14_and_25_hold_in_the_whole_list(mirror: Path) -> None:
    got = parse((mirror / "openrouter.ai" / "api" / "v1" / "models.json").read_bytes(), UNITS)
    terra = prices(got, "openai/gpt-5.6-terra")
    assert (terra["input.text.token;above_tokens=272000"], terra["output.text.token;above_tokens=272000"]) == (4, 18)
    assert {s.provider for s in got.offers} == {"openrouter"}
    assert prices(got, "deepseek/deepseek-v4-flash")["input.text.token"] < Decimal("0.07")
    assert [s.sku for s in got.offers if s.meter.window]
    assert {s.meter.variant for s in got.offers if s.price <= 0} == {"free"}
