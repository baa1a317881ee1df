"""The columns of a table that one reader uses, and their cells as numbers and days.

Only these columns are ever looked at: exports hold prompts, keys and addresses that are nobody's business here.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from operator import itemgetter
from typing import Any

from wasm_tools.invoice.choices import DAY_FIRST, MONTH_FIRST, Question
from wasm_tools.invoice.dates import date_order, iso_day
from wasm_tools.invoice.numerals import decimal_commas, is_missing
from wasm_tools.invoice.readers.numbers import Numbers
from wasm_tools.invoice.readers.reader import Context
from wasm_tools.invoice.records import BLANK, Row, Table, normal_name
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import Excluded

RAW_LENGTH = 200  # characters of a row that an exclusion quotes
_TOTAL_WORDS = frozenset({"total", "subtotal", "grand total", "sum", "filtered total"})
_QUOTED_COMMA = re.compile(rb'"[^"a-zA-Z\n]{0,30}\d,\d')
_DATED_ROWS = 50  # rows by which a column without slashes is known


class Sheet:
    """A table as one reader sees it. Names of columns may be given in any case; they need not be there."""

    def __init__(
        self, table: Table, context: Context, required: tuple[str, ...], optional: tuple[str, ...] = (),
        numeric: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """`numeric` are the columns of numbers among them: how commas are meant is decided for each one here."""
        self.table, self._context = table, context
        self._absent = len(table.header)  # rows end with one empty cell more
        self._needed = 1 + max(map(self.at, required))
        self._shown = sorted({i for name in (*required, *optional) if (i := self.at(name)) != self._absent})
        self._commas: dict[str, bool | None] = dict.fromkeys(numeric, False)
        if _may_have_commas(table):
            columns = {name: self._cells(name) for name in numeric if self.has(name)}
            self._commas |= decimal_commas(columns, table.delimiter == ";")
            for name in sorted(n for n, comma in self._commas.items() if comma):
                context.note(f"numbers of column {name} are read with a decimal comma")

    def at(self, name: str) -> int:
        """The position of a column in each row; that of an empty cell when the table lacks it."""
        try:
            return self.table.header.index(normal_name(name))
        except ValueError:
            return self._absent

    def has(self, name: str) -> bool:
        """Whether the table has the column."""
        return self.at(name) != self._absent

    def cells(self, *names: str) -> Any:
        """A function from a row to the tuple of its cells in these columns (two or more)."""
        return itemgetter(*map(self.at, names))

    def numbers(self, name: str, currency: str = "USD") -> Numbers:
        """From the text of a cell to its number, None where it is missing; raises NumberProblem."""
        return Numbers(self._commas[name], currency)

    def days(self, name: str, order: str = "") -> Remembered[str, str]:
        """From the text of a cell to its ISO day, `''` where it is missing; raises DateProblem.

        `order` is how the format writes dates with slashes. Without it the column decides; raises Question when it
        leaves both readings open.
        """
        found = order or self._context.choices.date_order
        if not found and self.has(name) and any("/" in cell for cell in islice(self._cells(name), _DATED_ROWS)):
            decided = date_order(self._cells(name))
            if decided is None:
                raise Question(
                    "date_order",
                    (MONTH_FIRST, DAY_FIRST),
                    f"the dates of column {name} may have the month or the day first: say which",
                )
            found = decided
        return Remembered(lambda text: "" if is_missing(text) else iso_day(text, found))

    def rows(self) -> Iterator[Row]:
        """The rows of the table, counted at their end; see Table.rows."""
        return self.table.rows(self._needed, self._context.counted)

    def excluded(
        self, number: int, cells: list[str], reason: str, detail: str, cost: Decimal | None = None, currency: str = ""
    ) -> Excluded:
        """The row as excluded, quoted by the columns that the reader uses."""
        return Excluded(number, self.raw(cells), reason, cost, currency, detail)

    def broken(self, number: int, cells: list[str], problem: str) -> Excluded:
        """A row that is not as wide as the header, or blank."""
        return self.excluded(number, cells, "empty_period" if problem == BLANK else "parse_error", problem)

    def raw(self, cells: list[str]) -> str:
        """The cells of a row that the reader uses, shortened."""
        text = self.table.delimiter.join([cells[i] for i in self._shown if i < len(cells)]).replace("\0", "\ufffd")
        return text if len(text) <= RAW_LENGTH else text[: RAW_LENGTH - 1] + "…"

    def _cells(self, name: str) -> Iterator[str]:
        at = self.at(name)
        return (cells[at] for _, cells, problem in self.table.rows(self._needed) if not problem)


def is_total(text: str) -> bool:
    """Whether a cell says that its row adds up other rows."""
    return text.strip().rstrip(":").casefold() in _TOTAL_WORDS


def _may_have_commas(table: Table) -> bool:
    """Whether some cell may hold a comma between digits; in files without, no column needs to be looked through."""
    if table.delimiter == ";":
        return True  # there, "1.000" alone may be a thousand
    if table.delimiter == ",":
        return _QUOTED_COMMA.search(table.data) is not None
    return b"," in table.data
