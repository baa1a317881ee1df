"""Comparisons that are ready: those of `comparisons.csv` whose things are all known."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.tables import read_rows

COLUMNS = ("id", "kind", "items", "question")
MOST, LEAST = 6, 2


@dataclass(frozen=True, slots=True)
class Ready:
    """One comparison with a page of its own."""

    id: str
    kind: str  # models, providers, gpus
    items: tuple[str, ...]
    question: str  # why one would look at it

    @property
    def query(self) -> str:
        """The address parameters with which the page of the reader's own choice shows the same."""
        return f"{self.kind}={','.join(self.items)}"


def ready_comparisons(registry: Path) -> Iterator[Ready]:
    """The comparisons of the registry. Raises ValueError naming a row with too few or too many things."""
    for row in read_rows(registry / "comparisons.csv", COLUMNS):
        items = tuple(row["items"].split("|"))
        if not LEAST <= len(items) <= MOST:
            raise ValueError(f"comparisons.csv: {row['id']} has {len(items)} things; {LEAST} to {MOST} can be compared")
        yield Ready(row["id"], row["kind"], items, row["question"])
