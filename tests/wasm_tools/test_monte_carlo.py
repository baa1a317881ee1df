"""Months that could come: their distribution against closed forms, and what is said of them."""

import json
import math
from dataclasses import replace
from decimal import Decimal
from statistics import NormalDist

import pytest

from tests.wasm_tools.catalogues import catalogue
from wasm_tools.methods import monte_carlo as method
from wasm_tools.performance.lengths import fixed_lengths
from wasm_tools.performance.observations import ApiObservation
from wasm_tools.performance.open_loop import in_flight_at, latency, replica
from wasm_tools.performance.service_curve import Bands
from wasm_tools.planner import Limits, Question, Wishes, answer
from wasm_tools.uncertainty.chosen_plan import ChosenPlan, chosen_plan, longer
from wasm_tools.uncertainty.monte_carlo import MonteCarlo, histogram, quantiles
from wasm_tools.uncertainty.months import Months, within_band
from wasm_tools.uncertainty.observed_spread import share_within
from wasm_tools.workload.mixes import RequestClass
from wasm_tools.workload.patterns import ArrivalPattern
from wasm_tools.workload.traffic import InputError, Slo, Workload

CERTAIN = {"load_cv": 0.0, "peak_cv": 0.0, "prompt_cv": 0.0, "output_cv": 0.0}
DAY = ArrivalPattern("day", "A day", (0.25,) * 9 + (2.5,) * 8 + (0.25,) * 7, 2.5, 1.0)


def question(budget: float | None = None, slo: Slo | None = None, **more: object) -> Question:
    wishes = Wishes(limits=Limits(usd_per_month=budget))
    return Question(Workload(1000, 200, 2.0, 4.0), slo or Slo(2000, 60, 20_000), wishes, **more)


def chosen(asked: Question, kind: str = "rented", variant: str = "") -> ChosenPlan:
    found = answer(asked, catalogue())
    return chosen_plan(found, next(c for c in found.candidates if c.kind == kind and variant in c.id))


def drawn(of: ChosenPlan, seed: int = 1, **given: object) -> MonteCarlo:
    run = MonteCarlo(of, seed, given)
    run.run()
    return run


def test_without_spread_every_month_is_the_planned_one() -> None:
    of = chosen(question())
    run = MonteCarlo(of, 1, {**CERTAIN, "draws": 100})
    run.months.bands, run.months.price_error = Bands((1.0, 1.0), (1.0, 1.0)), 0.0
    run.run()
    r = of.sized.served.replica
    _, ttft, gap, e2e = latency(r, in_flight_at(r, 4.0 / of.sized.carrying), 2, 2)
    for month in run.drawn:
        assert month.usd == pytest.approx(float(of.plan.usd_per_month))
        assert month.times is not None
        assert month.times.ttft_ms == pytest.approx(ttft)
        assert month.times.itl_ms == pytest.approx(gap * r.traffic.tails.tpot[2])
        assert month.times.e2e_ms == pytest.approx(e2e)
        assert month.times.work == pytest.approx(1)
    record = run.record()
    assert record["confidence"]["all"] == 1
    assert record["confidence"]["budget"] is record["confidence"]["speed"] is None
    assert record["misses"] == record["drivers"] == []


def test_an_error_of_the_pace_is_a_clock_that_runs_slower() -> None:
    """The shortcut against a replica with a curve of its own: pace times 1.3, first token times 0.7."""
    months = Months(chosen(question()), **CERTAIN)
    found = months.times(months.cell(0, 0, 1.0, 1.0), 4.0, 1.3, 0.7 / 1.3)
    r = months.of.sized.served.replica
    c = r.curve
    own = replace(
        c,
        first_token_ms=tuple(0.7 * t for t in c.first_token_ms),
        tpot_ms=tuple(1.3 * t for t in c.tpot_ms),
        prefill_ms=0.7 * c.prefill_ms,
    )
    slow = replica(own, r.traffic, r.most_in_flight)
    _, ttft, gap, e2e = latency(slow, in_flight_at(slow, 4.0 / months.of.sized.carrying), 2, 2)
    assert found.ttft_ms == pytest.approx(ttft, rel=1e-9)
    assert found.itl_ms == pytest.approx(gap * r.traffic.tails.tpot[2], rel=1e-9)
    assert found.e2e_ms == pytest.approx(e2e, rel=1e-9)
    assert found.work == pytest.approx(r.saturation / slow.saturation, rel=1e-9)


def test_errors_have_the_published_band() -> None:
    normal = NormalDist()
    assert within_band(normal.inv_cdf(0.05), (0.5, 3.0)) == pytest.approx(math.log(0.5))
    assert within_band(normal.inv_cdf(0.95), (0.5, 3.0)) == pytest.approx(math.log(3.0))
    assert within_band(0.0, (0.5, 3.0)) == 0


def test_the_cost_of_an_api_follows_load_and_lengths() -> None:
    """With the load alone uncertain the cost is log-normal; the budget at its planned level holds just over half."""
    usd = float(chosen(question(), "api").plan.usd_per_month)
    of = chosen(question(budget=usd * 1.1), "api")
    run = MonteCarlo(of, 7, {**CERTAIN, "load_cv": 0.2, "draws": 20_000})
    run.months.price_error = 0.0
    run.run()
    record, sigma = run.record(), math.sqrt(math.log(1.04))
    for q, found in record["distribution"]["usd_per_month"].items():
        expected = usd * math.exp(sigma * NormalDist().inv_cdf(int(q[1:]) / 100) - sigma**2 / 2)
        assert found == pytest.approx(expected, rel=0.01)
    assert sum(m.usd for m in run.drawn) / 20_000 == pytest.approx(usd, rel=0.01)
    share = NormalDist().cdf((math.log(1.1) + sigma**2 / 2) / sigma)
    assert record["confidence"]["budget"] == pytest.approx(share, abs=0.01)


def test_nothing_is_guessed_about_the_times_of_an_api() -> None:
    record = drawn(chosen(question(), "api")).record()
    known = {name for name, value in record["confidence"].items() if value is not None}
    assert known == set()
    assert set(record["distribution"]) == {"usd_per_month"}
    assert "nobody has measured" in record["unknown"]
    assert record["evidence"] == "unknown"
    assert record["observed"] is None


def test_longer_answers_cost_an_api_their_tokens() -> None:
    of = chosen(question(), "api")
    run = drawn(of, **{**CERTAIN, "output_cv": 0.3})
    prices = of.candidate.of.rate.prices["standard"][0]
    for month in run.drawn[:50]:
        j = round((run.months.output[0] + month.scores[3] * run.months.output[1]) / run.months.output_step)
        tokens = round(200 * math.exp(j * run.months.output_step))
        request = (prices.input * 1000 + prices.output * tokens) / 1_000_000
        expected = float(request * Decimal(2) * 730 * 3600) * (1 + month.scores[6] * run.months.price_error)
        assert month.usd == pytest.approx(expected)


def test_kept_machines_cost_what_they_cost() -> None:
    """Only the price is uncertain: evenly within the policy's 5 % of one source."""
    of = chosen(question())
    found = drawn(of).record()["distribution"]["usd_per_month"]
    usd = float(of.plan.usd_per_month)
    for q, part in ((5, -0.9), (25, -0.5), (50, 0), (75, 0.5), (95, 0.9)):
        assert found[f"p{q}"] == pytest.approx(usd * (1 + 0.05 * part), rel=0.003)


def test_machines_that_follow_the_load_cost_by_it() -> None:
    of = chosen(Question(Workload(1000, 200, 20.0, 50.0), Slo(2000, 60, 20_000), pattern=DAY), variant="following")
    cost = Months(of, **CERTAIN).cost
    planned, half, double = (cost.usd(1, 1, 1, work) for work in (1.0, 0.5, 2.0))
    assert planned == pytest.approx(float(of.plan.usd_per_month))
    assert half < planned <= double
    most = of.plan.configuration
    assert most is not None
    rental = of.rental
    assert cost.usd(1, 1, 1, 900.0) <= float(rental.price) * most.gpus * 730 + 1e-6


def test_the_target_is_missed_more_often_the_heavier_it_is_used() -> None:
    """Bounds that the plan keeps with little to spare are missed in some months; load and pace drive the misses."""
    of = chosen(question(slo=Slo(2000, 60, 9000)))
    tight = of.load.e2e_ms * 1.1
    record = drawn(chosen(question(slo=Slo(2000, 60, tight)))).record()
    assert 0.3 < record["confidence"]["e2e"] < 0.95
    assert record["confidence"]["all"] <= min(record["confidence"][b] for b in ("ttft", "itl", "e2e", "throughput"))
    assert record["misses"][0]["bound"] == "e2e"
    assert sum(m["share"] for m in record["misses"]) == pytest.approx(1)
    assert {d["input"] for d in record["drivers"][:2]} <= {"tpot", "output", "load"}
    assert record["drivers"][0]["score"] > 0.5
    loose = drawn(chosen(question())).record()
    assert loose["confidence"]["e2e"] > record["confidence"]["e2e"]


def test_overload_is_a_miss_of_everything_and_has_no_time() -> None:
    run = drawn(chosen(question()), peak_cv=2.0, load_cv=2.0, draws=2000)
    record = run.record()
    assert 0 < record["confidence"]["throughput"] < 1
    assert record["confidence"]["itl"] <= record["confidence"]["throughput"]
    assert record["histogram"]["e2e_ms"]["overloaded"] == pytest.approx(2000 * (1 - record["confidence"]["throughput"]))
    assert max(month.times.e2e_ms for month in run.drawn if month.times) == math.inf


def test_every_class_of_a_mix_is_judged_by_its_own_bounds() -> None:
    one = question()
    of = chosen(one)
    classes = (
        RequestClass("chat", 0.5, fixed_lengths(1000, 200), Slo(2000, 60, 20_000)),
        RequestClass("quick", 0.5, fixed_lengths(1000, 200), Slo(2000, 60, 0.95 * of.load.e2e_ms)),
    )
    mixed = ChosenPlan(replace(one, classes=classes), of.catalogue, of.candidate, of.plan)
    both, alone = drawn(mixed, draws=500).record(), drawn(of, draws=500).record()
    assert both["confidence"]["e2e"] < 0.7 < alone["confidence"]["e2e"]
    assert both["confidence"]["ttft"] == alone["confidence"]["ttft"]


def test_longer_answers_keep_the_shape_of_their_distribution() -> None:
    traffic = chosen(question()).sized.served.replica.traffic
    assert longer(traffic, 1.0) == traffic
    assert longer(traffic, 2.0).further_tokens == 399
    assert longer(traffic, 2.0).judged_tokens == (399, 399, 399, 399)


def test_quantiles_and_histogram_by_hand() -> None:
    assert quantiles([float(n) for n in range(100, 0, -1)]) == {"p5": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95}
    assert quantiles([1.0, math.inf])["p95"] is None
    found = histogram([float(n) for n in range(1000)] + [math.inf] * 3)
    assert sum(found["counts"]) + found["below"] + found["above"] == 1000
    assert found["overloaded"] == 3
    assert (found["edges"][0], found["edges"][-1]) == (9, 989)
    assert histogram([2.0] * 5)["counts"].count(0) == 29
    assert histogram([math.inf])["edges"] == []


def test_the_share_within_a_bound_lies_between_published_percentiles() -> None:
    known = {50: 200.0, 90: 800.0, 99: 3000.0}
    assert share_within(known, 400.0) == {"about": 0.7, "least": 0.5, "most": 0.9}  # half way in logarithms
    assert share_within(known, 100.0) == {"about": None, "least": 0.0, "most": 0.5}
    assert share_within(known, 4000.0) == {"about": None, "least": 0.99, "most": 1.0}


def test_what_was_observed_of_an_api_is_told() -> None:
    of = chosen(question(), "api")
    plain = of.candidate.of
    seen = ApiObservation(
        plain.rate.provider, plain.rate.sku, "global", "router", "2026-08-08T15:31Z", 30, 500, 200.0, 300.0, 800.0,
        1000.0, 3000.0, 50.0, False,
    )  # fmt: skip
    watched = replace(of.candidate, of=replace(plain, seen=seen))
    record = drawn(ChosenPlan(of.question, of.catalogue, watched, of.plan)).record()
    assert record["observed"]["ttft_ms"]["p95"] == 1000
    assert 0.95 < record["observed"]["within_bound"]["about"] < 0.99
    assert record["confidence"]["ttft"] is None


FORM = {
    "prompt_tokens": 1000, "output_tokens": 200, "qps": 2.0, "peak_factor": 2.0, "ttft_ms": 2000, "itl_ms": 60,
    "e2e_ms": 20_000, "budget": 20_000, "kinds": "rented",
}  # fmt: skip


def test_the_method_is_seeded_and_goes_on_where_it_stopped() -> None:
    reports: list[tuple[object, ...]] = []
    packs = {"planner": catalogue(), "report": lambda *told: reports.append(told)}
    whole = method.answer({"form": FORM, "seed": 5, "draws": 3000}, packs)
    assert reports == [("drawing months", n, 3000) for n in (1000, 2000, 3000)]
    json.dumps(whole, allow_nan=False)
    part = method.answer({"form": FORM, "seed": 5, "draws": 3000, "until": 1500}, {"planner": replace(catalogue())})
    assert part["drawn"] == 1500
    rest = method.answer({"form": FORM, "seed": 5, "draws": 3000, "until": 3000}, packs)
    assert rest == whole
    assert method.answer({"form": FORM, "seed": 6, "draws": 3000}, packs)["distribution"] != whole["distribution"]
    assert whole["confidence"]["budget"] == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"draws": 99}, "draws"),
        ({"draws": 1000.5}, "draws"),
        ({"load_cv": -0.1}, "load_cv"),
        ({"peak_cv": "much"}, "peak_cv"),
        ({"seed": 1.5}, "seed"),
        ({"seed": 2**53}, "seed"),
        ({"until": -1}, "until"),
    ],
)
def test_what_cannot_be_is_refused_by_name(given: dict[str, object], field: str) -> None:
    with pytest.raises(InputError) as refused:
        method.answer({"form": FORM, **given}, {"planner": catalogue()})
    assert refused.value.field == field
