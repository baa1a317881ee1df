"""A reader's own measurements: read from an outcome file, kept in the form, used before all others and named so."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.wasm_tools.catalogues import GPU, catalogue
from tests.wasm_tools.outcomes import file_of, run
from tests.wasm_tools.test_form import known
from wasm_tools.methods import plan, read_outcome
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.own_catalogue import catalogue_of_form
from wasm_tools.planner.scenario import canonical_text
from wasm_tools.workload.traffic import InputError

# Two GPUs read 70 GB in 10.4 ms at their peak; physics of the small catalogue says 20.9 ms, the reader measured 15.
MINE = run(
    model="open-70b", checkpoint="lab/open-FP8", precision="fp8", gpus=2, tensor_parallel=2, prompt_tokens=512.0,
    output_tokens=256.0, ttft=100.0, tpot=15.0, requests_per_s=16 / 3.925, output_tokens_per_s=16 * 256 / 3.925,
    seconds=98.0,
)  # fmt: skip
ASKED = {"qps": 1, "models": ["open-70b"], "kinds": ["rented"], "slo": "conversational"}


def read(text: str, of: Catalogue | None = None) -> dict[str, Any]:
    return read_outcome.answer({"text": text}, {"planner": of or known()})


def field(*outcomes: dict[str, Any]) -> dict[str, Any]:
    return json.loads(read(file_of(*outcomes))["fields"]["own_measurements"])  # type: ignore[no-any-return]


def plans(form: dict[str, Any]) -> list[dict[str, Any]]:
    return plan.answer({"form": form}, {"planner": known()})["plans"]  # type: ignore[no-any-return]


def on(width: int, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(p for p in rows if p["tensor_parallel"] == width)


def test_an_outcome_file_becomes_a_field_of_the_form_in_words() -> None:
    found = read(file_of(MINE, MINE | {"tier": "simulated"}))
    assert found["said"].startswith("1 measured points: open-70b on 2 × H100 SXM")
    assert "outcome 2: a simulator answered" in found["said"]
    (point,) = json.loads(found["fields"]["own_measurements"])["points"]
    assert (point["concurrency"], point["tpot_ms"], point["burst"]) == (16.0, 15.0, 16 / 400)
    assert "measured_by" not in point and "licence" not in point  # nothing about a person stands in an address


def test_a_plan_rests_on_the_own_measurement_and_says_so() -> None:
    before, after = on(2, plans(ASKED)), on(2, plans(ASKED | {"own_measurements": field(MINE)}))
    assert after["itl_ms"] < before["itl_ms"]
    assert after["evidence"] in ("interpolated", "measured", "anchored")
    assert any("your own measurement" in words for words in after["basis"])
    assert not any("your own" in words for words in before["basis"])
    assert (after["measured_on"], after["engine_version"]) == ("2026-11-20", "0.33.0")
    assert any("measured by you" in words for words in after["reasons"])


def test_a_configuration_that_nobody_considered_is_planned() -> None:
    wide = MINE | {"precision": "bf16", "tensor_parallel": 4, "gpus": 4, "checkpoint": "lab/mine"}
    found = on(4, plans(ASKED | {"own_measurements": field(wide), "precisions": ["bf16"]}))
    assert (found["checkpoint"], found["precision"]) == ("lab/mine", "bf16")


def test_without_the_field_the_catalogue_is_as_before() -> None:
    with_it = catalogue_of_form({"own_measurements": field(MINE)}, known())
    assert with_it is not known() and with_it.deployables != known().deployables
    assert catalogue_of_form({}, known()) is known()
    assert on(2, plans(ASKED)) == on(2, plans(ASKED))
    assert known().book.calibration.groups == {}


def test_answers_without_it_know_nothing_of_it() -> None:
    """Also what is kept for later answers: the relatives of a group, and what is ready of a model."""
    base = replace(known())  # has answered nothing yet
    mine = {"form": ASKED | {"own_measurements": field(MINE)}}
    assert "your own" in json.dumps(plan.answer(mine, {"planner": base}))
    assert "your own" not in json.dumps(plan.answer({"form": ASKED}, {"planner": base})["plans"])


def test_the_field_is_short_enough_for_an_address() -> None:
    assert len(canonical_text(field(MINE))) < 400


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JSON"), ("{}", "no outcome file"), (file_of(MINE | {"tier": "simulated"}), "a simulator answered"),
        (file_of(MINE | {"model": "nobody"}), "not in the catalogue"),
        (file_of(MINE | {"gpu": "nope"}), "not in the catalogue"),
        (file_of(MINE | {"times_ms": {"ttft": {"mean": 100.0}, "tpot": {"mean": 5.0}}}), "cannot be true"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(text)


@pytest.mark.parametrize(
    "changed",
    [
        {"tpot_ms": 5.0}, {"tpot_ms": -1}, {"tpot_ms": "fast"}, {"model": "nobody"}, {"gpu": ""}, {"engine": "magic"},
        {"precision": "fp2"}, {"wings": 2}, {"measured_on": "x" * 11}, {"burst": 2}, {"concurrency": 0},
        {"tensor_parallel": 1.5}, {"engine": "sglang"},
    ],
    ids=str,
)  # fmt: skip
def test_a_field_changed_by_hand_is_checked_again(changed: dict[str, Any]) -> None:
    given = field(MINE)
    given["points"][0] |= changed
    with pytest.raises(InputError) as caught:
        plans(ASKED | {"own_measurements": given})
    assert caught.value.field == "own_measurements"


def test_a_measurement_of_an_unshaped_model_is_refused() -> None:
    of = replace(catalogue(), gpus={GPU.id: GPU})
    with pytest.raises(InputError):
        catalogue_of_form({"own_measurements": {"points": [field(MINE)["points"][0] | {"model": "closed-xl"}]}}, of)
