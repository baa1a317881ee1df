"""What the litellm connector promises, on an excerpt of the real price map and on made-up entries."""

import json
import time
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.sources.litellm import NOT_MODELS, parse
from generator.sync.sources.litellm_keys import meaning, picture_of
from generator.sync.statements import Parsed, PayloadError, Statement
from wasm_tools.pricing.meters import parse_meter, unit_registry

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
    assert parsed.rejected[ZERO] == 16


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
    assert prices(parsed, "azure/dall-e-3") == {"output.image.megapixel;variant=1024x1024-hd": Decimal("0.0839233")}


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
    assert prices(parsed, "gpt-image-1")["output.image.image;variant=1024x1024-low"] == Decimal("0.011")
    assert prices(parsed, "runwayml/gen4_image") == {"output.image.image": Decimal("0.05")}
    assert "output.image.image" not in prices(parsed, "gemini-3.1-pro-preview")
    assert parsed.rejected["output_cost_per_image: the model makes no images"] == 1


def test_a_model_that_only_sounds_is_priced_by_the_track(parsed: Parsed) -> None:
    assert prices(parsed, "gemini/lyria-3-clip-preview") == {"output.audio.track": Decimal("0.04")}
    made = {"supported_output_modalities": ["audio"], "output_cost_per_image": 0.08}
    stream = parse(json.dumps({"lyria-realtime": {"litellm_provider": "p", "mode": "chat"} | made}).encode(), UNITS)
    assert stream.offers == [] and len(stream.rejected) == 1


def test_provisioned_capacity_is_rented_by_the_hour(parsed: Parsed) -> None:
    """Both fields of these entries name the same second."""
    assert prices(parsed, "bedrock/*/1-month-commitment/cohere.command-light-text-v14") == {
        "input.any.provisioned_second;variant=provisioned": Decimal("6.8472")
    }
    assert parsed.rejected["input_cost_per_second: repeats another field of its entry"] == 1


def test_a_router_has_a_fee_of_its_own(parsed: Parsed) -> None:
    assert prices(parsed, "azure/model-router") == {"input.text.token;variant=router_fee": Decimal("0.14")}
    assert "routed model" in statements(parsed, "azure/model-router")[0].note


def test_a_diffusion_model_has_no_price_per_token(parsed: Parsed) -> None:
    """Fireworks' price per picture, divided by a million."""
    assert prices(parsed, "fireworks_ai/accounts/fireworks/models/flux-kontext-pro") == {}
    assert sum(n for r, n in parsed.rejected.items() if "diffusion" in r) == 2


def test_pe_19_an_introductory_price_is_not_its_batch_price(parsed: Parsed) -> None:
    got = prices(parsed, "gemini/gemini-3.6-flash")
    assert (got["input.text.token"], got["output.text.token"]) == (Decimal("0.75"), Decimal("3.75"))
    assert (got["input.text.token;tier=batch"], got["output.text.token;tier=batch"]) == (
        Decimal("0.375"), Decimal("1.875"),
    )  # fmt: skip


def test_pe_20_a_regional_price_is_a_price_of_its_own_sku(parsed: Parsed) -> None:
    """The connector keeps the prefix; it becomes a region when the provider is named."""
    for prefix, factor in (("", "1"), ("us.", "1.1"), ("us-gov.", "1.2")):
        got = prices(parsed, f"{prefix}anthropic.claude-sonnet-5")
        assert got["input.text.token"] == 2 * Decimal(factor)
        assert got["output.text.token"] == 10 * Decimal(factor)


def test_free_searches_are_a_remark(parsed: Parsed) -> None:
    notes = {
        s.note for s in statements(parsed, "gemini/gemini-3.6-flash") if s.meter == parse_meter("input.any.search")
    }
    assert notes == {"the first 5000 a month are free"}


def test_a_query_of_an_embedder_is_a_text_and_what_speaks_searches_nothing() -> None:
    assert prices(entry(mode="embedding", input_cost_per_query=7e-05), "m") == {"input.text.request": Decimal("0.07")}
    assert prices(entry(mode="rerank", input_cost_per_query=2e-3), "m") == {"input.any.search": Decimal(2)}
    searches = {"search_context_size_low": 0.035}
    got = entry(mode="audio_speech", input_cost_per_token=1e-6, search_context_cost_per_query=searches)
    assert prices(got, "m") == {"input.text.token": Decimal(1)}
    assert got.rejected == {"search_context_cost_per_query: the model calls no tools": 1}


def test_workloads_of_the_chat_route_come_from_names_and_outputs(parsed: Parsed) -> None:
    found = {s.sku: s.workload for s in parsed.offers}
    assert found["groq/openai/gpt-oss-safeguard-20b"] == "moderation"
    assert found["gemini/lyria-3-clip-preview"] == "text-to-speech"
    assert found["gpt-4o"] == "llm"
    assert {s.workload for s in entry(input_cost_per_token=1e-6, mode="chat").offers} == {"llm"}


def test_the_page_of_a_price_is_kept(parsed: Parsed) -> None:
    assert {s.source_url for s in statements(parsed, "gpt-4o")} == {"https://developers.openai.com/api/docs/pricing"}
    sentence = entry(input_cost_per_token=1e-6, source="the base model, for want of a price")
    assert {s.source_url for s in sentence.offers} == {""}


def test_what_stands_beside_the_prices_is_a_fact(parsed: Parsed) -> None:
    facts = {f.sku: f for f in parsed.facts}
    gemini = facts["gemini/gemini-2.5-flash-image"]
    assert (gemini.context, gemini.max_output, gemini.retires_on) == (65536, 32768, "2027-03-15")
    assert (gemini.requests_per_minute, gemini.tokens_per_minute) == (100_000, 8_000_000)
    assert gemini.input_modalities == ("text", "image", "audio", "video")
    assert gemini.output_modalities == ("text", "image")
    assert facts["whisper-1"].retires_on == "2027-02-26" and facts["whisper-1"].deprecated_on == ""
    assert facts["gpt-6-astra"].context is None  # 922,000 is what a window of 1,050,000 leaves to the prompt
    assert len(facts) == len(parsed.facts)


@pytest.mark.parametrize("value", ["4096", -1, 0, 1.5, float("nan"), True, None, [1]])
def test_a_length_that_is_no_whole_number_is_unknown(value: object) -> None:
    (facts,) = entry(input_cost_per_token=1e-6, max_input_tokens=value, rpm=4000000.0).facts
    assert (facts.context, facts.requests_per_minute) == (None, 4_000_000)


def test_a_key_that_nobody_has_looked_at_is_counted() -> None:
    got = entry(input_cost_per_token=1e-6, smell="roses", supports_smell=True, provider_specific_entry={"se": 1.2})
    assert got.unread == {"smell": 1, "provider_specific_entry.se": 1}
    band = {"range": [0, 1000], "input_cost_per_token": 1e-6, "mood": 1}
    assert entry(tiered_pricing=[band]).unread == {"tiered_pricing.mood": 1}


def test_a_regional_or_fast_multiplier_is_an_exact_product_with_a_note(parsed: Parsed) -> None:
    assert prices(parsed, "claude-opus-4-8", "us")["input.text.token"] == Decimal("5.5")
    assert prices(parsed, "claude-opus-4-8")["output.text.token;tier=priority"] == Decimal(50)
    assert prices(parsed, "gpt-realtime-2.1", "eu")["input.audio.token"] == Decimal("35.2")
    notes = {s.note for s in statements(parsed, "claude-opus-4-8") if s.region == "us"}
    assert notes == {"list price x 1.1 (regional processing)"}


def test_entries_that_are_no_models_are_counted(parsed: Parsed) -> None:
    assert parsed.entries == 44
    assert parsed.rejected["documentation, not a model"] == 1
    assert parsed.rejected["price taken from a list that may not be redistributed"] == 1
    assert parsed.examples["documentation, not a model"] == "sample_spec"


def test_a_decision_model_is_priced_whichever_route_it_is_listed_under(parsed: Parsed) -> None:
    """Fireworks' rune stands under `evaluation` and under `decisions`; one that bills nothing is nobody's offer."""
    assert prices(parsed, "cloudflare/clef-omni") == {"input.text.token": Decimal("0.15")}
    free = entry(mode="evaluation", input_cost_per_token=0.0, output_cost_per_token=0.0)  # as bespoke/nimble
    assert (free.offers, free.facts, free.rejected.total()) == ([], [], 1)


@pytest.mark.parametrize(
    ("sku", "model", "picture"),
    [
        ("azure/hd/1024-x-1792/dall-e-3", "azure/dall-e-3", "1024x1792-hd"),
        ("1024-x-1024/gpt-image-1.5", "gpt-image-1.5", "1024x1024"),
        ("max-x-max/50-steps/stability.stable-diffusion-xl-v0", "stability.stable-diffusion-xl-v0", "max-50-steps"),
        ("fal_ai/low/1024-x-768/openai/gpt-image-2/edit", "fal_ai/openai/gpt-image-2/edit", "1024x768-low"),
        ("fal_ai/fal-ai/flux/dev", "fal_ai/fal-ai/flux/dev", ""),
    ],
)
def test_size_and_quality_of_a_picture_are_no_models(sku: str, model: str, picture: str) -> None:
    assert picture_of(sku) == (model, picture)


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
    assert (got.entries, len(got.offers)) == (4553, 18550)
    assert not [r for r in got.rejected if "no meter" in r or "not understood" in r or "contradicts" in r]
    assert not [r for r in got.rejected if "not a number" in r]
    assert got.rejected["documentation, not a model"] == 2
    assert sum(n for r, n in got.rejected.items() if r.startswith("evaluation row without a price")) == 8
    assert not [s for s in got.offers if "-x-" in s.sku]
    assert not got.unread
    assert len(got.facts) == 4542
    assert sum(1 for s in got.offers if s.source_url) == 15_715


@pytest.mark.mirror
def test_every_key_that_names_a_cost_has_a_meaning(mirror: Path) -> None:
    """All 159 of them: a meter, or a reason why there is none. Nothing is left as unknown."""
    entries = [e for k, e in json.loads((mirror / MAP).read_bytes()).items() if k not in NOT_MODELS]
    keys = {(key, str(entry.get("mode") or "")) for entry in entries for key in entry if "cost" in key}
    assert len({key for key, _ in keys}) == 159
    for key, mode in keys:
        if key != "search_context_cost_per_query":
            found = meaning(key, mode)
            assert found.meter or (found.why_not and "no meter for this key" not in found.why_not), (key, mode)
    without = {key for key, mode in keys if key != "search_context_cost_per_query" and meaning(key, mode).meter is None}
    assert without == {
        "input_dbu_cost_per_token", "output_dbu_cost_per_token", "ocr_cost_per_credit", "guardrail_cost_per_unit",
    }  # fmt: skip


@pytest.mark.mirror
def test_at_least_95_of_100_price_fields_are_mapped(mirror: Path) -> None:
    """Left out beside zeros and repeated prices: units that are no money and units that nobody states."""
    got = parse((mirror / MAP).read_bytes(), UNITS)
    lost = sum(n for r, n in got.rejected.items() if r != ZERO and "repeat" not in r and "not a model" not in r)
    assert lost < 0.05 * len(got.offers)


@pytest.mark.mirror
def test_pe_07_30_and_35_hold_in_the_whole_map(mirror: Path) -> None:
    got = parse((mirror / MAP).read_bytes(), UNITS)
    assert prices(got, "whisper-1") == {"input.audio.audio_second": Decimal("0.36")}
    assert got.rejected[ZERO] == 661
    assert got.rejected["input_dbu_cost_per_token: Databricks units, not money"] == 79
    free = {"opencode_go/beam-free", "opencode_go/longcat-2.5-preview-free", "duckduckgo/search"}
    assert {s.sku for s in got.offers if not s.price} == free


@pytest.mark.mirror
def test_pe_14_and_16_the_hours_of_deepseek_name_weekdays(mirror: Path) -> None:
    got = prices(parse((mirror / MAP).read_bytes(), UNITS), "deepseek-v4-flash")
    assert {m.partition("window=")[2] for m in got} == {"", "0100-0400@mon-fri", "0600-1000@mon-fri"}


@pytest.mark.mirror
def test_most_of_the_price_keys_of_every_stored_release_have_a_meter(upstream: Path) -> None:
    import gzip

    for path in sorted((upstream / "history" / "litellm").glob("*/*.gz")):
        got = parse(gzip.decompress(path.read_bytes()), UNITS)
        unknown = sum(n for r, n in got.rejected.items() if "no meter" in r)
        assert unknown <= 2, (path.parent.name, got.rejected)
        assert len(got.offers) > 1500
