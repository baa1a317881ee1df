"""The planner: exact API prices, sized configurations, every way to have the machines, and honest refusals."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.wasm_tools.catalogues import CLOSED, GPU, OPEN, SHAPE, catalogue, deployable, rate, rental, with_rates
from wasm_tools import browser
from wasm_tools.performance.memory import max_concurrency
from wasm_tools.performance.prediction import book
from wasm_tools.planner import Limits, Plan, Question, Wishes, plan_record, ranked_plans, ranking_record, read_catalogue
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.pack import PackError, catalogue_pack
from wasm_tools.workload.traffic import InputError, Slo, Workload

RUNTIME = catalogue().policy.runtime
LOOSE = Slo(10_000, 1_000, 2_000_000)
CHAT = Workload(1024, 1024, 1, 2, "medium")


def ask(workload: Workload = CHAT, slo: Slo = LOOSE, **limits: Any) -> Question:
    return Question(workload, slo, Wishes(limits=Limits(**limits)))


def plans(question: Question, cat: Catalogue | None = None) -> list[Plan]:
    return [p for _, p in ranked_plans(question, cat or catalogue(), 1000).plans]


def by_kind(question: Question, kind: str, cat: Catalogue | None = None) -> Plan:
    return next(p for p in plans(question, cat) if p.kind == kind)


def excluded(question: Question, cat: Catalogue | None = None) -> dict[str, int]:
    return dict(ranked_plans(question, cat or catalogue()).excluded)


def test_api_cost_is_tokens_times_price_to_the_cent() -> None:
    plan = by_kind(ask(Workload(1000, 500, 1, 2, "medium")), "api")
    # 2,628,000 requests a month × (1000 × $0.50 + 500 × $0.80) / 1M
    assert plan.usd_per_month == Decimal(2_628_000) * Decimal("0.0009")
    assert plan.usd_per_million_tokens == Decimal("0.6")
    assert plan_record(plan)["usd_per_month"] == "2365.20"


def test_a_cost_above_nothing_is_never_shown_as_nothing() -> None:
    plan = by_kind(ask(Workload(1, 1, 0.000001, 0.000001, "medium")), "api")
    assert 0 < plan.usd_per_month < Decimal("0.001")
    assert plan_record(plan)["usd_per_month"] == "0.01"


def test_long_prompt_pays_the_long_context_price_for_all_of_it() -> None:
    cat = with_rates(catalogue().rates[2])
    short, at, above = (
        by_kind(ask(Workload(n, 1000, 1, 1, "frontier")), "api", cat) for n in (99_999, 100_000, 100_001)
    )
    assert at.usd_per_month / short.usd_per_month < Decimal("1.001")
    assert above.usd_per_month > Decimal("1.9") * at.usd_per_month
    assert any("100,000" in r for r in above.reasons)


def test_api_latency_nobody_observed_is_unknown_and_says_so() -> None:
    record: dict[str, Any] = plan_record(by_kind(ask(Workload(1000, 500, 1, 2, "frontier")), "api"))
    assert (record["slo"], record["evidence"], record["ttft_ms"]) == ("unknown", "unknown", None)
    assert "nobody has published" in record["slo_reason"]
    assert any("rate limit" in r for r in record["reasons"])


def test_a_lone_request_on_two_gpus_by_hand() -> None:
    plan = by_kind(ask(Workload(1024, 1024, 0.001, 0.001, "medium"), kinds=("rented",)), "rented")
    c, p = plan.configuration, plan.prediction
    assert c is not None and p is not None
    assert (c.tensor_parallel, c.replicas, c.gpus) == (2, 1, 2)
    step = 70e9 / 2 / (0.5 * 3.35e12) * 1000  # ms, without the little that cache and arithmetic add
    assert step <= p.itl_ms / 1.13 <= 1.05 * step
    assert plan.usd_per_month == Decimal("2.50") * 2 * 730
    assert plan.price_evidence == "test=2.50"


def test_replicas_carry_the_peak_and_one_fewer_would_not() -> None:
    plan = by_kind(ask(Workload(1024, 1024, 10, 40, "medium"), kinds=("rented",)), "rented")
    c = plan.configuration
    assert c is not None and c.replicas > 1
    assert c.replicas * c.requests_per_second >= 40 > (c.replicas - 1) * c.requests_per_second


def test_unit_costs_of_a_rented_plan_by_hand() -> None:
    plan = by_kind(ask(Workload(1000, 500, 1, 1, "medium"), kinds=("rented",)), "rented")
    assert plan.usd_per_million_output == plan.usd_per_month * 1_000_000 / (Decimal(2_628_000) * 500)
    assert plan.usd_per_million_tokens == plan.usd_per_month * 1_000_000 / (Decimal(2_628_000) * 1500)


def test_a_machine_that_is_rented_whole_costs_its_idle_gpus_too() -> None:
    cat = replace(catalogue(), rentals=(rental("rented", "2.00", count=8),))
    plan = by_kind(ask(kinds=("rented",)), "rented", cat)
    assert plan.configuration is not None and plan.capacity is not None
    assert plan.configuration.gpus == 8
    assert plan.usd_per_month == Decimal(2) * 8 * 730
    assert plan.capacity.idle_share > 0.7
    assert any("whole machines of 8" in r for r in plan.reasons)


def test_a_replica_never_spans_machines() -> None:
    cat = replace(catalogue(), rentals=(rental("rented", "2.00", count=4),), deployables=(deployable(8),))
    assert not [p for p in plans(ask(kinds=("rented",)), cat) if p.kind == "rented"]
    assert excluded(ask(kinds=("rented",)), cat)["one machine has fewer GPUs than a replica needs"] == 1


def test_what_does_not_fit_in_memory_is_no_plan() -> None:
    cat = replace(catalogue(), deployables=(deployable(1, "bf16"),))
    assert max_concurrency(SHAPE, "bf16", GPU, 1, 2048) == 0
    assert not [p for p in plans(ask(), cat) if p.kind != "api"]
    assert excluded(ask(), cat)["does not fit in GPU memory"] == 1


def test_no_plan_runs_more_requests_than_memory_holds() -> None:
    for p in plans(ask(Workload(30_000, 2_000, 1, 2, "medium"))):
        if c := p.configuration:
            assert c.concurrency <= max_concurrency(SHAPE, "fp8", GPU, c.tensor_parallel, 32_000, runtime=RUNTIME)


def test_a_model_of_unknown_architecture_is_no_plan_and_says_so() -> None:
    bare = replace(SHAPE, hidden=0)
    b = catalogue().book
    cat = replace(
        catalogue(),
        models={**catalogue().models, OPEN.id: replace(OPEN, shape=bare)},
        book=book(b.calibration, {OPEN.id: bare}, b.gpus),
    )
    assert not [p for p in plans(ask(), cat) if p.kind != "api"]
    assert excluded(ask(), cat)["the architecture of this model is not known well enough"] == 3


def test_a_small_model_never_wins_where_a_large_one_is_asked_for() -> None:
    large = ask(Workload(1000, 500, 1, 2, "large"))
    assert {p.model for p in plans(large)} == {CLOSED.id}
    assert excluded(large)["below the minimum capability class"] == 5  # tiny and open by API, three sizes on GPUs


def test_an_api_that_does_not_allow_such_long_answers_is_no_plan() -> None:
    short = replace(rate("host", "open-70b", "0.5", "0.8"), max_output=500)
    fits, long = ask(Workload(100, 500, 1, 1, "medium")), ask(Workload(100, 501, 1, 1, "medium"))
    assert [p.kind for p in plans(fits, with_rates(short))].count("api") == 1
    assert [p.kind for p in plans(long, with_rates(short))].count("api") == 0
    assert excluded(long, with_rates(short))["answers of this length are not allowed"] == 1


def test_unrated_suspect_and_too_long_are_counted() -> None:
    cat = with_rates(rate("dubious", "open-70b", "0.01", "0.01", suspect="far below"), rate("x", "tiny-1b", "1", "1"))
    counted = excluded(ask(Workload(8_000, 500, 1, 2, "small")), cat)
    assert (counted["far below"], counted["context window too short"], counted["unrated model"]) == (1, 1, 7)


def test_only_models_made_for_a_domain_and_the_rest_counted_by_reason() -> None:
    cat = catalogue()
    models = {**cat.models, "open-70b": replace(OPEN, domains=("code", "general"))}
    models["closed-xl"] = replace(CLOSED, domains=("multilingual",))
    cat = replace(cat, models=models)
    assert cat.models["tiny-1b"].domains == ()
    asked = ask(Workload(512, 256, 1, 2, "small"), domains=("code", "mathematics"))
    assert {p.model for p in plans(asked, cat)} == {"open-70b"}
    counted = excluded(asked, cat)
    prices = [r.model for r in cat.rates]
    assert counted["made for another domain"] == prices.count("closed-xl") > 0
    nameless = with_rates(rate("x", "tiny-1b", "1", "1"))
    assert excluded(asked, nameless)["nobody says which domain the model is made for"] >= 1
    assert {p.model for p in plans(ask(Workload(512, 256, 1, 2, "small")), cat)} > {"open-70b"}
    with pytest.raises(InputError, match="'chess' is not one of general, code") as refused:
        ask(domains=("chess",))
    assert refused.value.field == "domains"


def test_pack_round_trips() -> None:
    told = replace(catalogue(), models={"open-70b": replace(OPEN, domains=("code",))})
    assert read_catalogue(json.loads(json.dumps(catalogue_pack(told)))) == told
    assert read_catalogue(json.loads(json.dumps(catalogue_pack(catalogue())))) == catalogue()


def test_pack_of_another_version_is_refused() -> None:
    with pytest.raises(PackError, match="version 99"):
        read_catalogue({"version": 99})


def fields(**changed: object) -> dict[str, object]:
    given_fields = {"prompt_tokens": 1024, "output_tokens": 1024, "qps": 1, "peak_factor": 2, "class": "medium"}
    return {**given_fields, "ttft_ms": 500, "itl_ms": 35, "e2e_ms": 40_000, **changed}


def test_browser_entry_gives_the_same_plans_as_the_planner() -> None:
    browser.load_pack(json.dumps({"kind": "planner", **catalogue_pack(catalogue())}))
    answer = json.loads(browser.handle("plan", json.dumps({"form": fields()})))
    expected = ranking_record(ranked_plans(Question(CHAT, Slo(500, 35, 40_000)), catalogue()))
    assert answer["ok"]
    assert answer["result"]["plans"] == json.loads(json.dumps(expected["plans"]))


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("qps", {"qps": "many"}),
        ("qps", {"qps": None}),
        ("prompt_tokens", {"prompt_tokens": 0}),
        ("class", {"class": "gigantic"}),
        ("itl_ms", {"itl_ms": -3}),
        ("peak_factor", {"peak_factor": 0.5}),
    ],
)
def test_browser_entry_refuses_by_field_in_words(field: str, changed: dict[str, object]) -> None:
    browser.load_pack(json.dumps({"kind": "planner", **catalogue_pack(catalogue())}))
    answer = json.loads(browser.handle("plan", json.dumps({"form": fields(**changed)})))
    assert not answer["ok"]
    assert answer["error"]["field"] == field
    assert answer["error"]["message"]


def test_browser_entry_names_an_unknown_method() -> None:
    assert "'explode'" in json.loads(browser.handle("explode", "{}"))["error"]["message"]


@pytest.mark.parametrize(
    ("field", "limits"),
    [
        ("usd_per_month", {"usd_per_month": float("nan")}),
        ("usd_per_hour", {"usd_per_hour": 0}),
        ("max_gpus", {"max_gpus": 2.5}),
        ("kinds", {"kinds": ("cloud",)}),
        ("providers", {"providers": ("a",), "without_providers": ("a",)}),
        ("gpu_limits[h100-sxm]", {"gpu_limits": (("h100-sxm", -1),)}),
    ],
)
def test_limits_that_cannot_be_are_refused_by_name(field: str, limits: dict[str, Any]) -> None:
    with pytest.raises(InputError) as refused:
        Limits(**limits)
    assert refused.value.field == field


def test_the_tightest_of_three_budgets_holds() -> None:
    limits = {"usd_per_month": 700.0, "usd_per_hour": 1.0, "usd_per_1k_tokens": 0.0001}
    tightest = []
    while limits:  # 2 requests/s with 1,200 tokens are 6,307,200 thousand tokens a month
        asked = Question(Workload(1000, 200, 2.0, 4.0), Slo(2000, 60, 20_000), Wishes(limits=Limits(**limits)))
        tightest.append(asked.budget)
        limits.pop(next(name for name in ("usd_per_1k_tokens", "usd_per_month", "usd_per_hour") if name in limits))
    assert tightest == [pytest.approx(630.72), 700, 730]
    assert not Question(asked.workload, asked.slo).has_budget


def test_the_way_to_the_machines_is_part_of_the_first_token_and_never_free() -> None:
    slo = Slo(700, 60, 100_000)
    near = by_kind(Question(CHAT, slo, Wishes(limits=Limits(kinds=("rented",)))), "rented")
    far = by_kind(Question(CHAT, slo, Wishes(limits=Limits(kinds=("rented",))), network_ms=200), "rented")
    assert near.prediction is not None and far.prediction is not None
    assert far.prediction.ttft_ms >= near.prediction.ttft_ms + 200 - 1e-6
    assert far.usd_per_month >= near.usd_per_month
    with pytest.raises(InputError, match="the way alone"):
        Question(CHAT, slo, network_ms=700)


def test_what_is_paid_beside_the_gpus_is_named_unknown_or_not_and_can_be_switched_off() -> None:
    cat = replace(catalogue(), rentals=(rental("rented", "2.50", "aws-ec2"), rental("rented", "2.60")))
    question = Question(CHAT, LOOSE, Wishes(limits=Limits(kinds=("rented",))))
    found = {p.provider: {c.name: c.usd for c in p.surcharges} for p in plans(question, cat)}
    assert found["aws-ec2"]["egress"] is not None and found["aws-ec2"]["egress"] > 0
    assert found["neocloud"]["egress"] is None
    assert not any(p.surcharges for p in plans(replace(question, surcharges=False), cat))
