"""What if: each change of a question is a patch of its form, and its outcome is the answer to the patched form."""

from dataclasses import replace
from typing import Any

import pytest

from tests.wasm_tools.catalogues import catalogue
from wasm_tools.methods import what_if
from wasm_tools.planner import Catalogue, ranked_plans
from wasm_tools.planner.form import question_of_form
from wasm_tools.planner.presets import Presets, SloClass
from wasm_tools.planner.ranking import answer
from wasm_tools.planner.what_if import Change, best_plan, changes, patched, patched_record, regions_of
from wasm_tools.workload.patterns import ArrivalPattern
from wasm_tools.workload.traffic import InputError

FORM: dict[str, Any] = {
    "prompt_tokens": 1024, "output_tokens": 1024, "qps": 1, "peak_factor": 2, "class": "medium", "ttft_ms": 500,
    "itl_ms": 35, "e2e_ms": 40_000,
}  # fmt: skip
CLASSES = (
    SloClass("tight", 200, 20, 1.1, 95),
    SloClass("usual", 500, 35, 1.1, 95),
    SloClass("loose", 900, 50, 1.1, 95),
)


DAY = ArrivalPattern("day", "A day", (0.25,) * 9 + (2.5,) * 8 + (0.25,) * 7, 3.0, 1.0)


def data() -> Catalogue:
    return replace(catalogue(), presets=Presets(slo_classes={c.id: c for c in CLASSES}, patterns={DAY.id: DAY}))


def made(form: dict[str, Any] = FORM) -> dict[str, Change]:
    of = data()
    found = changes(answer(question_of_form(form, of), of))
    return {"-".join([c.id, *(str(v) for v in c.values.values() if isinstance(v, str))]): c for c in found}


def test_every_kind_of_change_is_there() -> None:
    assert set(made()) == {
        "traffic_2", "traffic_half", "traffic_10", "slo_looser_class-loose", "slo_tighter_class-tight",
        "looser_ttft_ms", "looser_itl_ms", "looser_e2e_ms", "class_lower-small", "class_higher-large", "quantised",
        "unquantised", "cached", "batch", "gpu-h100-sxm", "way-spot", "way-reserved-1y", "way-serverless",
        "way-bought", "way-api", "without_gpu-h100-sxm", "own_gpus-h100-sxm", "without_provider-neocloud",
    }  # fmt: skip


def test_changes_say_what_they_set() -> None:
    found = made()
    assert [found[name].values for name in ("traffic_2", "traffic_half", "traffic_10")] == [
        {"qps": 2.0}, {"qps": 0.5}, {"qps": 10.0},
    ]  # fmt: skip
    assert found["looser_ttft_ms"].patch == {"e2e_ms": 40_000.0, "ttft_ms": 600.0}
    assert found["own_gpus-h100-sxm"].patch["kinds"] == ["owned"]


def test_what_would_change_nothing_is_not_offered() -> None:
    found = made({**FORM, "cacheable_share": 0.5, "gpus": ["h100-sxm"], "kinds": ["spot"], "class": "frontier"})
    assert {"cached", "gpu-h100-sxm", "way-spot", "class_higher-large"}.isdisjoint(found)
    assert "class_lower-large" in found


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"users": 5000, "active": 0.2, "per_minute": 0.4, "peak_factor": 3},
        {"kinds": ["rented", "spot"], "without_providers": ["host"], "open_weights": False},
        {"ttft_ms": 450, "itl_ms": 33, "e2e_ms": 30_000},
        {"ttft_ms": None, "itl_ms": None, "e2e_ms": None, "slo": "usual"},
        {"batchable_share": 0.1, "cacheable_share": 0.2, "providers": ["neocloud", "host"]},
        {"pattern": "day", "peak_factor": None},
        {"pattern": "day", "peak_factor": None, "batchable_share": 0.2},
        {"pattern": "day", "peak_factor": 4},
    ],
)
def test_a_patched_form_asks_the_patched_question(form: dict[str, Any]) -> None:
    record = FORM | form
    if "users" in form:
        record = {name: value for name, value in record.items() if name != "qps"}
    of = data()
    question = question_of_form(record, of)
    every = changes(answer(question, of))
    assert len(every) > 15
    for change in every:
        assert question_of_form(patched_record(record, change.patch), of) == patched(question, change.patch, of), change


def test_outcomes_are_the_answers_to_the_changed_forms() -> None:
    of = data()
    packs = {"planner": of}
    listed = what_if.answer({"form": FORM}, packs)
    assert listed["plan"]["id"] == ranked_plans(question_of_form(FORM, of), of).recommended
    for place, row in enumerate(listed["changes"]):
        after = what_if.answer({"form": FORM, "change": place}, packs)
        found = answer(question_of_form(row["form"], of), of)
        best, dependable = best_plan(found)
        assert (after["plan"] and after["plan"]["id"]) == (best and best.id), row
        assert after["dependable"] == dependable
        if best is None:
            assert after["usd_difference"] is None
        else:
            difference = float(after["plan"]["usd_per_month"]) - float(listed["plan"]["usd_per_month"])
            assert after["usd_difference"] == pytest.approx(difference, abs=0.011)


def test_twice_the_traffic_never_costs_less_and_a_looser_target_never_more() -> None:
    of = data()
    packs = {"planner": of}
    rows = what_if.answer({"form": FORM}, packs)["changes"]
    for place, row in enumerate(rows):
        difference = what_if.answer({"form": FORM, "change": place}, packs)["usd_difference"]
        if row["id"] in ("traffic_2", "traffic_10"):
            assert difference >= 0
        if row["id"] == "traffic_half" or row["id"].startswith(("looser_", "slo_looser")):
            assert difference <= 0


def test_without_any_plan_it_is_said_with_what_would_help() -> None:
    packs = {"planner": data()}
    listed = what_if.answer({"form": FORM | {"itl_ms": 0.5}}, packs)
    assert listed["plan"] is None
    double = what_if.answer({"form": FORM | {"itl_ms": 0.5}, "change": 0}, packs)
    assert double["plan"] is None
    assert "the ITL bound" in double["relaxation"]


def test_a_plan_with_conditions_is_marked() -> None:
    packs = {"planner": data()}
    rows = what_if.answer({"form": FORM}, packs)["changes"]
    spot = next(n for n, row in enumerate(rows) if row["values"] == {"kind": "spot"})
    after = what_if.answer({"form": FORM, "change": spot}, packs)
    assert after["plan"]["kind"] == "spot"
    assert not after["dependable"]


def test_areas_take_regions_by_name_alone() -> None:
    names = (
        "eu-west-1",
        "europe-north1",
        "germanywestcentral",
        "eastus2",
        "us-gov-west-1",
        "us",
        "global",
        "australia",
    )
    rates = tuple(replace(catalogue().rates[0], region=name) for name in names)
    of = replace(data(), rates=rates, rentals=())
    assert regions_of("europe", of) == ["eu-west-1", "europe-north1", "germanywestcentral"]
    assert regions_of("usa", of) == ["eastus2", "us"]


@pytest.mark.parametrize("place", [-1, 1000, "first", True, None])
def test_a_change_that_is_not_there_is_refused(place: object) -> None:
    with pytest.raises(InputError) as refused:
        what_if.answer({"form": FORM, "change": place}, {"planner": data()})
    assert refused.value.field == "change"
