"""Series for charts: cost and times against load, a cost in parts, commitments by month, the Pareto view."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.wasm_tools.catalogues import catalogue, rental
from wasm_tools.methods import curves
from wasm_tools.planner import Catalogue, Question, answer, ranked_plans
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.commitments import commitments
from wasm_tools.planner.cost_curve import Crossing, cost_point, crossings
from wasm_tools.planner.cost_parts import cost_parts
from wasm_tools.planner.latency_curve import latency_curve
from wasm_tools.planner.question import Limits, Shares, Wishes
from wasm_tools.planner.ranking import Answer
from wasm_tools.workload.traffic import InputError, Slo, Workload

QUESTION = Question(Workload(1024, 1024, 1, 2, "medium"), Slo(500, 35, 40_000))


def asked(question: Question = QUESTION, of: Catalogue | None = None) -> Answer:
    return answer(question, of or catalogue())


def cheapest(found: Answer, kind: str) -> Candidate:
    return next(c for c in found.candidates if c.kind == kind)


def test_an_api_costs_in_proportion_to_the_load_and_gpus_in_steps() -> None:
    one, ten = (cost_point(QUESTION, catalogue(), factor) for factor in (1.0, 10.0))
    assert (one.qps, ten.qps) == (1.0, 10.0)
    assert ten.cheapest["api"].usd_per_month == pytest.approx(10 * one.cheapest["api"].usd_per_month)
    rented = [p.cheapest["rented"] for p in (one, ten)]
    gpus = [c.usd_per_month / (2.5 * 730) for c in rented]
    assert gpus == pytest.approx([round(n) for n in gpus])
    assert gpus[0] < gpus[1] < 10 * gpus[0]


def test_a_budget_does_not_cut_the_curve_off() -> None:
    limited = replace(QUESTION, wishes=Wishes(limits=Limits(usd_per_month=1.0)))
    assert not answer(limited, catalogue()).candidates
    free, cut = (cost_point(q, catalogue(), 1.0).cheapest for q in (QUESTION, limited))
    assert {way: c.id for way, c in cut.items()} == {way: c.id for way, c in free.items()}


def test_lines_cross_where_their_costs_are_alike() -> None:
    straight = [(load, {"api": 100 * load, "rented": 1000.0}) for load in (1.0, 5.0, 50.0)]
    (found,) = crossings(straight)
    assert found == Crossing(pytest.approx(10.0), "api", "rented")  # type: ignore[arg-type]
    assert crossings([(1.0, {"api": 1.0}), (2.0, {"api": 2.0})]) == ()
    assert crossings([(1.0, {"api": 1.0}), (4.0, {"rented": 2.0})]) == (Crossing(2.0, "api", "rented"),)
    free = [(1.0, {"api": 1.0, "owned": 0.0}), (4.0, {"api": 1.0, "owned": 2.0})]  # nothing has no logarithm
    assert crossings(free) == (Crossing(2.0, "owned", "api"),)


def test_times_rise_with_the_load_and_meet_the_plan_at_its_peak() -> None:
    found = asked()
    sized = cheapest(found, "rented").of[0].sized
    curve = latency_curve(QUESTION, sized)
    assert [p.qps for p in curve.points] == sorted(p.qps for p in curve.points)
    for name in ("ttft_ms", "itl_ms", "e2e_ms"):
        values = [getattr(p, name) for p in curve.points]
        assert values == sorted(values)
    within = [p for p in curve.points if p.qps <= curve.capacity]
    assert all(p.ttft_ms <= 500 and p.itl_ms <= 35 and p.e2e_ms <= 40_000 for p in within)
    beyond = next(p for p in curve.points if p.qps > curve.capacity * 1.1)
    assert sized.served.capacity.utilisation >= 0.84 or beyond.ttft_ms > 500 or beyond.itl_ms > 35
    assert curve.points[-1].qps < curve.saturation


def test_the_load_of_a_curve_is_that_of_all_replicas() -> None:
    busy = replace(QUESTION, workload=replace(QUESTION.workload, qps=20, peak_qps=40))
    sized = cheapest(asked(busy), "rented").of[0].sized
    curve = latency_curve(busy, sized)
    assert sized.carrying > 1
    assert curve.points[-1].qps == pytest.approx(0.97 * sized.carrying * sized.served.replica.saturation)
    assert curve.capacity >= 40


def test_parts_of_an_api_add_up_to_the_cent() -> None:
    question = replace(
        QUESTION,
        workload=replace(QUESTION.workload, cacheable_share=0.5),
        shares=Shares(batch=0.25, success_rate=0.9, retries=2),
    )
    found = asked(question)
    api = cheapest(found, "api")
    parts = {p.name: p.usd for p in cost_parts(found, api, api.described())}
    assert set(parts) == {"prompt", "output"}  # no price for cached tokens: they are billed as new ones
    assert sum(parts.values()) == pytest.approx(api.described().usd_per_month)  # type: ignore[arg-type]
    plain = asked()
    api = cheapest(plain, "api")
    assert {p.name: p.usd for p in cost_parts(plain, api, api.described())} == {
        "prompt": Decimal("0.50") * 1024 * 2_628_000 / 1_000_000,
        "output": Decimal("0.80") * 1024 * 2_628_000 / 1_000_000,
    }


def test_cached_tokens_with_a_price_are_a_part_of_their_own() -> None:
    rates = tuple(
        replace(r, prices={"standard": tuple(replace(b, cache_read=Decimal("0.05")) for b in r.bands)})
        for r in catalogue().rates
    )
    question = replace(QUESTION, workload=replace(QUESTION.workload, cacheable_share=0.5))
    found = asked(question, replace(catalogue(), rates=rates))
    api = cheapest(found, "api")
    parts = {p.name: p.usd for p in cost_parts(found, api, api.described())}
    assert parts["cached"] == Decimal("0.05") * 512 * 2_628_000 / 1_000_000
    assert parts["prompt"] == Decimal("0.50") * 512 * 2_628_000 / 1_000_000


def test_parts_of_gpus_are_what_works_and_what_idles() -> None:
    found = asked()
    for kind in ("rented", "spot", "bought"):
        chosen = cheapest(found, kind)
        plan = chosen.described()
        parts = cost_parts(found, chosen, plan)
        inside = [p for p in parts if not p.beside]
        assert sum(p.usd or 0 for p in inside) == pytest.approx(plan.usd_per_month), kind
        names = {p.name for p in inside}
        assert names == ({"power", "rack", "maintenance", "amortisation"} if kind == "bought" else {"working", "idle"})
        beside = {p.name for p in parts if p.beside}
        assert beside == (set() if kind == "bought" else {"egress", "storage"})


def test_a_commitment_overtakes_within_its_own_term_or_never() -> None:
    rentals = (rental("rented", "2.50"), rental("reserved-1y", "1.50"), rental("reserved-3y", "3.00"))
    found = asked(of=replace(catalogue(), rentals=rentals))
    best = cheapest(found, "rented").described()
    by_kind = {c.plan.kind: c for c in commitments(found, best)}
    year = by_kind["reserved-1y"]
    assert year.month == pytest.approx(Decimal(12) * Decimal("1.5") / Decimal("2.5"))
    owed = year.plan.usd_per_month * 12
    assert year.paid[0] == owed
    assert (year.paid[11], year.paid[12], year.paid[36]) == (owed, 2 * owed, 3 * owed)
    assert by_kind["reserved-3y"].month is None
    bought = by_kind["bought"]
    assert bought.paid[1] - bought.paid[0] == bought.plan.running
    assert bought.term_months == 0


def call(part: str, **params: Any) -> dict[str, Any]:
    form = {
        "prompt_tokens": 1024, "output_tokens": 1024, "qps": 1, "peak_factor": 2, "class": "medium",
        "ttft_ms": 500, "itl_ms": 35, "e2e_ms": 40_000,
    }  # fmt: skip
    return curves.answer({"form": form, "part": part, **params}, {"planner": catalogue()})


def test_the_method_gives_each_part_alone() -> None:
    factors = call("cost")["factors"]
    assert factors[0] == 0.1 and factors[-1] == 30 and 1 in factors
    points = [call("cost", factor=f) for f in factors]
    assert points[5]["qps"] == 1
    found = call("crossings", points=points)
    assert {c["before"] for c in found["crossings"]} <= {"api", "rented", "spot", "serverless", "reserved", "owned"}
    assert {o["way"] for o in found["against_api"]} <= {"rented", "spot", "serverless", "reserved", "owned"}
    front = [p for p in call("pareto")["points"] if p["front"]]
    assert [p["usd_per_month"] for p in front] == sorted(p["usd_per_month"] for p in front)
    assert call("latency")["capacity"] > 2
    assert call("breakdown")["usd_per_month"] == pytest.approx(
        sum(p["usd_per_month"] for p in call("breakdown")["parts"] if not p["beside"])
    )
    api = cheapest(asked(), "api").id
    assert call("latency", plan=api)["points"] == []
    assert call("months")["recommended"]["id"] == call("latency")["plan"]["id"]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"part": "beauty"}, "part"),
        ({"part": "cost", "factor": 0}, "factor"),
        ({"part": "cost", "factor": "much"}, "factor"),
        ({"part": "crossings"}, "points"),
        ({"part": "latency", "plan": "api:nobody:x:global"}, "plan"),
    ],
)
def test_what_is_wrong_is_named(params: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as refused:
        call(**params)
    assert refused.value.field == field


def test_a_dearer_commitment_is_never_said_to_pay_off() -> None:
    rentals = (rental("rented", "2.50"), rental("reserved-1y", "1.50"), rental("reserved-3y", "3.00"))
    found = ranked_plans(QUESTION, replace(catalogue(), rentals=rentals))
    said = {p.kind: p.reasons[-1] for _, p in found.plans if p.once}
    assert said["reserved-1y"].endswith("cheaper than the recommended plan after 7.2 months")
    assert said["reserved-3y"].endswith("that is never cheaper than the recommended plan")
