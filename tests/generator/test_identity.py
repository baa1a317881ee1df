"""Identity: one id per seller and per model over all sources, and each offer counted once.

The names are those of the real payloads; the offers are made by hand where no payload is read.
"""

import csv
import io
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.registry import Registry, load_registry
from generator.sync.distinct import Coverage, distinct_offers, offer_identity
from generator.sync.identity import (
    ALIAS_COLUMNS,
    MOVING_COLUMNS,
    PREFIX_COLUMNS,
    SNAPSHOT_COLUMNS,
    SUFFIX_COLUMNS,
    ModelName,
    load_naming_rules,
    spelling_form,
)
from generator.sync.mirror import Mirror
from generator.sync.names import named
from generator.sync.payloads import TransportError
from generator.sync.source_registry import connector
from generator.sync.statements import GpuStatement, SkuFacts, Statement
from generator.tables import TableError, read_rows
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter
from wasm_tools.pricing.offers import Offer

ROOT = Path(__file__).parents[2]
TABLES = {
    "sku_prefixes.csv": PREFIX_COLUMNS,
    "sku_suffixes.csv": SUFFIX_COLUMNS,
    "sku_snapshots.csv": SNAPSHOT_COLUMNS,
    "sku_aliases.csv": ALIAS_COLUMNS,
    "moving_aliases.csv": MOVING_COLUMNS,
}
RAW = "raw.githubusercontent.com"
# Names in the payloads that are no seller.
NO_SELLER = {
    "one of https://docs.litellm.ai/docs/providers": "the documentation entry of litellm",
    "segmind": "Portkey keeps an empty template under this name",
    "crucible": "listed by OpenRouter without an endpoint or an address",
    "fake-provider": "a test entry of OpenRouter",
    "stealth": "OpenRouter's name for hosts that do not want to be named",
}
# Registered releases of one base: at the same price they are one offer.
SNAPSHOTS = {
    "claude-3-5-sonnet-20240620": "claude-3-5-sonnet",
    "gpt-3.5-turbo-0613": "gpt-3.5-turbo",
    "gpt-3.5-turbo-1106": "gpt-3.5-turbo",
    "gpt-4o-2024-05-13": "gpt-4o",
    "gpt-4o-2024-11-20": "gpt-4o",
    "gpt-4o-audio-preview-2024-12-17": "gpt-4o-audio-preview",
    "gpt-4o-audio-preview-2025-06-03": "gpt-4o-audio-preview",
    "gpt-4o-mini-transcribe-2025-03-20": "gpt-4o-mini-transcribe",
    "gpt-4o-mini-transcribe-2025-12-15": "gpt-4o-mini-transcribe",
    "gpt-4o-mini-tts-2025-03-20": "gpt-4o-mini-tts",
    "gpt-4o-mini-tts-2025-12-15": "gpt-4o-mini-tts",
    "llama-4-maverick-17b-128e-instruct-fp8": "llama-4-maverick",
    "qwen3-235b-a22b-fp8": "qwen3-235b-a22b",
    "qwen3-max-2026-01-23": "qwen3-max",
    "qwen3.5-plus-20260420": "qwen3.5-plus",
}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(ROOT / "data" / "registry")


def offer(provider: str, sku: str, price: str = "1", meter: Meter = TEXT_INPUT, region: str = "global") -> Offer:
    return Offer(provider, sku, "", "llm", meter, region, Decimal(price))


def count(registry: Registry, provider: str, *skus: str) -> int:
    """How many offers the SKUs of one provider are when all cost the same."""
    return int(distinct_offers([offer(provider, sku) for sku in skus], registry))


@pytest.mark.parametrize(
    ("provider", "sku", "name"),
    [
        ("openai", "GPT-4o-2024-08-06", ModelName("gpt-4o", "2024-08-06")),
        ("azure", "gpt-4o-0806", ModelName("gpt-4o", "2024-08-06")),
        ("openai", "gpt-4-0613", ModelName("gpt-4", "2023-06-13")),
        ("anthropic", "claude-sonnet-4-20250514", ModelName("claude-sonnet-4", "2025-05-14")),
        ("google-vertex", "claude-sonnet-4@20250514", ModelName("claude-sonnet-4", "2025-05-14")),
        ("google-vertex", "claude-opus-5@default", ModelName("claude-opus-5")),
        ("google-vertex", "publishers/google/models/gemini-2.5-pro", ModelName("gemini-2.5-pro")),
        ("google-vertex", "meta/llama-3.3-70b-instruct-maas", ModelName("llama-3.3-70b-instruct")),
        ("google-vertex", "jamba-1.5-large@001", ModelName("jamba-1.5-large", "001")),
        ("ai21", "jamba-mini-1.7-2025-08", ModelName("jamba-mini-1.7", "2025-08")),
        ("volcengine", "doubao-seed-2-0-pro-260215", ModelName("doubao-seed-2-0-pro", "2026-02-15")),
        (
            "aws-bedrock",
            "us.anthropic.claude-sonnet-4-20250514-v1:0",
            ModelName("claude-sonnet-4", "2025-05-14", scope="us"),
        ),
        (
            "aws-bedrock",
            "us-gov.anthropic.claude-3-5-sonnet-20241022-v2:0",
            ModelName("claude-3-5-sonnet", "2024-10-22", scope="us-gov"),
        ),
        ("aws-bedrock", "global.anthropic.claude-opus-5-v1", ModelName("claude-opus-5", scope="global")),
        ("aws-bedrock", "amazon.titan-embed-text-v2:0", ModelName("titan-embed-text-v2:0")),
        ("oci", "meta.llama-3.3-70b-instruct-fp8-dynamic", ModelName("llama-3.3-70b-instruct", quantization="fp8")),
        ("fireworks", "accounts/fireworks/models/glm-4p7-flash", ModelName("glm-4.7-flash")),
        ("cloudflare", "@cf/meta/llama-3.1-8b-instruct-awq", ModelName("llama-3.1-8b-instruct", quantization="awq")),
        ("synthetic", "hf:zai-org/GLM-4.7", ModelName("glm-4.7")),
        ("deepinfra", "meta-llama/Llama-3.3-70B-Instruct", ModelName("llama-3.3-70b-instruct")),
        ("databricks", "databricks-claude-opus-4-6", ModelName("claude-opus-4-6")),
        ("sap-ai-core", "anthropic--claude-4.5-opus", ModelName("claude-4.5-opus")),
        ("vultr", "nvidia/DeepSeek-V3.2-NVFP4", ModelName("deepseek-v3.2", quantization="nvfp4")),
        ("openrouter", "deepseek/deepseek-r1:free", ModelName("deepseek-r1", variant="free")),
        ("openrouter", "openai/gpt-5.6-sol-pro:batch", ModelName("gpt-5.6-sol-pro", variant="batch")),
        ("nano-gpt", "claude-opus-4-thinking:8192", ModelName("claude-opus-4", variant="8192")),
        ("mistral", "pixtral-12b-latest", ModelName("pixtral-12b-latest", moving=True)),
        ("openrouter", "~openai/gpt-mini-latest", ModelName("gpt-mini-latest", moving=True)),
        ("baseten", "acme/model-7b-latest", ModelName("model-7b", moving=True)),
        ("fal", "fal-ai/flux/dev", ModelName("flux-dev")),
    ],
)  # fmt: skip
def test_id_is_split_into_its_parts(registry: Registry, provider: str, sku: str, name: ModelName) -> None:
    assert registry.name_of(provider, sku) == name


@pytest.mark.parametrize(
    ("provider", "sku"),
    [
        ("moonshotai", "kimi-k2-0905"),  # four digits name another model here
        ("alibaba", "qwen3-235b-a22b-instruct-2507"),
        ("mistral", "mistral-large-2411"),
        ("cohere", "command-r-08-2024"),
        ("google", "gemini-2.5-flash-preview-09-2025"),
        ("deepseek", "deepseek-v4-flash-2026-08-21"),  # each dated release of this family is a model of its own
        ("openai", "gpt-3.5-turbo"),  # Turbo is part of the name
        ("xai", "grok-4-fast"),
        ("moonshotai", "kimi-k2-thinking"),
        ("google", "imagen-4.0-generate-001"),
        ("ollama", "gpt-oss:120b"),
    ],
)
def test_what_names_a_model_stays_in_the_base(registry: Registry, provider: str, sku: str) -> None:
    assert registry.name_of(provider, sku) == ModelName(sku)


@pytest.mark.parametrize(
    ("provider", "sku", "model"),
    [
        ("azure", "gpt-4o-1120", "gpt-4o-2024-11-20"),  # registered with its date
        ("openrouter", "anthropic/claude-3.5-sonnet-20240620:beta", "claude-3-5-sonnet-20240620"),
        ("novita", "meta-llama/llama-4-maverick-17b-128e-instruct-fp8", "llama-4-maverick-17b-128e-instruct-fp8"),
        ("deepinfra", "zai-org-glm-4-7", "glm-4.7"),  # a list that writes hyphens for all separators
        ("aws-bedrock", "amazon-nova-micro", "nova-micro"),
        ("aws-bedrock", "qwen.qwen3-next-80b-a3b", "qwen3-next-80b-a3b-instruct"),  # at this provider only
        ("chutes", "qwen/qwen3-235b-a22b-instruct-2507-tee", "qwen3-235b-a22b-instruct-2507"),
        ("lambda", "deepseek-llama3.3-70b", ""),  # a distillation is not the model that it was made from
        ("groq", "qwen3-next-80b-a3b", ""),
        ("mistral", "zai-glm-5", ""),  # moves with each release of GLM-5
        ("mistral", "mistral-large-latest", ""),
        ("deepseek", "deepseek-reasoner", ""),
        ("aihubmix", "coding-glm-5.3", ""),  # a plan price
        ("perplexity", "perplexity/sonar", ""),
    ],
)
def test_model_is_the_one_that_the_name_says_or_none(registry: Registry, provider: str, sku: str, model: str) -> None:
    assert registry.model_of(provider, sku) == model


def test_benchmark_of_a_quantised_checkpoint_is_not_one_of_the_original(registry: Registry) -> None:
    assert registry.model_of("vultr", "nvidia/DeepSeek-V3.2-NVFP4") == "deepseek-v3.2"
    assert registry.model_of("", "nvidia/DeepSeek-V3.2-NVFP4") == ""


@pytest.mark.parametrize(
    ("provider", "skus"),
    [
        ("mistral", ("mistral-large-latest", "mistral-large-2512", "mistral-large-3")),
        ("mistral", ("codestral-latest", "codestral", "codestral-2508")),
        ("deepseek", ("deepseek-reasoner", "deepseek-chat", "deepseek-v4-flash")),
        ("openrouter", ("openai/gpt-5.6-sol-pro", "gpt-5.6-sol-pro", "openai/gpt-5.6-sol-pro-20260709")),
        ("openrouter", ("~anthropic/claude-opus-latest", "anthropic/claude-opus-5")),
        ("openai", ("gpt-5.6", "gpt-5.6-sol", "gpt-5.6-sol-2026-07-09", "gpt-5.6-2026-07-09")),
        ("openai", ("gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-2024-11-20", "openai/gpt-4o")),
        ("openai", ("gpt-3.5-turbo", "gpt-3.5-turbo-0125", "gpt-3.5-turbo-1106")),
        ("anthropic", ("claude-3-5-sonnet-20240620", "claude-3-5-sonnet-20241022", "claude-3-5-sonnet-latest")),
        (
            "aws-bedrock",
            (
                "anthropic.claude-sonnet-5",
                "us.anthropic.claude-sonnet-5",
                "anthropic.claude-sonnet-5-v1:0",
                "claude-sonnet-5",
            ),
        ),
        (
            "aws-bedrock",
            (
                "anthropic.claude-haiku-4-5-20251001-v1:0",
                "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
                "anthropic.claude-haiku-4-5@20251001",
            ),
        ),
        ("google-vertex", ("claude-opus-4-6", "claude-opus-4-6@default", "claude-opus-4-6@20251201")),
        ("xai", ("grok-4-latest", "grok-4", "grok-4-0709")),
        ("xai", ("grok-4.20-0309-reasoning", "grok-4.20-reasoning", "grok-4.20-reasoning-latest")),
        ("deepinfra", ("moonshotai/Kimi-K2-Instruct", "moonshotai-kimi-k2-instruct", "kimi-k2-instruct")),
        ("fireworks", ("glm-5p1", "accounts/fireworks/models/glm-5p1", "glm-5.1", "glm-5-1")),
        ("zai", ("glm-5.1", "z-ai/glm-5.1", "GLM-5.1")),
        ("openai", ("whisper-1", "openai/whisper-1")),
        ("aws-bedrock", ("llama-3-1-instruct-70b", "meta.llama3-1-70b-instruct-v1:0")),  # LLMRates
        ("aws-bedrock", ("llama-3-2-instruct-11b", "us.meta.llama3-2-11b-instruct-v1:0")),
        ("aws-bedrock", ("gemma-3-12b", "google.gemma-3-12b-it")),
        ("azure", ("k2-thinking", "kimi-k2-thinking")),
        ("azure", ("large-3", "mistral-large-3")),
        ("azure", ("tts-hd", "tts-1-hd")),  # Portkey
        ("azure", ("cohere.cohere-rerank-v4.0-fast", "cohere-rerank-v4.0-fast")),
        ("mistral", ("ocr-4-0", "ocr-4", "mistral-ocr-4")),
        ("mistral", ("ocr-3", "mistral-ocr-2512")),
        ("deepgram", ("base", "deepgram-base")),
        ("groq", ("whisper-v3-large", "whisper-large-v3")),
        ("google-vertex", ("qwen3-next-80b-thinking", "qwen/qwen3-next-80b-a3b-thinking-maas")),
        ("cloudflare", ("@cf/cloudflare/clairic", "clairic")),
        ("typesafe", ("jev-latest", "jev-1.14.0")),
        ("perplexity", ("pplx-decider-latest", "pplx-decider-v1.2")),
        ("nace", ("drex-latest", "drex-v2.0")),
        ("openai", ("tts-1", "tts-1-1106")),
        ("google", ("gemini-2.5-flash", "google/gemini-2.5-flash", "models/gemini-2.5-flash")),
    ],
)
def test_aliases_snapshots_and_spellings_of_one_price_count_once(
    registry: Registry, provider: str, skus: tuple[str, ...]
) -> None:
    assert {registry.base_of(provider, sku) for sku in skus} == {registry.base_of(provider, skus[0])}
    assert count(registry, provider, *skus) == 1


@pytest.mark.parametrize(
    ("provider", "one", "other"),
    [
        ("openai", "gpt-4o", "gpt-4o-mini"),
        ("moonshotai", "kimi-k2", "kimi-k2-0905"),
        ("moonshotai", "kimi-k2-0711-preview", "kimi-k2-0905-preview"),
        ("alibaba", "qwen3-235b-a22b", "qwen3-235b-a22b-instruct-2507"),
        ("alibaba", "qwen3-235b-a22b-instruct-2507", "qwen3-235b-a22b-thinking-2507"),
        ("perplexity", "sonar", "perplexity/sonar"),
        ("deepseek", "deepseek-v4-flash", "deepseek-v4-flash-0731"),
        ("deepseek", "deepseek-v3", "deepseek-v3-0324"),
        ("deepinfra", "deepseek-r1", "deepseek-r1-0528"),
        ("cohere", "command-a", "command-a-plus-05-2026"),
        ("cohere", "command-r", "command-r+"),
        ("aws-bedrock", "amazon.titan-embed-text-v1", "amazon.titan-embed-text-v2:0"),
        ("aws-bedrock", "anthropic.claude-v2", "anthropic.claude-v2:1"),
        ("mistral", "mistral-large-2407", "mistral-large-2411"),
        ("google", "gemini-2.5-flash", "gemini-2.5-flash-preview-09-2025"),
        ("fal", "fal-ai/flux/dev", "fal-ai/flux/schnell"),
        ("fal", "fal-ai/ideogram/v3", "fal-ai/recraft/v3"),
        ("xai", "grok-4-fast-reasoning", "grok-4-fast-non-reasoning"),
        ("openrouter", "switchpoint/router", "openrouter/router"),
        ("zai", "glm-4.7", "glm-4.7-flash"),
    ],
)
def test_two_different_models_are_never_merged(registry: Registry, provider: str, one: str, other: str) -> None:
    assert registry.base_of(provider, one) != registry.base_of(provider, other)
    assert count(registry, provider, one, other) == 2


def test_snapshot_at_another_price_is_another_offer(registry: Registry) -> None:
    dear = [offer("openai", "gpt-4o", "2.5"), offer("openai", "gpt-4o-2024-05-13", "5")]
    assert int(distinct_offers(dear, registry)) == 2
    assert count(registry, "openai", "gpt-4o", "gpt-4o-2024-05-13") == 1


def test_regions_currencies_and_meters_are_offers_of_their_own(registry: Registry) -> None:
    one = offer("aws-bedrock", "anthropic.claude-sonnet-5", "2.2", region="us")
    others = [
        offer("aws-bedrock", "anthropic.claude-sonnet-5", "2.2", region="eu"),
        offer("aws-bedrock", "anthropic.claude-sonnet-5", "2.2", TEXT_OUTPUT, "us"),
        offer("google-vertex", "claude-sonnet-5", "2.2", region="us"),
    ]
    counted = distinct_offers([one, one, *others], registry)
    assert len(counted) == int(counted) == 4
    assert counted.pairs == {("aws-bedrock", "claude-sonnet-5"), ("google-vertex", "claude-sonnet-5")}
    assert counted.providers == {"aws-bedrock", "google-vertex"}
    assert len(counted.meters) == 3
    assert counted.by_workload == {"llm": Coverage(4, 2, 2)}
    assert str(Coverage(37_704, 8_047, 202)) == "37,704/8,047/202"


def test_a_zero_counts_only_where_it_is_called_free(registry: Registry) -> None:
    zero = offer("openrouter", "deepseek/deepseek-r1", "0")
    free = replace(zero, meter=replace(zero.meter, variant="free"))
    assert int(distinct_offers([zero], registry)) == 0
    counted = distinct_offers([zero, free, replace(free, sku="deepseek/deepseek-r1:free")], registry)
    assert (len(counted), len(counted.free)) == (1, 1)


def test_identity_names_the_registered_model(registry: Registry) -> None:
    found = offer_identity(offer("aws-bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "1.1"), registry)
    assert (found.provider, found.model, found.price) == ("aws-bedrock", "claude-haiku-4-5", Decimal("1.1"))


def test_only_these_registered_models_share_a_base(registry: Registry) -> None:
    bases = {m.id: registry.base_of("", m.id) for m in registry.models}
    assert {model: base for model, base in bases.items() if model != base} == SNAPSHOTS


def test_no_spelling_form_means_two_models(registry: Registry) -> None:
    forms: dict[str, set[str]] = {}
    for name, model in registry.model_by_alias.items():
        forms.setdefault(spelling_form(name), set()).add(model)
    assert {form: models for form, models in forms.items() if len(models) > 1} == {}
    assert spelling_form("GLM 4.7") == spelling_form("glm-4-7")
    assert spelling_form("command-r+") != spelling_form("command-r")


def test_moving_names_are_no_models_and_stand_for_registered_ones(registry: Registry) -> None:
    for (provider, alias), target in registry.naming.moving.items():
        assert not target or target in registry.model, alias
        assert registry.model_of(provider or "openrouter", alias) == "", alias
    for model in registry.models:
        assert not [a for a in (model.id, *model.aliases) if registry.is_moving("", a)], model.id


def test_tables_are_sorted_and_give_a_reason(registry: Registry) -> None:
    for name, columns in TABLES.items():
        path = ROOT / "data" / "registry" / name
        rows = read_rows(path, columns)
        keys = [tuple(row.values()) for row in rows]
        assert keys == sorted(keys), name
        assert len({key[:3] for key in keys}) == len(keys), name
        assert all(row.get("reason") or row.get("source") for row in rows), name
        text = path.read_bytes().decode("utf-8")
        again = io.StringIO()
        csv.writer(again, lineterminator="\n").writerows(csv.reader(io.StringIO(text), strict=True))
        assert again.getvalue() == text, name
    assert {m for m in registry.naming.aliases.values() if m not in registry.model} == set()
    developers = {m.developer for m in registry.models}
    assert [org for org, developer in registry.naming.orgs if developer not in developers] == []
    rules = registry.naming
    named_there = {p for p, _ in rules.aliases} | set(rules.prefixes) | set(rules.sellers) | rules.whole
    assert sorted(named_there - set(registry.provider)) == []


def test_table_with_an_unknown_kind_is_refused_by_file_and_row(tmp_path: Path) -> None:
    for name, columns in TABLES.items():
        (tmp_path / name).write_text(",".join(columns) + "\n")
    (tmp_path / "sku_suffixes.csv").write_text(",".join(SUFFIX_COLUMNS) + "\n-x,,odd,,why\n")
    with pytest.raises(TableError, match=r"sku_suffixes\.csv, row 2: kind 'odd'"):
        load_naming_rules(tmp_path)


def payload(mirror: Path, path: str) -> Any:
    return json.loads((mirror / path).read_text(encoding="utf-8"))


def rows(mirror: Path, path: str) -> list[dict[str, str]]:
    with (mirror / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def spellings(mirror: Path) -> Mapping[str, set[tuple[str, str]]]:
    """Every name of a seller as the payloads write it, with the currency of its prices, by source.

    OpenRouter calls Vertex AI `Google`, which is the Gemini API elsewhere: of its endpoints the slug counts.
    """
    atlas = f"{RAW}/jayeshsuyal/InferenceAtlas/main/data"
    catwalk = mirror / RAW / "charmbracelet/catwalk/main/internal/providers/configs"
    genai = (f"{RAW}/pydantic/genai-prices/main/prices/new_data/v2/data.json", "_derived/genai-prices/0.2.3/data.json")
    llmrates = rows(mirror, "www.llmrates.ai/api/dataset/models.csv")
    own = {"aws-pricelist", "azure-retail"}  # the rest of this list is copied
    names: dict[str, Iterable[str | None]] = {
        "litellm": (
            entry.get("litellm_provider")
            for entry in payload(mirror, f"{RAW}/BerriAI/litellm/main/model_prices_and_context_window.json").values()
        ),
        "genai-prices": (p["id"] for path in genai for p in payload(mirror, path)),
        "models.dev": payload(mirror, "models.dev/api.json"),
        "openrouter": (p["slug"] for p in payload(mirror, "openrouter.ai/api/v1/providers.json")["data"]),
        "openrouter-endpoints": (
            row["provider_slug"].partition("/")[0]
            for row in rows(mirror, f"{RAW}/sui414/openrouter-pricing-data/main/data/csv/endpoints/date=2026-08-08.csv")
        ),
        "portkey": (p.stem for p in (mirror / "configs.portkey.ai/pricing").glob("*.json")),
        "token-price-index": (
            row["hyperscaler"]
            for row in payload(mirror, f"{RAW}/sjramblings/token-price-index/main/data/current.json")
            if row["source"] in own
        ),
        "catwalk": (json.loads(p.read_text(encoding="utf-8"))["id"] for p in catwalk.glob("*.json")),
        "truefoundry": payload(mirror, "_derived/truefoundry/models.json"),
        "llm-stats": (
            p.name for p in (mirror / RAW / "JonathanChavezTamales/llm-leaderboard/main/data/providers").iterdir()
        ),
        "inference-atlas": (
            row.get("provider")
            for p in (mirror / atlas).rglob("*.csv")
            for row in rows(mirror, str(p.relative_to(mirror)))
        ),
        "tardellirs": (
            row["provider_id"] for row in payload(mirror, f"{RAW}/tardellirs/gpu-pricing/main/src/data/offerings.json")
        ),
        "sooddvs": (row["provider"] for row in rows(mirror, f"{RAW}/sooddvs/gpu-pricing/main/gpu_pricing_raw.csv")),
    }
    found = {source: {(name, "USD") for name in stated if name} for source, stated in names.items()}
    return {**found, "llmrates": {(row["provider_slug"], row["price_unit"] or "USD") for row in llmrates}}


@pytest.mark.mirror
def test_every_spelling_of_a_seller_in_the_payloads_resolves(registry: Registry, mirror: Path) -> None:
    left = {
        name
        for stated in spellings(mirror).values()
        for name, currency in stated
        if registry.provider_of(name, currency) is None
    }
    assert left == NO_SELLER.keys()


@pytest.mark.mirror
def test_price_lists_name_278_api_sellers_after_spellings_are_merged(registry: Registry, mirror: Path) -> None:
    """The target is 280: the rest comes with the live lists, which have sellers that the stored ones lack."""
    rentals = {"tardellirs", "sooddvs", "openrouter"}  # OpenRouter's list of hosts states no price
    stated = {pair for source, names in spellings(mirror).items() if source not in rentals for pair in names}
    sellers = {row.id for name, currency in stated if (row := registry.provider_of(name, currency))}
    assert len(sellers) >= 278
    assert {"tinfoil", "subconscious", "infermatic", "liquid"} <= registry.provider.keys() - sellers


@dataclass(frozen=True)
class Read:
    """What the connectors make of all stored payloads."""

    statements: tuple[Statement, ...]
    rentals: tuple[GpuStatement, ...]
    facts: tuple[SkuFacts, ...]


def read_all(registry: Registry, mirror: Path) -> Read:
    """Everything that the stored payloads state, in the sources' own names; sources without a payload are left out."""
    stored = Mirror(str(mirror), "2026-11-26")
    statements: list[Statement] = []
    rentals: list[GpuStatement] = []
    facts: list[SkuFacts] = []
    for source in registry.sources:
        if source.kind == "benchmark":
            continue
        try:
            body = stored.fetch(source).body
        except TransportError:
            continue
        parsed = connector(source).parse(body, registry.units)
        statements += parsed.offers
        rentals += parsed.gpu_offers
        facts += parsed.facts
    return Read(tuple(statements), tuple(rentals), tuple(facts))


@pytest.fixture(scope="module")
def read(registry: Registry, mirror: Path) -> Read:
    return read_all(registry, mirror)


@pytest.mark.mirror
def test_every_seller_that_a_connector_states_resolves(registry: Registry, read: Read) -> None:
    stated = {(s.provider, s.currency) for s in (*read.statements, *read.rentals)}
    stated |= {(f.provider, "USD") for f in read.facts}
    assert sorted(name for name, currency in stated if registry.provider_of(name, currency) is None) == []
    exact = {s.provider for s in read.rentals}  # rentals are looked up by the exact spelling
    assert sorted(exact - registry.provider_by_alias.keys()) == []


@pytest.mark.parametrize("sku", ["claude-opus-4-6", "jamba-1.5-large", "llama-3.1-405b-instruct", "mistral-large-2"])
def test_models_of_others_that_google_sells_are_those_of_vertex(registry: Registry, sku: str) -> None:
    got = named(Statement("google", sku, "llm", TEXT_INPUT, Decimal(1)), registry)
    assert (got.provider, got.sku) == ("google-vertex", sku)
    own = named(Statement("google", "gemini-2.5-pro", "llm", TEXT_INPUT, Decimal(1)), registry)
    assert own.provider == "google"


def test_the_default_deployment_of_azure_is_the_list_without_a_scope(registry: Registry) -> None:
    for sku, region in (("azure/global-standard/gpt-4o", "global"), ("gpt-4o", "global-standard")):
        got = named(Statement("azure", sku, "llm", TEXT_INPUT, Decimal(1), region), registry)
        assert (got.sku, got.region) == ("gpt-4o", "global")
    assert named(Statement("azure", "azure/eu/gpt-4o", "llm", TEXT_INPUT, Decimal(1)), registry).region == "eu"


@pytest.mark.mirror
def test_google_itself_sells_only_its_own_models(registry: Registry, read: Read) -> None:
    ours = [named(s, registry) for s in read.statements]
    others = ("claude", "jamba", "llama", "mistral")
    assert not [s.sku for s in ours if s.provider == "google" and s.sku.startswith(others)]
    assert not [s for s in ours if s.region == "global-standard"]


@pytest.mark.mirror
def test_nine_of_ten_offers_have_a_model_and_most_of_the_rest_moves(registry: Registry, read: Read) -> None:
    keys = {(n.provider, n.sku, n.meter, n.region, n.currency) for n in (named(s, registry) for s in read.statements)}
    resolved = sum(bool(registry.model_of(provider, sku)) for provider, sku, *_ in keys)
    moving = sum(registry.is_moving(provider, sku) for provider, sku, *_ in keys)
    assert resolved >= 0.90 * len(keys)
    assert resolved >= 0.92 * (len(keys) - moving)


@pytest.mark.mirror
def test_naming_all_statements_takes_less_than_a_second(mirror: Path, read: Read) -> None:
    fresh = load_registry(ROOT / "data" / "registry")
    start = time.process_time()
    for statement in read.statements:
        ours = named(statement, fresh)
        fresh.model_of(ours.provider, ours.sku)
    assert time.process_time() - start < 1.0
    start = time.process_time()
    for statement in read.statements:
        named(statement, fresh)
    assert (time.process_time() - start) / len(read.statements) < 10e-6  # 2.5 microseconds on an idle machine


@pytest.mark.mirror
def test_union_of_the_stored_lists_keeps_its_size_after_merging(registry: Registry, read: Read) -> None:
    """Fewer than the sum of the lists says: one offer a model, not one a spelling."""
    first: dict[tuple[object, ...], Offer] = {}
    for n in (named(s, registry) for s in read.statements):
        made = Offer(n.provider, n.sku, "", n.workload, n.meter, n.region, n.price, currency=n.currency)
        first.setdefault(made.key, made)
    counted = distinct_offers(first.values(), registry)
    assert 40_000 < len(counted) < 0.85 * len(first)
    assert len(counted.providers) >= 225
    assert counted.by_workload["llm"].pairs >= 7_500
    assert all(counted.by_workload[w].offers for w in ("embeddings", "rerank", "image", "video", "realtime", "vision"))
