"""The reviewed tables of quality scores: benchmarks of each use case, names of sources, and what they come to."""

import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from generator.precompute.quality import (
    QualityModelRow,
    quality_benchmarks,
    quality_models,
    quality_table,
    resolved_scores,
)
from generator.registry import Registry, RegistryError, load_registry
from generator.sync.sources import aider, llm_stats_benchmarks
from tests.generator.test_source_aider import BOARD
from tests.generator.test_source_llm_stats_benchmarks import FOLDER
from wasm_tools.models.quality import QualityScore, quality_of, quality_record, read_quality

REGISTRY = Path(__file__).parents[2] / "data" / "registry"
SCORE = QualityScore("o3 (high)", "aider-polyglot", 81.3, "percent", "2025-06-25", "aider", False, "edit format diff")
BENCHMARKS = quality_benchmarks(REGISTRY / "quality_benchmarks.toml")
REVIEWED = quality_models(REGISTRY / "quality_models.csv")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(REGISTRY)


@pytest.fixture(scope="module")
def stored(mirror: Path, registry: Registry) -> list[QualityScore]:
    boards = {board: (mirror / BOARD.format(board)).read_text() for board in aider.BOARDS}
    files = {p.parent.name: p.read_text() for p in (mirror / FOLDER).glob("*/models/*/benchmarks.json")}
    claims = llm_stats_benchmarks.parse(json.dumps(files).encode(), registry.units)
    return aider.parse(json.dumps(boards).encode(), registry.units).scores + claims.scores


def test_every_use_case_has_benchmarks_and_no_other_does(registry: Registry) -> None:
    assert {row.id for row in BENCHMARKS.use_case} == {u.id for u in registry.use_cases}


def test_weights_add_up_to_one_and_the_primary_benchmark_weighs_most() -> None:
    for row in BENCHMARKS.use_case:
        weights = [w for _, w in row.weights]
        assert math.isclose(sum(weights), 1.0) and weights[0] == max(weights), row.id
        assert len(row.reason.split()) > 10 and row.source == "ours"


def test_reviewed_names_lead_to_registered_models_or_say_why_to_none(registry: Registry) -> None:
    for row in REVIEWED.values():
        assert row.model in registry.model if row.model else row.note, row.name


def test_no_row_repeats_what_the_registry_knows_by_itself(registry: Registry) -> None:
    assert not [r.name for r in REVIEWED.values() if not r.setting and r.model == registry.model_of("", r.name) != ""]


def test_a_quantised_run_is_no_score_of_the_published_model(registry: Registry) -> None:
    local = replace(SCORE, name="qwen2:72b-instruct-q8_0")
    found = resolved_scores(registry, [local], REVIEWED)
    assert not found.scores and not found.unresolved
    assert found.left_out == {"quantised weights: no score of the published model": 1}


def test_a_name_is_resolved_by_review_or_exact_id_and_never_by_likeness(registry: Registry) -> None:
    names = ("o3 (high)", "gpt-4.1", "GPT 4.1 (really)", "gpt-4.1-clone")
    found = resolved_scores(registry, [replace(SCORE, name=name) for name in names], REVIEWED)
    assert {s.name: s.model for s in found.scores} == {"o3 (high)": "o3", "gpt-4.1": "gpt-4.1"}
    assert found.unresolved == {("aider", "GPT 4.1 (really)"): 1, ("aider", "gpt-4.1-clone"): 1}


def test_what_a_name_says_about_the_run_joins_its_setting(registry: Registry) -> None:
    row = QualityModelRow(
        source="aider", name="x (low)", model="o3", setting="effort low", note="", reviewed=date(2026, 11, 26)
    )
    (found,) = resolved_scores(registry, [replace(SCORE, name="x (low)")], {("aider", "x (low)"): row}).scores
    assert found.setting == "edit format diff; effort low"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["multi-if", 0.2]', '["multi-if", 0.3]', "chatbot"),
        ('["multi-if", 0.2]', '["ifeval", 0.2]', "chatbot"),
        ('fit = "proxy"', 'fit = "hope"', "fit"),
        ('precision = "fp8"', 'precisions = "fp8"', "penalty"),
        ("[[use_case]]", "[[use_case", "TOML"),
    ],
)
def test_a_wrong_table_of_benchmarks_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "quality_benchmarks.toml"
    path.write_text((REGISTRY / "quality_benchmarks.toml").read_text().replace(old, new, 1))
    with pytest.raises(RegistryError, match=said):
        quality_benchmarks(path)


def test_a_name_that_is_listed_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "quality_models.csv"
    rows = (REGISTRY / "quality_models.csv").read_text()
    path.write_text(rows + rows.splitlines()[1] + "\n")
    with pytest.raises(RegistryError, match="listed twice"):
        quality_models(path)


@pytest.mark.mirror
def test_every_reviewed_name_stands_in_a_stored_payload(stored: list[QualityScore]) -> None:
    assert REVIEWED.keys() <= {(s.source, s.name) for s in stored}


@pytest.mark.mirror
def test_names_are_conserved_resolved_left_out_or_listed(stored: list[QualityScore], registry: Registry) -> None:
    found = resolved_scores(registry, stored, REVIEWED)
    assert len(found.scores) + sum(found.unresolved.values()) + sum(found.left_out.values()) == len(stored) == 2365
    assert (len(found.scores), len(found.unresolved)) == (2072, 52)


@pytest.mark.mirror
def test_every_benchmark_that_counts_has_scores(stored: list[QualityScore]) -> None:
    assert {name for row in BENCHMARKS.use_case for name, _ in row.weights} <= {s.benchmark for s in stored}


@pytest.mark.mirror
def test_the_record_of_the_pack_answers_as_its_table(stored: list[QualityScore], registry: Registry) -> None:
    rated = {c.model for c in registry.capabilities}
    table = quality_table(BENCHMARKS, resolved_scores(registry, stored, REVIEWED).scores, rated)
    assert read_quality(json.loads(json.dumps(quality_record(table)))) == table
    best = quality_of(table, "gpt-5", "code-generation")
    assert best is not None and best.primary is not None
    assert (best.value, best.primary.source, best.primary.self_reported) == (88.0, "aider", False)
    assert "reasoning effort high" in best.primary.setting
    assert quality_of(table, "claude-opus-5", "code-generation") is None
