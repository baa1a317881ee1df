"""What the LLMRates connector promises, on rows written in its shape."""

import csv
import io
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.source_registry import load_sources
from generator.sync.sources.llmrates import parse
from generator.sync.sources.llmrates_labels import bracket_meaning, label_meaning
from generator.sync.sources.repeated_prices import BAND_REPEATS
from generator.sync.statements import Parsed, PayloadError, SkuFacts, Statement
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
ROWS = ROOT / "tests" / "payloads" / "llmrates.csv"


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(ROWS.read_bytes(), UNITS)


def stated(parsed: Parsed, provider: str, sku: str) -> list[Statement]:
    return [s for s in parsed.offers if (s.provider, s.sku) == (provider, sku)]


def prices(
    parsed: Parsed, provider: str, sku: str, currency: str = "USD", region: str = "global"
) -> dict[str, Decimal]:
    found = [s for s in stated(parsed, provider, sku) if (s.currency, s.region) == (currency, region)]
    return {str(s.meter): s.price for s in found}


def china(parsed: Parsed, sku: str) -> dict[str, Decimal]:
    return prices(parsed, "qwen", sku, "CNY", "china_mainland")


def facts(parsed: Parsed, provider: str, sku: str) -> SkuFacts:
    (found,) = [f for f in parsed.facts if (f.provider, f.sku) == (provider, sku)]
    return found


def table(*rows: dict[str, str]) -> bytes:
    """A payload of `rows`; what they leave out is that of a plain priced row."""
    (plain,) = [r for r in csv.DictReader(io.StringIO(ROWS.read_text())) if r["model_slug"] == "gpt-4.1"]
    text = io.StringIO()
    writer = csv.DictWriter(text, plain)
    writer.writeheader()
    writer.writerows(plain | row for row in rows)
    return text.getvalue().encode()


def test_a_price_per_million_is_kept_with_its_page(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "gpt-4.1") == {
        "input.text.token": Decimal(2),
        "input.text.token;cache=read": Decimal("0.5"),
        "output.text.token": Decimal(8),
    }
    assert {s.source_url for s in stated(parsed, "openai", "gpt-4.1")} == {
        "https://developers.openai.com/api/docs/pricing"
    }
    assert all(s.field and s.source_url for s in parsed.offers)


def test_pe_09_a_label_says_what_the_token_columns_are(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "gpt-realtime-2") == {
        "input.audio.token": Decimal(32),
        "input.audio.token;cache=read": Decimal("0.4"),
        "output.audio.token": Decimal(64),
        "input.text.token": Decimal(4),
        "input.text.token;cache=read": Decimal("0.4"),
        "output.text.token": Decimal(24),
        "input.image.token": Decimal(5),
        "input.image.token;cache=read": Decimal("0.5"),
    }
    assert prices(parsed, "openai", "gpt-image-2")["output.image.token"] == Decimal(30)
    assert prices(parsed, "google-gemini", "gemini-3-pro-image") == {
        "input.text.token": Decimal(2),
        "output.text.token": Decimal(12),
        "input.image.token": Decimal(2),
        "output.image.token": Decimal(120),
    }


def test_an_audio_row_of_gemini_answers_in_text(parsed: Parsed) -> None:
    assert prices(parsed, "google-gemini", "gemini-2.5-flash") == {
        "input.text.token": Decimal("0.3"),
        "input.text.token;cache=read": Decimal("0.03"),
        "output.text.token": Decimal("2.5"),
        "input.audio.token": Decimal(1),
        "input.audio.token;cache=read": Decimal("0.1"),
    }


def test_pe_14_and_15_the_standard_price_of_deepseek_is_the_peak_price(parsed: Parsed) -> None:
    got = prices(parsed, "deepseek", "deepseek-v4-flash")
    assert (got["input.text.token"], got["output.text.token"]) == (Decimal("0.22"), Decimal("0.66"))
    for window in ("0100-0400@mon-fri", "0600-1000@mon-fri"):
        assert got[f"input.text.token;window={window}"] == Decimal("0.44")
        assert got[f"input.text.token;cache=read;window={window}"] == Decimal("0.014")
    assert len(got) == 9


def test_pe_27_two_currencies_are_two_prices(parsed: Parsed) -> None:
    got = prices(parsed, "deepseek", "deepseek-v4-flash", "CNY")
    assert got["input.text.token;window=0100-0400@mon-fri"] == Decimal(3)
    assert got["output.text.token"] == Decimal("4.5")
    assert {s.currency for s in parsed.offers} == {"USD", "CNY"}


def test_a_host_that_names_peak_hours_in_brackets_has_one_sku(parsed: Parsed) -> None:
    assert prices(parsed, "opencode-zen", "deepseek-v4-flash") == {
        "input.text.token": Decimal("0.22"),
        "output.text.token": Decimal("0.66"),
        "input.text.token;window=0100-0400@mon-fri": Decimal("0.44"),
        "input.text.token;window=0600-1000@mon-fri": Decimal("0.44"),
        "output.text.token;window=0100-0400@mon-fri": Decimal("1.32"),
        "output.text.token;window=0600-1000@mon-fri": Decimal("1.32"),
    }


def test_hours_in_a_label_are_those_of_china(parsed: Parsed) -> None:
    assert prices(parsed, "siliconflow", "tencent/Hunyuan-A13B-Instruct", "CNY") == {
        "input.text.token": Decimal("0.8"),
        "output.text.token": Decimal("3.2"),
        "input.text.token;window=0100-1000": Decimal(1),
        "output.text.token;window=0100-1000": Decimal(4),
    }


def test_off_peak_hours_that_nobody_knows_are_a_variant() -> None:
    same = {"provider_slug": "elsewhere", "model_slug": "m", "model_name": "m", "output_price_per_million": ""}
    got = parse(table(same, same | {"processing_tier": "off_peak", "input_price_per_million": "1"}), UNITS)
    assert prices(got, "elsewhere", "m")["input.text.token"] == Decimal(2)
    assert prices(got, "elsewhere", "m")["input.text.token;variant=off_peak"] == Decimal(1)


@pytest.mark.parametrize(
    ("provider", "sku", "meter", "price"),
    [
        ("openai", "gpt-5.4", "input.text.token;tier=flex", "1.25"),
        ("anthropic", "claude-opus-4.8", "output.text.token;tier=priority", "50"),
        ("anthropic", "claude-opus-4.1", "input.text.token;tier=batch", "7.5"),
        ("openrouter", "gpt-4-1-nano", "output.text.token;tier=batch", "0.2"),
        ("xai", "grok-stt", "input.audio.audio_second;tier=batch", "0.1"),
    ],
)
def test_a_processing_tier_is_a_tier(parsed: Parsed, provider: str, sku: str, meter: str, price: str) -> None:
    assert prices(parsed, provider, sku)[meter] == Decimal(price)


def test_bands_come_from_their_columns_and_short_answers_are_a_variant(parsed: Parsed) -> None:
    assert prices(parsed, "volcano-ark", "glm-4.7", "CNY") == {
        "input.text.token": Decimal(3),
        "output.text.token": Decimal(14),
        "input.text.token;variant=output_to_200": Decimal(2),
        "output.text.token;variant=output_to_200": Decimal(8),
        "input.text.token;above_tokens=32000": Decimal(4),
        "output.text.token;above_tokens=32000": Decimal(16),
    }
    assert prices(parsed, "volcano-ark", "doubao-seed-2.0-lite", "CNY")["input.text.token;tier=priority"] == Decimal(
        "1.2"
    )


def test_pe_12_a_long_context_has_the_threshold_that_the_file_states(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "gpt-5.4")["output.text.token;above_tokens=272000"] == Decimal("22.5")
    assert prices(parsed, "azure-ai", "gpt-5-4")["input.text.token;above_tokens=272000"] == Decimal(5)
    assert prices(parsed, "openai", "gpt-5.5-pro")["output.text.token;variant=long_context"] == Decimal(270)


def test_pe_18_an_announced_price_is_dated(parsed: Parsed) -> None:
    got = {(str(s.meter), s.effective_from): s.price for s in stated(parsed, "anthropic", "claude-sonnet-5")}
    assert got == {
        ("input.text.token", ""): Decimal(2),
        ("output.text.token", ""): Decimal(10),
        ("input.text.token", "2026-09-01"): Decimal(3),
        ("output.text.token", "2026-09-01"): Decimal(15),
    }
    assert {s.effective_to for s in stated(parsed, "vertex-ai", "claude-sonnet-5")} == {"2026-09-01"}
    assert {s.effective_to for s in stated(parsed, "volcano-ark", "deepseek-v4-flash")} == {"2026-08-21"}
    assert parsed.rejected[BAND_REPEATS] == 2  # the promotional price above 200,000 tokens


def test_an_ended_price_gives_way_to_the_current_one() -> None:
    same = {"provider_slug": "volcano-ark", "model_slug": "m", "model_name": "m", "price_unit": "CNY"}
    ended = {"model_slug": "m-2026-08-21", "model_name": "m正式版调整前价格，2026-08-21 起不适用"}
    got = parse(table(same | ended, same | {"input_price_per_million": "3"}), UNITS)
    assert prices(got, "volcano-ark", "m", "CNY")["input.text.token"] == Decimal(3)
    assert got.rejected["ended price beside the current one"] == 3


def test_a_bare_row_beside_rows_with_conditions_is_read_last(parsed: Parsed) -> None:
    assert prices(parsed, "qwen", "qwen-flash-us", "CNY", "us") == {
        "input.text.token": Decimal("0.367"),
        "output.text.token": Decimal("2.936"),
    }
    assert parsed.rejected["input_price_per_million: contradicts another field of its entry"] == 3


def test_regions_are_those_of_the_provider_and_thinking_is_a_variant(parsed: Parsed) -> None:
    assert china(parsed, "qwen-plus") == {
        "input.text.token": Decimal("0.8"),
        "output.text.token": Decimal(2),
        "output.text.token;variant=reasoning": Decimal(8),
    }
    assert prices(parsed, "qwen", "qwen-plus", "CNY", "international")["input.text.token"] == Decimal("2.936")
    assert parsed.rejected["reasoning rate repeats the output rate"] == 1


def test_pe_05_pictures_clips_sound_and_characters_of_alibaba_are_no_tokens(parsed: Parsed) -> None:
    assert china(parsed, "wan2.6-t2v") == {"output.video.video_second;variant=720p": Decimal("0.6")}
    assert china(parsed, "wan2.7-videoedit") == {"input.video.video_second;variant=1080p": Decimal(1)}
    assert china(parsed, "qwen-image") == {"output.image.image": Decimal("0.25")}
    assert china(parsed, "fun-asr") == {"input.audio.audio_second": Decimal("0.792")}
    assert china(parsed, "cosyvoice-v2") == {"input.text.character": Decimal(200)}
    assert china(parsed, "fun-music-v1") == {"output.audio.audio_second": Decimal("7.2")}
    assert china(parsed, "qwen-tts-flash") == {"input.text.token": Decimal("1.6"), "output.audio.token": Decimal(10)}
    assert all(s.note for s in stated(parsed, "qwen", "wan2.6-t2v") + stated(parsed, "qwen", "fun-asr"))
    assert china(parsed, "image-erase-completion") == china(parsed, "qwen3-livetranslate-flash") == {}
    assert parsed.rejected["output_price_per_million: too dear for a picture: the unit is not stated"] == 1
    speaks = "of a model that speaks: text or sound is not stated"
    assert parsed.rejected[f"thinking_output_price_per_million: {speaks}"] == 1


def test_pe_05_minutes_pictures_and_pages_in_token_columns_elsewhere(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "gpt-realtime-whisper") == {"input.audio.audio_second": Decimal("1.02")}
    assert prices(parsed, "google-gemini", "gemini-2.5-flash-image")["output.image.image"] == Decimal("0.039")
    assert prices(parsed, "vertex-ai", "mistral-ocr-25-05") == {"input.any.page": Decimal("0.5")}


def test_a_picture_model_that_is_listed_as_an_embedder_bills_the_tokens_of_its_pictures() -> None:
    listed = {"provider_slug": "deepinfra", "modalities": "embedding", "output_price_per_million": ""}
    listed |= dict.fromkeys(("cached_input_price_per_million", "input_price_per_million"), "")
    pictures = listed | {"model_slug": "google-nano-banana-2", "model_name": "google/nano-banana-2"}
    vectors = listed | {"model_slug": "baai-bge-m3", "model_name": "BAAI/bge-m3"}
    got = parse(table(pictures | {"input_price_per_million": "60"}, vectors | {"input_price_per_million": "1"}), UNITS)
    assert prices(got, "deepinfra", "google/nano-banana-2") == {"output.image.token": Decimal(60)}
    assert prices(got, "deepinfra", "BAAI/bge-m3") == {"input.text.token": Decimal(1)}
    assert {s.sku: s.workload for s in got.offers} == {"google/nano-banana-2": "image", "BAAI/bge-m3": "embeddings"}


@pytest.mark.parametrize(("value", "meter"), [("2", "output.text.token"), ("0.039", "output.image.image")])
def test_an_output_price_below_the_input_price_is_of_a_picture_only_if_one_can_cost_it(value: str, meter: str) -> None:
    row = {"model_slug": "gpt-5-image-mini", "model_name": "OpenAI: GPT-5 Image Mini", "modalities": "text|image"}
    got = parse(table(row | {"input_price_per_million": "2.5", "output_price_per_million": value}), UNITS)
    assert prices(got, "openai", "gpt-5-image-mini")[meter] == Decimal(value)


def test_kling_paints_under_one_name_and_vidu_image_films_a_picture() -> None:
    base = dict.fromkeys(("input_price_per_million", "cached_input_price_per_million", "output_price_per_million"), "")
    kling = {"provider_slug": "qwen", "modalities": "image", "output_price_per_million": "0.2"}
    vidu = {"provider_slug": "zhipu", "modalities": "video", "image_price": "1.25"}
    got = parse(
        table(
            base
            | kling
            | {"model_slug": "kling-kling-v3-image-generation", "model_name": "kling/kling-v3-image-generation"},
            base | vidu | {"model_slug": "vidu2-image", "model_name": "Vidu2-Image"},
        ),
        UNITS,
    )
    assert {(s.sku, s.workload, s.meter.unit) for s in got.offers} == {
        ("kling/kling-v3-image-generation", "image", "image"),
        ("Vidu2-Image", "video", "clip"),
    }


def test_other_units_have_their_meters(parsed: Parsed) -> None:
    assert prices(parsed, "mistral", "ocr-4") == {"input.any.page": Decimal(4)}
    assert prices(parsed, "cohere", "rerank-4-fast") == {"input.any.search": Decimal(2)}
    assert prices(parsed, "mistral", "voxtral-mini-transcribe") == {"input.audio.audio_second": Decimal("0.12")}
    assert prices(parsed, "cloudflare", "@cf/myshell-ai/melotts") == {"output.audio.audio_second": Decimal("0.0123")}
    assert prices(parsed, "minimax", "speech-2.8-hd", "CNY") == {"input.text.character": Decimal(350)}
    assert prices(parsed, "google-gemini", "lyria-3-pro-preview-full-song") == {"output.audio.track": Decimal("0.08")}
    assert prices(parsed, "google-gemini", "gemini-embedding-2") == {
        "input.text.token": Decimal("0.2"),
        "input.image.token": Decimal("0.45"),
        "input.audio.token": Decimal("6.5"),
        "input.video.token": Decimal(12),
    }
    assert prices(parsed, "azure-ai", "gpt-image-1") == {
        "input.text.token": Decimal(5),
        "output.image.token": Decimal(40),
        "input.image.token": Decimal(10),
    }
    assert prices(parsed, "google-gemini", "gemini-2.5-pro-preview-tts")["output.audio.token"] == Decimal(20)
    assert prices(parsed, "zhipu", "GLM-ASR-2512", "CNY") == {"input.audio.token": Decimal(16)}
    assert parsed.rejected["image_price: of a speech model: the unit is not stated"] == 1


def test_a_video_is_billed_by_the_second_or_by_the_clip(parsed: Parsed) -> None:
    assert prices(parsed, "vertex-ai", "veo-3-1") == {
        "output.video.video_second;variant=720p": Decimal("0.4"),
        "output.video.video_second;variant=1080p": Decimal("0.4"),
        "output.video.video_second;variant=720p-silent": Decimal("0.2"),
        "output.video.video_second;variant=1080p-silent": Decimal("0.2"),
    }
    assert prices(parsed, "vertex-ai", "veo-2") == {"output.video.video_second;variant=720p": Decimal("0.5")}
    assert prices(parsed, "minimax", "MiniMax-Hailuo-02", "CNY") == {"output.video.clip;variant=768p-6s": Decimal(2)}
    assert prices(parsed, "zhipu", "CogVideoX-3", "CNY") == {"output.video.clip": Decimal(1)}
    assert prices(parsed, "volcano-ark", "doubao-seedance-2.0", "CNY") == {
        "output.video.token;variant=480p": Decimal(46),
        "output.video.token;variant=720p": Decimal(46),
        "output.video.token;variant=480p-video-input": Decimal(28),
        "output.video.token;variant=720p-video-input": Decimal(28),
    }
    assert set(prices(parsed, "runway", "seedance2")) == {
        "output.video.video_second;variant=480p",
        "output.video.video_second;variant=720p",
    }
    assert set(prices(parsed, "runway", "veo3.1")) == {"output.video.video_second;variant=silent"}


def test_labels_that_the_source_failed_to_fill_in_are_no_conditions(parsed: Parsed) -> None:
    assert prices(parsed, "aws-bedrock", "amazon-nova-canvas") == {
        "output.image.image;variant=1024x1024-premium": Decimal("0.06")
    }
    assert prices(parsed, "siliconflow", "Qwen/Qwen3.5-27B", "CNY") == {}
    assert parsed.rejected["tier_label: a text the source failed to fill in"] == 4


@pytest.mark.parametrize(
    ("text", "variants"),
    [
        ("", ("",)),
        ("Global cross-region", ("",)),
        ("720p,24fps", ("720p",)),
        ("Largerthan1024×1024/Standard", ("over-1024x1024-standard",)),
        ("图生视频，512P 10s", ("512p-10s",)),
        ("768P → 2K", ("768p-to-2k",)),
        ("输入 [0,32k) 输出 [0,200)", ("output_to_200",)),
        ("输入长度 [0, 32) 输出长度 [0.2+)", ("",)),
        ("Advanced Controls/720p", ("720p-advanced-controls",)),
    ],
)
def test_a_label_has_one_reading(text: str, variants: tuple[str, ...]) -> None:
    assert label_meaning(text).variants == variants and not label_meaning(text).problem


def test_an_unknown_label_is_a_problem_and_an_unknown_bracket_is_part_of_the_name() -> None:
    assert label_meaning("半价").problem and label_meaning("Deluxe").problem == "tier_label: not understood"
    assert bracket_meaning("Turbo", "novita").label is None
    assert bracket_meaning("from Septembre 1, 2026", "anthropic").label is None


def test_the_sku_is_the_id_of_the_provider_where_the_source_writes_it(parsed: Parsed) -> None:
    skus = {s.sku for s in parsed.offers}
    assert {"gpt-4.1", "deepseek-ai/DeepSeek-V3", "wan2.6-t2v", "@cf/myshell-ai/melotts"} <= skus
    assert {"claude-opus-4.8", "gpt-image-1", "llama-3-3-instruct-70b", "deepseek-v4-flash-0731"} <= skus
    assert not [s for s in skus if "deprecated" in s or "retired" in s or s.endswith("-azure")]


def test_workloads_come_from_ids_and_types_but_never_from_bedrocks_embedders(parsed: Parsed) -> None:
    found = {s.sku: s.workload for s in parsed.offers}
    assert found["llama-3-3-instruct-70b"] == "llm"
    assert found["gemini-embedding-2"] == found["embeddings-for-text"] == "embeddings"
    assert found["grok-stt"] == found["fun-asr"] == "speech-to-text"
    assert found["cosyvoice-v2"] == found["@cf/myshell-ai/melotts"] == "text-to-speech"
    assert found["grok-voice-agent"] == found["gpt-realtime-2"] == "realtime"
    assert found["rerank-4-fast"] == "rerank" and found["web-search-queries"] == "search"
    assert found["CogVideoX-3"] == found["veo-2"] == "video" and found["ocr-4"] == "vision"


def test_facts_are_lengths_names_and_states(parsed: Parsed) -> None:
    gpt = facts(parsed, "openai", "gpt-4.1")
    assert (gpt.context, gpt.max_output, gpt.input_modalities) == (1_047_576, 32_768, ("image", "text"))
    assert (gpt.output_modalities, gpt.status) == (("text",), "")
    opus = facts(parsed, "anthropic", "claude-opus-4.1")
    assert (opus.name, opus.status) == ("Claude Opus 4.1", "dead")
    assert facts(parsed, "minimax", "Music-2.6").status == "dead"
    assert facts(parsed, "qwen", "wan2.6-t2v").output_modalities == ("video",)
    assert facts(parsed, "openai", "gpt-realtime-2").input_modalities == ()  # unordered: what it hears is not stated
    assert len({(f.provider, f.sku) for f in parsed.facts}) == len(parsed.facts)


def test_pe_30_zero_free_and_nothing_are_no_prices(parsed: Parsed) -> None:
    assert parsed.rejected[ZERO] == 2
    assert parsed.rejected["free variant is not a price"] == 1
    assert parsed.rejected["no price stated"] == 1
    assert prices(parsed, "deepinfra", "XiaomiMiMo/MiMo-V2.5-tts") == {}


def test_each_reason_comes_with_an_example_and_nothing_is_unread(parsed: Parsed) -> None:
    assert parsed.rejected.keys() == parsed.examples.keys() and all(parsed.examples.values())
    assert parsed.unread == {}
    body = ROWS.read_text().replace("free_tier", "token_tier_unit")
    assert parse(body.encode(), UNITS).unread == {"token_tier_unit": parsed.entries}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"input_price_per_million": "a lot"}, "input_price_per_million: not a number"),
        ({"input_price_per_million": "-1"}, "input_price_per_million: negative"),
        ({"input_price_per_million": "NaN"}, "input_price_per_million: not a finite number"),
    ],
)
def test_a_cell_that_is_no_price_costs_only_itself(cells: dict[str, str], reason: str) -> None:
    got = parse(table(cells), UNITS)
    assert set(prices(got, "openai", "gpt-4.1")) == {"input.text.token;cache=read", "output.text.token"}
    assert got.rejected == {reason: 1}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"price_unit": "EUR"}, "price_unit 'EUR' is not a currency that the atlas knows"),
        ({"processing_tier": "warp"}, "processing_tier warp is not a tier"),
        ({"provider_slug": ""}, "row without provider or model (or with shifted columns)"),
    ],
)
def test_a_row_that_is_not_understood_costs_only_itself(cells: dict[str, str], reason: str) -> None:
    got = parse(table(cells, {}), UNITS)
    assert got.rejected == {reason: 1} and len(got.offers) == 3


@pytest.mark.parametrize(
    ("page", "slug", "sku"),
    [
        ("https://openrouter.ai/ai21/jamba-large-1.7", "jamba-large-1-7", "ai21/jamba-large-1.7"),
        ("https://openrouter.ai/models", "gpt-4-1-nano", "gpt-4-1-nano"),  # older rows cite the list
        ("https://openrouter.ai/z-ai/glm-4.7", "glm-4-6", "glm-4-6"),  # the page of another model
    ],
)
def test_the_id_at_openrouter_is_that_of_the_cited_page(page: str, slug: str, sku: str) -> None:
    got = parse(
        table({"provider_slug": "openrouter", "model_slug": slug, "model_name": "A: M", "source_url": page}), UNITS
    )
    assert {s.sku for s in got.offers} == {f.sku for f in got.facts} == {sku}


def test_pe_21_an_alias_of_openrouter_is_no_model_of_its_own() -> None:
    page = "https://openrouter.ai/~moonshotai/kimi-latest"
    got = parse(table({}, {"provider_slug": "openrouter", "model_slug": "kimi-latest", "source_url": page}), UNITS)
    assert got.rejected == {"alias of another id": 1} and {s.provider for s in got.offers} == {"openai"}


def test_pe_38_a_row_with_shifted_columns_costs_only_itself() -> None:
    got = parse(table({}) + b"openai,OpenAI,gpt-5\n", UNITS)
    assert got.rejected == {"row without provider or model (or with shifted columns)": 1} and len(got.offers) == 3


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"provider_slug,model_slug\n", ROWS.read_bytes().split(b"\n")[0], b"\xff\xfe"]
)
def test_a_payload_that_is_no_table_of_prices_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="llmrates"):
        parse(body, UNITS)


@pytest.mark.mirror
def test_the_whole_table_is_read(mirror: Path) -> None:
    (source,) = [s for s in load_sources(ROOT / "data" / "registry" / "sources.toml") if s.id == "llmrates"]
    assert source.url == "https://www.llmrates.ai/api/dataset?type=models&format=csv"
    got = parse((mirror / "www.llmrates.ai" / "api" / "dataset" / "models.csv").read_bytes(), UNITS)
    assert (got.entries, len(got.offers), len(got.facts)) == (3097, 5807, 1923)
    assert got.unread == {}
    unmapped = {r: n for r, n in got.rejected.items() if "not stated" in r or "failed to fill" in r}
    assert sum(unmapped.values()) == 52  # of about 6,700 prices
    assert not [r for r in got.rejected if "not understood" in r or "not a number" in r or "not a tier" in r]
    assert len({s.provider for s in got.offers}) == 29
    assert sum(s.currency == "CNY" for s in got.offers) == 2168
    pictures = [s for s in got.offers if s.note == "tokens of the picture, listed as input"]
    assert sorted(s.price for s in pictures) == [30, 60, 120, 120]
    assert not [s for s in got.offers if s.meter.unit == "image" and s.currency == "USD" and s.price > 1]
    assert {s.workload for s in got.offers if "image-generation" in s.sku} == {"image"}
    realtime = prices(got, "openai", "gpt-realtime-2")  # PE-09
    assert (realtime["input.audio.token"], realtime["input.text.token"], realtime["input.image.token"]) == (32, 4, 5)
    flash = prices(got, "deepseek", "deepseek-v4-flash")  # PE-14, PE-15, PE-27
    assert flash["output.text.token;window=0600-1000@mon-fri"] == Decimal("1.32")
    assert prices(got, "deepseek", "deepseek-v4-flash", "CNY")["output.text.token;window=0600-1000@mon-fri"] == 9
    assert prices(got, "openai", "gpt-5.5")["output.text.token;above_tokens=272000"] == 45
    assert prices(got, "vertex-ai", "gemini-2-5-pro")["input.text.token;above_tokens=200000"] == Decimal("2.5")
    assert china(got, "qwen3-max")["output.text.token;above_tokens=128000"] == 28
    assert facts(got, "qwen", "qwen3-max").context == 256_000
