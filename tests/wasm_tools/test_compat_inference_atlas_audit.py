"""The legacy recommender and the cost audit of InferenceAtlas, restated, on numbers that can be checked by hand."""

import math
from typing import Any

import pytest

from generator.compat_tables import inference_atlas_audit_rules, inference_atlas_legacy_rules
from generator.places import checkout
from wasm_tools.compat.inference_atlas_audit import Audit, GpuPriceRow, Questionnaire, audit, dedicated_usd
from wasm_tools.compat.inference_atlas_legacy import GpuOption, TokenOption, legacy_recommendations
from wasm_tools.workload.traffic import InputError

LEGACY = inference_atlas_legacy_rules(checkout().registry)
RULES = inference_atlas_audit_rules(checkout().registry)
HUNDRED = 100 * 86_400  # tokens a day that make 100 tokens/s
GPU = GpuOption("g", 100.0, 80.0, 2.0)
API: dict[str, Any] = {"pricing_model": "token_api", "input_tokens": 1e9, "output_tokens": 1e9}


def audited(**answers: Any) -> Audit:
    return audit(Questionnaire(**answers), RULES)


def test_steady_load_takes_gpus_for_three_quarters_of_their_rate() -> None:
    (plan,) = legacy_recommendations(HUNDRED, "steady", [GPU], LEGACY)
    # 100 / (100 · 0.85 · 1.25) = 0.9412 → 2 GPUs at 0.4706; 720 h · 2 USD · 2
    assert (plan.gpus, plan.monthly_usd, plan.band, plan.idle_waste_usd) == (2, 2880.0, "low", 0.0)
    assert math.isclose(plan.utilisation_pct, 47.0588235, rel_tol=1e-6)
    assert math.isclose(plan.usd_per_million, 2880 / 259.2)


def test_autoscaling_bills_active_hours_and_wastes_none() -> None:
    scaled = GpuOption("scaled", 100.0, 80.0, 2.0, autoscaling=True)
    first, second = legacy_recommendations(HUNDRED, "business_hours", [GPU, scaled], LEGACY)
    # 100 / 0.238 / (100 · 0.8 · 1.1) = 4.775 → 7 GPUs
    assert (first.name, first.gpus, second.gpus) == ("scaled", 7, 7)
    assert math.isclose(first.monthly_usd, 720 * 0.238 * 2 * 7)
    assert (first.idle_waste_usd, second.monthly_usd) == (0.0, 10080.0)
    assert math.isclose(second.idle_waste_pct, 76.2)


def test_many_gpus_are_punished_and_small_memory_is_skipped() -> None:
    small = GpuOption("small", 1000.0, 24.0, 0.1)
    plans = legacy_recommendations(HUNDRED, "bursty", [GPU, small, TokenOption("api", 10.0)], LEGACY, 40.0)
    # 100 / 0.4 · 3 / (100 · 0.7 · 1.35) = 7.94 → 11 GPUs, three above eight
    assert [(p.name, p.gpus, p.penalty_usd) for p in plans] == [("api", 0, 0.0), ("g", 11, 150_000.0)]
    assert plans[0].monthly_usd == 2592.0


@pytest.mark.parametrize(("tokens", "pattern"), [(0, "steady"), (math.nan, "steady"), (1e6, "wild")])
def test_no_load_or_unknown_pattern_is_refused(tokens: float, pattern: str) -> None:
    with pytest.raises(InputError):
        legacy_recommendations(tokens, pattern, [GPU], LEGACY)


def test_first_vector_is_capped_with_three_levers() -> None:
    found = audited(
        **API, spend_usd=20000.0, traffic="steady", procurement="on_demand", quantization="no", caching="no"
    )
    assert (found.score, found.penalties, len(found.caps)) == (45, 51, 2)
    assert [(lever.name, round(lever.saving_pct, 6)) for lever in found.levers] == [
        ("switch_to_dedicated", 41.6), ("reserved", 40.0), ("quantization", 28.0),
    ]  # fmt: skip
    assert round(found.combined_pct, 2) == 74.77
    assert found.savings_low_usd is not None and found.savings_high_usd is not None
    assert (round(found.savings_low_usd, 2), round(found.savings_high_usd, 2)) == (7477.12, 14954.24)


def test_one_reason_for_a_cap_is_enough() -> None:
    found = audited(**API, spend_usd=20000.0, quantization="no")
    assert (100 - found.penalties, len(found.caps), found.score) == (74, 1, 45)


def test_second_vector_saves_nothing_by_a_switch() -> None:
    found = audited(**API, spend_usd=500.0)
    assert (found.score, [(x.name, x.saving_pct) for x in found.levers]) == (88, [("switch_to_dedicated", 0.0)])
    assert found.pricing_verdict == "consider_switch"


def test_third_vector_takes_an_a100_for_an_a10() -> None:
    found = audited(
        modality="image_gen", pricing_model="dedicated", gpu="A100", gpu_count=2, spend_usd=1000.0,
        traffic="business_hours", autoscaling="no",
    )  # fmt: skip
    assert found.score == 80
    assert math.isclose(found.savings_low_usd or 0, 160) and math.isclose(found.savings_high_usd or 0, 320)
    assert found.hardware == "compute"


def test_no_answers_leave_full_marks() -> None:
    found = audited()
    assert (found.score, found.levers, found.savings_high_usd) == (100, [], None)


def test_good_habits_add_points_up_to_a_hundred() -> None:
    found = audited(caching="yes", quantization="yes", traffic="bursty", autoscaling="yes")
    assert dict(found.parts) == {"caching": 4, "quantization_on": 6, "autoscaling": 6}
    assert found.score == 100


def test_unknown_spend_of_an_api_is_two_dollars_a_million() -> None:
    found = audited(**API)
    # 2 · 10⁹ tokens: 4000 USD, four H100 at 4 USD: 11680, no saving
    assert found.savings_high_usd == 0.0
    assert dedicated_usd(Questionnaire(**API), "llm", RULES) == 11680.0


def test_fitting_gpu_row_beats_the_assumed_price() -> None:
    q = Questionnaire(**API, gpu="h100", providers=("together",), traffic="steady")
    rows = [
        GpuPriceRow("together_ai", "H100", "autoscale", "llm", 1.0),
        GpuPriceRow("together_ai", "H100", "dedicated", "llm", 3.0),
        GpuPriceRow("runpod", "H100", "dedicated", "llm", 2.0),
    ]
    assert dedicated_usd(q, "llm", RULES, rows) == 4 * 3.0 * 730


@pytest.mark.parametrize(
    "answers",
    [{"pricing_model": "token_api"}, {"pricing_model": "dedicated"}, {"spend_usd": math.nan}, {"input_tokens": -1.0}],
)
def test_answers_that_cannot_be_are_refused(answers: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Questionnaire(**answers)
