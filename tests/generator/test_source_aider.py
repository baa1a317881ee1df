"""What the Aider connector promises, on records written by hand in the shape of its boards with their real figures."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.sync.sources.aider import parse
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import unit_registry

UNITS = unit_registry([])
BOARD = "raw.githubusercontent.com/Aider-AI/aider/main/aider/website/_data/{}_leaderboard.yml"
POLYGLOT = """\
- dirname: 2025-08-23-15-47-21--gpt-5-high
  test_cases: 225
  model: gpt-5 (high)
  edit_format: diff
  pass_rate_1: 52.0
  pass_rate_2: 88.0
  reasoning_effort: high
  command: "aider --model openai/gpt-5 # by hand"
  date: 2025-08-23
  total_cost: 29.0829

# a comment between two records
- dirname: 2025-05-26-15-56-31--flash # dirname is misleading
  test_cases: 225
  model: gemini-2.5-flash-preview-05-20 (no think)
  edit_format: diff
  pass_rate_2: 44.0
  thinking_tokens: 0 # <-- no thinking
  date: 2025-05-26
  total_cost: 0 # not known
"""


def body(polyglot: str = POLYGLOT, **more: str) -> Parsed:
    return parse(json.dumps({"polyglot": polyglot, **more}).encode(), UNITS)


def record(**fields: Any) -> str:
    whole = {
        "model": "m",
        "edit_format": "diff",
        "pass_rate_2": 50.0,
        "test_cases": 225,
        "date": "2025-01-01",
        **fields,
    }
    return "- " + "\n  ".join(f"{k}: {v}" for k, v in whole.items()) + "\n"


def test_a_run_is_a_score_of_two_attempts_with_its_setting_day_and_cost() -> None:
    first, second = body().scores
    assert (first.name, first.benchmark, first.value, first.unit) == ("gpt-5 (high)", "aider-polyglot", 88.0, "percent")
    assert (first.setting, first.date, first.cost_usd) == (
        "edit format diff; reasoning effort high",
        "2025-08-23",
        29.0829,
    )
    assert not first.self_reported
    assert second.setting == "edit format diff; no thinking"


def test_a_cost_of_zero_is_not_known() -> None:
    assert body().scores[1].cost_usd is None
    assert body(record(total_cost="0.0000")).scores[0].cost_usd is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"edit_format": "architect"}, "two models work together"),
        ({"editor_model": "sonnet"}, "two models work together"),
        ({"test_cases": 133}, "another number of exercises than the 225 of aider-polyglot"),
        ({"test_cases": 226}, "another number of exercises than the 225 of aider-polyglot"),
        ({"pass_rate_2": 101}, "pass_rate_2: not a percentage"),
        ({"pass_rate_2": "nan"}, "pass_rate_2: not a percentage"),
        ({"date": "last week"}, "record without a model or a date"),
    ],
)
def test_what_is_no_score_of_the_board_is_counted(fields: dict[str, Any], reason: str) -> None:
    found = body(POLYGLOT + record(**fields))
    assert dict(found.rejected) == {reason: 1} and len(found.scores) == 2


def test_a_few_exercises_may_have_failed_to_run() -> None:
    assert [s.value for s in body(record(test_cases=223)).scores] == [50.0]


def test_a_line_of_another_shape_and_another_file_are_counted() -> None:
    found = body(POLYGLOT + "   deeper: 1\n", refactor="- model: x\n")
    assert found.rejected == {"line that is no field of a record": 1, "file of a board that is not read": 1}


def test_files_without_a_score_are_refused() -> None:
    with pytest.raises(PayloadError, match="aider"):
        body("<html>")


@pytest.mark.mirror
@pytest.mark.parametrize(("board", "rows", "kept"), [("polyglot", 69, 66), ("edit", 98, 95)])
def test_the_stored_boards_are_read_as_a_yaml_reader_reads_them(mirror: Path, board: str, rows: int, kept: int) -> None:
    text = (mirror / BOARD.format(board)).read_text()
    found = parse(json.dumps({board: text}).encode(), UNITS)
    records = yaml.safe_load(text)
    assert (len(records), len(found.scores)) == (rows, kept) and not found.unread
    real = {(r["model"], str(r["date"]), r["pass_rate_2"], r.get("total_cost") or None) for r in records}
    assert {(s.name, s.date, s.value, s.cost_usd) for s in found.scores} <= real
