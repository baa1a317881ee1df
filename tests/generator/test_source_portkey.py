"""What the Portkey connector promises, on rows written in its shape.

`tests/payloads/portkey.json` holds the files as objects, to be read by people; the payload is their texts by name.
"""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.source_registry import load_sources
from generator.sync.sources.portkey import parse
from generator.sync.sources.repeated_prices import BAND_REPEATS, TOOL_REPEATS
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
ROWS = json.loads((ROOT / "tests" / "payloads" / "portkey.json").read_text())


def payload(files: dict[str, Any]) -> bytes:
    return json.dumps({name: json.dumps(models) for name, models in files.items()}).encode()


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(payload(ROWS), UNITS)


def prices(parsed: Parsed, provider: str, sku: str, region: str = "global") -> dict[str, Decimal]:
    found = [s for s in parsed.offers if (s.provider, s.sku, s.region) == (provider, sku, region)]
    return {str(s.meter): s.price for s in found}


def notes(parsed: Parsed, provider: str, sku: str) -> set[str]:
    return {s.note for s in parsed.offers if (s.provider, s.sku) == (provider, sku)}


def model(block: dict[str, Any], sku: str = "m", provider: str = "p", **config: Any) -> Parsed:
    entry = {"pricing_config": {"pay_as_you_go": block, **config}}
    return parse(payload({f"{provider}.json": {sku: entry}}), UNITS)


def test_pe_28_prices_are_cents(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "gpt-4o") == {
        "input.text.token": Decimal("2.5"),
        "output.text.token": Decimal(10),
        "input.text.token;cache=read": Decimal("1.25"),
        "input.any.search": Decimal(10),
        "input.any.search;variant=file_search": Decimal("2.5"),
        "input.text.token;tier=batch": Decimal("1.25"),
        "output.text.token;tier=batch": Decimal(5),
        "input.text.token;variant=training": Decimal(25),
    }


@pytest.mark.parametrize(
    ("provider", "sku", "price_in", "price_out"),
    [
        pytest.param("fireworks-ai", "kimi-k3", "30", "150", id="pe_01"),
        pytest.param("together-ai", "Qwen/Qwen3.5-397B-A17B", "6", "36", id="pe_02"),
        pytest.param("deepinfra", "moonshotai/Kimi-K2-Instruct", "4", "20", id="pe_03"),
        pytest.param("minimax", "MiniMax-M2.7", "0.003", "0.012", id="pe_04"),
    ],
)
def test_a_wrong_power_of_ten_is_handed_on_as_it_is(
    parsed: Parsed, provider: str, sku: str, price_in: str, price_out: str
) -> None:
    got = prices(parsed, provider, sku)
    assert (got["input.text.token"], got["output.text.token"]) == (Decimal(price_in), Decimal(price_out))


def test_pe_05_a_minute_in_a_token_field_is_a_price_of_time(parsed: Parsed) -> None:
    assert prices(parsed, "deepgram", "nova-3") == {"input.audio.audio_second": Decimal("0.258")}
    assert notes(parsed, "deepgram", "nova-3") == {"per minute, listed under request_audio_token"}
    assert prices(parsed, "openai", "gpt-4o-transcribe") == {
        "input.text.token": Decimal("2.5"),
        "output.text.token": Decimal(10),
        "input.audio.audio_second": Decimal("0.36"),
    }
    assert prices(parsed, "azure-openai", "gpt-4o-mini-tts")["output.audio.audio_second"] == Decimal("0.9")


def test_pe_05_a_rate_that_can_be_of_tokens_stays_one(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "gpt-4o-transcribe-diarize")["input.audio.token"] == Decimal(6)
    assert prices(parsed, "openai", "gpt-4o-mini-tts") == {
        "input.text.token": Decimal("0.6"),
        "output.audio.token": Decimal(12),
    }


def test_pe_06_a_character_in_a_token_field_is_a_price_of_characters(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "tts-1") == {"input.text.character": Decimal(15)}
    assert prices(parsed, "deepgram", "aura-2-thalia-en") == {"input.text.character": Decimal(30)}
    assert notes(parsed, "openai", "tts-1") == {"per character, listed under request_token"}


def test_pe_07_one_rate_under_three_keys_counts_once(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "whisper-1") == {"input.audio.audio_second": Decimal("0.36")}
    assert parsed.rejected["pay_as_you_go.request_audio_token: repeats another field of its entry"] == 3


def test_a_transcriber_without_a_unit_is_not_guessed(parsed: Parsed) -> None:
    assert prices(parsed, "dashscope", "qwen3-asr-flash") == {}
    reason = "a transcriber priced in text tokens only: the unit is not stated"
    assert parsed.rejected[f"request_token: {reason}"] == parsed.rejected[f"response_token: {reason}"] == 1


def test_searches_and_pages_in_token_fields_have_their_own_meters(parsed: Parsed) -> None:
    assert prices(parsed, "bedrock", "cohere.rerank-v3-5:0") == {"input.any.search": Decimal(2)}
    assert prices(parsed, "vertex-ai", "semantic-ranker-default-004") == {"input.any.search": Decimal(1)}
    assert prices(parsed, "azure-ai", "mistral-document-ai-2512") == {"input.any.page": Decimal(3)}


def test_pe_30_a_default_entry_and_a_zero_are_no_prices(parsed: Parsed) -> None:
    assert not [s for s in parsed.offers if s.sku == "default" or s.provider == "sagemaker"]
    assert parsed.rejected["default entry is a template, not a model"] == 3
    assert parsed.rejected[ZERO] == 24
    assert parsed.rejected["no price stated"] == 1


def test_pictures_are_told_apart_by_size_and_quality_and_stated_once(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "dall-e-3") == {
        "output.image.image": Decimal("0.04"),
        "output.image.image;variant=1024x1024-standard": Decimal("0.04"),
        "output.image.image;variant=1024x1792-standard": Decimal("0.08"),
        "output.image.image;variant=1024x1024-hd": Decimal("0.08"),
        "output.image.image;variant=1024x1792-hd": Decimal("0.12"),
    }
    assert parsed.rejected["image: default quality repeats a named one"] == 2
    assert parsed.rejected["image: default size repeats a named one"] == 2


def test_a_premium_suffix_is_a_variant_of_the_same_sku(parsed: Parsed) -> None:
    got = prices(parsed, "bedrock", "stability.stable-diffusion-xl-v1")
    assert got == {"output.image.image": Decimal("0.04"), "output.image.image;variant=premium": Decimal("0.08")}


def test_tokens_of_pictures_are_not_tokens_of_text(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "gpt-image-2") == {
        "input.image.token": Decimal(8),
        "output.image.token": Decimal(30),
        "input.text.token": Decimal(5),
        "input.image.token;cache=read": Decimal(2),
        "input.text.token;cache=read": Decimal("1.25"),
    }
    assert prices(parsed, "azure-ai", "gpt-image-1")["output.image.token"] == Decimal(40)
    assert prices(parsed, "azure-ai", "MAI-Image-2.5") == {
        "input.text.token": Decimal(5),
        "output.image.token": Decimal(47),
        "input.image.token": Decimal(8),
    }
    assert prices(parsed, "google", "gemini-3-pro-image") == {
        "input.text.token": Decimal(2),
        "output.text.token": Decimal(12),
        "output.image.token": Decimal(120),
    }
    assert parsed.rejected["input_image: the unit is not stated"] == 1
    assert prices(parsed, "azure-ai", "gpt-image-1.5") == {"input.text.token": Decimal(5)}


def test_seconds_of_video_are_told_apart_by_resolution(parsed: Parsed) -> None:
    assert prices(parsed, "google", "veo-3.1-lite-generate-preview") == {
        "output.video.video_second;variant=720p": Decimal("0.05"),
        "output.video.video_second;variant=1080p": Decimal("0.08"),
        "output.video.video_second;variant=4k": Decimal("0.12"),
    }
    assert prices(parsed, "openai", "sora-2-pro")["output.video.video_second;variant=1024p"] == Decimal("0.5")
    assert {s.workload for s in parsed.offers if s.sku.startswith(("veo", "sora"))} == {"video"}


def test_an_embedder_is_billed_by_pictures_and_seconds(parsed: Parsed) -> None:
    assert prices(parsed, "vertex-ai", "multimodalembedding") == {
        "input.text.token": Decimal("0.025"),
        "input.image.image": Decimal("0.0001"),
        "input.video.video_second;variant=plus": Decimal("0.002"),
        "input.video.video_second": Decimal("0.001"),
    }


def test_regions_tiers_and_bands_come_from_custom_pricing(parsed: Parsed) -> None:
    got = prices(parsed, "openai", "gpt-5.4")
    assert got["input.text.token;above_tokens=272000"] == Decimal(5)
    assert got["output.text.token;above_tokens=272000"] == Decimal("22.5")
    assert got["input.text.token;tier=flex"] == Decimal("1.25")
    assert got["output.text.token;tier=priority"] == Decimal(30)
    assert prices(parsed, "openai", "gpt-5.4", "us") == prices(parsed, "openai", "gpt-5.4", "eu")
    assert prices(parsed, "openai", "gpt-5.4", "eu")["input.text.token"] == Decimal("2.75")
    assert prices(parsed, "anthropic", "claude-opus-4-6")["output.text.token;tier=priority"] == Decimal(150)
    assert prices(parsed, "anthropic", "claude-opus-4-6")["input.text.token;cache=write_1h"] == Decimal(10)
    assert prices(parsed, "bedrock", "zai.glm-4.7-flash", "ap-south-1") == {
        "input.text.token": Decimal("0.08"),
        "output.text.token": Decimal("0.48"),
        "input.text.token;tier=batch": Decimal("0.04"),
        "output.text.token;tier=batch": Decimal("0.24"),
    }


def test_the_default_region_beside_a_global_one_is_the_regional_price(parsed: Parsed) -> None:
    assert prices(parsed, "vertex-ai", "gemini-3.5-flash")["input.text.token"] == Decimal("1.5")
    assert prices(parsed, "vertex-ai", "gemini-3.5-flash", "regional")["input.text.token"] == Decimal("1.65")


def test_prices_that_say_nothing_new_are_counted(parsed: Parsed) -> None:
    assert parsed.rejected[TOOL_REPEATS] == 2  # a search in two regions
    assert parsed.rejected[BAND_REPEATS] == 5  # two searches, two prices of gemini-2.5-flash, a cached read
    assert parsed.rejected["custom_pricing.response_token: repeats another field of its entry"] == 3
    assert parsed.rejected["custom_pricing.request_token: contradicts another field of its entry"] == 1
    assert prices(parsed, "openai", "o1-mini")["input.text.token"] == Decimal(3)  # the list stays
    assert prices(parsed, "openai", "gpt-4o-mini")["output.text.token"] == Decimal("0.6")  # 5.999999999999999e-05


def test_pe_12_the_threshold_of_a_google_id_is_read_where_the_source_states_it(parsed: Parsed) -> None:
    got = prices(parsed, "google", "gemini-2.5-pro")
    assert got["input.text.token;above_tokens=200000"] == Decimal("2.5")
    assert got["output.text.token;tier=batch;above_tokens=200000"] == Decimal("7.5")
    assert not [m for m in got if "128000" in m]
    assert prices(parsed, "google", "gemini-1.5-pro")["output.text.token;above_tokens=128000"] == Decimal(10)
    assert prices(parsed, "byteplus", "seed-2-0-pro")["output.text.token;above_tokens=128000"] == Decimal(6)
    assert set(prices(parsed, "google", "gemini-pro-latest")) == {"input.text.token", "output.text.token"}
    assert parsed.rejected["request_token: the threshold of the band is not stated"] == 1
    assert parsed.rejected["custom_pricing: context band without a threshold"] == 1


def test_cache_prices_that_their_entry_shows_to_be_something_else_are_left_out(parsed: Parsed) -> None:
    assert not [m for m in prices(parsed, "openai", "gpt-realtime") if "cache" in m]
    shifted = "dearer than the input it replaces: a shifted or swapped field"
    assert parsed.rejected[f"cache_read_input_token: {shifted}"] == 1
    assert parsed.rejected[f"cache_read_audio_input_token: {shifted}"] == 1
    assert parsed.rejected["cache_write_input_token: beside a cached read that is shifted or swapped"] == 1
    assert "input.text.token;cache=write" not in prices(parsed, "byteplus", "seed-2-0-pro")


def test_pe_26_variants_and_aliases_of_openrouter(parsed: Parsed) -> None:
    assert prices(parsed, "openrouter", "openai/gpt-5-nano")["input.text.token;tier=batch"] == Decimal("0.025")
    assert parsed.rejected["free variant is not a price"] == parsed.rejected["alias of another id"] == 1
    assert prices(parsed, "openrouter", "google/gemini-2.5-flash-image") == {
        "input.text.token": Decimal("0.3"),
        "output.text.token": Decimal("2.5"),
        "input.text.token;cache=write": Decimal("0.0833333333333333"),
        "input.text.token;cache=read": Decimal("0.03"),
        "input.image.token": Decimal("0.3"),  # `image` is the rate of a token here
    }


def test_requests_tools_reasoning_routing_and_training_have_meters(parsed: Parsed) -> None:
    online = prices(parsed, "perplexity-ai", "llama-3.1-sonar-large-128k-online")
    assert online["input.any.request"] == Decimal(5)
    assert prices(parsed, "perplexity-ai", "sonar")["input.any.search;variant=context_high"] == Decimal(12)
    grok = prices(parsed, "x-ai", "grok-4.3")
    assert grok["input.any.search;variant=social"] == Decimal(5)
    assert grok["input.any.request;variant=code_execution"] == Decimal(5)
    assert prices(parsed, "dashscope", "qwen-plus")["output.text.token;variant=reasoning"] == Decimal(4)
    tuned = prices(parsed, "azure-openai", "o4-mini-2025-04-16")
    assert tuned["input.any.training_second"] == Decimal(100)
    assert tuned["input.text.token;variant=routing"] == Decimal("0.14")
    assert prices(parsed, "together-ai", "black-forest-labs/FLUX.1-dev") == {"output.image.megapixel": Decimal("0.025")}
    assert parsed.rejected["default_steps: a default of the request, not a price"] == 1


def test_together_lists_pictures_and_videos_in_dollars_and_tokens_in_cents() -> None:
    block = {
        "request_token": {"price": 0.0001},
        "additional_units": {"video_seconds": {"price": 0.049}},
        "image": {"default": {"default": {"price": 0.0019}}},
    }
    got = model(block, provider="together-ai")
    assert prices(got, "together-ai", "m") == {
        "input.text.token": Decimal(1),
        "output.video.video_second": Decimal("0.049"),
        "output.image.image": Decimal("0.0019"),
    }
    assert notes(got, "together-ai", "m") == {"", "listed in dollars, not in cents"}
    assert prices(model(block), "p", "m")["output.image.image"] == Decimal("0.000019")
    misprint = model({"image": block["image"]}, sku="google/flash-image-2.5", provider="together-ai")
    assert misprint.offers == [] and len(misprint.rejected) == 1


def test_one_embedder_of_byteplus_is_listed_in_dollars() -> None:
    units = {"embedding_text_token": {"price": 1.25e-07}, "embedding_image_token": {"price": 3.25e-07}}
    got = model({"additional_units": units}, sku="skylark-embedding-vision-250615", provider="byteplus")
    assert prices(got, "byteplus", "skylark-embedding-vision-250615") == {
        "input.text.token": Decimal("0.125"),
        "input.image.token": Decimal("0.325"),
    }


def in_modes(provider: str, standard: dict[str, Any], batch: dict[str, Any]) -> Parsed:
    """One model whose standard and batch prices are stated for one region."""
    stated = {"standard": standard, "batch": batch}
    modes = {name: {"pricing_config": {"pay_as_you_go": block}} for name, block in stated.items()}
    custom = {"regions": {"eu-west-1": {"execution_modes": modes}}}
    entry = {"pricing_config": {"pay_as_you_go": {}}, "custom_pricing": custom}
    return parse(payload({f"{provider}.json": {"m": entry}}), UNITS)


def test_a_cache_price_of_bedrocks_batch_tier_that_repeats_the_standard_one_is_none() -> None:
    cache = {
        "cache_read_input_token": {"price": 4e-05},
        "cache_write_input_token": {"price": 0.00016},
        "additional_units": {"cache_write_1h": {"price": 0.00016}},
    }
    standard, batch = {"request_token": {"price": 8e-05}, **cache}, {"request_token": {"price": 4e-05}, **cache}
    got = in_modes("bedrock", standard, batch)
    assert {m for m in prices(got, "bedrock", "m", "eu-west-1") if "batch" in m} == {"input.text.token;tier=batch"}
    assert got.rejected["cache_write_1h: of a batch, repeats the price outside it"] == 1
    own = in_modes("bedrock", standard, batch | {"cache_read_input_token": {"price": 2e-05}})
    assert "input.text.token;cache=read;tier=batch" in prices(own, "bedrock", "m", "eu-west-1")
    elsewhere = in_modes("vertex-ai", standard, batch)  # Gemini's cache does cost the same in a batch
    assert "input.text.token;cache=read;tier=batch" in prices(elsewhere, "vertex-ai", "m", "eu-west-1")


@pytest.mark.parametrize(
    ("sku", "searches"),
    [
        ("text-embedding-3-large", False),
        ("omni-moderation-latest", False),
        ("gemini-2.5-flash-image", False),
        ("gemini-3-pro-image", True),
        ("gpt-4o", True),
    ],
)
def test_a_search_is_a_price_only_of_a_model_that_calls_tools(sku: str, searches: bool) -> None:
    block = {"request_token": {"price": 0.0001}, "additional_units": {"web_search": {"price": 1}}}
    got = model(block, sku=sku)
    assert ("input.any.search" in prices(got, "p", sku)) is searches
    assert got.rejected == ({} if searches else {"web_search: the model calls no tools": 1})


def test_ada_is_an_embedder_at_azure() -> None:
    block = {"request_token": {"price": 1e-05}}
    assert {s.workload for s in model(block, sku="ada", provider="azure-openai").offers} == {"embeddings"}
    assert {s.workload for s in model(block, sku="text-ada-001", provider="azure-openai").offers} == {"llm"}


def test_keys_that_nobody_knows_are_counted(parsed: Parsed) -> None:
    assert parsed.unread == {"gpt-image-1": 1}  # an entry that lies inside another one
    got = model({"request_token": {"price": 1}}, surprise={})
    assert got.unread == {"pricing_config.surprise": 1}


def test_each_reason_comes_with_an_example_and_every_statement_with_its_field(parsed: Parsed) -> None:
    assert parsed.rejected.keys() == parsed.examples.keys() and all(parsed.examples.values())
    assert all(s.field for s in parsed.offers)
    assert parsed.as_of == ""


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ({"smell": {"price": 2}}, "smell: no meter for this key"),
        ({"response_token": {"price": "2"}}, "response_token: not a number"),
        ({"response_token": 2}, "response_token: not a number"),
        ({"response_token": {"price": -2}}, "pay_as_you_go.response_token: negative"),
        ({"additional_units": []}, "pay_as_you_go.additional_units: not an object"),
        ({"image": {"hd": 3}}, "image: not a table of qualities and sizes"),
        ({"image": {"hd": {"default": {"price": None}}}}, "image.hd.default: not a number"),
    ],
)
def test_a_field_that_is_no_price_costs_only_itself(block: dict[str, Any], reason: str) -> None:
    got = model({"request_token": {"price": 0.0001}, **block})
    assert prices(got, "p", "m") == {"input.text.token": Decimal(1)}
    assert got.rejected == {reason: 1}


def test_a_number_that_is_none_costs_only_itself() -> None:
    body = json.dumps(
        {"p.json": '{"m": {"pricing_config": {"pay_as_you_go": {"request_audio_token": {"price": NaN}}}}}'}
    )
    assert parse(body.encode(), UNITS).rejected == {"request_audio_token: not a number": 1}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ([], "entry is not an object"),
        ({"pricing_config": []}, "pricing_config has another shape"),
        ({"pricing_config": {"pay_as_you_go": {}, "currency": "EUR"}}, "currency is not USD"),
        ({"pricing_config": {"pay_as_you_go": {}}, "custom_pricing": {}}, "custom_pricing: without regions"),
        (
            {"pricing_config": {"pay_as_you_go": {}}, "custom_pricing": {"regions": {"us": {}}}},
            "custom_pricing: region without execution_modes",
        ),
    ],
)
def test_an_entry_of_another_shape_costs_only_itself(entry: object, reason: str) -> None:
    good = {"pricing_config": {"pay_as_you_go": {"request_token": {"price": 1}}}}
    got = parse(payload({"p.json": {"bad": entry, "good": good}}), UNITS)
    assert got.rejected == {reason: 1} and len(got.offers) == 1


def test_a_broken_file_costs_only_itself() -> None:
    files = {"a.json": "{", "b.json": json.dumps(ROWS["minimax.json"])}
    got = parse(json.dumps(files).encode(), UNITS)
    assert got.rejected == {"file is not an object of models": 1} and len(got.offers) == 2


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"a.json": {}}', b'{"a.json": "[]"}', payload(ROWS)[:900]])
def test_a_payload_without_files_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="portkey"):
        parse(body, UNITS)


@pytest.mark.mirror
def test_the_whole_list_is_read(mirror: Path) -> None:
    (source,) = [s for s in load_sources(ROOT / "data" / "registry" / "sources.toml") if s.id == "portkey"]
    folder = mirror / "configs.portkey.ai" / "pricing"
    assert set(source.files) == {p.name for p in folder.glob("*.json")}
    got = parse(json.dumps({n: (folder / n).read_text() for n in source.files}).encode(), UNITS)
    assert (got.entries, len(got.offers)) == (3230, 17528)
    assert got.unread == {"gpt-image-1": 1}
    assert got.rejected["default entry is a template, not a model"] == 46
    dollars = [s for s in got.offers if s.note == "listed in dollars, not in cents"]
    assert (len(dollars), {s.provider for s in dollars}) == (37, {"together-ai", "byteplus"})
    assert sum(n for r, n in got.rejected.items() if "of a batch, repeats" in r) == 3 * 56
    batches = [s for s in got.offers if s.provider == "bedrock" and s.meter.tier == "batch"]
    assert batches and not [s for s in batches if s.meter.cache != "none"]
    assert not [s for s in got.offers if s.workload in ("embeddings", "moderation") and s.meter.unit == "search"]
    # A field that is left out is a repetition, a zero or a parameter, but for a handful.
    unmapped = {r: n for r, n in got.rejected.items() if "not stated" in r or "shifted" in r or "not a write" in r}
    assert sum(unmapped.values()) < 200
    assert not [r for r in got.rejected if "no meter" in r or "another shape" in r or "not a number" in r]
    assert {s.region for s in got.offers} >= {"us", "eu", "ap-south-1", "us-gov-west-1", "europe-west1", "regional"}
    assert len({s.provider for s in got.offers}) == 44


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("provider", "sku", "meter", "price"),
    [
        pytest.param("fireworks-ai", "kimi-k3", "input.text.token", "30", id="pe_01"),
        pytest.param("together-ai", "Qwen/Qwen3.5-397B-A17B", "output.text.token", "36", id="pe_02"),
        pytest.param("deepinfra", "moonshotai/Kimi-K2-Instruct", "input.text.token", "4", id="pe_03"),
        pytest.param("minimax", "MiniMax-M2.7", "output.text.token", "0.012", id="pe_04"),
        pytest.param("deepgram", "nova-3", "input.audio.audio_second", "0.258", id="pe_05"),
        pytest.param("openai", "tts-1", "input.text.character", "15", id="pe_06"),
        pytest.param("openai", "whisper-1", "input.audio.audio_second", "0.36", id="pe_07"),
        pytest.param("bedrock", "us.anthropic.claude-sonnet-5", "input.text.token", "2", id="pe_20"),
        pytest.param("x-ai", "grok-4.20-0309-reasoning", "output.text.token", "6", id="pe_22"),
        pytest.param("openai", "gpt-4.1", "output.text.token", "8", id="pe_28"),
    ],
)
def test_prices_of_the_stored_files(mirror: Path, provider: str, sku: str, meter: str, price: str) -> None:
    name = f"{provider}.json"
    text = (mirror / "configs.portkey.ai" / "pricing" / name).read_text()
    got = prices(parse(json.dumps({name: text}).encode(), UNITS), provider, sku)
    assert got[meter] == Decimal(price)
