"""Compass, restated: its scores by hand, its presets, and all rows of its reference scenarios where they are stored."""

import csv
import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.compat_compass_tables import compass_benchmarks, compass_tables
from generator.places import checkout
from wasm_tools.compat.compass_loads import default_target, load_by_page, priority_weights, specification_by_message
from wasm_tools.compat.compass_scores import (
    accuracy_score,
    balanced_score,
    complexity_score,
    latency_score,
    price_score,
    slo_status,
    task_bonus,
)
from wasm_tools.compat.compass_search import (
    LISTS,
    Answer,
    Specification,
    dataset,
    matching_rows,
    recommend,
    record,
    replicas_for,
)
from wasm_tools.compat.compass_tables import METRICS, BenchmarkRow
from wasm_tools.workload.traffic import InputError

REGISTRY = checkout().registry
TABLES = compass_tables(REGISTRY)
CHAT = "chatbot_conversational"
GPT, QWEN = "openai/gpt-oss-120b", "qwen/qwen2.5-7b-instruct"
TARGETS = {"ttft": 400.0, "itl": 40.0, "e2e": 10960.0}
WEIGHTS = TABLES.weights["scenario"]
SPEC = Specification(CHAT, 512, 256, 6.0, TARGETS, WEIGHTS, TABLES.minimum_accuracy, TABLES.listed)
# The first answer of scenario A on the shipped rows, and the cheapest one: two rows of its benchmark file.
ROWS = [
    BenchmarkRow(GPT, "H100", 1, 512, 256, 87.0, 5.0, 1848.0, 1.0),
    BenchmarkRow(QWEN, "A100-80", 1, 512, 256, 104.0, 29.0, 10776.0, 1.0),
]


def test_two_rows_of_the_first_scenario_score_as_published() -> None:
    options = [
        (o.row.model, o.replicas, o.usd_month, o.accuracy, o.latency) for o in recommend(ROWS, SPEC, TABLES).candidates
    ]
    assert options == [(GPT, 8, 26280.0, 83, 100), (QWEN, 8, 20440.0, 73, 84)]
    assert [price_score(cost, 20440, 210240, TABLES) for cost in (26280, 20440, 210240)] == [76, 80, 5]
    for scores, stated in (((83, 76, 100, 60), 74.6), ((73, 80, 84, 60), 70.0)):
        named = dict(zip(("accuracy", "price", "latency", "complexity"), scores, strict=True))
        assert balanced_score(named, WEIGHTS, 8, TABLES) == stated


def test_balanced_score_is_rounded_before_and_after_the_replica_factor() -> None:
    scores = {"accuracy": 30, "price": 50, "latency": 33, "complexity": 0}
    # (30·5 + 50·5 + 33·2) / 12 = 38.8333 → 38.8; times 0.9 = 34.920 → 34.9, in one step 35.0
    assert balanced_score(scores, WEIGHTS, 8, TABLES) == 34.9


def test_times_are_cut_to_whole_milliseconds() -> None:
    (option,) = recommend([replace(ROWS[0], ttft_ms=399.9)], SPEC, TABLES).candidates
    assert option.times["ttft"] == 399


def test_replicas_carry_a_fifth_more_than_the_load() -> None:
    assert [replicas_for(q, 1.0, TABLES) for q in (0.1, 5 / 6, 6.0)] == [1, 1, 8]


def test_complexity_falls_with_gpus_to_a_floor() -> None:
    found = [complexity_score(n, TABLES) for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 18, 64)]
    assert found == [100, 90, 82, 75, 70, 65, 62, 60, 58, 44, 40, 40]


def test_latency_is_linear_within_the_range_and_falls_to_zero_at_twice_its_end() -> None:
    chat = TABLES.use_case(CHAT)
    least, most = ({m: chat.ranges[m][i] for m in METRICS} for i in (0, 1))
    assert [latency_score(t, chat, TABLES) for t in (least, most, {m: 2 * x for m, x in most.items()})] == [100, 60, 0]
    middle = {m: (chat.ranges[m][0] + chat.ranges[m][1]) / 2 for m in METRICS}
    assert latency_score(middle, chat, TABLES) in (79, 80)


def test_status_is_that_of_the_worst_metric() -> None:
    assert slo_status({"ttft": 400, "itl": 40, "e2e": 10960}, TARGETS) == "compliant"
    assert slo_status({"ttft": 1, "itl": 42, "e2e": 1}, TARGETS) == "exceeds"
    assert slo_status({"ttft": 1, "itl": 42, "e2e": 1}, TARGETS, tolerance=0.1) == "near_miss"


def test_price_scores_at_the_edges() -> None:
    assert price_score(5.0, 5.0, 5.0, TABLES) == 95
    assert price_score(0.0, 0.0, 0.0, TABLES) == 100
    assert price_score(1e-9, 0.0, 1.0, TABLES) == 99


def test_bonuses_by_keyword_are_those_of_the_frozen_table() -> None:
    with (REGISTRY / "compat" / "compass_accuracy.csv").open() as lines:
        groups = {row["group"]: row for row in csv.DictReader(lines)}
    with (REGISTRY / "compat" / "compass_models.csv").open() as lines:
        models = list(csv.DictReader(lines))
    assert len(models) == 28
    for model in models:
        for use_case in TABLES.use_cases:
            stated = int(groups[model["accuracy_group"]][use_case].split("+")[1])
            assert task_bonus(model["display_name"], use_case, TABLES) == stated, (model, use_case)
    assert accuracy_score("unknown/model", CHAT, TABLES) is None


def test_default_targets_of_the_page_follow_from_its_ranges() -> None:
    for name, use_case in TABLES.use_cases.items():
        preset = TABLES.preset("compass-ui", name)
        found = [default_target(*use_case.ranges[m]) for m in METRICS]
        assert found == [preset.ttft_ms, preset.itl_ms, preset.e2e_ms], name


def test_presets_differ_and_a_missing_one_is_named() -> None:
    assert TABLES.preset("compass-template", CHAT).ttft_ms == 15000
    assert TABLES.preset("compass-doc", CHAT).ttft_ms == 150
    assert TABLES.preset("compass-class", CHAT).itl_ms == 30
    assert TABLES.preset("compass-poc", "code_generation").percentile == 90
    with pytest.raises(InputError, match="content_generation"):
        TABLES.preset("compass-template", "content_generation")


@pytest.mark.mirror
def test_loads_of_a_thousand_users_are_those_of_the_reference_table(reference_dir: Path) -> None:
    text = (reference_dir / "compass.md").read_text()
    for name, use_case in TABLES.use_cases.items():
        row = re.findall(rf"^\| {name} \|(.*)\|$", text, re.M)[1]
        qps, peak, planned, message = (float(x) for x in row.split("|")[-1].split(","))
        load = load_by_page(1000, use_case)
        assert (load.qps, load.peak_qps, load.planned_qps) == pytest.approx((qps, peak, planned), abs=0.0051)
        assert specification_by_message(1000, name, "medium", TABLES)[0] == message


def test_message_path_scales_targets_and_knows_defaults() -> None:
    _, preset = specification_by_message(1000, CHAT, "high", TABLES)
    assert (preset.ttft_ms, preset.itl_ms, preset.e2e_ms) == (13500, 180, 54000)
    qps, preset = specification_by_message(50, "content_generation", "low", TABLES)
    assert (qps, preset.prompt_tokens, preset.ttft_ms) == (0.5, 512, 600)


def test_priorities_become_weights() -> None:
    assert priority_weights({"price": "high", "latency": "low"}, TABLES) == {
        "accuracy": 5, "price": 7, "latency": 1, "complexity": 2,
    }  # fmt: skip


def test_gpu_words_and_aliases() -> None:
    assert TABLES.gpu_filter(["a100", "nvidia-h100"]) == (frozenset({"A100-80", "A100-40", "H100"}), ())
    assert TABLES.gpu_filter(["Any GPU"]) == (None, ())
    assert TABLES.gpu_filter(["T4"]) == (None, ("T4",))


def test_highest_rate_wins_and_latency_breaks_ties() -> None:
    rows = [replace(ROWS[0], rps=r, e2e_ms=e) for r, e in ((1.0, 10.0), (3.0, 30.0), (3.0, 20.0), (9.0, 99999.0))]
    assert [(r.rps, r.e2e_ms) for r in matching_rows(rows, SPEC)] == [(3.0, 20.0)]
    assert len(dataset(rows, by_rate=False)) == 1
    assert len(dataset(rows, by_rate=True)) == 3


def test_no_row_gives_empty_lists() -> None:
    answer = recommend(ROWS, replace(SPEC, prompt_tokens=513), TABLES)
    assert (answer.candidates, answer.lists) == ([], {name: [] for name in LISTS})


@pytest.mark.parametrize("wrong", [{"qps": 0.0}, {"qps": math.nan}, {"targets": {**TARGETS, "itl": -1.0}}])
def test_wrong_specification_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        replace(SPEC, **wrong)


def scenario(stated: dict[str, Any]) -> Specification:
    s = stated["scenario"]
    return Specification(
        use_case=s["use_case"],
        prompt_tokens=s["traffic"]["prompt_tokens"],
        output_tokens=s["traffic"]["output_tokens"],
        qps=s["traffic"]["expected_qps"],
        targets={m: s["slo"][f"{m}_p95_target_ms"] for m in METRICS},
        weights=s["weights"],
        minimum_accuracy=s["min_accuracy"],
        listed=10,
    )


def answers(upstream: Path, name: str, by_rate: bool) -> list[tuple[dict[str, Any], Answer]]:
    rows = compass_benchmarks(upstream / "benchmarks/compass_simulated/benchmarks_BLIS.json")
    cases = json.loads((upstream / f"reference_results/compass/compass_ref_{name}.json").read_bytes())
    kept = dataset(rows, by_rate)
    assert len(kept) == (1282 if by_rate else 157)
    return [(case, recommend(kept, scenario(case), TABLES)) for case in cases]


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("name", "by_rate", "passing"), [("neuralnav", False, (32, 45, 19)), ("nn_full", True, (32, 45, 19))]
)
def test_every_listed_row_of_the_reference_scenarios_agrees(
    upstream: Path, name: str, by_rate: bool, passing: tuple[int, ...]
) -> None:
    compared = 0
    found = answers(upstream, name, by_rate)
    for case, answer in found:
        assert len(answer.candidates) == case["total_configs_evaluated"]
        assert answer.distinct == case["configs_after_filters"]
        for which, stated in case["lists"].items():
            assert [record(o, i) for i, o in enumerate(answer.lists[which], 1)] == stated, which
            compared += len(stated)
    assert tuple(a.passing for _, a in found) == passing
    assert compared == 146


@pytest.mark.mirror
def test_rows_of_all_three_files_that_rest_on_the_stored_one_agree(upstream: Path) -> None:
    """Two of the three files of the set `all` are not stored: 15 of its 150 rows come from the one that is."""
    compared = 0
    for case, answer in answers(upstream, "nn_all", by_rate=False):
        ours = {(o.row.model, o.row.gpu, o.row.count): o for o in answer.candidates}
        for stated in (row for rows in case["lists"].values() for row in rows):
            key = (stated["model_id"], stated["gpu"]["gpu_type"], stated["gpu"]["gpu_count"])
            if key in ours:
                found = record(ours[key], stated["rank"])
                assert {**found, "scores": 0} == {**stated, "scores": 0}
                scores = stated["scores"]
                assert (ours[key].accuracy, ours[key].latency) == (scores["accuracy_score"], scores["latency_score"])
                named = {k: scores[f"{k}_score"] for k in ("accuracy", "price", "latency", "complexity")}
                assert balanced_score(named, WEIGHTS, ours[key].replicas, TABLES) == scores["balanced_score"]
                compared += 1
    assert compared == 15
