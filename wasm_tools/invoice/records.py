"""Rows of a delimited file, one after another: delimiter and header found, broken rows reported, none lost."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from wasm_tools.invoice.usage import InvoiceError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
Row = tuple[int, list[str], str]
BLANK = "blank row"
FIELD_LIMIT = 131_072  # characters; a longer cell is a broken quote, not a bill (the limit of Python's csv)
_SAMPLE = 20  # rows by which delimiters that give equally many columns are told apart
_PROBLEMS = (
    ("field larger than field limit", f"a cell is longer than {FIELD_LIMIT} characters"),
    ("unexpected end of data", "a quotation mark is opened and never closed"),
    ("expected after", "text follows a closing quotation mark"),
)


def normal_name(name: str) -> str:
    """A column name in normal form: trimmed, lower case, one underscore for blanks and hyphens."""
    return "_".join(name.replace("-", " ").replace("_", " ").casefold().split())


@dataclass(frozen=True, slots=True)
class Table:
    """A file under one delimiter: its header in normal form, and the rows below it, read anew each time."""

    data: bytes  # UTF-8
    delimiter: str
    header: tuple[str, ...]
    above: int  # physical lines up to the header, itself included

    @property
    def names(self) -> frozenset[str]:
        """What detection compares: the columns."""
        return frozenset(self.header)

    @property
    def lines(self) -> int:
        """Physical lines below the header."""
        return self.data.count(b"\n") + 1 - self.above

    @property
    def titles(self) -> tuple[str, ...]:
        """The columns as the file writes them, without outer blanks."""
        lines = io.TextIOWrapper(io.BytesIO(self.data), "utf-8", newline="")
        head = islice(lines, self.above - 1, self.above)
        return tuple(n.strip() for n in next(csv.reader(head, delimiter=self.delimiter, skipinitialspace=True)))

    def rows(self, needed: int = 0, counted: Callable[[int], None] | None = None) -> Iterator[Row]:
        """Each row: its number in a spreadsheet, its cells and a problem in words, `''` when there is none.

        Cells are those of the header and one empty cell more, for columns that the file lacks. Rows may be shorter
        than the header while they have the first `needed` cells, and longer by empty cells. At the end, `counted` is
        given the number of rows.
        """
        width, with_nul, read = len(self.header), b"\0" in self.data, 0
        try:
            for cells in self._reader(self._lines()):
                read += 1
                if len(cells) == width and cells[0] and not with_nul:
                    cells.append("")
                    yield self.above + read, cells, ""
                else:
                    yield self.above + read, *_shaped(cells, width, needed)
        except csv.Error:  # rare: the slow way finds out which rows are broken
            for cells, problem in islice(self._records_one_by_one(), read, None):
                read += 1
                yield self.above + read, *((cells, problem) if problem else _shaped(cells, width, needed))
        if counted is not None:
            counted(read)

    def _lines(self) -> Iterator[str]:
        return islice(io.TextIOWrapper(io.BytesIO(self.data), "utf-8", newline=""), self.above, None)

    def _reader(self, lines: Iterable[str]) -> Any:
        return csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True, strict=True)

    def _records_one_by_one(self) -> Iterator[tuple[list[str], str]]:
        """The records of a table with broken rows.

        After a broken record, reading goes on at the physical line below its first one, so that an unclosed quotation
        mark costs one row and not the rest of the file. Re-reading is bounded; past the bound a record is one line.
        """
        source = _Rewindable(self._lines())
        while not source.ended:
            reader = self._reader(source)
            try:
                for cells in reader:
                    source.forget()
                    yield cells, ""
            except csv.Error as error:
                yield [source.rewind_after_first().rstrip("\r\n")], _problem(str(error))


class _Rewindable:
    """Lines that can be given out once more, from the second line of the record that turned out to be broken."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._given, self._again = lines, list[str](), list[str]()
        self._budget, self.ended = 64, False

    def __iter__(self) -> "_Rewindable":
        return self

    def __next__(self) -> str:
        if self._again:
            line = self._again.pop()
            self._budget -= 1
        else:
            line = next(self._lines, "")
            self._budget += 8
            if not line:
                self.ended = True
                raise StopIteration
        if self._given and self._budget <= 0:
            self._again.append(line)
            raise csv.Error("unexpected end of data")
        self._given.append(line)
        return line

    def forget(self) -> None:
        """The lines given out so far were a whole record."""
        self._given.clear()

    def rewind_after_first(self) -> str:
        """The first line of the broken record; the others will be given out again."""
        first, *others = self._given
        self._again.extend(reversed(others))
        self._given.clear()
        self.ended = self.ended and not self._again
        return first


def tables(data: bytes) -> tuple[Table, ...]:
    """The file (UTF-8) under each possible delimiter, the most likely first; raises InvoiceError when empty."""
    lines = io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")
    above, head = _first_filled(lines, 0)
    delimiters = list(DELIMITERS)
    hint = head.strip().lower()
    if hint.startswith("sep=") and len(hint) == 5 and hint[4] in DELIMITERS:  # a line that spreadsheets write
        delimiters = [hint[4]]
        above, head = _first_filled(lines, above)
    if not head:
        raise InvoiceError("the file is empty: export it again, with a header line and at least one row")
    found = []
    for delimiter in delimiters:
        try:
            names = next(csv.reader([head], delimiter=delimiter, skipinitialspace=True), [])
        except csv.Error:
            continue
        found.append(Table(data, delimiter, tuple(normal_name(n) for n in names), above))
    if not found:
        raise InvoiceError(f"the header line cannot be read: a cell of it is longer than {FIELD_LIMIT} characters")
    return tuple(sorted(found, key=lambda t: (-len(t.header), -_fitting_rows(t))))


def _first_filled(lines: Iterator[str], above: int) -> tuple[int, str]:
    """The number of lines up to the first one that is not blank, and that line; `''` at the end of the file."""
    for line in lines:
        above += 1
        if line.strip():
            return above, line
    return above, ""


def _fitting_rows(table: Table) -> int:
    return sum(not problem for _, _, problem in islice(table.rows(len(table.header)), _SAMPLE))


def _shaped(cells: list[str], width: int, needed: int) -> tuple[list[str], str]:
    """The cells of an unusual row, brought to the width of the header, and why they do not fit it or `''`."""
    problem = ""
    if any("\0" in cell for cell in cells):
        problem = "the row holds a NUL byte"
    elif not any(cell and not cell.isspace() for cell in cells):
        problem = BLANK
    elif len(cells) < needed:
        problem = "fewer cells than columns"
    elif len(cells) > width and any(cell.strip() for cell in cells[width:]):
        problem = "more cells than columns"
    return [*cells[:width], *[""] * (width + 1 - min(len(cells), width))], problem


def _problem(message: str) -> str:
    return next((words for part, words in _PROBLEMS if part in message), f"the row is not valid CSV ({message})")
