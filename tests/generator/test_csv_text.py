"""CSV that the pages hand out: readable by any program, and no cell that a spreadsheet would run."""

import csv
import io

import pytest

from tests.generator.tool_site import run_module

WRITE = """
import { csvText } from "./csv_text.mjs";
console.log(JSON.stringify(csvText(given.header, given.rows)));
"""


def written(header: list[str], rows: list[list[object]]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(run_module(WRITE, {"header": header, "rows": rows}))))


def test_cells_with_separators_quotes_and_line_breaks_come_back_as_they_were() -> None:
    rows: list[list[object]] = [['a,"b"', "line\nbreak", "plain"], ["", None, 3]]
    assert written(["x", "y", "z"], rows) == [
        ["x", "y", "z"], ['a,"b"', "line\nbreak", "plain"], ["", "", "3"],
    ]  # fmt: skip


@pytest.mark.parametrize("cell", ["=1+1", "+1 cmd", "-cmd|' /C calc'!A0", "@SUM(A1)", "\tx", '=HYPERLINK("x")'])
def test_formula_cells_are_neutralised(cell: str) -> None:
    assert written(["x"], [[cell]])[1] == ["'" + cell]


@pytest.mark.parametrize("cell", ["-5.00", "0.15", "-3"])
def test_numbers_stay_numbers(cell: str) -> None:
    assert written(["x"], [[cell]])[1] == [cell]
