"""The first published phase of Compass: its estimate and its choice by hand."""

import json
from pathlib import Path

import pytest

from generator.compat_compass_tables import compass_tables, first_phase_rows
from generator.places import checkout
from generator.tables import TableError
from wasm_tools.compat.compass_first_phase import PRESET, chosen, passing, whole_answer_ms
from wasm_tools.workload.traffic import InputError

TABLES = compass_tables(checkout().registry)
ROW = {
    "model_hf_repo": "m", "hardware": "H100", "hardware_count": 1, "prompt_tokens": 150, "output_tokens": 200,
    "ttft_p90": 100.0, "itl_p90": 30.0,
}  # fmt: skip
ROWS = [
    ROW | {"model_hf_repo": "fast", "hardware_count": 8, "ttft_p90": 20.0, "itl_p90": 5.0},
    ROW | {"model_hf_repo": "cheap"},
    ROW | {"model_hf_repo": "middle", "hardware_count": 2, "itl_p90": 20.0},
    ROW | {"model_hf_repo": "slow to start", "ttft_p90": 301.0},
    ROW | {"model_hf_repo": "slow tokens", "itl_p90": 51.0},
    ROW | {"model_hf_repo": "other lengths", "prompt_tokens": 512},
    ROW | {"model_hf_repo": "no price", "hardware": "TPU"},
]


def written(folder: Path, rows: list[dict[str, object]]) -> Path:
    path = folder / "benchmarks.json"
    path.write_text(json.dumps({"benchmarks": rows}))
    return path


def test_no_more_than_twenty_tokens_count_in_the_estimate() -> None:
    assert whole_answer_ms(100, 10, 10) == pytest.approx(100 + 10 * 10 * 1.2)
    assert whole_answer_ms(100, 10, 200) == whole_answer_ms(100, 10, 20) == pytest.approx(340)


def test_the_three_budgets_take_cheapest_middle_and_fastest(tmp_path: Path) -> None:
    options = passing(first_phase_rows(written(tmp_path, ROWS)), TABLES.preset(PRESET, "interactive_chatbot"), TABLES)
    assert [o.row.model for o in options] == ["cheap", "middle", "fast"]
    for budget, model in (("strict", "cheap"), ("flexible", "middle"), ("none", "fast")):
        taken = chosen(options, budget)
        assert taken is not None and taken.row.model == model
    assert chosen([], "strict") is None
    with pytest.raises(InputError, match="strict, flexible, none"):
        chosen(options, "generous")


def test_a_file_without_p90_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="p90"):
        first_phase_rows(written(tmp_path, [{k: v for k, v in ROW.items() if k != "itl_p90"}]))
