"""`atlas observe` on files: its verdict is the exit code, its CSV holds no formula, its errors name the file."""

import json
from pathlib import Path

from typer.testing import CliRunner

from generator.cli import app
from tests.wasm_tools.test_observe import PLAN, RESULT


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
