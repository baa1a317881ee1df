"""All files of a reader together: known by content, refused one by one, and several loads as a sweep."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.wasm_tools.test_observe import METRICS, PLAN, RESULT
from wasm_tools.observe.expected import expected_of
from wasm_tools.observe.markdown import report_markdown
from wasm_tools.observe.observed import Observed
from wasm_tools.observe.replan import observed_load, planner_question
from wasm_tools.observe.report import read_files, report
from wasm_tools.workload.traffic import InputError

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "data" / "registry" / "observe" / "example"
PODS = {"apiVersion": "v1", "kind": "List", "items": [{"kind": "Pod", "metadata": {"name": "<b>a</b>|x"}}]}


def level(rate: float, p95: float) -> bytes:
    return json.dumps(RESULT | {"request_throughput": rate, "p95_ttft_ms": p95}).encode()


def made(*files: tuple[str, bytes], plan: Any = PLAN) -> dict[str, Any]:
    read = read_files(files)
    record = report(read, (), None if plan is None else ("plan.json", plan))
    json.dumps(record, allow_nan=False)
    return record


def test_each_file_is_known_by_its_content_whatever_its_name() -> None:
    texts = {
        "a": json.dumps(RESULT), "b": METRICS, "c": json.dumps(PLAN), "d": json.dumps(PODS),
        "e": "\ufeff" + json.dumps(RESULT), "f": json.dumps({"question": {"qps": 1}, "plans": [PLAN["plan"]]}),
    }  # fmt: skip
    read = read_files((name, text.encode()) for name, text in texts.items())
    assert [f["kind"] for f in read.files] == [
        "observed", "observed", "prediction", "cluster", "observed", "refused",  # a plan without a percentile
    ]  # fmt: skip
    assert [name for name, _ in read.levels] == ["a", "b", "e"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"), (b"  \n", "empty"), (b"\xff\xfe\x00", "UTF-8"), (b'{"a": ', "only a part of it"),
        (b"[" * 300 + b"]" * 300, "no JSON"), (b"{}", "none of the known files"), (b"<html>", "no sample"),
        (b'{"data": {"resultType": "vector", "result": []}}', "query_range"),
        (json.dumps(RESULT | {"duration": float("nan")}).encode(), "duration"),
        (b'{"apiVersion": "v1", "kind": "List", "items": []}', "kubectl get"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_them_is_refused_in_words_and_stops_no_other(content: bytes, said: str) -> None:
    record = made(("bad", content), ("good.json", level(1.0, 50.0)))
    bad, good = record["files"]
    assert bad["kind"] == "refused" and said in bad["message"] and good["kind"] == "observed"
    assert len(record["levels"]) == 1


def test_a_sweep_says_how_far_the_target_holds_and_which_level_is_the_plans() -> None:
    files = [("fast", level(8.0, 350.0)), ("low", level(1.0, 90.0)), ("planned", level(4.8, 140.0))]
    sweep = made(*files)["sweep"]
    assert sweep == {"order": [1, 2, 0], "main": 2, "held": 2, "missed": 0}  # the bound is 300 ms, the peak 5/s
    assert made(*files, plan=None)["sweep"] == {"order": [1, 2, 0], "main": 0, "held": None, "missed": None}
    everything = made(("only", level(4.0, 400.0)))["sweep"]
    assert (everything["held"], everything["missed"]) == (None, 0)


def test_nothing_is_said_above_a_level_whose_bound_is_neither_kept_nor_missed() -> None:
    silent = {k: v for k, v in RESULT.items() if k != "p95_ttft_ms"} | {"request_throughput": 2.0}
    record = made(("a", level(1.0, 50.0)), ("b", json.dumps(silent).encode()), ("c", level(9.0, 900.0)))
    assert (record["sweep"]["held"], record["sweep"]["missed"]) == (0, None)


def test_the_example_of_the_page_is_whole_holds_at_the_plan_and_not_above() -> None:
    files = [(p.name, p.read_bytes()) for p in sorted(EXAMPLE.glob("*.json"))]
    read = read_files(files)
    assert not [f for f in read.files if f["message"]]
    record = report(read, (), read.predictions[0])
    names = [record["levels"][n]["file"] for n in record["sweep"]["order"]]
    assert names == ["vllm-4.json", "vllm-8.json", "vllm-11.json"]
    assert record["levels"][record["sweep"]["main"]]["file"] == "vllm-8.json"
    assert record["levels"][record["sweep"]["held"]]["file"] == "vllm-8.json"
    assert record["prediction"]["document"]["plan"]["gpu"] == "l4"


def test_the_mean_gap_of_a_request_is_held_against_the_plan_and_not_every_gap() -> None:
    plan = {"question": PLAN["question"], "plan": {**PLAN["plan"], "itl_ms": 10.0}}
    both = RESULT | {"p95_itl_ms": 99.0, "p95_tpot_ms": 11.0}
    for given, metric, value in ((both, "tpot", 11.0), (RESULT | {"p95_itl_ms": 99.0}, "itl", 99.0)):
        figures = made(("a", json.dumps(given).encode()), plan=plan)["levels"][0]["comparison"]["figures"]
        (found,) = [f for f in figures if f["name"] == "itl"]
        assert (found["metric"], found["observed"]) == (metric, value)


def test_use_is_the_share_of_what_the_planned_replicas_serve() -> None:
    use = made(("a", level(3.0, 50.0)))["levels"][0]["comparison"]["use"]
    assert (use["observed"], use["planned"]) == (pytest.approx(0.5), pytest.approx(5 / 6))  # two replicas of 3/s


def test_speculative_decoding_is_a_question_and_never_an_advice() -> None:
    plan = {
        "question": {**PLAN["question"], "slo": {"itl_ms": 5, "percentile": 95}},
        "plan": {**PLAN["plan"], "itl_ms": 4},
    }
    given = json.dumps(RESULT | {"p95_tpot_ms": 11.0}).encode()
    compared = made(("a", given), plan=plan)["levels"][0]["comparison"]
    assert any("draft model" in words for words in compared["questions"])
    assert not any("draft" in words or "precision" in words for words in compared["advice"])


def test_names_of_files_models_and_objects_are_no_markup_of_the_report() -> None:
    hostile = "[x](javascript:alert(1)) <img src=x onerror=alert(1)> | `a`\n# Head"
    record = made((hostile, json.dumps(RESULT | {"model_id": hostile}).encode()), ("pods", json.dumps(PODS).encode()))
    text = report_markdown(record)
    (title,) = [line for line in text.splitlines() if "alert" in line]
    assert not re.search(r"(?<!\\)[\[\]<>|`]", title) and "\\[x\\]" in title
    assert text.count("\n# ") == 0 and text.startswith("# Observed")


def test_what_the_planner_is_asked_with_is_checked_and_nothing_else_goes_along() -> None:
    document = {
        "question": {**PLAN["question"], "x": ["y"]},
        "plan": {**PLAN["plan"], "model": {"a": 1}, "z": "q" * 900},
    }
    asked = planner_question(document)
    assert set(asked["plan"]) == {"id", "kind", "model", "provider", "gpu", "precision"}
    assert "x" not in asked["question"] and len(json.dumps(asked)) < 2_000
    with pytest.raises(InputError, match="qps"):
        planner_question({"question": {**PLAN["question"], "qps": "many"}, "plan": PLAN["plan"]})


def test_the_observed_load_is_taken_and_the_plans_where_nothing_was_observed() -> None:
    asked = planner_question(PLAN)["question"]
    load = observed_load(Observed("", requests_per_s=2.5, prompt_tokens=99.6), asked, None)
    assert (load.prompt_tokens, load.output_tokens, load.peak) == (100, 20, 2.5)
    assert observed_load(Observed(""), asked, 9.0).peak == 9.0
    assert observed_load(Observed(""), asked, None).peak == 5.0
    with pytest.raises(InputError, match="peak"):
        observed_load(Observed(""), {}, None)


def test_the_output_of_the_planner_command_is_a_prediction_of_its_recommended_plan() -> None:
    other = {**PLAN["plan"], "id": "b", "ttft_ms": 50.0}
    listed = {"question": PLAN["question"], "recommended": "b", "plans": [{**PLAN["plan"], "id": "a"}, other]}
    assert expected_of(listed).times["ttft"].predicted == 50.0
    assert expected_of({**listed, "recommended": ""}).times["ttft"].predicted == 100.0
    with pytest.raises(InputError, match="no prediction"):
        expected_of({"question": PLAN["question"], "plans": "none"})
