"""Contracts that hold across sources: the same price in the same unit, the same hours under the same window."""

import tomllib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.sync.price_fields import FREE, settled
from generator.sync.sources import genai_prices, litellm, models_dev, openrouter
from generator.sync.statements import Parsed, Statement
from generator.sync.time_windows import DAY, complement_windows, minutes, spans, window_text
from generator.sync.workload_names import counts_no_tokens, workload_of
from wasm_tools.pricing.meters import parse_meter, unit_registry
from wasm_tools.pricing.offers import WORKLOADS

ROOT = Path(__file__).parents[2]
PAYLOADS = ROOT / "tests" / "payloads"
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
GENAI_023 = "_derived/genai-prices/0.2.3/data.json"
MIRRORED = {
    litellm: "raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json",
    genai_prices: "raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json",
    models_dev: "models.dev/api.json",
    openrouter: "openrouter.ai/api/v1/models.json",
}
CONNECTORS = {litellm: "litellm", genai_prices: "genai-prices", models_dev: "models-dev", openrouter: "openrouter"}
GPT_4O = {litellm: "gpt-4o", genai_prices: "gpt-4o", models_dev: "gpt-4o", openrouter: "openai/gpt-4o"}


def stored(module: ModuleType) -> Parsed:
    return module.parse((PAYLOADS / f"{CONNECTORS[module]}.json").read_bytes(), UNITS)


def of_sku(offers: Iterable[Statement], sku: str, *providers: str) -> dict[str, Decimal]:
    return {
        str(s.meter): s.price
        for s in offers
        if s.sku == sku and s.region == "global" and not s.effective_to and (not providers or s.provider in providers)
    }


@pytest.mark.parametrize("module", CONNECTORS, ids=CONNECTORS.get)
def test_gpt_4o_costs_the_same_in_every_source(module: ModuleType) -> None:
    got = of_sku(stored(module).offers, GPT_4O[module])
    assert (got["input.text.token"], got["output.text.token"]) == (Decimal("2.5"), Decimal(10))
    assert got["input.text.token;cache=read"] == Decimal("1.25")


@pytest.mark.mirror
@pytest.mark.parametrize("module", CONNECTORS, ids=CONNECTORS.get)
def test_gpt_4o_costs_the_same_in_every_stored_payload(module: ModuleType, mirror: Path) -> None:
    offers = module.parse((mirror / MIRRORED[module]).read_bytes(), UNITS).offers
    got = of_sku(offers, GPT_4O[module], "openai", "openrouter")
    assert (got["input.text.token"], got["output.text.token"]) == (Decimal("2.5"), Decimal(10))


@pytest.mark.mirror
def test_pe_15_two_conventions_of_peak_hours_meet_in_the_same_meters(mirror: Path) -> None:
    """litellm lists off-peak hours under a peak price, genai-prices the reverse; both name the same hours."""
    peak_on_top = litellm.parse((mirror / MIRRORED[litellm]).read_bytes(), UNITS).offers
    peak_in_windows = genai_prices.parse((mirror / GENAI_023).read_bytes(), UNITS).offers
    for sku in ("deepseek-v4-flash", "deepseek-v4-pro"):
        first, second = of_sku(peak_on_top, sku, "deepseek"), of_sku(peak_in_windows, sku, "deepseek")
        assert {m.replace("@mon-fri", ""): p for m, p in first.items()} == second
        assert len(second) == 9


@pytest.mark.parametrize("module", CONNECTORS, ids=CONNECTORS.get)
def test_every_statement_is_one_the_store_can_hold(module: ModuleType) -> None:
    for s in stored(module).offers:
        assert parse_meter(str(s.meter)) == s.meter
        assert s.meter.unit in UNITS.units
        assert s.workload in WORKLOADS
        assert s.price.is_finite() and (s.price > 0) is (s.meter.variant != FREE)
        assert s.effective_to == "" or s.effective_from < s.effective_to


@pytest.mark.parametrize("module", CONNECTORS, ids=CONNECTORS.get)
def test_each_reason_comes_with_an_example(module: ModuleType) -> None:
    parsed = stored(module)
    assert parsed.rejected.keys() == parsed.examples.keys() and all(parsed.examples.values())


# Time windows


@pytest.mark.parametrize(
    ("start", "end", "days", "text"),
    [
        (60, 240, range(7), "0100-0400"),
        (990, 30, range(7), "1630-0030"),
        (0, DAY, range(7), "0000-0000"),
        (60, 240, range(5), "0100-0400@mon-fri"),
        (60, 240, [5], "0100-0400@sat"),
        (60, 240, [0, 2], "0100-0400@mon+wed"),
    ],
)
def test_a_window_has_one_spelling(start: int, end: int, days: list[int], text: str) -> None:
    assert window_text(start, end, days) == text


@pytest.mark.parametrize(("text", "minute"), [("01:30", 90), ("0130", 90), ("24:00", 1440), ("10:00:00Z", 600)])
def test_times_of_day_are_read_in_every_spelling(text: str, minute: int) -> None:
    assert minutes(text) == minute


@pytest.mark.parametrize("text", ["", "7", "25:00", "24:01", "12:60", "12:00:30Z", "noon"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time of day"):
        minutes(text)


@given(st.lists(st.tuples(st.integers(0, DAY - 1), st.integers(0, DAY - 1)), max_size=5))
def test_hours_are_either_covered_or_in_a_window(taken: list[tuple[int, int]]) -> None:
    covered = [part for start, end in taken for part in spans(start, end)]
    windows = complement_windows([covered] * 7)
    free = [part for w in windows for part in spans(*(minutes(t) for t in w.split("-")))]
    for minute in range(0, DAY, 7):
        inside = any(a <= minute < b for a, b in covered)
        assert inside != any(a <= minute < b for a, b in free)


# Numbers


@given(st.decimals(min_value="0.000001", max_value="9999", places=6))
def test_a_price_of_up_to_ten_digits_is_never_touched(price: Decimal) -> None:
    assert settled(price) == price


@given(st.integers(1, 999_999_999), st.integers(-12, 0))
def test_binary_noise_is_taken_out(digits: int, exponent: int) -> None:
    price = Decimal(digits).scaleb(exponent)
    noisy = price * (1 + Decimal("2e-16"))
    assert settled(noisy) == price


# Workloads


@pytest.mark.parametrize(
    ("name", "inputs", "outputs", "workload"),
    [
        ("baai/bge-reranker-base", ["text"], ["text"], "rerank"),
        ("baai/bge-m3", ["text"], ["text"], "embeddings"),
        ("llama-guard-4", ["text"], ["text"], "moderation"),
        ("gpt-realtime-1.5", ["text", "audio"], ["text", "audio"], "realtime"),
        ("gemini-3.8-live", [], [], "realtime"),
        ("whisper-large-v3", ["audio"], ["text"], "speech-to-text"),
        ("gpt-4o-transcribe", [], [], "speech-to-text"),
        ("nova-3", ["audio"], ["text"], "speech-to-text"),
        ("gemini-2.5-pro-tts", ["text"], ["audio"], "text-to-speech"),
        ("dots.ocr", ["text", "image"], ["text"], "vision"),
        ("gemini-3-pro-image", ["text"], ["text", "image"], "image"),
        ("gpt-5.1", ["text"], ["text", "image", "audio"], "llm"),
        ("sora-2", ["text"], ["video"], "video"),
        ("qwen3-omni-flash", ["text", "audio"], ["text", "audio"], "llm"),
        ("claude-opus-5", [], [], "llm"),
        ("gpt-realtime-whisper", [], [], "speech-to-text"),
        ("gemini-3.5-transcribe-live", [], [], "speech-to-text"),
        ("deepgram/nova-3", [], [], "speech-to-text"),
        ("deepgram/deepgram/aura-2", [], [], "text-to-speech"),
        ("vertex_ai/chirp_3", [], [], "speech-to-text"),
        ("amazon.nova-2-sonic-v1:0", [], [], "realtime"),
        ("amazon.nova-2-lite-v1:0", [], [], "llm"),
        ("x-ai/grok-voice-latest", [], [], "realtime"),
        ("x-ai/grok-voice-tts-1.0", [], [], "text-to-speech"),
        ("gemini-2.5-flash-native-audio-latest", [], [], "realtime"),
        ("eleven_multilingual_v2", [], [], "text-to-speech"),
        ("lyria-3-pro-preview", ["text"], ["text", "audio"], "text-to-speech"),
        ("vertex_ai/semantic-ranker-fast", [], [], "rerank"),
        ("sentence-transformers/all-mpnet-base-v2", [], [], "embeddings"),
        ("openai/gpt-oss-safeguard-20b", [], [], "moderation"),
        ("azure_ai/doc-intelligence/prebuilt-read", [], [], "vision"),
        ("alibaba/wan-v2.6-i2v", [], [], "video"),
        ("fal_ai/bytedance/seedance-2.0/image-to-video", [], [], "video"),
        ("gemini-omni-1.1-flash", [], [], "video"),
        ("qwen3.8-omni-flash", [], [], "llm"),
        ("gemini-3-pro-image-preview", ["text", "image"], ["text"], "image"),
        ("llama-3.2-11b-vision-instruct", ["text", "image"], ["text"], "llm"),
        ("stability.sd3-large-v1:0", [], [], "image"),
        ("amazon.nova-canvas-v1:0", [], [], "image"),
        ("tavily/search", [], [], "search"),
        ("gpt-4o-search-preview", [], [], "llm"),
        ("any/name", ["text"], ["embeddings"], "embeddings"),
        ("any/name", ["text"], ["rerank"], "rerank"),
        ("any/name", ["text"], ["speech"], "text-to-speech"),
        ("any/name", ["audio"], ["transcription"], "speech-to-text"),
    ],
)
def test_a_workload_comes_from_modalities_and_words(
    name: str, inputs: list[str], outputs: list[str], workload: str
) -> None:
    assert workload_of(name, inputs, outputs) == workload


@pytest.mark.parametrize("name", ["black-forest-labs/FLUX.2-pro", "stable-diffusion-3.5-large", "qwen-image", "x/sd3"])
def test_diffusion_models_count_no_tokens(name: str) -> None:
    assert counts_no_tokens(name)


@pytest.mark.parametrize("name", ["gpt-image-1", "gemini-3-pro-image", "google/nano-banana", "fluxion-70b-chat"])
def test_other_models_count_tokens(name: str) -> None:
    assert not counts_no_tokens(name)


@pytest.mark.mirror
def test_sources_agree_on_what_a_model_does(mirror: Path) -> None:
    """The same id, without what a gateway puts before it, has one workload in all four payloads."""
    bodies = {module: mirror / path for module, path in MIRRORED.items()} | {genai_prices: mirror / GENAI_023}
    found: dict[str, set[str]] = {}
    for module, path in bodies.items():
        for s in module.parse(path.read_bytes(), UNITS).offers:
            found.setdefault(s.sku.lower().rpartition("/")[2], set()).add(s.workload)
    assert {name for name, workloads in found.items() if len(workloads) > 1} <= {"ada", "v3"}  # two models each
    assert len(found) > 3000
