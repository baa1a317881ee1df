"""`rank_configs` of InferenceAtlas, restated: its vectors, and all its reference results where they are stored."""

import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.compat_tables import inference_atlas_plan_tables
from generator.places import checkout
from wasm_tools.compat import inference_atlas as library
from wasm_tools.compat.inference_atlas_plans import Plan, PlanRequest, configurations, rank_configs
from wasm_tools.compat.inference_atlas_records import PLAN_COLUMNS, plan_csv_row, plan_record, plan_scaling
from wasm_tools.workload.traffic import InputError

TABLES = inference_atlas_plan_tables(checkout().registry)
KNOBS = ("peak_to_avg", "util_target", "beta", "alpha")


def ranked(tokens: float, bucket: str, **more: Any) -> list[Plan]:
    return rank_configs(PlanRequest(tokens, bucket, **more), TABLES)


def brief(plans: list[Plan]) -> list[tuple[str, int, float, float]]:
    return [(p.offering.offering, p.gpus, p.monthly_usd, p.score) for p in plans]


def same(found: list[tuple[Any, ...]], stated: list[tuple[Any, ...]]) -> bool:
    return len(found) == len(stated) and all(
        x == y or (isinstance(x, float) and isinstance(y, float) and math.isclose(x, y, rel_tol=1e-9))
        for a, b in zip(found, stated, strict=True)
        for x, y in zip(a, b, strict=True)
    )


H200, H100, A100 = "fal_ai_h200_serverless", "fal_ai_h100_serverless", "fal_ai_a100_serverless"
VECTORS = [
    (5e6, "7b", [
        (H200, 1, 5.590277777777778, 5.590277777777778), (H200, 2, 6.0375, 6.3091875), (H100, 1, 6.46875, 6.46875),
        (A100, 1, 7.298076923076923, 7.298076923076923), (H100, 2, 6.98625, 7.30063125),
    ]),
    (5e6, "34b", [
        (H200, 1, 13.310185185185185, 13.310185185185185), (H200, 2, 14.375, 15.021875),
        (H100, 1, 15.401785714285712, 15.401785714285712), (H100, 2, 16.633928571428573, 17.382455357142856),
        (H200, 4, 16.504629629629626, 17.990046296296295),
    ]),
    (5e6, "70b", [
        (H200, 1, 25.410353535353536, 25.410353535353536), (H200, 2, 27.443181818181824, 28.678125),
        (H100, 1, 29.403409090909083, 29.403409090909083), (H100, 2, 31.755681818181817, 33.1846875),
        (H200, 4, 31.508838383838377, 34.344633838383835),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("tokens", "bucket", "stated"), VECTORS, ids=lambda v: str(v)[:6])
def test_published_vectors_come_out(tokens: float, bucket: str, stated: list[tuple[Any, ...]]) -> None:
    assert same(brief(ranked(tokens, bucket))[:5], stated)


def test_heavy_load_leaves_three_token_prices() -> None:
    assert same(
        brief(ranked(1e9, "70b")),
        [
            ("baseten_gpt_oss_120b_blended_io", 0, 6600.0, 7524.0),
            ("together_ai_gpt_oss_120b_blended_io", 0, 8550.0, 9747.0),
            ("together_ai_llama_33_70b", 0, 26400.0, 30096.0),
        ],
    )


def test_preset_decides_whether_one_gpu_carries_the_load() -> None:
    conservative = library.get_tuning_preset("conservative", TABLES)
    first = ranked(1e8, "70b", **conservative)[0]
    assert same(brief([first]), [(H200, 2, 559.0277777777777, 730.5162885902618)])
    assert math.isclose(first.risk, 0.2191157547204764, rel_tol=1e-9)
    aggressive = ranked(1e8, "70b", **library.get_tuning_preset("aggressive", TABLES))[0]
    assert same(brief([aggressive]), [(H200, 1, 508.20707070707067, 548.6985310499881)])


def test_input_and_output_prices_are_blended_by_the_output_share() -> None:
    plans = ranked(5e6, "7b", output_token_ratio=0.5, provider_ids=frozenset({"openai", "anthropic"}))
    assert [(p.offering.offering, round(p.monthly_usd, 6)) for p in plans[:3]] == [
        ("openai_gpt_4o_mini_blended_io", 56.25),
        ("anthropic_claude_haiku_45_blended_io", 450.0),
        ("openai_gpt_5_blended_io", 843.75),
    ]


def test_each_bucket_has_its_candidates_in_the_order_of_the_original() -> None:
    counts = {b: len(list(configurations(b, 0.3, TABLES))) for b in ("7b", "13b", "34b", "70b", "405b", "other")}
    assert counts == {"7b": 86, "13b": 64, "34b": 40, "70b": 35, "405b": 0, "other": 5}
    modes = Counter(c.offering.mode for c in configurations("7b", 0.3, TABLES))
    assert modes == {"dedicated_hourly": 60, "autoscale_hourly": 12, "per_token": 14}


def test_capacity_table_is_a_base_times_a_factor() -> None:
    assert len(TABLES.capacity) == 75
    factors = {"7b": 1, "13b": 0.75, "34b": 0.42, "70b": 0.22, "405b": 0.045}
    for (bucket, gpu), rate in TABLES.capacity.items():
        assert math.isclose(rate, TABLES.capacity["7b", gpu] * factors[bucket], rel_tol=1e-9)
    assert math.isclose(library.capacity("7b", "t4", 8, 0.08, TABLES), 1200 * 8 / 1.56)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("tokens_per_day", 0.0), ("tokens_per_day", math.nan), ("tokens_per_day", math.inf), ("peak_to_avg", 0.0),
        ("util_target", 1.0), ("beta", -0.1), ("output_token_ratio", 1.2), ("top_k", 0), ("alpha", math.nan),
        ("autoscale_inefficiency", 0.9), ("monthly_budget_max_usd", -1.0),
    ],
)  # fmt: skip
def test_wrong_knob_is_refused_by_name(field: str, wrong: float) -> None:
    good: dict[str, Any] = {"tokens_per_day": 5e6, "model_bucket": "70b"}
    with pytest.raises(InputError) as caught:
        PlanRequest(**{**good, field: wrong})
    assert caught.value.field == field


def test_checks_run_in_the_order_of_the_original() -> None:
    with pytest.raises(InputError) as caught:
        PlanRequest(-1.0, "70b", util_target=2.0, beta=-1.0, top_k=0)
    assert caught.value.field == "top_k"


@pytest.mark.parametrize(
    "more", [{"model_bucket": "405b"}, {"monthly_budget_max_usd": 25.0}, {"provider_ids": frozenset({"fireworks"})}]
)
def test_nothing_feasible_is_an_error(more: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="no offering"):
        rank_configs(PlanRequest(**{"tokens_per_day": 5e6, "model_bucket": "70b", **more}), TABLES)


def test_gpu_that_just_carries_the_load_stays_and_a_little_more_drops_it() -> None:
    full = 18000 * 0.75 / 2.5 * 86_400  # tokens a day that need all of one H200: 18,000 tokens/s
    only = {"provider_ids": frozenset({"fal_ai"})}
    assert (H200, 1) in [(p.offering.offering, p.gpus) for p in ranked(full * 0.999, "7b", **only)]
    assert (H200, 1) not in [(p.offering.offering, p.gpus) for p in ranked(full * 1.001, "7b", **only)]


def test_gpu_that_the_table_lacks_is_an_error() -> None:
    with pytest.raises(InputError, match="no capacity"):
        rank_configs(PlanRequest(5e6, "70b"), replace(TABLES, capacity={}))


def test_compatible_providers_are_those_with_an_offering() -> None:
    serving = {p for p, yes in library.get_provider_compatibility("bucket_70B ", TABLES).items() if yes}
    assert serving == {"baseten", "fal_ai", "modal", "replicate", "runpod", "together_ai"}


def test_record_carries_the_old_names_and_explains_itself() -> None:
    request = PlanRequest(5e6, "70b")
    plan = rank_configs(request, TABLES)[0]
    record = plan_record(plan, request, TABLES)
    assert math.isclose(record["utilization_at_peak"], 0.03653432472876917, rel_tol=1e-9)
    assert math.isclose(record["headroom_pct"], 1952.864, rel_tol=1e-6)
    assert record["provider_name"] == "Fal AI"
    assert set(record["assumptions"]) == {
        "util_target", "peak_to_avg", "scaling_beta", "alpha", "output_token_ratio", "monthly_budget_max_usd",
    }  # fmt: skip
    assert len(plan_csv_row(record)) == len(PLAN_COLUMNS)
    scaling = plan_scaling(plan, request, TABLES)
    assert (scaling["mode"], scaling["risk_band"], scaling["capacity_check"]) == ("autoscale", "low", "ok")
    token_plan = ranked(1e9, "70b")[0]
    assert plan_scaling(token_plan, request, TABLES)["capacity_check"] == "unknown"


@pytest.mark.mirror
def test_all_300_reference_cases_agree(upstream: Path) -> None:
    cases = json.loads((upstream / "reference_results/inference_atlas/rank_configs_300.json").read_bytes())
    results = errors = 0
    for case in cases:
        inputs = {k: v for k, v in case["inputs"].items() if k != "preset"}
        if "provider_ids" in inputs:
            inputs["provider_ids"] = frozenset(inputs["provider_ids"])
        if "error" in case:
            with pytest.raises(InputError) as caught:
                library.rank_configs(TABLES, **inputs)
            told = case["error"].split(": ")[1]
            assert caught.value.field == (told.split()[0] if told.split()[1] == "must" else "model_bucket")
            errors += 1
            continue
        found = [
            (
                p.rank, p.offering.provider, p.offering.offering, p.offering.mode, p.offering.gpu or None, p.gpus,
                p.monthly_usd, p.score, p.utilization_at_peak, p.headroom_pct, p.required, p.provided, p.overload,
                p.complexity, p.risk,
            )
            for p in library.rank_configs(TABLES, **inputs)
        ]  # fmt: skip
        assert same(found, [tuple(r.values()) for r in case["results"]]), case["inputs"]
        results += len(found)
    assert (len(cases), errors, results) == (300, 41, 2358)


def test_knobs_of_presets_are_named() -> None:
    assert tuple(library.get_tuning_preset("balanced", TABLES)) == KNOBS
    with pytest.raises(InputError, match="aggressive"):
        library.get_tuning_preset("bold", TABLES)
