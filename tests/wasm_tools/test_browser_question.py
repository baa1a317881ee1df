"""The optional fields of the planner's form become the question that they name, and are refused by that name."""

import json
from typing import Any

import pytest

from tests.wasm_tools.catalogues import catalogue
from wasm_tools import browser
from wasm_tools.planner import Limits, Question, Wishes, ranked_plans, ranking_record
from wasm_tools.planner.pack import catalogue_pack
from wasm_tools.workload.traffic import Slo, Workload

FORM = {
    "prompt_tokens": 1024, "output_tokens": 1024, "qps": 1, "peak_factor": 2, "class": "medium", "ttft_ms": 500,
    "itl_ms": 35, "e2e_ms": 40_000,
}  # fmt: skip


def asked(**fields: Any) -> dict[str, Any]:
    browser.load_pack(json.dumps({"kind": "planner", **catalogue_pack(catalogue())}))
    answer: dict[str, Any] = json.loads(browser.handle("plan", json.dumps({"form": FORM | fields})))
    return answer


def test_every_optional_field_reaches_the_question() -> None:
    workload = Workload(1024, 1024, 1, 2, "medium", cacheable_share=0.5)
    limits = Limits(kinds=("rented", "api"), max_gpus=4, usd_per_month=9000)
    question = Question(workload, Slo(500, 35, 40_000, 90), Wishes("low_cost", limits=limits))
    expected = json.loads(json.dumps(ranking_record(ranked_plans(question, catalogue()))))
    found = asked(
        cacheable_share=0.5, percentile=90, kinds=["rented", "api"], max_gpus=4, budget=9000, priority="low_cost"
    )  # fmt: skip
    assert found["result"] == {"as_of": "2026-11-20", **expected}
    assert found["result"]["percentile"] == 90
    assert {p["kind"] for p in found["result"]["plans"]} <= {"rented", "api"}


def test_a_form_without_them_asks_for_nothing_more() -> None:
    question = Question(Workload(1024, 1024, 1, 2, "medium"), Slo(500, 35, 40_000))
    expected = json.loads(json.dumps(ranking_record(ranked_plans(question, catalogue()))))
    assert asked()["result"] == {"as_of": "2026-11-20", **expected}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_gpus", 0),
        ("max_gpus", 1.5),
        ("budget", 0),
        ("budget", -5),
        ("budget", "much"),
        ("cacheable_share", 1),
        ("cacheable_share", -0.1),
        ("percentile", 80),
        ("kinds", "rented borrowed"),
        ("priority", "beauty"),
    ],
)
def test_an_optional_field_is_refused_by_its_name(field: str, value: Any) -> None:
    answer = asked(**{field: value})
    assert not answer["ok"]
    assert answer["error"]["field"] == field
    assert answer["error"]["message"]
