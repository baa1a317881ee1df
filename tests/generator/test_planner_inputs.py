"""The planner's page asks the engine exactly what the night asked: same lengths, rates and bounds, bit for bit."""

import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator import plan_question
from generator.plan_flags import PlanFlags
from generator.plan_names import load_names
from generator.precompute.presets import question_presets
from generator.render import formats
from generator.render.planner_form import grid_settings
from tests.generator.tool_site import run_module, tool_site
from wasm_tools.planner.form import question_of_form
from wasm_tools.planner.presets import START
from wasm_tools.workload.traffic import InputError, Slo, Workload

REGISTRY = Path(__file__).parents[2] / "data" / "registry"

ASK = """
import { addressOf, effectiveOf, fieldsOfAddress, precomputedFor, presetsOf, recordOf } from "./planner_inputs.mjs";
const answers = given.addresses.map((address) => {
  const fields = fieldsOfAddress(given.grid, new URLSearchParams(address));
  const again = fieldsOfAddress(given.grid, addressOf(given.grid, fields));
  return {
    fields, record: recordOf(given.grid, fields), effective: effectiveOf(given.grid, fields),
    presets: presetsOf(given.grid, fields), precomputed: precomputedFor(given.grid, fields),
    address: String(addressOf(given.grid, fields)), again: recordOf(given.grid, again),
  };
});
console.log(JSON.stringify(answers));
"""


NAMES = ("prompt_tokens", "output_tokens", "qps", "peak_qps", "ttft_ms", "itl_ms", "e2e_ms")


def asked(*addresses: str) -> list[dict[str, Any]]:
    """What the page makes of each address; every record is asked of the engine, too, and both must agree."""
    site = tool_site()
    catalogue = replace(site.results.catalogue, presets=question_presets(site.registry, REGISTRY))
    grid = grid_settings(site.registry, catalogue.presets)
    answers = run_module(ASK, {"grid": grid, "addresses": addresses})
    for answer in answers:
        assert answer["again"] == answer["record"]
        try:
            question = question_of_form(answer["record"], catalogue)
        except InputError:
            continue
        answer["inputs"] = figures(question.workload, question.slo)
        assert {name: answer["effective"][name] for name in NAMES} == pytest.approx(
            {name: answer["inputs"][name] for name in NAMES}, rel=1e-12
        )
        assert answer["effective"]["class"] == question.workload.minimum_class
    return answers


def figures(workload: Workload, slo: Slo) -> dict[str, Any]:
    names = ("prompt_tokens", "output_tokens", "qps", "peak_qps", "minimum_class")
    times = {"ttft_ms": slo.ttft_ms, "itl_ms": slo.itl_ms, "e2e_ms": slo.e2e_ms}
    return {name: getattr(workload, name) for name in names} | times


def test_every_cell_of_the_grid_is_asked_with_the_numbers_of_the_night() -> None:
    cells = tool_site().results.cells
    addresses = [
        f"?profile={c.profile.id}&slo={c.slo_class.id}&load={c.load.id}&class={minimum}"
        for c in cells
        for minimum in c.workloads
    ]
    expected = [figures(workload, c.slo) for c in cells for workload in c.workloads.values()]
    answers = asked(*addresses)
    assert len(answers) == 4 * len(cells) > 0
    for answer, inputs, cell in zip(answers, expected, [c for c in cells for _ in c.workloads], strict=True):
        assert answer["inputs"] == inputs
        assert answer["precomputed"] == {"path": f"plans/{cell.path}", "exact": True}


def test_every_use_case_is_asked_with_the_numbers_of_the_night() -> None:
    cases = tool_site().results.cases
    answers = asked(*(f"?use_case={c.case.id}" for c in cases))
    for answer, case in zip(answers, cases, strict=True):
        assert answer["inputs"] == figures(case.workload, case.slo)
        assert answer["record"] == {"use_case": case.case.id}
        assert answer["precomputed"] == {"path": f"use-cases/{case.case.id}", "exact": True}
        assert answer["presets"]["use_case"] == case.case.id


def test_an_address_holds_what_was_set_and_nothing_else() -> None:
    addresses = (
        "",
        "use_case=chatbot&users=5000&slo=instant",
        "prompt_tokens=700&output_tokens=90&qps=3.5&peak_factor=1.5&ttft_ms=250&itl_ms=20&e2e_ms=4000&class=large",
        "profile=1024-1024&load=100",
        "use_case=chatbot&kinds=rented+spot&budget=900",
        "cacheable_share=0.5&percentile=99&max_gpus=8&priority=low_cost",
        "prompt_p50=100&prompt_p95=900&pattern=diurnal&batchable_share=0.3&models=a+b&surcharges=0",
        "inventory=h100-sxm%3D8+l40s%3D2&own_gpu=%7B%22name%22%3A%22X%22%7D",
    )
    for answer, address in zip(asked(*addresses), addresses, strict=True):
        assert answer["address"] == address, address


def test_texts_become_values_of_their_kind() -> None:
    (answer,) = asked(
        '?inventory=h100-sxm=8+l40s=2&own_prices=[{"model":"m"}]&surcharges=0&open_weights=1&models=a,b'
        "&max_gpus=many&prompt_spread=10+0.5+8+20+30+40&gpu_limits=h100&own_model=%7B"
    )
    assert answer["record"] == {
        "inventory": {"h100-sxm": 8, "l40s": 2},
        "own_prices": [{"model": "m"}],
        "surcharges": False,
        "open_weights": True,
        "models": ["a", "b"],
        "max_gpus": "many",
        "prompt_spread": [10, 0.5, 8, 20, 30, 40],
        "gpu_limits": "h100",
        "own_model": "{",
    }


def test_the_home_page_can_change_users_and_experience_of_a_use_case() -> None:
    (answer,) = asked("?use_case=chatbot&users=5000&slo_class=instant")
    case = next(c.case for c in tool_site().results.cases if c.case.id == "chatbot")
    qps = round(5000 * case.active_fraction * case.requests_per_active_user_per_minute / 60, 4)
    assert answer["inputs"]["qps"] == qps
    assert answer["inputs"]["peak_qps"] == round(qps * case.peak_factor, 4)
    assert answer["inputs"]["ttft_ms"] == 150
    assert answer["effective"]["mode"] == "users"


def test_a_class_of_a_cell_is_asked_with_the_inputs_of_the_cell() -> None:
    plain, small, usual = asked(
        "?profile=512-256&slo_class=conversational&load=10",
        "?profile=512-256&slo_class=conversational&load=10&class=small",
        "?use_case=chatbot&users=1000&slo_class=",  # the form of the start page as it stands
    )
    assert small["inputs"] == {**plain["inputs"], "minimum_class": "small"}
    assert small["precomputed"] == {"path": "plans/512-256/conversational/10", "exact": True}
    assert usual["precomputed"] == {"path": "use-cases/chatbot", "exact": True}


def test_an_empty_field_has_its_default_and_a_word_is_no_number() -> None:
    empty, word = asked("?prompt_tokens=&qps=&class=small", "?qps=many")
    assert empty["record"] == {"class": "small"}
    assert (empty["effective"]["prompt_tokens"], empty["effective"]["qps"]) == (512, 1)
    assert word["effective"]["qps"] is None
    assert word["record"] == {"qps": "many"}
    assert "inputs" not in word, "the engine refuses it"


def test_other_questions_point_to_their_nearest_neighbour_and_do_not_claim_to_be_it() -> None:
    (answer,) = asked("?prompt_tokens=600&output_tokens=300&qps=8&ttft_ms=320&itl_ms=31&class=medium")
    assert answer["precomputed"] == {"path": "plans/512-256/conversational/10", "exact": False}


def test_no_precomputed_answer_claims_to_know_a_limit() -> None:
    free, limited, changed = asked("?load=10", "?load=10&budget=900&kinds=api", "?use_case=chatbot&max_gpus=many")
    assert free["precomputed"]["exact"]
    assert (limited["record"]["budget"], limited["record"]["kinds"]) == (900, ["api"])
    assert not limited["precomputed"]["exact"]
    assert changed["record"]["max_gpus"] == "many", "what cannot be read is refused by the engine, not left out"
    assert not changed["precomputed"]["exact"]


def test_an_unknown_preset_in_an_address_leaves_the_default() -> None:
    (answer,) = asked("?profile=nonsense&slo=nonsense&load=nonsense&use_case=nonsense")
    assert answer["record"] == {}
    assert answer["presets"] == {k: START.get(k, "") for k in ("use_case", "profile", "load", "slo")}


def test_page_and_engine_agree_on_random_questions() -> None:
    """Figures of the page beside those of the engine for the same record; `asked` compares them."""
    source, addresses = random.Random(11), []
    for _ in range(400):
        parts = source.sample(AGREE, source.randrange(1, 7))
        addresses.append("?" + "&".join(f"{name}={source.choice(values)}" for name, values in parts))
    answered = [a for a in asked(*addresses) if "inputs" in a]
    assert len(answered) > 150


AGREE: list[tuple[str, tuple[Any, ...]]] = [
    ("use_case", ("chatbot", "code-completion", "translation")),
    ("profile", ("1024-1024", "4096-512")),
    ("prompt_tokens", (1, 700, 12345)),
    ("output_tokens", (1, 90, 2000)),
    ("prompt_p50", (100, 250.5)),
    ("prompt_p95", (900, 4000)),
    ("lengths", ("azure-2023-conv",)),
    ("load", ("0.1", "10")),
    ("qps", (0.000123, 3.5, 1e-6)),
    ("users", (1, 77, 1_000_000)),
    ("active", (0.013, 1)),
    ("per_minute", (0.07, 3)),
    ("pattern", ("diurnal", "bursty", "steady")),
    ("peak_factor", (1, 1.7, 4)),
    ("batchable_share", (0.3, 1)),
    ("slo", ("instant", "batch")),
    ("ttft_ms", (123.4, 9000)),
    ("itl_ms", (7, 55.5)),
    ("e2e_ms", (60000,)),
    ("class", ("small", "frontier")),
    ("models", ("a",)),
]


INDUSTRIES = """
import { addressOf, fieldsOfIndustry, industryOf, recordOf } from "./planner_inputs.mjs";
const kept = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
console.log(JSON.stringify({
  unknown: fieldsOfIndustry(given.grid, "alchemy"),
  plain: industryOf(given.grid, { use_case: "chatbot" }),
  chosen: given.grid.industries.map(({ id }) => {
    const fields = kept({ models: "a", prompt_tokens: "7", ...fieldsOfIndustry(given.grid, id) });
    return {
      id, fields, record: recordOf(given.grid, fields), shown: industryOf(given.grid, fields),
      other: industryOf(given.grid, { ...fields, prompt_tokens: "9" }),
    };
  }),
}));
"""


def test_an_industry_asks_on_the_page_what_it_asks_at_the_command_line() -> None:
    site = tool_site()
    catalogue = replace(site.results.catalogue, presets=question_presets(site.registry, REGISTRY))
    found = run_module(INDUSTRIES, {"grid": grid_settings(site.registry, catalogue.presets)})
    assert (found["unknown"], found["plain"]) == (None, "")
    assert [c["id"] for c in found["chosen"]] == [i.id for i in site.registry.industries]
    for row, chosen in zip(site.registry.industries, found["chosen"], strict=True):
        assert (chosen["shown"], chosen["other"]) == (row.id, "")
        assert chosen["fields"].pop("models") == "a"
        wanted = {"use_case": row.use_case, "pattern": row.pattern, "lengths": row.lengths}
        assert chosen["fields"] == {name: value for name, value in wanted.items() if value}
        asked = question_of_form({k: v for k, v in chosen["record"].items() if k != "models"}, catalogue)
        typed = plan_question.question_of(PlanFlags(industry=row.id), load_names(site.registry, site.state, REGISTRY))
        assert figures(asked.workload, asked.slo) == figures(typed.workload, typed.slo), row.id
        assert (asked.pattern, asked.workload.lengths, asked.workload.arrival_cv) == (
            typed.pattern, typed.workload.lengths, typed.workload.arrival_cv,
        )  # fmt: skip


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
