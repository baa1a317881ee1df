"""Text tables: CSV files with a fixed header, sorted rows and exact texts, so that a diff shows only what changed."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from generator.failure import Failure


class TableError(Failure):
    """A table that cannot be read; the message names the file, the line and the remedy."""


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV file whose header is exactly `columns`; raises TableError naming file and line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read as UTF-8 text ({error})") from None
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, None)
    if header != list(columns):
        raise TableError(f"{path}: the header is {header}, expected {list(columns)}")
    rows = []
    for row in reader:
        if len(row) != len(columns):
            raise TableError(f"{path}, line {reader.line_num}: {len(row)} fields, expected {len(columns)}")
        rows.append(dict(zip(columns, row, strict=True)))
    return rows


def rows_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV text of a header and rows, with LF line ends."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
