"""Nothing is rounded before the last step: where rounding is allowed, why, and that answers do not feel any."""

import ast
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.wasm_tools.catalogues import catalogue
from wasm_tools.planner import Limits, Plan, Question, Wishes, ranked_plans
from wasm_tools.workload.traffic import Slo, Workload

ENGINE = Path(__file__).parents[2] / "wasm_tools"
ROOMS = ("planner", "performance", "pricing")
ROUNDING = {
    "round",
    "int",
    "floor",
    "ceil",
    "trunc",
    "quantize",
    "to_integral_value",
    "to_integral",
    "to_integral_exact",
}

SHOWN = "writes a figure for the reader; nothing is computed with it"
WHOLE = "a number of things there can only be whole ones of: machines, replicas, requests, blocks, tokens, hours billed"
READ = "a whole number is read from text or from a form, and refused if it has a fraction"
INPUT = "an input as the form shows it and the address keeps it, so that page and command line ask the same"
ORDER = "for the order only, at a millionth of a dollar, so that two ways to add up do not swap two equal plans"
# file and function -> what is rounded there, and why
ALLOWED = {
    "planner/api_candidates.py monthly_cost.of_mixes": ({"round"}, ORDER),
    "planner/api_candidates.py monthly_cost.of_tokens": ({"round"}, ORDER),
    "planner/hosted_candidates.py _Maker.on_offer": ({"round"}, ORDER),
    "planner/hosted_candidates.py _Maker.priced": ({"round"}, ORDER),
    "planner/form.py _workload": ({"round"}, WHOLE),
    "planner/form.py _mean_rate": ({"round"}, INPUT),
    "planner/form.py _peak": ({"round"}, INPUT),
    "planner/what_if.py _traffic": ({"round"}, INPUT),
    "planner/what_if.py patched": ({"round"}, INPUT),
    "planner/form_checks.py number": ({"int"}, READ),
    "planner/hosting_facts.py HostingFacts.site": ({"int"}, READ),
    "planner/scenario.py stable": ({"int"}, READ),
    "planner/usage/book.py _outlier": ({"int"}, READ),
    "planner/usage/book.py _whole": ({"int"}, READ),
    "pricing/meters.py parse_meter": ({"int"}, READ),
    "planner/holding.py needed_hours": ({"ceil"}, WHOLE),
    "planner/hosted_candidates.py _Maker._chosen": ({"ceil"}, WHOLE),
    "planner/hosting.py following_gpu_hours": ({"ceil"}, WHOLE),
    "planner/mixed_question.py mixed_question": ({"round"}, WHOLE),
    "planner/mixed_question.py _further": ({"ceil"}, WHOLE),
    "planner/own_things.py own_gpu": ({"int"}, WHOLE),
    "planner/question.py Question.mixes": ({"round"}, WHOLE),
    "planner/question.py Question.longest_tokens": ({"round"}, WHOLE),
    "planner/serving.py Served.slots": ({"int"}, WHOLE),
    "planner/serving.py service_of": ({"round", "int"}, WHOLE),
    "planner/training.py training_run": ({"ceil"}, WHOLE),
    "planner/training.py _cluster_offer": ({"ceil"}, WHOLE),
    "planner/usage/bills.py bill": ({"int", "to_integral_value"}, WHOLE),
    "performance/added_measurements.py _physics": ({"round"}, WHOLE),
    "performance/added_measurements.py _step": (
        {"round"},
        "the class of lengths that a key of equal points is made of",
    ),
    "performance/kv_cache.py cache_share": ({"ceil"}, WHOLE),
    "performance/memory.py weight_parts": ({"ceil"}, WHOLE),
    "performance/memory.py experts_of_gpu": ({"ceil"}, WHOLE),
    "performance/memory.py held_at_once": ({"int"}, WHOLE),
    "performance/memory.py memory_split": ({"int"}, WHOLE),
    "performance/observations.py requests_needed": ({"round"}, WHOLE),
    "performance/replicas.py replicas_for": ({"int"}, WHOLE),
    "performance/replicas.py carrying_replicas": ({"ceil"}, WHOLE),
    "planner/plan.py dollars": ({"quantize"}, SHOWN),
    "planner/plan.py price_digits": ({"quantize"}, SHOWN),
    "planner/question_record.py _longest": ({"ceil"}, SHOWN),
    "planner/question_record.py _plain": ({"int"}, SHOWN),
    "planner/steps_record.py steps_record": ({"quantize"}, SHOWN),
    "planner/usage/record.py entry_record": ({"round"}, SHOWN),
    "planner/usage/record.py _money": ({"quantize"}, SHOWN),
    "pricing/figures.py unit_price": ({"quantize"}, SHOWN),
    "pricing/figures.py three_digits": ({"quantize"}, SHOWN),
    "pricing/figures.py padded": ({"int"}, SHOWN),
    "pricing/meters.py plain": ({"quantize"}, SHOWN),
}
LOOSE = Slo(10_000, 1_000, 2_000_000)


def roundings(tree: ast.AST, where: str = "") -> Iterator[tuple[str, str]]:
    """Function and rounding of every call in a tree that can lose digits."""
    for node in ast.iter_child_nodes(tree):
        inside = where
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = f"{where}.{node.name}".lstrip(".")
        if isinstance(node, ast.Call):
            called = node.func
            name = (
                called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
            )
            if name in ROUNDING:
                yield inside, name
        yield from roundings(node, inside)


def rounded_in_the_engine() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for room in ROOMS:
        for path in sorted((ENGINE / room).rglob("*.py")):
            for function, name in roundings(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(f"{path.relative_to(ENGINE).as_posix()} {function}", set()).add(name)
    return found


def test_rounding_happens_only_where_it_is_listed_with_its_reason() -> None:
    found = rounded_in_the_engine()
    assert found == {place: names for place, (names, _) in ALLOWED.items()}
    assert all(reason for _, reason in ALLOWED.values())


def test_a_new_rounding_is_seen() -> None:
    planted = ast.parse("class A:\n    def cost(self, usd):\n        return round(usd, 2) + math.floor(usd) + int(usd)")
    assert set(roundings(planted)) == {("A.cost", "round"), ("A.cost", "floor"), ("A.cost", "int")}


def ranked(qps: float, slo: Slo = LOOSE, prompt: int = 512) -> list[Plan]:
    workload = Workload(prompt, 256, qps, 2 * qps, "small")
    return [p for _, p in ranked_plans(Question(workload, slo, Wishes(limits=Limits())), catalogue(), 1000).plans]


@pytest.mark.parametrize("factor", [3, 7, 1000])
def test_an_api_costs_exactly_as_many_times_as_much_as_the_load(factor: int) -> None:
    once = {p.id: p.usd_per_month for p in ranked(0.001) if p.kind == "api"}
    more = {p.id: p.usd_per_month for p in ranked(0.001 * factor) if p.kind == "api"}
    assert once and once.keys() == more.keys()
    exact = Decimal(repr(0.001 * factor)) / Decimal("0.001")
    assert {i: usd * exact for i, usd in once.items()} == pytest.approx(more, rel=Decimal("1e-20"))


def test_estimates_meet_the_bounds_with_all_their_digits() -> None:
    """An estimate that was cut to whole milliseconds before it is held against a bound would leave another margin."""
    slo = Slo(2_000.25, 47.125, 90_000.5)
    served = [p for p in ranked(1, slo) if p.prediction is not None and p.slo_margin is not None]
    assert len(served) > 3
    for plan in served:
        times = plan.prediction
        assert times is not None
        pairs = ((times.ttft_ms, slo.ttft_ms), (times.itl_ms, slo.itl_ms), (times.e2e_ms, slo.e2e_ms))
        assert plan.slo_margin == pytest.approx(min((most - ms) / most for ms, most in pairs), rel=1e-12)
        cut = min((most - int(ms)) / most for ms, most in pairs)
        assert plan.slo_margin != pytest.approx(cut, rel=1e-9), "this case would not notice an estimate that was cut"


def test_costs_of_a_plan_are_not_those_that_are_shown() -> None:
    """The unit price times the tokens is the cost, which a price rounded to the cent would miss."""
    for plan in ranked(0.37, prompt=777):
        tokens = Decimal(repr(0.37)) * 2_628_000 * (777 + 256)
        assert plan.usd_per_million_tokens * tokens / 1_000_000 == pytest.approx(
            plan.usd_per_month, rel=Decimal("1e-12")
        )
