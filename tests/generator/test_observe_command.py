"""`atlas observe` on files: its verdict is the exit code, its CSV holds no formula, its errors name the file."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from generator.cli import app
from tests.wasm_tools.test_observe import PLAN, RESULT

EXAMPLE = Path(__file__).parents[2] / "data" / "registry" / "observe" / "example"
CRASHING = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "chat"},
    "status": {"containerStatuses": [{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}]},
}


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["observe", *words])
    return result.exit_code, result.output


def test_a_time_above_its_band_ends_with_code_4(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    for p95, code in ((150.0, 0), (500.0, 4)):
        (tmp_path / "m.json").write_text(json.dumps(RESULT | {"p95_ttft_ms": p95}))
        assert run(str(tmp_path / "m.json"), "--expected", str(tmp_path / "plan.json"), "--json")[0] == code


def test_csv_holds_no_formula_of_a_hostile_file(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps(RESULT | {"model_id": "=HYPERLINK(1)"}))
    code, text = run(str(tmp_path / "m.json"), "--csv")
    assert code == 0 and "'=HYPERLINK(1)" in text and ",=HYPERLINK" not in text


def test_a_cluster_in_which_something_does_not_serve_ends_with_code_4(tmp_path: Path) -> None:
    path = tmp_path / "cluster.json"
    path.write_text(json.dumps(CRASHING))
    code, text = run("--kubectl", str(path))
    assert code == 4 and "CrashLoopBackOff" in text and "logs --previous" in text
    path.write_text(json.dumps(CRASHING | {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}))
    assert run("--kubectl", str(path))[0] == 0


def test_the_planner_is_asked_again_with_the_observed_load() -> None:
    code, text = run(str(EXAMPLE / "vllm-8.json"), "--plan", str(EXAMPLE / "plan.json"), "--json")
    made: dict[str, Any] = json.loads(text)
    (again,) = made["replanned"]
    rows = {row["what"]: row for row in again["rows"]}
    assert code == 0 and again["load"] == {"prompt_tokens": 256, "output_tokens": 32, "peak_qps": 7.94502}
    assert rows["same"]["replicas"] == rows["planned"]["replicas"] == 1
    assert all(float(row["usd_per_month"]) > 0 for row in again["rows"])
    _, text = run(str(EXAMPLE / "vllm-8.json"), "--plan", str(EXAMPLE / "plan.json"), "--json", "--peak", "60")
    (more,) = json.loads(text)["replanned"]
    grown = {row["what"]: row for row in more["rows"]}
    assert grown["same"]["gpus"] > rows["same"]["gpus"] and grown["same"]["usd_difference"] > 0
    # smaller weights are named only with a plan that the planner found, and only where it costs less
    for row in (*again["rows"], *more["rows"]):
        if row["what"] == "quantised":
            assert row["precision"] in ("fp8", "int8", "fp4", "int4", "mxfp4") and row["slo"] in ("met", "likely")


def test_wrong_files_and_options_are_named(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps(RESULT))
    for words, said in (
        ((), "nothing to read"),
        ((str(tmp_path / "none.json"),), "none.json: cannot be read"),
        (("--kubectl", str(path)), "holds no cluster"),
        ((str(path), "--plan", str(path)), "holds no prediction"),
        ((str(path), "--plan", str(path), "--expected", str(path)), "give one of them"),
    ):
        result = CliRunner().invoke(app, ["observe", *words])
        assert result.exit_code != 0 and said in str(result.exception or result.output)


def test_no_sign_of_a_hostile_file_reaches_the_terminal(tmp_path: Path) -> None:
    sign = "a\x1b[2Jb[red]c"
    (tmp_path / "m.json").write_text(json.dumps(RESULT | {"model_id": sign, "label": sign}))
    (tmp_path / "c.json").write_text(json.dumps({**CRASHING, "metadata": {"name": sign}}))
    _, text = run(str(tmp_path / "m.json"), "--kubectl", str(tmp_path / "c.json"))
    assert "\x1b" not in text and "b[red]c" in text


def test_the_state_of_a_cluster_may_be_piped_in() -> None:
    result = CliRunner().invoke(app, ["observe", "--kubectl", "-"], input=json.dumps(CRASHING))
    assert result.exit_code == 4 and "CrashLoopBackOff" in result.output
