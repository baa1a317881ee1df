"""What the models.dev connector promises, on rows written in its shape."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.sources.models_dev import parse
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
ROWS = ROOT / "tests" / "payloads" / "models-dev.json"


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(ROWS.read_bytes(), UNITS)


def prices(parsed: Parsed, provider: str, sku: str) -> dict[str, Decimal]:
    return {str(s.meter): s.price for s in parsed.offers if (s.provider, s.sku) == (provider, sku)}


def model(cost: Any, made: str = "text", **fields: Any) -> Parsed:
    record = {"id": "m", "modalities": {"input": ["text"], "output": [made]}, "cost": cost} | fields
    return parse(json.dumps({"p": {"id": "p", "models": {"m": record}}}).encode(), UNITS)


def test_a_price_per_million_is_kept_exactly(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "gpt-4o") == {
        "input.text.token": Decimal("2.5"),
        "output.text.token": Decimal(10),
        "input.text.token;cache=read": Decimal("1.25"),
    }


def test_pe_12_the_threshold_is_that_of_the_tier_not_of_the_key(parsed: Parsed) -> None:
    got = prices(parsed, "openai", "gpt-5.4")
    assert got["input.text.token;above_tokens=272000"] == Decimal(5)
    assert got["output.text.token;above_tokens=272000"] == Decimal("22.5")
    assert not [m for m in got if "200000" in m]
    assert parsed.rejected["context_over_200k repeats the tiers beside it"] == 1


def test_a_band_without_a_stated_threshold_is_not_guessed(parsed: Parsed) -> None:
    assert set(prices(parsed, "anthropic", "claude-opus-4-6-no-tier")) == {"input.text.token", "output.text.token"}
    assert parsed.rejected["context_over_200k without a tier: the threshold is not stated"] == 1


def test_pe_08_a_rate_of_image_tokens_is_not_a_text_price(parsed: Parsed) -> None:
    assert prices(parsed, "google", "gemini-3-pro-image-preview") == {
        "input.text.token": Decimal(2),
        "output.image.token": Decimal(120),
    }
    (note,) = {s.note for s in parsed.offers if str(s.meter) == "output.image.token" and s.provider == "google"}
    assert note == "listed as output"


def test_a_dear_text_model_stays_a_text_model() -> None:
    assert "output.text.token" in prices(model({"input": 0.15, "output": 8}), "p", "m")


def test_tokens_of_the_only_thing_a_model_makes_are_of_that_kind(parsed: Parsed) -> None:
    assert prices(parsed, "google", "gemini-2.5-pro-preview-tts")["output.audio.token"] == Decimal(20)
    assert prices(parsed, "vercel", "openai/gpt-image-1")["output.image.token"] == Decimal(40)


def test_audio_tokens_stand_beside_text_tokens(parsed: Parsed) -> None:
    got = prices(parsed, "alibaba", "qwen3-omni-flash")
    assert (got["input.audio.token"], got["output.audio.token"]) == (Decimal("3.81"), Decimal("15.11"))


def test_fast_mode_is_the_priority_tier(parsed: Parsed) -> None:
    assert prices(parsed, "anthropic", "claude-opus-4-8")["output.text.token;tier=priority"] == Decimal(50)


def test_a_reasoning_rate_that_differs_is_a_variant(parsed: Parsed) -> None:
    assert prices(parsed, "perplexity", "sonar-deep-research")["output.text.token;variant=reasoning"] == Decimal(3)


def test_a_diffusion_model_or_one_that_only_draws_counts_no_tokens() -> None:
    for name, made in (("black-forest-labs/FLUX.2-klein-4B", "image"), ("qwen-image", "image"), ("gpt-5.4", "image")):
        record = {"id": name, "modalities": {"input": ["text"], "output": [made]}, "cost": {"input": 1, "output": 2}}
        got = parse(json.dumps({"p": {"id": "p", "models": {name: record}}}).encode(), UNITS)
        assert got.offers == [] and "unit is not stated" in next(iter(got.rejected)), name


def test_pe_25_and_26_a_gateways_variant_is_one_of_its_own_sku() -> None:
    record = {"id": "m", "cost": {"input": 1}}
    body = {p: {"id": p, "models": {"q/m:thinking": record}} for p in ("openrouter", "nano-gpt")}
    got = parse(json.dumps(body).encode(), UNITS)
    assert prices(got, "openrouter", "q/m") == {"input.text.token;variant=thinking": Decimal(1)}
    assert prices(got, "nano-gpt", "q/m:thinking") == {"input.text.token": Decimal(1)}


def test_minutes_and_pictures_in_token_fields_are_not_prices(parsed: Parsed) -> None:
    assert prices(parsed, "scaleway", "whisper-large-v3") == {}
    assert prices(parsed, "digitalocean", "stable-diffusion-3.5-large") == {}
    assert sum(n for r, n in parsed.rejected.items() if "the unit is not stated" in r) == 2


def test_pe_30_zero_and_nothing_are_missing_prices(parsed: Parsed) -> None:
    assert prices(parsed, "zai-coding-plan", "glm-5.1") == {}
    assert parsed.rejected[ZERO] == 3
    assert parsed.rejected["no price stated"] == 1
    assert prices(parsed, "openai", "text-embedding-3-small") == {"input.text.token": Decimal("0.02")}


def test_what_stands_beside_the_prices_is_a_fact(parsed: Parsed) -> None:
    (got,) = [f for f in parsed.facts if (f.provider, f.sku) == ("openai", "gpt-4o")]
    assert (got.name, got.context, got.max_output) == ("GPT-4o", 128000, 16384)
    assert (got.released, got.knowledge, got.open_weights, got.status) == ("2024-05-13", "2023-09", "no", "")
    assert (got.input_modalities, got.output_modalities) == (("text", "image", "pdf"), ("text",))
    assert got.source_url == "https://platform.openai.com/docs/models"
    assert parsed.as_of == "2024-08-06"


def test_zero_lengths_and_the_unix_epoch_are_unknown() -> None:
    got = model(None, limit={"context": 0, "output": 0.5}, release_date="1970-01-01", status="alpha", open_weights=1)
    (facts,) = got.facts
    assert (facts.context, facts.max_output, facts.released, facts.open_weights) == (None, None, "", "")
    assert facts.status == "beta"


def test_a_key_or_status_that_nobody_has_looked_at_is_counted() -> None:
    modes = {"modes": {"fast": {"cost": {}, "speed": 2}, "slow": {}}, "new": 1}
    got = model({"input": 1}, smell="roses", status="zombie", experimental=modes)
    assert got.unread == {
        "smell": 1, "status zombie": 1, "experimental.new": 1, "experimental.modes.slow": 1,
        "experimental.modes.fast.speed": 1,
    }  # fmt: skip
    assert parse(b'{"p": {"id": "p", "models": {}, "smell": 1}}', UNITS).unread == {"provider.smell": 1}


def test_workloads_come_from_modalities_and_ids(parsed: Parsed) -> None:
    found = {s.sku: s.workload for s in parsed.offers}
    assert found["openai/gpt-image-1"] == "image"
    assert found["gemini-2.5-pro-preview-tts"] == "text-to-speech"
    assert found["text-embedding-3-small"] == "embeddings"
    assert found["gpt-4o"] == "llm"


@pytest.mark.parametrize(
    ("cost", "reason"),
    [
        ({"input": 1, "smell": 2}, "smell: no meter for this key"),
        ({"input": 1, "output": "2"}, "output: not a number"),
        ({"input": 1, "output": -2}, "output: negative"),
        ({"input": 1, "tiers": [{"input": 2}]}, "tiers: band without a context size"),
        (
            {"input": 1, "tiers": [{"input": 2, "tier": {"type": "moon", "size": 3}}]},
            "tiers: band without a context size",
        ),
    ],
)
def test_a_field_that_is_no_price_costs_only_itself(cost: object, reason: str) -> None:
    got = model(cost)
    assert prices(got, "p", "m") == {"input.text.token": Decimal(1)}
    assert got.rejected == {reason: 1}


def test_a_model_of_another_shape_costs_only_itself() -> None:
    assert model([1, 2]).rejected == {"model has another shape: cost": 1}
    assert model(None, limit="long").rejected == {"model has another shape: limit": 1}
    assert parse(b'{"p": {"models": {"m": 5, "n": {}}}}', UNITS).rejected == {
        "model has another shape: not an object": 1, "model has another shape: id": 1,
    }  # fmt: skip
    assert parse(b'{"p": {"models": {}}, "q": {"models": []}}', UNITS).rejected == {"provider has another shape": 1}


@pytest.mark.parametrize("body", [ROWS.read_bytes()[:900], b"[]", b'{"a": {}}', b""])
def test_a_payload_that_is_no_list_of_providers_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="models-dev"):
        parse(body, UNITS)


@pytest.fixture(scope="module")
def whole(mirror: Path) -> Parsed:
    return parse((mirror / "models.dev" / "api.json").read_bytes(), UNITS)


@pytest.mark.mirror
def test_the_whole_file_is_read(whole: Parsed) -> None:
    assert (whole.entries, len(whole.offers), len(whole.facts)) == (5258, 12250, 5258)
    assert not [r for r in whole.rejected if "no meter" in r or "another shape" in r]
    assert not whole.unread
    assert whole.as_of == "2026-06-12"
    assert whole.rejected == {
        ZERO: 1131,
        "cache of a free offer": 18,
        "no price stated": 372,
        "context_over_200k repeats the tiers beside it": 179,
        "reasoning rate repeats the output rate": 41,
        "model that only hears or sees, priced in token fields: the unit is not stated": 8,
        "a diffusion model counts no tokens, the unit is not stated": 4,
        "model that only draws, priced in token fields: the unit is not stated": 2,
    }
    assert sum(f.status == "deprecated" for f in whole.facts) == 113


@pytest.mark.mirror
def test_pe_08_the_same_model_makes_text_at_12_and_pictures_at_120(whole: Parsed) -> None:
    assert prices(whole, "google", "gemini-3-pro-image-preview")["output.image.token"] == 120
    assert "output.text.token" not in prices(whole, "google", "gemini-3-pro-image-preview")
    assert prices(whole, "openrouter", "google/gemini-3-pro-image-preview")["output.text.token"] == 12


@pytest.mark.mirror
def test_pe_12_the_thresholds_of_the_file_are_those_of_its_tiers(whole: Parsed) -> None:
    got = prices(whole, "openai", "gpt-5.4")
    assert (got["input.text.token;above_tokens=272000"], got["output.text.token;above_tokens=272000"]) == (
        Decimal(5), Decimal("22.5"),
    )  # fmt: skip
    sizes = {s.meter.above_tokens for s in whole.offers}
    assert {0, 32_000, 128_000, 200_000, 256_000, 272_000} <= sizes


@pytest.mark.mirror
def test_pe_20_of_two_scopes_only_one_is_dearer_in_the_build_of_july(upstream: Path) -> None:
    """The connector reports both as they are; that `us.` lacks its tenth is for the reconciler to see."""
    import gzip

    folder = upstream / "history" / "models.dev" / "2026-07-02-built-from-toml"
    (path,) = folder.glob("*.json*")
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    got = parse(body, UNITS)
    sold = {p: prices(got, "amazon-bedrock", f"{p}anthropic.claude-sonnet-5") for p in ("us.", "eu.")}
    assert sold["us."]["input.text.token"] == 2
    assert sold["eu."]["input.text.token"] == Decimal("2.2")


@pytest.mark.mirror
def test_pe_30_a_model_that_costs_nothing_anywhere_is_free_of_statements(whole: Parsed) -> None:
    assert {s.meter.variant for s in whole.offers if not s.price} == {"free"}
    assert prices(whole, "nvidia", "baai/bge-m3") == {}
