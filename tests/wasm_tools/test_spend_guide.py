"""The guide on recording calls, and what is installed, hold what they promise."""

import json
import re
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

from wasm_tools import spend
from wasm_tools.spend.ledger import STATUSES, Call, line_of
from wasm_tools.spend.recording.recorder import LONGEST, MASKED
from wasm_tools.spend.recording.shapes import shapes

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "content" / "guides" / "recording-calls.md").read_text(encoding="utf-8")


def test_the_guide_names_every_verb_and_the_code_imports_only_such() -> None:
    assert all(f"`{name}`" in GUIDE or f"{name}(" in GUIDE for name in spend.__all__)
    imported = re.findall(r"^from wasm_tools\.spend import (.+)$", GUIDE, re.MULTILINE)
    assert imported and all(hasattr(spend, name) for line in imported for name in line.split(", "))


def test_the_line_in_the_guide_is_one_that_would_be_written() -> None:
    (line,) = re.findall(r"^\{.*\}$", GUIDE, re.MULTILINE)
    said = json.loads(line)
    assert said.pop("v") == 1
    assert line_of(Call(**said)).decode() == line + "\n"


def test_the_guide_says_the_limits_and_names_that_hold() -> None:
    assert all(f"`{status}`" in GUIDE for status in STATUSES)
    assert f"cut at {LONGEST} characters" in GUIDE and f"`{MASKED}`" in GUIDE
    for shape in shapes():
        assert shape.name.split()[0].lower() in GUIDE.lower().replace("servers that answer like openai", "like openai")


def test_the_wheel_holds_the_recorder_and_its_table() -> None:
    files = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert "wasm_tools/spend/recording/reply_shapes.toml" in files
    assert {f"wasm_tools/spend/recording/{name}.py" for name in ("recorder", "replies", "tracking")} <= files
