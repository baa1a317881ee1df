"""The first published phase of Compass on the command line, and its figures as a preset of the planner."""

import json
from pathlib import Path

from typer.testing import CliRunner

from generator.cli import app
from generator.plan_flags import PlanFlags
from generator.plan_question import question_of
from tests.generator.plan_runs import names
from tests.wasm_tools.test_compat_first_phase import ROWS, written
from wasm_tools.compat.compass_first_phase import PRESET


def test_the_preset_asks_the_planner_with_its_figures() -> None:
    asked = question_of(PlanFlags(use_case="chatbot", preset=[PRESET]), names())
    assert (asked.workload.prompt_tokens, asked.workload.output_tokens) == (150, 200)
    assert (asked.slo.ttft_ms, asked.slo.itl_ms, asked.slo.e2e_ms, asked.slo.percentile) == (300, 50, 2000, 90)
    assert {case for preset, case in names().targets if preset == PRESET} == {
        "chatbot", "long-document-summarization", "code-generation",
    }  # fmt: skip


def test_the_command_marks_what_is_chosen_and_says_when_nothing_passes(tmp_path: Path) -> None:
    file = str(written(tmp_path, ROWS))
    words = ["compat", "compass", "first-phase", file, "--template", "interactive_chatbot", "--json"]
    found = json.loads(CliRunner().invoke(app, [*words, "--budget", "none"]).stdout)
    assert found["options"][found["chosen"]]["model_id"] == "fast" and found["percentile"] == 90
    assert CliRunner().invoke(app, [*words, "--point", "9x9"]).exit_code == 4
