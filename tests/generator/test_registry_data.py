"""Promises of the hand-kept registries: providers, models, shapes, capability classes and GPUs.

Two conventions of the alias columns:
* A model alias is a name in strict normal form: lower case, without organisation path. Vendor prefixes stay in it only
  where the provider's own ids have them (Oracle's `meta.llama-3.3-70b-instruct`).
* A GPU alias `name#80` means that name together with 80 GB of memory in the row. It is used where the name alone
  leaves the memory open (`nvidia a100 sxm#40`, `…#80`) or where some rows contradict themselves (`nvidia l40#48`).
"""

import csv
import io
import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

import wasm_tools
from generator.registry import Registry, load_registry
from generator.sync.names import named, without_prefixes
from generator.sync.statements import Statement
from tests.generator.test_identity import read_all
from wasm_tools.models.cards import size_bucket
from wasm_tools.pricing.meters import TEXT_INPUT

FILES = ("providers.csv", "models.csv", "model_shapes.csv", "capability.csv", "model_domains.csv", "gpus.csv")
RAW = "raw.githubusercontent.com"
LITELLM = f"{RAW}/BerriAI/litellm/main/model_prices_and_context_window.json"
GENAI_PACKAGE = "_derived/genai-prices/0.2.3/data.json"
MODELS_DEV = "models.dev/api.json"
OPENROUTER = "openrouter.ai/api/v1/models.json"
RENTALS = f"{RAW}/tardellirs/gpu-pricing/main/src/data/offerings.json"
# 2 x layers x KV heads x head size, or layers x latent size: the figures of benchmarks.md section 10.
DOCUMENTED_KV = {
    "llama-3.1-8b-instruct": 65_536,
    "llama-3.1-70b-instruct": 163_840,
    "qwen3-32b": 131_072,
    "qwen3-235b-a22b": 96_256,
    "qwen3.5-397b-a17b": 15_360,
    "minimax-m2.5": 126_976,
    "gpt-oss-120b": 36_864,
    "deepseek-v3": 35_136,
    "deepseek-r1": 35_136,
    "deepseek-v3.2": 35_136,
    "kimi-k2.5": 35_136,
    "glm-5": 44_928,
}
# Published sizes in billions, total and active, to one part in 25 of what the registry computes.
PUBLISHED_SIZES = {
    "llama-3.1-8b-instruct": (8.03, 8.03),
    "llama-3.1-70b-instruct": (70.6, 70.6),
    "qwen3-32b": (32.8, 32.8),
    "qwen3-235b-a22b": (235, 22),
    "gpt-oss-120b": (116.8, 5.13),
    "gpt-oss-20b": (20.9, 3.61),
    "deepseek-v3": (671, 37),
    "kimi-k2.5": (1_026, 32),
    "glm-5": (744, 40),
    "nemotron-3-nano-30b-a3b": (31.6, 3.2),
}
# Quantised or differently built checkpoints of the benchmark set that nobody may take for the original.
BENCHMARKS_LEFT_UNRESOLVED = {
    "nvidia/Llama-3.1-8B-Instruct-FP8",
    "nvidia/DeepSeek-R1-NVFP4",
    "nvidia/Qwen3-32B-NVFP4",
    "nvidia/DeepSeek-V3.1-NVFP4",
}
NOT_RATED = re.compile(r"guard|embed|rerank|whisper|ocr|tts|transcribe|moderation|safeguard")
DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "data" / "registry"


@pytest.fixture(scope="module")
def registry(folder: Path) -> Registry:
    return load_registry(folder)


def payload(mirror: Path, path: str) -> Any:
    return json.loads((mirror / path).read_text(encoding="utf-8"))


def repeated(names: list[str]) -> list[str]:
    return sorted(name for name, n in Counter(names).items() if n > 1)


@pytest.mark.parametrize("name", FILES)
def test_file_is_plain_csv_sorted_by_its_first_column(folder: Path, name: str) -> None:
    text = (folder / name).read_bytes().decode("utf-8")
    rows = list(csv.reader(io.StringIO(text), strict=True))
    again = io.StringIO()
    csv.writer(again, lineterminator="\n").writerows(rows)
    assert again.getvalue() == text, "not RFC 4180 with LF line ends"
    keys = [row[0] for row in rows[1:]]
    assert keys == sorted(keys)
    assert not repeated(keys)
    assert not [cell for row in rows for cell in row if cell != cell.strip()]


@pytest.mark.parametrize("kind", ["providers", "models", "gpus"])
def test_no_spelling_means_two_things(registry: Registry, kind: str) -> None:
    rows = getattr(registry, kind)
    assert not repeated([name for row in rows for name in (row.id, *row.aliases)])
    assert not repeated([row.name for row in rows])
    assert all(re.fullmatch(r"[a-z0-9]+(?:[.\-][a-z0-9]+)*", row.id) for row in rows)


def test_model_aliases_are_in_strict_normal_form(registry: Registry) -> None:
    for name in registry.model_by_alias:
        assert name == name.lower().strip()
        assert not set(name) & set("/ |,"), name


def test_moving_free_and_speed_variants_are_no_aliases(registry: Registry) -> None:
    """What `-latest` means changes; `:free` is no price; fast and quantised variants have prices of their own."""
    variant = re.compile(
        r"(-latest|:free|:nitro|:thinking|-(?:fast|turbo|lightning|exacto|awq|nvfp4|fp4|int4|tee)(?=-|$))"
    )
    for row in registry.models:
        own = variant.findall(row.id)  # a vendor's own product may be called Turbo or Fast
        assert not [a for a in row.aliases if variant.findall(a.replace("_", "-")) != own], row.id
        assert not [a for a in row.aliases if "fp8" in a] or "fp8" in row.id, row.id


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("zai-glm-5", "Mistral's moving name for the newest GLM-5 release"),
        ("kimi-k2", "0711 with most hosts, 0905 with some"),
        ("mistral-large", "whatever is the newest"),
        ("deepseek-chat", "whatever is the newest"),
        ("qwen3-vl-235b-a22b", "instruct or thinking"),
        ("gpt-4o-latest", "moving"),
        ("v3", "a model of DeepSeek on Bedrock and one of Ideogram on fal"),
        ("llama-3.1-405b", "sold as the base model"),
        ("coding-glm-5.1", "a plan price"),
    ],
)
def test_ambiguous_name_stays_unresolved(registry: Registry, name: str, why: str) -> None:
    assert registry.model_of("", name) == "", why


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("claude-3.5-sonnet", "claude-3-5-sonnet-20240620"),
        ("gpt-4o", "gpt-4o-2024-05-13"),
        ("gpt-4o", "gpt-4o-2024-11-20"),
        ("deepseek-v3", "deepseek-v3-0324"),
        ("deepseek-v4-flash", "deepseek-v4-flash-0731"),
        ("qwen3-235b-a22b", "qwen3-235b-a22b-instruct-2507"),
        ("qwen3-235b-a22b", "qwen3-235b-a22b-fp8"),
        ("kimi-k2-instruct", "kimi-k2-instruct-0905"),
        ("glm-4.7", "glm-4.7-flash"),
        ("ministral-8b", "ministral-8b-2512"),
        ("llama-4-maverick", "llama-4-maverick-17b-128e-instruct-fp8"),
        ("titan-embed-text-v1", "titan-embed-text-v2"),
    ],
)
def test_different_models_are_not_merged(registry: Registry, one: str, other: str) -> None:
    found = registry.model_of("", one), registry.model_of("", other)
    assert all(found)
    assert found[0] != found[1]


@pytest.mark.parametrize(
    ("provider", "sku", "model"),
    [
        ("anthropic", "claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("openrouter", "anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("google-vertex", "claude-opus-4-6@default", "claude-opus-4-6"),
        ("aws-bedrock", "anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"),
        ("databricks", "databricks-gpt-5-4-mini", "gpt-5.4-mini"),
        ("fireworks", "glm-5p1", "glm-5.1"),
        ("oci", "meta.llama-3.3-70b-instruct", "llama-3.3-70b-instruct"),
        ("deepinfra", "meta-llama/Meta-Llama-3.1-8B-Instruct", "llama-3.1-8b-instruct"),
        ("groq", "llama-3.3-70b-versatile", "llama-3.3-70b-instruct"),
        ("openai", "gpt-4o-2024-08-06", "gpt-4o"),
    ],
)
def test_every_spelling_of_a_popular_model_resolves(registry: Registry, provider: str, sku: str, model: str) -> None:
    assert registry.model_of(provider, sku) == model


def test_model_facts_are_plausible(registry: Registry) -> None:
    modalities = {"text", "image", "audio", "video", "pdf", "embedding", "score"}
    for m in registry.models:
        for day in (m.released, m.knowledge, m.deprecated):
            assert not day or (DAY.fullmatch(day) and day >= "2019"), m.id
        assert m.released <= "2026-11-21", m.id
        assert not (m.released and m.knowledge) or m.knowledge[:7] <= m.released[:7], m.id
        assert not (m.context and m.max_output) or m.max_output <= m.context, m.id
        assert {*m.input_modalities, *m.output_modalities} <= modalities, m.id
        assert not m.licence or m.open_weights == "yes", m.id
        assert m.source, m.id


def test_sku_prefixes_are_tried_longest_first(registry: Registry) -> None:
    for p in registry.providers:
        assert [len(x) for x in p.sku_prefixes] == sorted((len(x) for x in p.sku_prefixes), reverse=True), p.id
        assert not [x for x in p.sku_prefixes if x != x.lower() or not x.endswith("/")], p.id


def test_plan_prices_are_marked_as_subscriptions(registry: Registry) -> None:
    for p in registry.providers:
        plan = re.search(r"(coding|token|step)[- ]plan|copilot|(?<!com)pass$", f"{p.id} {p.name}".lower())
        assert not plan or p.kind == "subscription", p.id
    assert registry.provider_by_alias["dashscope"].id == "alibaba"
    assert registry.provider_by_alias["bedrock_converse"].id == registry.provider_by_alias["aws"].id == "aws-bedrock"
    assert registry.provider_by_alias["moonshotai"].id != registry.provider_by_alias["moonshotai-cn"].id


def test_shapes_and_classes_belong_to_registered_models(registry: Registry) -> None:
    assert not [s.model for s in registry.shapes if s.model not in registry.model]
    assert not [c.model for c in registry.capabilities if c.model not in registry.model]
    assert not [s.model for s in registry.shapes if registry.model[s.model].open_weights != "yes"]


@pytest.mark.parametrize(("model", "elements"), DOCUMENTED_KV.items())
def test_kv_elements_are_the_documented_ones(registry: Registry, model: str, elements: int) -> None:
    row = next(s for s in registry.shapes if s.model == model)
    assert row.kv_elements_per_token + (row.windowed_elements_per_token or 0) == elements


@pytest.mark.parametrize(("model", "size"), PUBLISHED_SIZES.items())
def test_parameters_match_the_published_size(registry: Registry, model: str, size: tuple[float, float]) -> None:
    shape = next(s for s in registry.shapes if s.model == model)
    assert shape.parameters_b == pytest.approx(size[0], rel=0.01)
    assert shape.active_b == pytest.approx(size[1], rel=0.04)


def test_no_shape_has_more_active_than_all_parameters(registry: Registry) -> None:
    for s in registry.shapes:
        assert 0 < s.active_b <= s.parameters_b, s.model
        assert s.layers > 0 and s.kv_elements_per_token % 64 == 0, s.model
        assert s.hf_repo.count("/") == 1 and s.source, s.model


def test_only_general_text_models_are_rated(registry: Registry) -> None:
    for c in registry.capabilities:
        assert not NOT_RATED.search(c.model), c.model
        assert registry.model[c.model].output_modalities in (("text",), ()), c.model


CODE_NAME = re.compile(r"(^|-)(coder|code|codestral|devstral|codex)(-|$)")
SAID = {
    "general": r"general[- ]purpose", "code": r"cod(e|ing)|software (engineering|tasks)|programming",
    "multilingual": r"multilingual|\d+ languages", "enterprise": "enterprise", "mathematics": r"math(ematics)?",
}  # fmt: skip


def test_each_domain_is_of_a_rated_model_and_has_its_source(registry: Registry) -> None:
    rated = {c.model for c in registry.capabilities}
    assert len({d.model for d in registry.domains}) == len(registry.domains) > 80
    for d in registry.domains:
        assert d.model in rated and d.domains and len(set(d.domains)) == len(d.domains), d.model
        if d.basis == "name":
            assert d.domains == ("code",) and CODE_NAME.search(d.model), d.model
        else:
            listed = d.source.removeprefix("OpenRouter public model list 2026-08-22: ")
            assert registry.model_of("openrouter", listed) == d.model, d.model
    assert registry.cards["qwen3-coder-480b-a35b-instruct"].domains == ("code",)
    assert registry.cards["claude-opus-4-1"].domains == ()


@pytest.mark.mirror
def test_each_domain_is_said_in_the_description_that_it_names(registry: Registry, mirror: Path) -> None:
    said = {m["id"]: m["description"] for m in json.loads((mirror / OPENROUTER).read_text(encoding="utf-8"))["data"]}
    for d in registry.domains:
        for name in d.domains if d.basis == "description" else ():
            assert re.search(rf"\b({SAID[name]})\b", said[d.source.partition(": ")[2]], re.I), (d.model, name)


SIZES = {
    "gpt-oss-20b": "34b", "gpt-oss-120b": "70b", "qwen3-8b": "7b", "llama-3.3-70b-instruct": "70b",
    "deepseek-r1": "405b", "claude-opus-4-5": "",
}  # fmt: skip


def test_size_buckets_are_a_view_of_all_parameters(registry: Registry) -> None:
    assert {model: registry.cards[model].size_bucket for model in SIZES} == SIZES
    edges = [9e9, 9.01e9, 20e9, 20.1e9, 50e9, 50.1e9, 120e9, 120.1e9, 0]
    assert [size_bucket(n) for n in edges] == ["7b", "13b", "13b", "34b", "34b", "70b", "70b", "405b", ""]
    assert {bool(c.size_bucket) for c in registry.cards.values() if c.shape} == {True}


def test_no_planner_reads_the_size_bucket() -> None:
    code = [
        p
        for folder in ("planner", "performance", "pricing", "audit")
        for p in (Path(wasm_tools.__file__).parent / folder).rglob("*.py")
    ]
    assert len(code) > 80
    assert not [p.name for p in code if "size_bucket" in p.read_text(encoding="utf-8")]


def test_each_class_has_a_reason_and_a_dated_licensed_source(registry: Registry) -> None:
    assert len(registry.capabilities) >= 120
    for c in registry.capabilities:
        assert c.reason.endswith(".") and c.reason.count(". ") == 0, c.model
        assert re.search(r"20\d\d", c.source), c.model
        assert "artificial analysis" not in f"{c.reason} {c.source}".lower(), c.model
        if c.basis == "score":
            assert re.search(r"\d %", c.reason), c.model
            assert c.source.startswith(("Aider polyglot leaderboard", "llm-stats")), c.model


@pytest.mark.parametrize(
    "model",
    [
        "llama-3.2-1b-instruct", "llama-3.2-3b-instruct", "gemma-3-1b-it", "gemma-3-4b-it", "qwen3-0.6b", "lfm-7b",
        "mistral-7b-instruct-v0.3", "mistral-nemo-instruct-2407", "gpt-3.5-turbo", "llama-guard-3-8b",
    ],
)  # fmt: skip
def test_tiny_retired_and_guard_models_win_nothing(registry: Registry, model: str) -> None:
    assert registry.model[model]
    assert registry.cards[model].capability == ""


def test_no_retired_closed_model_is_rated(registry: Registry) -> None:
    """The weights of an open model outlive the developer's own service; a closed model ends with it."""
    for c in registry.capabilities:
        card = registry.model[c.model]
        retired = card.deprecated and card.deprecated <= c.reviewed.isoformat()
        assert not retired or card.open_weights == "yes", c.model


@pytest.mark.parametrize(
    ("model", "highest"),
    [
        ("llama-3.1-8b-instruct", "small"),
        ("gemma-3-27b-it", "small"),
        ("gpt-oss-20b", "small"),
        ("qwen3-30b-a3b", "small"),
        ("gpt-4o-mini", "small"),
        ("deepseek-r1-distill-llama-70b", "small"),
        ("llama-4-maverick", "medium"),
        ("deepseek-v4-flash", "medium"),
        ("claude-haiku-5-5", "medium"),
        ("deepseek-v3.2", "large"),
    ],
)
def test_cheap_model_cannot_top_a_list_above_its_class(registry: Registry, model: str, highest: str) -> None:
    assert registry.cards[model].capability == highest


def test_frontier_holds_no_model_without_a_scored_line(registry: Registry) -> None:
    """Frontier is for the flagships of vendors whose line has a licensed top score."""
    developers = {registry.model[c.model].developer for c in registry.capabilities if c.class_ == "frontier"}
    assert developers == {"anthropic", "openai", "google", "xai"}


def test_gpu_peaks_are_dense(registry: Registry) -> None:
    """Data sheets print sparse peaks, twice the dense ones: an H100 has 989 TFLOP/s in BF16, not 1,979."""
    for g in registry.gpus:
        if g.id.startswith(("h100", "h200", "gh200")):
            assert g.bf16_flops is not None and g.bf16_flops < 1.0e15, g.id
        if g.bf16_flops and g.fp8_flops:
            assert g.fp8_flops <= 2.05 * g.bf16_flops, g.id
        if g.fp8_flops and g.fp4_flops:
            assert g.fp4_flops <= 4.05 * g.fp8_flops, g.id
        assert g.bandwidth_bytes_s is None or 5e10 < g.bandwidth_bytes_s < 1e13, g.id
        assert 0.9 < g.memory_bytes / (float(g.memory_gb_label) * 2**30) < 1.01, g.id


def test_only_hopper_and_later_have_fp8_and_only_blackwell_has_nvidia_fp4(registry: Registry) -> None:
    for id_ in ("a100-sxm-80gb", "a100-pcie-40gb", "a10g", "t4", "v100-sxm2-16gb", "rtx-a6000"):
        assert registry.gpu[id_].fp8_flops is None, id_
    for id_ in ("h100-sxm", "h200-sxm", "l40s", "l4"):
        assert registry.gpu[id_].fp8_flops and registry.gpu[id_].fp4_flops is None, id_


@pytest.mark.parametrize(
    "name", ["NVIDIA A100", "NVIDIA A100#80", "NVIDIA H100#80", "Tesla V100#16", "RTX PRO 6000#96"]
)
def test_gpu_name_without_form_factor_stays_unresolved(registry: Registry, name: str) -> None:
    assert registry.gpu_of(name) == ""


@pytest.mark.parametrize(
    ("name", "gpu"),
    [
        ("NVIDIA A100 SXM4#40", "a100-sxm-40gb"),
        ("NVIDIA A100 SXM4#80", "a100-sxm-80gb"),
        ("NVIDIA A100 PCIe#80", "a100-pcie-80gb"),
        ("NVIDIA H100 SXM5#80", "h100-sxm"),
        ("NVIDIA H100 NVL#94", "h100-nvl"),
        ("NVIDIA L40#40", ""),
        ("NVIDIA B300#180", ""),
        ("NVIDIA B300#262", "b300-sxm"),
        ("RTX 3060#8", "rtx-3060-8gb"),
    ],
)
def test_memory_in_the_row_decides_between_gpus(registry: Registry, name: str, gpu: str) -> None:
    assert registry.gpu_of(name) == gpu


def test_benchmark_systems_have_a_gpu(registry: Registry) -> None:
    systems = {"h100_sxm", "h200_sxm", "b200_sxm", "b300_sxm", "gb200", "gb300"}
    assert systems <= registry.gpu_of_system.keys()
    assert not repeated([g.aic_system for g in registry.gpus if g.aic_system])


def skus(mirror: Path, source: str) -> list[tuple[str, str]]:
    """The (provider, SKU) pairs of a payload, as the source writes them."""
    if source == "litellm":
        entries = payload(mirror, LITELLM).items()
        return [(e["litellm_provider"], k) for k, e in entries if k != "sample_spec" and e.get("litellm_provider")]
    if source == "models-dev":
        return [(p, k) for p, record in payload(mirror, MODELS_DEV).items() for k in record["models"]]
    if source == "openrouter":
        return [("openrouter", m["id"]) for m in payload(mirror, OPENROUTER)["data"]]
    return [(p["id"], m["id"]) for p in payload(mirror, GENAI_PACKAGE) for m in p["models"]]


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("source", "share"), [("litellm", 0.80), ("genai-prices", 0.85), ("models-dev", 0.86), ("openrouter", 0.90)]
)
def test_most_skus_of_a_source_have_a_model(registry: Registry, mirror: Path, source: str, share: float) -> None:
    found = skus(mirror, source)
    resolved = 0
    for name, sku in found:
        provider = registry.provider_by_alias[name]
        own = without_prefixes(sku.strip().lower(), provider.sku_prefixes)
        resolved += bool(registry.model_of(provider.id, own))
    assert resolved / len(found) >= share


@pytest.mark.mirror
def test_every_registered_model_occurs_in_a_payload_or_has_a_shape(registry: Registry, mirror: Path) -> None:
    met = {s.model for s in registry.shapes}
    found = read_all(registry, mirror)
    stated = {(s.provider, s.sku, s.currency) for s in found.statements}
    stated |= {(f.provider, f.sku, "USD") for f in found.facts}
    stated |= {(name, sku, "USD") for name, sku in skus(mirror, "litellm")}  # also what has no price
    for provider, sku, currency in stated:
        ours = named(Statement(provider, sku, "llm", TEXT_INPUT, Decimal(1), currency=currency), registry)
        met.add(registry.model_of(ours.provider, ours.sku))
        met.add(registry.model_of("", re.sub(r"^(?:[a-z\-]+\.)?[a-z0-9]+\.(?=[a-z])", "", ours.sku)))
    assert sorted(registry.model.keys() - met) == []


@pytest.mark.mirror
def test_benchmark_models_have_card_shape_and_class(registry: Registry, upstream: Path) -> None:
    with (upstream / "benchmarks" / "silicon_sample.csv").open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    paths = {r["model_path"] for r in records}
    assert {p for p in paths if not registry.model_of("", p)} == BENCHMARKS_LEFT_UNRESOLVED
    for path in paths - BENCHMARKS_LEFT_UNRESOLVED:
        card = registry.cards[registry.model_of("", path)]
        assert card.shape is not None and card.capability and card.hf_repo, path
    assert {r["system"] for r in records} <= registry.gpu_of_system.keys()


@pytest.mark.mirror
def test_gpus_of_the_benchmark_set_have_its_figures(registry: Registry, upstream: Path) -> None:
    for system, gpu in registry.gpu_of_system.items():
        text = (upstream / "hardware" / "aic_systems" / f"{system}.yaml").read_text(encoding="utf-8")
        stated, row = yaml.safe_load(text)["gpu"], registry.gpu[gpu]
        assert row.memory_bytes == stated["mem_capacity"], gpu
        assert row.bandwidth_bytes_s == stated["mem_bw"], gpu
        assert row.bf16_flops == pytest.approx(stated["bfloat16_tc_flops"], rel=1e-6), gpu
        assert row.tdp_w == stated["power"], gpu
        if row.fp8_flops is not None:
            assert row.fp8_flops == pytest.approx(stated["fp8_tc_flops"], rel=1e-6), gpu
        if row.fp4_flops is not None:
            assert row.fp4_flops == pytest.approx(stated["fp4_tc_flops"], rel=1e-6), gpu


@pytest.mark.mirror
def test_rental_gpu_names_resolve_to_a_gpu_of_that_memory(registry: Registry, mirror: Path) -> None:
    rows = payload(mirror, RENTALS)
    resolved = 0
    for row in rows:
        gpu = registry.gpu_of(f"{row['gpu_model']}#{row['vram_gb']}")
        if gpu:
            resolved += 1
            label = float(registry.gpu[gpu].memory_gb_label)
            assert row["vram_gb"] == pytest.approx(label, rel=0.1), (row["gpu_model"], gpu)
    assert resolved / len(rows) >= 0.85
