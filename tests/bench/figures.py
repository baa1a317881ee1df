"""Figures that a benchmark hands over beside what it prints, for the table of `make bench`.

`python -m tests.bench` names a file in the environment variable ATLAS_FIGURES; a script that is run by itself only
prints.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. A limit is the most or the least that it may be; a ratio is held against `reference`."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    ratio: float | None = None
    reference: str = ""

    def holds(self) -> bool:
        """Whether the value keeps its limits; true where it has none."""
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )


def figure(
    name: str,
    value: float,
    unit: str,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    against: tuple[float, str] | None = None,
) -> None:
    """Hand over a value; `against` is a value of the same unit, measured in the same run, and what it is of."""
    path = os.environ.get("ATLAS_FIGURES")
    if not path:
        return
    ratio, reference = (value / against[0], against[1]) if against else (None, "")
    row = asdict(Figure(name, value, unit, at_most, at_least, ratio, reference))
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")


def read_figures(path: Path) -> list[Figure]:
    """What a script handed over, in its order; nothing where it handed over nothing."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [Figure(**json.loads(line)) for line in lines]
