"""`atlas compat`: JSON, CSV and tables of the frozen modes, each saying what it is."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from generator.compat_commands import commands
from tests.wasm_tools.test_compat_inference_atlas_catalogue import CATALOGUE
from wasm_tools.compat.inference_atlas_records import DIAGNOSTIC_COLUMNS, OFFER_COLUMNS, PLAN_COLUMNS

PLAN = ("inference-atlas", "plan", "--tokens-per-day", "5e6")


def run(*words: str) -> Result:
    return CliRunner().invoke(commands, list(words))


def test_plan_as_json_is_labelled_and_complete() -> None:
    answer = json.loads(run(*PLAN, "--top-k", "3", "--json").stdout)
    assert answer["mode"] == "inference-atlas@99b8d5b"
    assert "comparison only" in answer["note"]
    assert [p["offering_id"] for p in answer["plans"]] == ["fal_ai_h200_serverless"] * 2 + ["fal_ai_h100_serverless"]
    assert answer["scaling"]["mode"] == "autoscale"


def test_plan_as_csv_has_the_old_columns() -> None:
    header, *rows = csv.reader(io.StringIO(run(*PLAN, "--csv").stdout))
    assert tuple(header) == PLAN_COLUMNS
    assert len(rows) == 10


def test_plan_for_people_warns() -> None:
    shown = run(*PLAN)
    assert shown.exit_code == 0
    assert "comparison only" in shown.output


def test_knobs_override_the_preset() -> None:
    words = (*PLAN, "--preset", "conservative", "--traffic", "react_bursty", "--alpha", "0.5", "--json")
    assumptions = json.loads(run(*words).stdout)["plans"][0]["assumptions"]
    assert (assumptions["peak_to_avg"], assumptions["util_target"], assumptions["alpha"]) == (4.0, 0.65, 0.5)


@pytest.mark.mirror
def test_catalogue_and_diagnostics_as_csv(mirror: Path) -> None:
    words = ("inference-atlas", "catalogue", str(mirror / CATALOGUE), "--workload", "stt", "--preset", "balanced")
    header, *rows = csv.reader(io.StringIO(run(*words, "--csv").stdout))
    assert (tuple(header), len(rows)) == (OFFER_COLUMNS, 10)
    header, *rows = csv.reader(io.StringIO(run(*words, "--diagnostics", "--csv").stdout))
    assert (tuple(header), len(rows)) == (DIAGNOSTIC_COLUMNS, 11)


@pytest.mark.mirror
def test_invoice_of_the_readme_has_no_suggestion(mirror: Path, upstream: Path) -> None:
    bill = upstream / "invoices" / "seed_inferenceatlas.csv"
    answer = json.loads(run("inference-atlas", "invoice", str(mirror / CATALOGUE), str(bill), "--json").stdout)
    assert answer["savings"] == []


def test_audit_reads_a_file_of_answers(tmp_path: Path) -> None:
    answers = tmp_path / "answers.json"
    answers.write_text('{"caching": "no"}')
    assert json.loads(run("inference-atlas", "audit", str(answers), "--json").stdout)["score"] == 91
    answers.write_text('{"colour": "red"}')
    assert "known answers" in str(run("inference-atlas", "audit", str(answers)).exception)


@pytest.mark.mirror
def test_compass_gives_five_lists_and_a_code_when_nothing_fits(upstream: Path) -> None:
    rows = str(upstream / "benchmarks/compass_simulated/benchmarks_BLIS.json")
    words = ("compass", "recommend", rows, "--use-case", "chatbot_conversational", "--users", "5000", "--json")
    answer = json.loads(run(*words).stdout)
    assert answer["total_configs_evaluated"] == 73
    assert answer["lists"]["balanced"][0]["scores"]["balanced_score"] == 74.6
    assert "not quality data" in answer["accuracy"]
    assert run(*words, "--gpu", "L4").exit_code == 4


def test_compass_refuses_words_that_it_does_not_know(tmp_path: Path) -> None:
    rows = tmp_path / "rows.json"
    rows.write_text('{"benchmarks": []}')
    words = ("compass", "recommend", str(rows), "--use-case", "chatbot_conversational")
    assert "users" in str(run(*words).exception)
    assert "T4" in str(run(*words, "--qps", "1", "--gpu", "T4").exception)
    assert "lists" in str(run(*words, "--qps", "1", "--list", "lists").exception)


def test_simulated_times_say_so() -> None:
    words = ("compass", "simulate", "--model", "openai/gpt-oss-120b", "--json")
    assert json.loads(run(*words).stdout)["tier"] == "simulated"
    assert "it has none" in str(run("compass", "simulate", "--model", "x/y").exception)


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"benchmarks": [1]}', '{"benchmarks": [{"model_id": "m", "hardware": "H100", "hardware_count": 1}]}'],
)
def test_another_file_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    rows = tmp_path / "rows.json"
    rows.write_text(text)
    told = run("compass", "recommend", str(rows), "--use-case", "chatbot_conversational", "--qps", "1").exception
    assert "not a benchmark file of Compass" in str(told)
    told = run("inference-atlas", "catalogue", str(rows), "--workload", "llm").exception
    assert "not a pricing_catalog.json" in str(told)


def test_rows_without_a_rate_are_refused(tmp_path: Path) -> None:
    row = {
        "model_id": "m", "hardware_type": "H100", "hardware_count": 1, "prompt_tokens": 512, "output_tokens": 256,
        "ttft_p95": 1, "itl_p95": 1, "e2e_p95": 1, "requests_per_second": 0,
    }  # fmt: skip
    rows = tmp_path / "rows.json"
    rows.write_text(json.dumps({"benchmarks": [row]}))
    told = run("compass", "recommend", str(rows), "--use-case", "chatbot_conversational", "--qps", "1").exception
    assert "not above 0" in str(told)
