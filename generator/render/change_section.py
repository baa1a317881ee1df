"""The changes on the page of a provider, a model or a GPU: the latest few, its feeds, and where all of them are."""

from collections.abc import Sequence
from typing import Any

from generator.change_kinds import NEWS
from generator.render.change_index import ChangeIndex, Group
from generator.render.change_rows import change_row
from generator.render.feeds import feed_path

ROWS = 8
ELEMENTS = 12  # of one row
FRAME = 24  # of the heading, the table's head and the line about feeds
TOLD = (*NEWS, "restated", "back")  # what is counted only: coverage, and further prices of what is listed


def change_section(groups: Sequence[Group], thing: str, changes: ChangeIndex, file: str = "") -> dict[str, Any]:
    """The latest changes of a thing (`providers/openai`): rows, the counts behind them, its feed, its file if any."""
    shown = [g for g in groups if g.kind in TOLD][:ROWS]
    return {
        "rows": [change_row(g, changes, 1) for g in shown],
        "total": sum(len(g.changes) for g in groups),
        "shown": sum(len(g.changes) for g in shown),
        "feed": feed_path(thing) if groups else "",
        "file": file,
    }


def elements(section: dict[str, Any]) -> int:
    """The elements that a section takes of a page's room."""
    return len(section["rows"]) * ELEMENTS + FRAME if section["total"] else 0
