"""The planner's page asks the engine exactly what the night asked: same lengths, rates and bounds, bit for bit."""

import random
from decimal import Decimal
from typing import Any

from generator.render import formats
from generator.render.pages.planner import DEFAULTS, grid_settings
from tests.generator.tool_site import run_module, tool_site
from wasm_tools.workload.traffic import Workload

ASK = """
import { addressOf, fieldsOfAddress, inputsOf, precomputedFor, presetsOf } from "./planner_inputs.mjs";
const answers = given.addresses.map((address) => {
  const fields = fieldsOfAddress(given.grid, new URLSearchParams(address));
  const inputs = inputsOf(given.grid, fields);
  const again = fieldsOfAddress(given.grid, addressOf(given.grid, fields));
  return {
    fields, inputs, presets: presetsOf(given.grid, fields), precomputed: precomputedFor(given.grid, fields, inputs),
    address: String(addressOf(given.grid, fields)), again: inputsOf(given.grid, again),
  };
});
console.log(JSON.stringify(answers));
"""


def asked(*addresses: str) -> list[dict[str, Any]]:
    grid = grid_settings(tool_site().registry)
    return run_module(ASK, {"grid": grid, "addresses": addresses})


def asked_of(workload: Workload) -> dict[str, Any]:
    names = ("prompt_tokens", "output_tokens", "qps", "peak_qps", "minimum_class")
    return {name: getattr(workload, name) for name in names}


def test_every_cell_of_the_grid_is_asked_with_the_numbers_of_the_night() -> None:
    cells = tool_site().results.cells
    addresses = [
        f"?profile={c.profile.id}&slo={c.slo_class.id}&load={c.load.id}&class={minimum}"
        for c in cells
        for minimum in c.workloads
    ]
    expected = [
        {**asked_of(workload), "ttft_ms": c.slo.ttft_ms, "itl_ms": c.slo.itl_ms, "e2e_ms": c.slo.e2e_ms}
        for c in cells
        for workload in c.workloads.values()
    ]
    answers = asked(*addresses)
    assert len(answers) == 4 * len(cells) > 0
    for answer, inputs, cell in zip(answers, expected, [c for c in cells for _ in c.workloads], strict=True):
        assert answer["inputs"] == inputs
        assert answer["precomputed"] == {"path": f"plans/{cell.path}", "exact": True}


def test_every_use_case_is_asked_with_the_numbers_of_the_night() -> None:
    cases = tool_site().results.cases
    answers = asked(*(f"?use_case={c.case.id}" for c in cases))
    for answer, case in zip(answers, cases, strict=True):
        slo = {"ttft_ms": case.slo.ttft_ms, "itl_ms": case.slo.itl_ms, "e2e_ms": case.slo.e2e_ms}
        assert answer["inputs"] == {**asked_of(case.workload), **slo, "use_case": case.case.id}
        assert answer["precomputed"] == {"path": f"use-cases/{case.case.id}", "exact": True}
        assert answer["presets"]["use_case"] == case.case.id


def test_a_link_reproduces_the_question() -> None:
    addresses = (
        "",
        "?use_case=chatbot&users=5000&slo_class=instant",
        "?prompt_tokens=700&output_tokens=90&qps=3.5&peak_factor=1.5&ttft_ms=250&itl_ms=20&e2e_ms=4000&class=large",
        "?profile=1024-1024&load=100",
        "?use_case=chatbot&budget=900&kinds=rented+spot",
        "?percentile=99&max_gpus=8&cacheable_share=0.5&priority=low_cost",
    )
    for answer in asked(*addresses):
        assert answer["again"] == answer["inputs"]
        assert None not in answer["inputs"].values()


def test_the_home_page_can_change_users_and_experience_of_a_use_case() -> None:
    (answer,) = asked("?use_case=chatbot&users=5000&slo_class=instant")
    case = next(c.case for c in tool_site().results.cases if c.case.id == "chatbot")
    qps = round(5000 * case.active_fraction * case.requests_per_active_user_per_minute / 60, 4)
    assert answer["inputs"]["qps"] == qps
    assert answer["inputs"]["peak_qps"] == round(qps * case.peak_factor, 4)
    assert answer["inputs"]["ttft_ms"] == 150
    assert answer["fields"]["mode"] == "users"


def test_a_class_of_a_cell_is_asked_with_the_inputs_of_the_cell() -> None:
    plain, small, usual = asked(
        "?profile=512-256&slo_class=conversational&load=10",
        "?profile=512-256&slo_class=conversational&load=10&class=small",
        "?use_case=chatbot&users=1000&slo_class=",  # the form of the start page as it stands
    )
    assert small["inputs"] == {**plain["inputs"], "minimum_class": "small"}
    assert small["precomputed"] == {"path": "plans/512-256/conversational/10", "exact": True}
    assert usual["precomputed"] == {"path": "use-cases/chatbot", "exact": True}


def test_an_empty_field_is_nothing_and_never_zero() -> None:
    (answer,) = asked("?prompt_tokens=&qps=&class=small")
    assert answer["inputs"]["prompt_tokens"] is None
    assert answer["inputs"]["qps"] is None
    assert answer["inputs"]["peak_qps"] is None


def test_other_questions_point_to_their_nearest_neighbour_and_do_not_claim_to_be_it() -> None:
    (answer,) = asked("?prompt_tokens=600&output_tokens=300&qps=8&ttft_ms=320&itl_ms=31&class=medium")
    assert answer["precomputed"] == {"path": "plans/512-256/conversational/10", "exact": False}


def test_a_limit_is_asked_only_where_it_is_entered_and_no_precomputed_answer_claims_to_know_it() -> None:
    free, limited, broken = asked("?load=10", "?load=10&budget=900&kinds=api", "?use_case=chatbot&max_gpus=many")
    assert not {"budget", "kinds", "max_gpus", "percentile", "priority", "cacheable_share"} & free["inputs"].keys()
    assert free["precomputed"]["exact"]
    assert (limited["inputs"]["budget"], limited["inputs"]["kinds"]) == (900, "api")
    assert not limited["precomputed"]["exact"]
    assert broken["inputs"]["max_gpus"] is None, "what cannot be read is refused by the engine, not left out"
    assert not broken["precomputed"]["exact"]


def test_an_unknown_preset_in_an_address_leaves_the_default() -> None:
    (answer,) = asked("?profile=nonsense&slo=nonsense&load=nonsense")
    assert answer["presets"] == {k: DEFAULTS.get(k, "") for k in ("use_case", "profile", "load", "slo")}


FIGURES = """
import { milliseconds, money, percent, rounded, seconds, signedPercent } from "./figures.mjs";
console.log(JSON.stringify({
  money: given.amounts.map((amount) => money(amount)), ms: given.times.map(milliseconds),
  seconds: given.times.map(seconds), signed: given.shares.map(signedPercent),
  percent: given.shares.map(Math.abs).map(percent),
  four: given.times.map((value) => rounded(value, 4)), six: given.times.map((value) => rounded(value, 6)),
}));
"""


def test_figures_are_written_on_the_page_as_in_the_html() -> None:
    source = random.Random(7)
    exponents = [source.uniform(-6, 7) for _ in range(400)]
    amounts = [f"{10**e:.6f}" for e in exponents] + [
        "0",
        "0.5",
        "1",
        "1.005",
        "99.995",
        "100.5",
        "101.5",
        "0.0999996",
        "1.015E+2",
        "1E-7",
    ]
    times = [10 ** source.uniform(-3, 5) for _ in range(400)] + [9.95, 10.0, 12.5, 13.5, 0.03125, 0.00005, 2.5]
    shares = [source.uniform(-1, 1) for _ in range(200)] + [0.005, 0.125, -0.004, 0.0, 1.0]
    shown = run_module(FIGURES, {"amounts": amounts, "times": times, "shares": shares})
    assert shown["money"] == [formats.money(Decimal(a)) for a in amounts]
    assert shown["ms"] == [formats.milliseconds(t) for t in times]
    assert shown["seconds"] == [formats.seconds(t) for t in times]
    assert shown["percent"] == [formats.percent(abs(s)) for s in shares]
    assert shown["signed"] == [formats.signed_percent(s) for s in shares]
    assert shown["four"] == [round(t, 4) for t in times]
    assert shown["six"] == [round(t, 6) for t in times]
