"""What the litellm connector promises, on an excerpt of the real price map and on made-up entries."""

import json
import time
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.sources.litellm import parse
from generator.sync.statements import Parsed, PayloadError, Statement
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
EXCERPT = ROOT / "tests" / "payloads" / "litellm.json"
MAP = "raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(EXCERPT.read_bytes(), UNITS)


def prices(parsed: Parsed, sku: str, region: str = "global") -> dict[str, Decimal]:
    return {str(s.meter): s.price for s in parsed.offers if s.sku == sku and s.region == region}


def statements(parsed: Parsed, sku: str) -> list[Statement]:
    return [s for s in parsed.offers if s.sku == sku]


def entry(**fields: Any) -> Parsed:
    """The one entry `m`; floats are written as Python writes them."""
    return parse(json.dumps({"m": {"litellm_provider": "p", "mode": "chat"} | fields}).encode(), UNITS)


def test_a_price_per_token_is_stated_per_million_exactly(parsed: Parsed) -> None:
    got = prices(parsed, "gpt-4o")
    assert got["input.text.token"] == Decimal("2.5")
    assert got["output.text.token"] == Decimal("10")
    assert got["input.text.token;cache=read"] == Decimal("1.25")
    assert got["input.text.token;tier=batch"] == Decimal("1.25")
    assert got["output.text.token;tier=priority"] == Decimal("17")


def test_provider_and_sku_are_the_sources_own(parsed: Parsed) -> None:
    (first, *_) = statements(parsed, "dashscope/qwen3-coder-plus")
    assert (first.provider, first.sku, first.workload, first.region) == (
        "dashscope", "dashscope/qwen3-coder-plus", "llm", "global",
    )  # fmt: skip


def test_pe_07_a_transcriber_with_one_rate_under_two_keys_is_priced_once(parsed: Parsed) -> None:
    assert prices(parsed, "whisper-1") == {"input.audio.audio_second": Decimal("0.36")}
    assert parsed.rejected["output seconds repeat the input rate of a transcriber"] == 1


def test_a_transcriber_with_output_seconds_only_bills_the_recording(parsed: Parsed) -> None:
    assert prices(parsed, "soniox/stt-async-v5") == {"input.audio.audio_second": Decimal("0.10000008")}


def test_pe_14_and_15_the_top_level_price_is_the_peak_price(parsed: Parsed) -> None:
    got = prices(parsed, "deepseek-v4-flash")
    assert got["input.text.token"] == Decimal("0.15")
    assert got["output.text.token"] == Decimal("0.6")
    for window in ("0100-0400@mon-fri", "0600-1000@mon-fri"):
        assert got[f"input.text.token;window={window}"] == Decimal("0.3")
        assert got[f"output.text.token;window={window}"] == Decimal("1.2")
        assert got[f"input.text.token;cache=read;window={window}"] == Decimal("0.006")
    assert len(got) == 9


def test_older_spellings_of_off_peak_hours_are_understood() -> None:
    off_peak = {"hours_utc": "16:00-00:00", "input_cost_per_token": 1e-7}
    got = prices(entry(input_cost_per_token=2e-7, off_peak_pricing=off_peak), "m")
    assert got == {"input.text.token": Decimal("0.1"), "input.text.token;window=0000-1600": Decimal("0.2")}
    weekend = {"weekdays": ["saturday", "sunday"], "hours_utc": "00:00-00:00"}
    off_peak = {"windows": [weekend], "input_cost_per_token": 1e-7}
    got = prices(entry(input_cost_per_token=2e-7, off_peak_pricing=off_peak), "m")
    assert got["input.text.token;window=0000-0000@mon-fri"] == Decimal("0.2")


@pytest.mark.parametrize("windows", [[], [{"hours_utc": "noon"}], [{"hours_utc": "00:00-01:00", "weekdays": [9]}], 5])
def test_peak_prices_without_known_hours_are_left_out_not_guessed(windows: object) -> None:
    off_peak = {"windows": windows, "input_cost_per_token": 1e-7}
    got = entry(input_cost_per_token=2e-7, output_cost_per_token=3e-7, off_peak_pricing=off_peak)
    assert prices(got, "m") == {"output.text.token": Decimal("0.3")}
    assert got.rejected == {"off_peak_pricing: windows not understood, prices by the hour left out": 1}


def test_pe_30_a_zero_is_a_missing_price(parsed: Parsed) -> None:
    assert prices(parsed, "omni-moderation-latest") == {}
    assert "output.text.token" not in prices(parsed, "text-embedding-3-small")
    assert parsed.rejected[ZERO] == 14


def test_pe_35_databricks_units_are_not_money(parsed: Parsed) -> None:
    assert prices(parsed, "databricks/databricks-bge-large-en")["input.text.token"] == Decimal("0.10003")
    assert parsed.rejected["input_dbu_cost_per_token: Databricks units, not money"] == 1


def test_context_bands_state_the_true_threshold(parsed: Parsed) -> None:
    got = prices(parsed, "dashscope/qwen3-coder-plus")
    assert [got[f"input.text.token;above_tokens={n}"] for n in (32000, 128000, 256000)] == [
        Decimal("1.8"), Decimal(3), Decimal(6),
    ]  # fmt: skip
    assert got["input.text.token"] == 1
    assert prices(parsed, "gpt-6-astra")["input.text.token;cache=write_12h;tier=flex;above_tokens=272000"] == 25


def test_a_service_level_of_one_host_is_a_variant(parsed: Parsed) -> None:
    assert prices(parsed, "gpt-6-astra")["input.text.token;variant=ultrafast"] == 60
    assert prices(parsed, "sail/moonshotai/Kimi-K3")["input.text.token;variant=balanced"] == 2


def test_a_reasoning_rate_is_a_price_only_where_it_differs(parsed: Parsed) -> None:
    assert prices(parsed, "dashscope/qwen-plus-2025-07-28")["output.text.token;variant=reasoning"] == 4
    same = entry(output_cost_per_token=1e-6, output_cost_per_reasoning_token=1e-6)
    assert list(prices(same, "m")) == ["output.text.token"]
    assert same.rejected["reasoning rate repeats the output rate"] == 1


def test_units_other_than_tokens_come_on_their_display_scale(parsed: Parsed) -> None:
    assert prices(parsed, "tts-1") == {"input.text.character": Decimal(15)}
    assert prices(parsed, "mistral/mistral-ocr-latest")["input.any.page"] == Decimal(4)
    assert prices(parsed, "mistral/mistral-ocr-latest")["input.any.page;tier=batch;variant=annotated"] == Decimal("2.5")
    assert prices(parsed, "cohere.rerank-v3-5:0") == {"input.any.search": Decimal(2)}
    assert prices(parsed, "exa_ai/search")["input.any.search;variant=results_26-100"] == Decimal(25)
    assert prices(parsed, "gpt-4o-mini-tts")["output.audio.audio_second"] == Decimal("0.9")
    assert prices(parsed, "dashscope/wan3.0-video")["output.video.video_second;variant=720p"] == Decimal("0.082513")
    assert prices(parsed, "azure/hd/1024-x-1024/dall-e-3") == {"output.image.megapixel": Decimal("0.0839233")}


def test_the_noise_of_binary_floating_point_is_taken_out(parsed: Parsed) -> None:
    assert prices(parsed, "gpt-live-1") == {"input.audio.audio_second": Decimal(3)}  # 0.000833333333333 a second
    got = prices(entry(input_cost_per_token=1.2500000000000003e-07), "m")
    assert got["input.text.token"] == Decimal("0.125")
    repeating = prices(entry(input_cost_per_token=2.08333333333333e-08), "m")
    assert repeating["input.text.token"] == Decimal("0.0208333333333333")


def test_searches_of_all_sizes_at_one_price_are_one_price(parsed: Parsed) -> None:
    assert prices(parsed, "claude-opus-4-8")["input.any.search"] == Decimal(10)
    assert prices(parsed, "perplexity/sonar-pro")["input.any.search;variant=context_low"] == Decimal(6)


def test_an_image_key_is_read_by_what_the_model_makes(parsed: Parsed) -> None:
    assert prices(parsed, "xai/grok-imagine-image") == {"output.image.image": Decimal("0.02")}
    assert prices(parsed, "low/1024-x-1024/gpt-image-1")["output.image.image"] == Decimal("0.011")
    assert prices(parsed, "runwayml/gen4_image") == {"output.image.image": Decimal("0.05")}
    assert "output.image.image" not in prices(parsed, "gemini-3.1-pro-preview")
    assert prices(parsed, "gemini/lyria-3-clip-preview") == {}
    assert parsed.rejected["output_cost_per_image: the model makes no images"] == 2


def test_provisioned_capacity_is_not_a_price_per_use(parsed: Parsed) -> None:
    assert prices(parsed, "bedrock/*/1-month-commitment/cohere.command-light-text-v14") == {}
    assert any("provisioned capacity" in reason for reason in parsed.rejected)


def test_a_regional_or_fast_multiplier_is_an_exact_product_with_a_note(parsed: Parsed) -> None:
    assert prices(parsed, "claude-opus-4-8", "us")["input.text.token"] == Decimal("5.5")
    assert prices(parsed, "claude-opus-4-8")["output.text.token;tier=priority"] == Decimal(50)
    assert prices(parsed, "gpt-realtime-2.1", "eu")["input.audio.token"] == Decimal("35.2")
    notes = {s.note for s in statements(parsed, "claude-opus-4-8") if s.region == "us"}
    assert notes == {"list price x 1.1 (regional processing)"}


def test_entries_that_are_no_models_are_counted(parsed: Parsed) -> None:
    assert parsed.entries == 36
    assert parsed.rejected["documentation, not a model"] == 1
    assert parsed.rejected["evaluation row, not a model"] == 1
    assert parsed.rejected["price taken from a list that may not be redistributed"] == 1
    assert parsed.examples["documentation, not a model"] == "sample_spec"


def test_an_unknown_price_key_is_named() -> None:
    got = entry(input_cost_per_token=1e-6, input_cost_per_smell=1e-6)
    assert got.rejected == {"input_cost_per_smell: no meter for this key": 1}
    assert len(got.offers) == 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("1e-6", "input_cost_per_token: not a number"),
        (True, "input_cost_per_token: not a number"),
        ({"base": 1}, "input_cost_per_token: not a number"),
        (-1e-6, "input_cost_per_token: negative"),
        (float("nan"), "input_cost_per_token: not a finite number"),
        (0, ZERO),
    ],
)
def test_what_is_no_price_is_counted_with_the_key(value: object, reason: str) -> None:
    got = entry(input_cost_per_token=value)
    assert got.offers == [] and got.rejected == {reason: 1}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ([], "entry is not an object"),
        ({"mode": "chat"}, "litellm_provider or mode is not a text"),
        ({"litellm_provider": "p", "mode": "dance"}, "mode dance is not a workload"),
        ({"litellm_provider": "p", "mode": "chat"}, "no price stated"),
    ],
)
def test_a_malformed_entry_costs_only_itself(fields: object, reason: str) -> None:
    good = {"litellm_provider": "p", "mode": "chat", "input_cost_per_token": 1e-6}
    got = parse(json.dumps({"bad": fields, "good": good}).encode(), UNITS)
    assert got.rejected == {reason: 1} and [s.sku for s in got.offers] == ["good"]


@pytest.mark.parametrize("body", [EXCERPT.read_bytes()[:9000], b"", b"[]", b'{"a": 1}', b"\xff\xfe{}"])
def test_a_payload_that_is_no_price_map_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="litellm"):
        parse(body, UNITS)


def test_no_meter_is_stated_twice_for_one_sku(parsed: Parsed) -> None:
    keys = [(s.provider, s.sku, s.meter, s.region) for s in parsed.offers]
    assert len(keys) == len(set(keys))


@pytest.mark.mirror
def test_the_whole_price_map_is_read(mirror: Path) -> None:
    body = (mirror / MAP).read_bytes()
    started = time.perf_counter()
    got = parse(body, UNITS)
    assert time.perf_counter() - started < 3
    assert (got.entries, len(got.offers)) == (4553, 18505)
    assert not [r for r in got.rejected if "no meter" in r or "not understood" in r or "contradicts" in r]
    assert not [r for r in got.rejected if "not a number" in r]
    assert got.rejected["documentation, not a model"] == 2
    assert got.rejected["evaluation row, not a model"] == 34


@pytest.mark.mirror
def test_most_of_the_price_keys_of_every_stored_release_have_a_meter(upstream: Path) -> None:
    import gzip

    for path in sorted((upstream / "history" / "litellm").glob("*/*.gz")):
        got = parse(gzip.decompress(path.read_bytes()), UNITS)
        unknown = sum(n for r, n in got.rejected.items() if "no meter" in r)
        assert unknown <= 2, (path.parent.name, got.rejected)
        assert len(got.offers) > 1500
