"""The shape of a day: mean rate by hour of the largest recorded client of ServeGen over two weeks."""

import csv
from pathlib import Path

from generator.benchmarks.tables import Imported, figure
from generator.tables import TableError

COLUMNS = ("id", "hour", "factor", "source")
CLIENT = Path("traces", "servegen", "language", "m-large", "chunk-0-trace.csv")


def days(folder: Path) -> Imported:
    """Rate of each hour over the mean rate, for hours counted from the start of the recording.

    Of the clients in the stored part of ServeGen only this one sends all day; the others come in single batches. A
    row of the file is a window of ten minutes: its start in seconds, its rate, then figures that are not used here.
    """
    path = folder / CLIENT
    by_hour = [0.0] * 24
    windows = 0
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            for start, rate, *_ in csv.reader(stream):
                by_hour[int(float(start)) // 3600 % 24] += float(rate)
                windows += 1
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: cannot be read ({error}); is this the folder of upstream files?") from None
    mean = sum(by_hour) / 24
    source = "ServeGen, m-large client 0 (Alibaba, Apache-2.0)"
    rows: list[tuple[str, ...]] = [
        ("servegen-m-large", str(hour), figure(total / mean, 3), source) for hour, total in enumerate(by_hour)
    ]
    return Imported("days.csv", COLUMNS, rows, windows)
