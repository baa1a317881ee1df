"""Records of a delimited file: delimiter and header found, broken records reported one by one, none lost."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from wasm_tools.invoice.usage import InvoiceError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
FIELD_LIMIT = 131_072  # characters; a longer cell is a broken quote, not a bill
_PROBLEMS = (
    ("field larger than field limit", f"a cell is longer than {FIELD_LIMIT} characters"),
    ("unexpected end of data", "a quotation mark is opened and never closed"),
    ("expected after", "text follows a closing quotation mark"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A header in normal form, and the raw lines below it. Row numbers count from `first_row`.

    `suspicious` says that some line holds a NUL or is long enough for an oversize cell: then every row is checked.
    """

    header: tuple[str, ...]
    delimiter: str
    body: Sequence[str]
    first_row: int
    suspicious: bool


def normal_name(name: str) -> str:
    """A column name in normal form: trimmed, lower case, one underscore for blanks and hyphens."""
    return "_".join(name.replace("-", " ").replace("_", " ").casefold().split())


def tables(text: str) -> tuple[Table, ...]:
    """The file under each possible delimiter, the one with most columns first; raises InvoiceError when empty."""
    lines = list(io.StringIO(text, newline=""))
    start = next((i for i, line in enumerate(lines) if line.strip()), None)
    if start is None:
        raise InvoiceError("the file is empty: export it again, with a header line and at least one row")
    delimiters = list(DELIMITERS)
    hint = lines[start].strip().lower()
    if hint.startswith("sep=") and len(hint) == 5 and hint[4] in DELIMITERS:  # a line that spreadsheets write
        delimiters = [hint[4]]
        start = next((i for i, line in enumerate(lines[start + 1 :], start + 1) if line.strip()), start)
    suspicious = "\0" in text or max(map(len, lines)) > FIELD_LIMIT
    found = []
    for delimiter in delimiters:
        try:
            names = next(csv.reader([lines[start]], delimiter=delimiter, skipinitialspace=True), [])
        except csv.Error:
            continue
        header = tuple(normal_name(n) for n in names)
        found.append(Table(header, delimiter, lines[start + 1 :], start + 2, suspicious))
    if not found:
        raise InvoiceError(f"the header line cannot be read: a cell of it is longer than {FIELD_LIMIT} characters")
    return tuple(sorted(found, key=lambda t: -len(t.header)))


def records(table: Table) -> list[tuple[list[str], str]]:
    """Each record as its cells and a problem in words, `''` when there is none."""
    try:
        return [(cells, "") for cells in _reader(table, table.body)]
    except csv.Error:  # rare: the slow way finds out which rows are broken
        return list(_records_one_by_one(table))


def _reader(table: Table, lines: Iterable[str]) -> Any:
    return csv.reader(lines, delimiter=table.delimiter, skipinitialspace=True, strict=True)


def _records_one_by_one(table: Table) -> Iterator[tuple[list[str], str]]:
    """The records of a table with broken rows.

    After a broken record, reading goes on at the physical line below its first one, so that an unclosed quotation
    mark costs one row and not the rest of the file. Re-reading is bounded; past the bound a record is one line.
    """
    lines, position, budget = table.body, 0, 8 * len(table.body) + 64
    while position < len(lines):
        end = len(lines) if budget > 0 else position + 1
        reader = _reader(table, map(lines.__getitem__, range(position, end)))
        done = 0
        try:
            for cells in reader:
                done = reader.line_num
                yield cells, ""
        except csv.Error as error:
            budget -= reader.line_num - done
            yield [lines[position + done].rstrip("\r\n")], _problem(str(error))
            position += done + 1
        else:
            position = end


def _problem(message: str) -> str:
    return next((words for part, words in _PROBLEMS if part in message), f"the row is not valid CSV ({message})")
