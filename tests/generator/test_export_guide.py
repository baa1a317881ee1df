"""The guide to exports names the files that the invoice tool reads, by the columns that it needs, and no other."""

import re
from pathlib import Path

from generator.render.sku_facts import LIFE_CYCLE, MEANINGS
from tests.generator.test_content import anchors
from tests.wasm_tools.invoices import reading
from wasm_tools.invoice import READERS

CONTENT = Path(__file__).parents[2] / "content"
GUIDE = (CONTENT / "guides" / "export-your-bill.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([^|]+?) \| `([^`]+)` \| (real files|documentation|other programs) \|$", re.MULTILINE)


def test_files_of_the_guide_are_those_with_a_reader() -> None:
    named = [frozenset(columns.split(", ")) for _, columns, _ in ROW.findall(GUIDE)]
    assert len(set(named)) == len(named), "a file is named once"
    assert {reader.required for reader in READERS} == set(named)


def test_example_of_the_guide_is_read_without_a_remainder() -> None:
    example = re.search(r"```csv\n(.*?)```", GUIDE, re.DOTALL)
    assert example is not None
    lines, excluded, _ = reading(example[1].encode())
    assert len(lines) == 2
    assert not excluded


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
