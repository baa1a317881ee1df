"""The guide to exports says of each file whether the invoice tool reads it, and says it truly."""

import re
from pathlib import Path

from generator.render.sku_facts import LIFE_CYCLE, MEANINGS
from tests.generator.test_content import anchors
from wasm_tools.invoice import READERS, read

CONTENT = Path(__file__).parents[2] / "content"
GUIDE = (CONTENT / "guides" / "export-your-bill.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([^|]+?) \| `([^`]+)` \| (yes|not yet) \|$", re.MULTILINE)


def test_files_that_the_guide_calls_readable_are_those_with_a_reader() -> None:
    readable = {tuple(columns.split(", ")) for _, columns, state in ROW.findall(GUIDE) if state == "yes"}
    assert len(ROW.findall(GUIDE)) >= 10
    assert {reader.required for reader in READERS} == {frozenset(columns) for columns in readable}


def test_example_of_the_guide_is_read_without_a_remainder() -> None:
    example = re.search(r"```csv\n(.*?)```", GUIDE, re.DOTALL)
    assert example is not None
    found = read(example[1].encode())
    assert len(found.lines) == 2
    assert not found.excluded


def test_chips_lead_to_headings_of_the_glossary() -> None:
    known = anchors((CONTENT / "glossary.md").read_text(encoding="utf-8"))
    for heading in (
        LIFE_CYCLE,
        *MEANINGS.values(),
        "listed-price",
        "time-window",
        "near-miss",
        "risk-premium",
        "grade",
    ):
        assert heading in known, heading
