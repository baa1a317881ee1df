"""What all benchmark imports share: the result of an import, reviewed names, rounding, reading a file."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from generator.tables import TableError, read_rows

NAME_COLUMNS = ("dataset", "kind", "upstream", "id", "note")


@dataclass(frozen=True, slots=True)
class Imported:
    """A table of facts, and what became of the rows that were read: kept, or left out for a reason."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    read: int
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Names:
    """Our ids of the names of one data set, from `names.csv`. An id may be empty on purpose."""

    dataset: str
    ids: dict[tuple[str, str], str]

    def of(self, kind: str, upstream: str) -> str:
        """Our id of an upstream name; raises TableError when nobody has reviewed that name."""
        try:
            return self.ids[(kind, upstream)]
        except KeyError:
            raise TableError(
                f"names.csv: no row for {self.dataset}, {kind}, {upstream!r}; add one, with an empty id if we have none"
            ) from None


def names_of(dataset: str, path: Path) -> Names:
    """The reviewed names of one data set."""
    rows = read_rows(path, NAME_COLUMNS)
    return Names(dataset, {(r["kind"], r["upstream"]): r["id"] for r in rows if r["dataset"] == dataset})


def upstream_rows(path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """The rows of an upstream CSV file that must have the columns `needed`; raises TableError without them."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [c for c in needed if c not in (reader.fieldnames or ())]
            if missing:
                raise TableError(
                    f"{path}: the columns {', '.join(missing)} are missing; has the file changed its form?"
                )
            yield from reader
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror}); is this the folder of upstream files?") from None


def figure(value: float, digits: int = 6) -> str:
    """A number with at most `digits` significant digits, in plain notation."""
    text = f"{float(f'{value:.{digits}g}'):.{max(0, digits)}f}"
    return text.rstrip("0").rstrip(".") or "0"


def whole(value: str) -> str:
    """`4.0` as `4`."""
    return str(int(float(value)))
