"""What the connector of LLM Stats scores promises, on entries written by hand in its shape."""

import json
from pathlib import Path
from typing import Any

import pytest

from generator.sync.sources.llm_stats_benchmarks import parse
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import unit_registry

UNITS = unit_registry([])
FOLDER = "raw.githubusercontent.com/JonathanChavezTamales/llm-leaderboard/main/data/organizations"


def entry(**fields: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "benchmark_id": "gpqa", "model_id": "nova-pro", "score": 0.469, "normalized_score": 0.469,
        "is_self_reported": True, "self_reported_source_link": "https://www.amazon.science/nova",
        "analysis_method": "0-shot", "updated_at": "2025-07-19T19:56:11+00:00", "benchmark_name": "GPQA",
    }  # fmt: skip
    return whole | fields


def read(*entries: object) -> Parsed:
    return parse(json.dumps({"amazon/models/nova-pro": json.dumps(entries)}).encode(), UNITS)


def test_a_share_becomes_a_percentage_and_says_who_claims_it() -> None:
    (score,) = read(entry()).scores
    assert (score.name, score.benchmark, score.value, score.unit) == ("nova-pro", "gpqa", 46.9, "percent")
    assert (score.self_reported, score.setting, score.date) == (True, "0-shot", "2025-07-19")
    assert (score.url, score.cost_usd) == ("https://www.amazon.science/nova", None)


def test_a_rating_keeps_its_own_scale() -> None:
    assert [(s.value, s.unit) for s in read(entry(benchmark_id="cfeval", score=2134)).scores] == [(2134.0, "points")]


def test_without_a_flag_a_score_counts_as_self_reported() -> None:
    assert [
        s.self_reported for s in read(entry(is_self_reported=None), entry(model_id="b", is_self_reported=False)).scores
    ] == [True, False]


@pytest.mark.parametrize(
    "fields",
    [{"benchmark_id": "aa-index"}, {"benchmark_id": "aa-lcr"}, {"benchmark_name": "Artificial Analysis Index"}],
)
def test_indices_of_artificial_analysis_are_never_taken(fields: dict[str, Any]) -> None:
    found = read(entry(), entry(model_id="other", **fields))
    assert [s.name for s in found.scores] == ["nova-pro"]
    assert found.rejected == {"index of Artificial Analysis: may not be passed on": 1}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"score": 0}, "score of zero: never measured"),
        ({"score": -0.5}, "score: not a number from 0"),
        ({"score": "0.5"}, "score has another shape"),
        ({"score": True}, "score has another shape"),
        ({"benchmark_id": None}, "score has another shape"),
        ({"self_reported_source_link": "https://example.com/benchmark-image"}, "its source is a placeholder"),
    ],
)
def test_what_is_no_score_is_counted(fields: dict[str, Any], reason: str) -> None:
    found = read(entry(), entry(**({"model_id": "other"} | fields)))
    assert len(found.scores) == 1 and dict(found.rejected) == {reason: 1}


def test_two_values_for_one_setting_contradict_each_other_and_neither_is_taken() -> None:
    found = read(entry(), entry(score=0.5), entry(analysis_method="5-shot", score=0.5))
    assert [(s.setting, s.value) for s in found.scores] == [("5-shot", 50.0)]
    assert found.rejected == {"several values for one setting": 2}


def test_files_without_a_score_are_refused() -> None:
    with pytest.raises(PayloadError, match="llm-stats-benchmarks"):
        parse(json.dumps({"a": "{}", "b": "no json"}).encode(), UNITS)


@pytest.mark.mirror
def test_the_stored_files_hold_2204_usable_scores(mirror: Path) -> None:
    files = {p.parent.name: p.read_text() for p in sorted((mirror / FOLDER).glob("*/models/*/benchmarks.json"))}
    found = parse(json.dumps(files).encode(), UNITS)
    assert (len(files), found.entries, len(found.scores)) == (167, 2224, 2204) and not found.unread
    assert len(found.scores) + found.rejected.total() == found.entries
    assert not [s for s in found.scores if s.benchmark.startswith("aa-")]
