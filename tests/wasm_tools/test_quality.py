"""Quality promises: one benchmark at a time, nothing imputed, assumptions in words."""

import json
from dataclasses import replace

import pytest

from wasm_tools.models.quality import (
    Quality,
    QualityScore,
    QualityTable,
    UseCaseQuality,
    best_score,
    floor_problem,
    quality_of,
    ranked,
    read_quality,
)
from wasm_tools.workload.traffic import InputError


def score(model: str, benchmark: str, value: float, *, own: bool = False, setting: str = "") -> QualityScore:
    return QualityScore(model, benchmark, value, "percent", "2025-08-23", "aider", own, setting, None, "", model)


CODE = UseCaseQuality("code", (("polyglot", 0.75), ("swe", 0.25)), "task", "for a test")
CHAT = UseCaseQuality("chat", (("ifeval", 1.0),), "proxy", "for a test")


def table(*scores: QualityScore) -> QualityTable:
    by_model: dict[str, tuple[QualityScore, ...]] = {}
    for s in scores:
        by_model[s.model] = (*by_model.get(s.model, ()), s)
    return QualityTable(by_model, {"code": CODE, "chat": CHAT}, {"fp8": 0.995, "int4": 0.98})


BOTH = table(
    score("a", "polyglot", 80.0), score("a", "swe", 40.0), score("b", "polyglot", 90.0), score("c", "swe", 99.0)
)


def of(model: str, use_case: str = "code", quantised: str = "") -> Quality:
    found = quality_of(BOTH, model, use_case, quantised)
    assert found is not None
    return found


def test_models_are_ranked_by_the_primary_benchmark_alone() -> None:
    """c leads in the other benchmark and was never run on the primary one: it has no place in the order."""
    assert [q.model for q in ranked([of("a"), of("b"), of("c")])] == ["b", "a"]


def test_a_missing_score_is_missing_and_never_a_number() -> None:
    assert (of("c").primary, of("c").value) == (None, None)
    assert [s.value for s in of("c").others] == [99.0]
    assert quality_of(BOTH, "a", "chat") is None and quality_of(BOTH, "nobody", "code") is None


def test_a_weighted_mean_always_means_the_same_set_of_benchmarks() -> None:
    assert of("a").weighted == pytest.approx(0.75 * 80 + 0.25 * 40)
    assert of("b").weighted is None and of("c").weighted is None


def test_what_others_measured_goes_before_what_the_developer_says() -> None:
    scores = [
        score("a", "polyglot", 88.0, own=True),
        score("a", "polyglot", 81.0, setting="low"),
        score("a", "swe", 99.0),
    ]
    best = best_score([*scores, score("a", "polyglot", 86.0, setting="high")], "polyglot")
    assert best is not None and (best.value, best.setting, best.self_reported) == (86.0, "high", False)
    assert best_score(scores[::-1], "polyglot") == scores[1]


def test_a_rating_in_points_is_not_taken_for_a_percentage() -> None:
    assert best_score([replace(score("a", "polyglot", 2134.0), unit="points")], "polyglot") is None


def test_the_loss_of_a_quantised_variant_is_an_assumption_in_words() -> None:
    plain, halved = of("a"), of("a", quantised="int4")
    assert plain.assumption == "" and plain.value == 80.0
    assert halved.value == pytest.approx(78.4) and "× 0.98" in halved.assumption and "assumption" in halved.assumption
    assert halved.weighted == pytest.approx(0.98 * 70) and halved.primary == plain.primary


def test_a_quantised_variant_without_a_documented_loss_inherits_nothing() -> None:
    found = of("a", quantised="fp4")
    assert found.value is None and found.weighted is None and "nobody has measured" in found.assumption
    assert floor_problem(found, 10.0) == found.assumption and ranked([found]) == ()


@pytest.mark.parametrize(
    ("model", "floor", "reason"),
    [
        ("a", 80.0, ""),
        ("a", 80.1, "80.0 in polyglot, below the floor of 80.1"),
        ("c", 10.0, "no published score in polyglot"),
        ("c", 0.0, "no published score in polyglot"),
    ],
)
def test_a_floor_excludes_what_is_below_it_or_unknown_with_the_reason(model: str, floor: float, reason: str) -> None:
    assert floor_problem(of(model), floor) == reason


def test_a_model_without_any_score_fails_every_floor() -> None:
    assert floor_problem(None, 0) == "no published score for this use case"


@pytest.mark.parametrize("floor", [-1.0, 100.1, float("nan"), float("inf"), True])
def test_a_floor_that_is_no_score_is_refused(floor: float) -> None:
    with pytest.raises(InputError, match="quality_floor"):
        floor_problem(of("a"), floor)


def test_different_benchmarks_are_never_ranked_together() -> None:
    chat = quality_of(table(score("d", "ifeval", 70.0)), "d", "chat")
    assert chat is not None
    with pytest.raises(InputError, match="different benchmarks"):
        ranked([of("a"), chat])


def test_an_unknown_use_case_is_refused_with_those_that_exist() -> None:
    with pytest.raises(InputError, match="take one of chat, code"):
        quality_of(BOTH, "a", "poetry")


def test_the_order_of_the_data_changes_nothing() -> None:
    turned = QualityTable({m: s[::-1] for m, s in reversed(list(BOTH.scores.items()))}, BOTH.use_cases, BOTH.penalties)
    for model in ("a", "b", "c"):
        assert quality_of(turned, model, "code") == of(model)


def test_a_record_is_read_as_the_table_it_was() -> None:
    row = ["gpt-x (high)", "ifeval", 70.5, "percent", "2025-08-23", "aider", False, "high", 1.5, "https://x", "gpt-x"]
    record = {"scores": [row], "use_cases": [["chat", [["ifeval", 1.0]], "proxy", "why"]], "penalties": {"fp8": 0.995}}
    found = quality_of(read_quality(json.loads(json.dumps(record))), "gpt-x", "chat", "fp8")
    assert found is not None and found.value == pytest.approx(70.5 * 0.995)
    assert found.primary is not None and (found.primary.name, found.primary.cost_usd) == ("gpt-x (high)", 1.5)
