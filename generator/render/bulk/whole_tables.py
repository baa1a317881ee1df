"""Tables that are published in parts, whole: all ranked plans, and all recorded changes."""

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.change_index import change_index
from generator.render.history_files import COLUMNS as CHANGE_COLUMNS
from generator.render.history_files import DESCRIPTION as CHANGES_SAY
from generator.render.history_files import change_cells
from generator.render.page import SiteData
from generator.render.plan_tables import PLAN_COLUMNS, question_tables

QUESTION = Column("question", "text", "plans/PROFILE/SLO_CLASS/LOAD of a cell of the grid, or use-cases/ID")


def all_plans(data: SiteData) -> ApiTable:
    """The plans of every cell and use case, with the question that they answer."""
    rows = [(table.name, *row) for table in question_tables(data) for row in table.rows]
    says = "Every ranked plan of every cell of the grid and of every use case."
    return ApiTable("plans_ranked", "All ranked plans", says, (QUESTION, *PLAN_COLUMNS), rows)


def all_changes(data: SiteData) -> ApiTable:
    """Every recorded change of a price, newest first."""
    changes = change_index(data)
    rows: list[tuple[Cell, ...]] = [change_cells(c, changes) for c in changes.changes]
    return ApiTable("changes", "All changes of prices", CHANGES_SAY, CHANGE_COLUMNS, rows)
