"""What is free of charge: only what a source calls so in words, beside the prices and never among them."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.precompute.catalogue import token_price
from generator.sync.price_fields import FREE, FREE_NOTE, ZERO, says_free
from generator.sync.sources import catwalk, genai_prices, litellm, models_dev
from generator.sync.statements import Parsed
from wasm_tools.pricing.meters import unit_registry
from wasm_tools.pricing.offers import Offer

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
BOTH = {"input.text.token;variant=free": Decimal(0), "output.text.token;variant=free": Decimal(0)}


def prices(parsed: Parsed) -> dict[str, Decimal]:
    return {str(s.meter): s.price for s in parsed.offers}


def of_models_dev(provider: str, sku: str, name: str, cost: dict[str, Any]) -> Parsed:
    record = {"id": sku, "name": name, "modalities": {"input": ["text"], "output": ["text"]}, "cost": cost}
    return models_dev.parse(json.dumps({provider: {"id": provider, "models": {sku: record}}}).encode(), UNITS)


def of_catwalk(provider: str, sku: str, name: str, price: float = 0) -> Parsed:
    fields = ("cost_per_1m_in", "cost_per_1m_out", "cost_per_1m_in_cached", "cost_per_1m_out_cached")
    file = {"id": provider, "models": [{"id": sku, "name": name, **dict.fromkeys(fields, price)}]}
    return catwalk.parse(json.dumps({"p.json": json.dumps(file)}).encode(), UNITS)


@pytest.mark.parametrize(
    ("provider", "sku", "name", "free"),
    [
        ("opencode", "glm-5-free", "GLM-5 Free", True),
        ("kilo", "nvidia/nemotron-3-super-120b-a12b:free", "NVIDIA: Nemotron 3 Super (free)", True),
        ("zenmux", "moonshotai/kimi-k2.7-code", "Kimi K2.7 Code (Free)", True),
        ("kilo", "kilo-auto/free", "Kilo Auto", False),
        ("aihubmix", "freedom-1", "Freedom 1", False),
        ("opencode", "grok-code", "Carefree", False),
        ("openrouter", "qwen/qwen3-coder:free", "Qwen3 Coder 480B A35B (free)", False),
    ],
)
def test_words_say_what_is_free(provider: str, sku: str, name: str, free: bool) -> None:
    assert says_free(provider, sku, name) is free


def test_pe_30_a_zero_beside_the_word_is_a_free_offer() -> None:
    got = of_models_dev("opencode", "glm-5-free", "GLM-5 Free", {"input": 0, "output": 0, "cache_read": 0})
    assert prices(got) == BOTH
    assert {s.note for s in got.offers} == {FREE_NOTE}
    assert prices(of_catwalk("aihubmix", "gpt-4.1-free", "GPT 4.1 (free)")) == BOTH
    row = {"opencode_go/beam-free": {"litellm_provider": "opencode_go", "mode": "chat", "input_cost_per_token": 0,
                                     "output_cost_per_token": 0, "cache_read_input_token_cost": 0}}  # fmt: skip
    assert prices(litellm.parse(json.dumps(row).encode(), UNITS)) == BOTH


def test_pe_30_a_zero_without_the_word_stays_a_missing_price() -> None:
    got = of_models_dev("kimi-for-coding", "k3", "Kimi K3", {"input": 0, "output": 0})
    assert prices(got) == {} and got.rejected == {ZERO: 2}
    assert prices(of_catwalk("copilot", "claude-opus-5", "Claude Opus 5")) == {}


def test_a_free_name_with_a_price_is_no_free_offer() -> None:
    got = of_catwalk("aihubmix", "gpt-4.1-free", "GPT 4.1 (free)", 2)
    assert prices(got) == {} and got.rejected.total() == 2
    got = of_models_dev("zenmux", "z-ai/glm-4.7-flash-free", "GLM 4.7 Flash (Free)", {"input": 0.1, "output": 0.4})
    assert prices(got) == {"input.text.token": Decimal("0.1"), "output.text.token": Decimal("0.4")}


def test_the_word_without_a_zero_is_no_free_offer() -> None:
    got = of_models_dev("opencode", "glm-5-free", "GLM-5 Free", {"input": 0})
    assert prices(got) == {"input.text.token;variant=free": 0}


def test_a_reviewed_list_may_say_it_in_a_sentence() -> None:
    def of_genai(**fields: str) -> Parsed:
        model = {"id": "gemma-4-31b-it", "match": {"equals": "gemma-4-31b-it"}, "prices": {}} | fields
        return genai_prices.parse(json.dumps([{"id": "google", "name": "Google", "models": [model]}]).encode(), UNITS)

    assert prices(of_genai(price_comments="Free of charge on the Gemini API with no paid tier.")) == BOTH
    assert prices(of_genai(description="All OpenAI moderation models and endpoints are free of charge")) == BOTH
    assert prices(of_genai(name="Devstral Small (free)")) == {}  # such names came from a copy of OpenRouter's list


@pytest.mark.parametrize(
    ("remark", "expected"),
    [
        (
            "DuckDuckGo Instant Answer API is free and does not require an API key.",
            {"input.any.search;variant=free": 0},
        ),
        ("SearXNG is an open-source metasearch engine. Free to use when self-hosted or using public instances.", {}),
        (None, {}),
    ],
)
def test_a_remark_may_call_a_search_free(remark: str | None, expected: dict[str, int]) -> None:
    row = {
        "litellm_provider": "duckduckgo",
        "mode": "search",
        "input_cost_per_query": 0.0,
        "metadata": {"notes": remark},
    }
    assert prices(litellm.parse(json.dumps({"duckduckgo/search": row}).encode(), UNITS)) == expected


def test_a_free_offer_is_no_rate_of_a_plan() -> None:
    got = of_models_dev("opencode", "glm-5-free", "GLM-5 Free", {"input": 0, "output": 0})
    offers = [Offer(s.provider, s.sku, "", s.workload, s.meter, s.region, s.price) for s in got.offers]
    assert {o.meter.variant for o in offers} == {FREE}
    assert token_price(offers).bands == ()
