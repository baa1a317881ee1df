"""The planner: exact API prices, measured GPU configurations, a fair ranking and honest refusals."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wasm_tools.catalogues import CLOSED, GPU, OPEN, catalogue, curve, rate, with_rates
from wasm_tools import browser
from wasm_tools.performance.memory import fits, kv_bytes_per_token, memory_needed, weight_bytes
from wasm_tools.planner import plan_record, ranked_plans, ranking_record, read_catalogue
from wasm_tools.planner.catalogue import CurvePoint, TailRatios
from wasm_tools.planner.gpu_plans import nearest_harder_curve, p95_estimate, rented_gpus, replicas_for
from wasm_tools.planner.pack import PackError, catalogue_pack
from wasm_tools.workload.traffic import InputError, Slo, Workload, class_slo, qps_of_users

LOOSE = Slo(10_000, 1_000, 2_000_000)


def plans(workload: Workload, slo: Slo = LOOSE, cat=None):
    return [p for _, p in ranked_plans(workload, slo, cat or catalogue(), 1000).plans]


def by_kind(workload: Workload, kind: str, slo: Slo = LOOSE, cat=None):
    return next(p for p in plans(workload, slo, cat) if p.kind == kind)


def test_api_cost_is_tokens_times_price_to_the_cent() -> None:
    plan = by_kind(Workload(1000, 500, 1, 2, "medium"), "api")
    # 2,628,000 requests a month × (1000 × $0.50 + 500 × $0.80) / 1M
    assert plan.usd_per_month == Decimal(2_628_000) * Decimal("0.0009")
    assert plan.usd_per_million_tokens == Decimal("0.6")
    assert plan_record(plan)["usd_per_month"] == "2365.20"


def test_long_prompt_pays_the_long_context_price_for_all_of_it() -> None:
    cat = with_rates(rate("vendor", "closed-xl", "2", "10", *catalogue().rates[2].bands[1:]))
    short, at, above = (
        by_kind(Workload(n, 1000, 1, 1, "frontier"), "api", cat=cat) for n in (99_999, 100_000, 100_001)
    )
    assert at.usd_per_month / short.usd_per_month < Decimal("1.001")
    assert above.usd_per_month > Decimal("1.9") * at.usd_per_month
    assert any("100,000" in r for r in above.reasons)


def test_api_latency_is_unknown_and_says_so() -> None:
    record = plan_record(by_kind(Workload(1000, 500, 1, 2, "frontier"), "api"))
    assert (record["slo"], record["evidence"], record["ttft_p95_ms"]) == ("unknown", "unknown", None)
    assert any("not measured" in r for r in record["reasons"])


def test_gpu_plan_by_hand() -> None:
    slo = Slo(450, 30, 60_000)
    plan = by_kind(Workload(1024, 1024, 10, 20, "medium"), "rented", slo)
    c = plan.configuration
    # C=128 misses (840 ms TTFT); C=64: 64 / (0.2 + 1023 × 0.024) s = 2.5853 requests/s
    assert c.concurrency == 64
    assert c.requests_per_second == pytest.approx(64 / (0.2 + 1023 * 0.024))
    assert c.replicas == 10  # ⌈20 / (0.85 × 2.5853)⌉ = ⌈9.101⌉
    assert c.gpus == 20
    assert plan.usd_per_month == Decimal("2.50") * 20 * 730
    assert plan.prediction.evidence == "measured"
    assert plan.prediction.ttft_ms == pytest.approx(400)
    assert plan.slo_margin == pytest.approx(1 - 400 / 450)
    assert plan.utilisation == pytest.approx(20 / (10 * c.requests_per_second))


def test_p95_is_mean_times_its_own_ratio() -> None:
    tails = TailRatios(2.0, 1.5, "a test")
    estimate = p95_estimate(CurvePoint(4, 100.0, 10.0, ""), 101, tails, "measured")
    assert (estimate.ttft_ms, estimate.itl_ms, estimate.e2e_ms) == (200.0, 15.0, 200.0 + 100 * 15.0)


def test_end_to_end_bound_can_be_the_binding_one() -> None:
    # C=1: 80 + 1023 × 8 ms; C=16: 180 + 1023 × 12 ms
    plan = by_kind(Workload(1024, 1024, 1, 1, "medium"), "rented", Slo(10_000, 1_000, 9_000))
    assert plan.configuration.concurrency == 1
    excluded = ranked_plans(Workload(1024, 1024, 1, 1, "medium"), Slo(10_000, 1_000, 5_000), catalogue()).excluded
    assert dict(excluded)["misses the end-to-end bound"] == 1


def test_an_api_that_does_not_allow_such_long_answers_is_no_plan() -> None:
    short = replace(rate("host", "open-70b", "0.50", "0.80"), max_output=499)
    ranking = ranked_plans(Workload(1000, 500, 1, 2, "medium"), LOOSE, with_rates(short))
    assert dict(ranking.excluded)["answers of this length are not allowed"] == 1
    assert any(p.kind == "api" for p in plans(Workload(1000, 499, 1, 2, "medium"), cat=with_rates(short)))


@pytest.mark.parametrize(
    ("count", "tensor_parallel", "replicas", "paid"),
    [
        (1, 2, 3, 6),  # sold singly
        (8, 2, 3, 8),  # three replicas fit into one machine, two GPUs are idle
        (8, 2, 5, 16),
        (8, 8, 2, 16),
        (4, 8, 1, None),  # a replica does not fit into one machine
        (6, 4, 2, 12),  # one replica a machine, two GPUs of each are idle
    ],
)
def test_whole_machines_are_paid_for(count: int, tensor_parallel: int, replicas: int, paid: int | None) -> None:
    assert rented_gpus(count, tensor_parallel, replicas) == paid


def test_a_machine_that_is_rented_whole_costs_its_idle_gpus_too() -> None:
    single = catalogue()
    whole = replace(single, rentals=tuple(replace(r, count=8) for r in single.rentals))
    work, slo = Workload(1024, 1024, 0.1, 0.2, "medium"), Slo(2000, 100, 200_000)

    one, eight = (by_kind(work, "rented", slo, c) for c in (single, whole))
    assert (one.configuration.gpus, eight.configuration.gpus) == (2, 8)
    assert eight.usd_per_month == one.usd_per_month * 4
    assert any("6 of them idle" in reason for reason in eight.reasons)


def test_unit_costs_of_a_rented_plan_by_hand() -> None:
    plan = by_kind(Workload(512, 1024, 2, 2, "medium"), "rented")
    month = plan.usd_per_month
    assert plan.usd_per_hour == month / 730 == Decimal("2.50") * plan.configuration.gpus
    requests = Decimal(2 * 730 * 3600)
    assert plan.usd_per_million_output == month * 1_000_000 / (requests * 1024)
    assert plan.usd_per_million_tokens == month * 1_000_000 / (requests * 1536)


def test_bytes_of_weights_and_cache_by_precision() -> None:
    shape = OPEN.shape
    assert weight_bytes(shape, "bf16") == 140e9
    assert weight_bytes(shape, "fp8") == 70e9
    assert weight_bytes(shape, "fp4") == 70e9 * 0.5625
    assert kv_bytes_per_token(shape, "bf16") == 2 * 163_840
    assert kv_bytes_per_token(shape, "int4") == 2 * 163_840
    assert kv_bytes_per_token(shape, "fp8") == 163_840


def test_a_tenth_of_the_memory_stays_free() -> None:
    exact = replace(OPEN.shape, parameters=0.9 * GPU.memory_bytes, kv_elements=0)
    assert fits(exact, "fp8", GPU, 1, 1, 1)
    assert not fits(replace(exact, parameters=0.91 * GPU.memory_bytes), "fp8", GPU, 1, 1, 1)


def test_one_plan_asked_for_is_the_first_one() -> None:
    ((rank, _),) = ranked_plans(Workload(1000, 500, 0.01, 0.02, "medium"), LOOSE, catalogue(), 1).plans
    assert rank == 1


def test_other_lengths_use_a_harder_measurement_and_say_so() -> None:
    plan = by_kind(Workload(512, 600, 1, 2, "medium"), "rented")
    assert plan.prediction.evidence == "anchored"
    assert any("at least as hard" in r for r in plan.reasons)


@pytest.mark.parametrize(("prompt", "output"), [(2048, 512), (1024, 2048), (1000, 100)])
def test_easier_measurement_never_stands_for_a_harder_workload(prompt: int, output: int) -> None:
    assert nearest_harder_curve(Workload(prompt, output, 1, 1), [curve(1024, 1024, (1, 1, 1))]) is None


def test_nearest_harder_curve_is_the_smallest() -> None:
    curves = [curve(8192, 1024, (1, 1, 1)), curve(1024, 512, (1, 1, 1)), curve(4096, 512, (1, 1, 1))]
    assert nearest_harder_curve(Workload(512, 256, 1, 1), curves).prompt_tokens == 1024


def test_what_does_not_fit_in_memory_is_no_plan() -> None:
    big = replace(OPEN, shape=replace(OPEN.shape, parameters=200e9))
    cat = replace(catalogue(), models={**catalogue().models, "open-70b": big})
    ranking = ranked_plans(Workload(1024, 1024, 1, 2, "medium"), LOOSE, cat, 100)
    assert not [p for _, p in ranking.plans if p.kind == "rented"]
    assert dict(ranking.excluded)["does not fit in GPU memory"] == 1


def test_70b_in_bf16_does_not_fit_on_one_80_gb_gpu() -> None:
    assert not fits(OPEN.shape, "bf16", GPU, 1, 1, 1)
    assert fits(OPEN.shape, "bf16", GPU, 4, 1, 2048)
    assert memory_needed(OPEN.shape, "fp8", 0, 0) == 70e9


def test_unknown_architecture_is_no_plan() -> None:
    cat = replace(catalogue(), models={**catalogue().models, "open-70b": replace(OPEN, shape=None)})
    excluded = dict(ranked_plans(Workload(1024, 1024, 1, 2, "medium"), LOOSE, cat).excluded)
    assert excluded["architecture unknown, memory fit cannot be checked"] == 1


def test_a_small_model_never_wins_where_a_large_one_is_asked_for() -> None:
    kinds = {p.model for p in plans(Workload(1000, 500, 1, 2, "large"))}
    assert kinds == {CLOSED.id}
    excluded = dict(ranked_plans(Workload(1000, 500, 1, 2, "large"), LOOSE, catalogue()).excluded)
    assert excluded["below the minimum capability class"] == 3  # tiny and open by API, open on GPUs


def test_unrated_suspect_and_too_long_are_counted() -> None:
    cat = with_rates(rate("dubious", "open-70b", "0.01", "0.01", suspect="far below"), rate("x", "tiny-1b", "1", "1"))
    excluded = dict(ranked_plans(Workload(8_000, 500, 1, 2, "small"), LOOSE, cat).excluded)
    assert excluded["far below"] == 1
    assert excluded["context window too short"] == 1
    assert excluded["unrated model"] == 7


def test_every_rate_is_a_plan_or_counted_once() -> None:
    cat = catalogue()
    for minimum in ("small", "medium", "large", "frontier"):
        ranking = ranked_plans(Workload(9_000, 500, 1, 2, minimum), LOOSE, cat, 1000)
        api = sum(p.kind == "api" for _, p in ranking.plans)
        reasons = ("below the minimum capability class", "context window too short", "unrated model")
        counted = sum(n for reason, n in ranking.excluded if reason in reasons)
        gpu_below = sum(1 for c in cat.curves if minimum in ("large", "frontier") and c)
        assert api + counted - 7 - gpu_below == len(cat.rates)


def test_cheapest_verified_plan_is_never_hidden_by_cheap_unverified_ones() -> None:
    many = with_rates(*(rate(f"host-{n:02}", "open-70b", "0.0001", "0.0001") for n in range(60)))
    ranking = ranked_plans(Workload(1024, 1024, 0.01, 0.02, "medium"), LOOSE, many, 2)
    assert len(ranking.plans) == 2
    rank, last = ranking.plans[-1]
    assert (last.slo, last.kind, rank) == ("met", "rented", 62)


def test_at_most_three_plans_of_one_kind_and_model() -> None:
    many = with_rates(*(rate(f"host-{n}", "open-70b", "0.5", "0.5") for n in range(9)))
    kept = ranked_plans(Workload(1024, 1024, 1, 2, "medium"), LOOSE, many).plans
    assert sum(p.kind == "api" for _, p in kept) == 3


def test_equal_costs_are_ordered_by_id() -> None:
    twins = with_rates(rate("zeta", "open-70b", "1", "1"), rate("alpha", "open-70b", "1", "1"))
    assert [p.provider for p in plans(Workload(10, 10, 1, 1, "medium"), Slo(1, 1, 1), twins)] == ["alpha", "zeta"]


@given(st.floats(0.01, 1000), st.floats(1, 5), st.floats(1.0, 3.0))
@settings(max_examples=60, deadline=None)
def test_more_load_or_a_tighter_target_never_costs_less(qps: float, peak: float, tighter: float) -> None:
    slo = Slo(900, 45, 60_000)
    tight = Slo(900 / tighter, 45 / tighter, 60_000 / tighter)
    base = by_kind(Workload(1024, 1024, qps, qps * peak, "medium"), "rented", slo)
    higher = by_kind(Workload(1024, 1024, qps, qps * peak * 1.5, "medium"), "rented", slo)
    assert higher.usd_per_month >= base.usd_per_month
    tight_plans = [p for p in plans(Workload(1024, 1024, qps, qps * peak, "medium"), tight) if p.kind == "rented"]
    assert all(p.usd_per_month >= base.usd_per_month for p in tight_plans)


@given(st.floats(0.001, 10_000), st.floats(0.001, 100))
def test_replicas_carry_the_peak_within_the_cap(peak: float, rate_: float) -> None:
    n = replicas_for(peak, rate_, 0.85)
    assert n >= 1
    assert peak <= 0.85 * rate_ * n * (1 + 1e-6)
    assert n == 1 or peak > 0.85 * rate_ * (n - 1) * (1 - 1e-6)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("prompt_tokens", (0, 10, 1, 1)),
        ("prompt_tokens", (True, 10, 1, 1)),
        ("prompt_tokens", (10.5, 10, 1, 1)),
        ("output_tokens", (10, -1, 1, 1)),
        ("output_tokens", (10, 10**9, 1, 1)),
        ("qps", (10, 10, 0, 1)),
        ("qps", (10, 10, float("nan"), 1)),
        ("qps", (10, 10, 1e308, 1e308)),
        ("peak_qps", (10, 10, 2, 1)),
        ("peak_qps", (10, 10, 2, float("inf"))),
    ],
)
def test_absurd_workload_is_refused_by_field(field: str, values: tuple) -> None:
    with pytest.raises(InputError) as refused:
        Workload(*values)
    assert refused.value.field == field


@pytest.mark.parametrize("percentile", [50, 90, 99])
def test_percentile_without_data_is_refused(percentile: int) -> None:
    with pytest.raises(InputError, match="p95"):
        Slo(1, 1, 1, percentile)


def test_users_become_requests_per_second() -> None:
    assert qps_of_users(1000, 0.2, 0.4) == pytest.approx(4 / 3)
    with pytest.raises(InputError, match="users"):
        qps_of_users(0, 0.2, 0.4)


def test_class_bound_follows_from_the_output_length() -> None:
    assert class_slo(300, 30, 1.1, 256) == Slo(300, 30, 300 + 255 * 30 * 1.1)


def test_pack_round_trips() -> None:
    assert read_catalogue(json.loads(json.dumps(catalogue_pack(catalogue())))) == catalogue()


def test_pack_of_another_version_is_refused() -> None:
    with pytest.raises(PackError, match="version 99"):
        read_catalogue({"version": 99})


def fields(**changed: object) -> dict[str, object]:
    given_fields = {"prompt_tokens": 1024, "output_tokens": 1024, "qps": 1, "peak_qps": 2, "minimum_class": "medium"}
    return {**given_fields, "ttft_ms": 500, "itl_ms": 35, "e2e_ms": 40_000, **changed}


def test_browser_entry_gives_the_same_plans_as_the_planner() -> None:
    browser.load_pack(json.dumps({"kind": "planner", **catalogue_pack(catalogue())}))
    answer = json.loads(browser.handle("plan", json.dumps(fields())))
    expected = ranking_record(ranked_plans(Workload(1024, 1024, 1, 2, "medium"), Slo(500, 35, 40_000), catalogue()))
    assert answer["ok"]
    assert answer["result"]["plans"] == json.loads(json.dumps(expected["plans"]))


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("qps", {"qps": "many"}),
        ("qps", {"qps": None}),
        ("prompt_tokens", {"prompt_tokens": 0}),
        ("minimum_class", {"minimum_class": "gigantic"}),
        ("itl_ms", {"itl_ms": -3}),
        ("peak_qps", {"peak_qps": 0.5}),
    ],
)
def test_browser_entry_refuses_by_field_in_words(field: str, changed: dict) -> None:
    browser.load_pack(json.dumps({"kind": "planner", **catalogue_pack(catalogue())}))
    answer = json.loads(browser.handle("plan", json.dumps(fields(**changed))))
    assert not answer["ok"]
    assert answer["error"]["field"] == field
    assert answer["error"]["message"]


def test_browser_entry_names_an_unknown_method() -> None:
    assert "'explode'" in json.loads(browser.handle("explode", "{}"))["error"]["message"]
