"""Files of workloads with several steps: presets that hold together; files of readers, hostile until they are read."""

from decimal import Decimal
from pathlib import Path

import pytest

from generator.readers_toml import MAX_BYTES
from generator.registry import Registry, RegistryError, load_registry
from generator.steps_file import MAX_STEPS, Preset, load_pipelines, pipeline_of, read_pipeline
from generator.tables import read_rows
from wasm_tools.planner.pipeline import LlmStep, UsageStep
from wasm_tools.workload.traffic import InputError

REGISTRY = Path(__file__).parents[2] / "data" / "registry"
GOOD = """
title = "Search"
e2e_ms = 20000
[[step]]
id = "rank"
kind = "usage"
stage = 1
workload = "reranking"
usage = { searches = 1, tokens = 0.5 }
providers = ["cohere"]
[[step]]
id = "answer"
kind = "llm"
stage = 2
prompt_tokens = 1000
output_tokens = 101
models = ["Qwen3-32B"]
slo_share = 1
"""
LLM = '[[step]]\nid = "a"\nkind = "llm"\nstage = 1\nprompt_tokens = 10\noutput_tokens = 10\n'
USAGE = '[[step]]\nid = "u"\nkind = "usage"\nstage = 1\nworkload = "rerank"\n'
ALIASES = {r["alias"]: r["workload"] for r in read_rows(REGISTRY / "workload_aliases.csv", ("alias", "workload"))}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(REGISTRY)


@pytest.fixture(scope="module")
def presets() -> dict[str, Preset]:
    return load_pipelines(REGISTRY / "pipelines.toml")


def known(registry: Registry) -> dict[str, set[str]]:
    return {"models": set(registry.cards), "providers": set(registry.provider)}


def test_a_file_becomes_steps_with_our_names(tmp_path: Path, registry: Registry) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD, encoding="utf-8")
    pipeline = pipeline_of(read_pipeline(file), registry, ALIASES, known(registry), 1.0, 2.0)
    rank, answer = pipeline.steps
    assert isinstance(rank, UsageStep) and isinstance(answer, LlmStep)
    assert (rank.workload, rank.usage) == ("rerank", (("searches", Decimal(1)), ("tokens", Decimal("0.5"))))
    assert (answer.limits.models, answer.minimum_class, answer.slo_share) == (("qwen3-32b",), "small", 1.0)
    assert answer.slo.e2e_ms == pytest.approx(500 + 100 * 35 * 1.1)
    assert pipeline.target is not None and pipeline.target.percentile == 95


def test_every_preset_is_a_pipeline_of_a_known_use_case_with_its_source(
    presets: dict[str, Preset], registry: Registry
) -> None:
    assert set(presets) == {"rag", "cascade", "ensemble", "agent", "voice"}
    cases = {c.id for c in registry.use_cases}
    for preset in presets.values():
        assert preset.source and preset.title and preset.use_case in cases
        pipeline = pipeline_of(preset, registry, ALIASES, known(registry), 1.0, 2.0)
        assert len(pipeline.steps) == len(preset.step)


def test_lengths_that_follow_from_others_do(presets: dict[str, Preset]) -> None:
    judge = next(s for s in presets["ensemble"].step if s.id == "judge")
    members = [s for s in presets["ensemble"].step if s.stage == 1]
    assert judge.kind == "llm"
    assert judge.prompt_tokens == 512 + sum(m.output_tokens for m in members if m.kind == "llm")
    (think,) = presets["agent"].step
    prompts = [2000 + 700 * n for n in range(7)]
    assert think.kind == "llm" and think.calls == len(prompts)
    assert think.prompt_tokens * len(prompts) == sum(prompts)
    assert think.cached == pytest.approx(sum(prompts[:-1]) / sum(prompts), abs=0.005)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("step = [", "is no TOML"),
        ("n = " + "9" * 5000, "is no TOML"),
        ("a = " + "[" * 5000, "is no TOML"),
        ('title = "x"', "step"),
        ("step = 3", "step"),
        ("step = [3]", "step 1"),
        (LLM + "colour = 1\n", "step 1 (a), colour"),
        (LLM + "calls = inf\n", "step 1 (a), calls"),
        (LLM + "calls = nan\n", "step 1 (a), calls"),
        (LLM + "calls = true\n", "step 1 (a), calls"),
        (LLM + 'share = "1"\n', "step 1 (a), share"),
        (LLM + "share = 0\n", "step 1 (a), share"),
        (LLM + "cached = 1.0\n", "step 1 (a), cached"),
        (LLM + "e2e_ms = -1\n", "e2e_ms"),
        (LLM.replace('"a"', '"A b"'), "step 1 (A b), id"),
        (LLM.replace('"a"', '"\\u001b[2J"'), "step 1 (\\u001b[2J), id"),
        (LLM.replace("stage = 1", "stage = 1.0"), "step 1 (a), stage"),
        (LLM.replace('"llm"', '"magic"'), "step 1 (a)"),
        (LLM + USAGE + "usage = { searches = 0 }\n", "step 2 (u), usage, searches"),
        (LLM + USAGE + 'usage = { searches = "many" }\n', "step 2 (u), usage, searches"),
        (LLM + USAGE + "usage = { searches = inf }\n", "step 2 (u), usage, searches"),
        (LLM + USAGE, "step 2 (u), usage"),
        (LLM * (MAX_STEPS + 1), "step"),
        ("#" * (MAX_BYTES + 1), "larger"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_pipeline(file)
    assert told in str(refused.value) and "mine.toml" in str(refused.value)
    assert "\x1b" not in str(refused.value)


def test_what_is_no_file_of_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    for name in ("missing.toml", ".", "bytes.toml"):
        with pytest.raises(InputError):
            read_pipeline(tmp_path / name)


@pytest.mark.parametrize(
    ("more", "field", "hint"),
    [
        ('models = ["qwen3-32bb"]', "a.models", "did you mean qwen3-32b"),
        ('slo = "soon"', "a.slo", "soon"),
        ('class = "mediun"', "a.class", "did you mean medium"),
        ('kinds = ["renteed"]', "a.kinds", "renteed"),
        ('providers = ["openay"]', "a.providers", "did you mean openai"),
        ('unlike = ["b"]', "a.unlike", "'b'"),
        ("slo_share = 0.5", "a.slo_share", "target"),
    ],
)
def test_an_unknown_name_is_refused_with_its_step(
    more: str, field: str, hint: str, tmp_path: Path, registry: Registry
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(LLM + more, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        pipeline_of(read_pipeline(file), registry, ALIASES, known(registry), 1.0, 2.0)
    assert refused.value.field == field and hint in refused.value.message


def test_a_faulty_registry_file_names_its_block(tmp_path: Path) -> None:
    block = '[[pipeline]]\nid = "x"\nsource = "ours"\n' + LLM.replace("[[step]]", "[[pipeline.step]]")
    file = tmp_path / "pipelines.toml"
    for text, told in (
        (block + "share = 2\n", "x, step 1 (a), share"),
        (block + block, "same id"),
        ("[[other]]\n", "pipeline"),
        (block.replace('source = "ours"\n', ""), "source"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(RegistryError, match=r"pipelines\.toml") as refused:
            load_pipelines(file)
        assert told in str(refused.value)
