"""Benchmark facts of others, brought into tables of ours: what is kept, in which unit, and what is left out and why."""

from collections.abc import Sequence
from pathlib import Path

from generator.benchmarks.argonne import argonne
from generator.benchmarks.days import days
from generator.benchmarks.inferencemax import inferencemax
from generator.benchmarks.lengths import arrivals, lengths, recordings
from generator.benchmarks.mlperf import mlperf
from generator.benchmarks.tables import Imported, names_of
from generator.tables import rows_text


def import_benchmarks(folder: Path, out: Path) -> list[Imported]:
    """Write the tables below `out` (the registry) from the upstream files below `folder`; returns what was read.

    `folder` holds `benchmarks/calibration`, `benchmarks/mlperf_dataset_lengths` and `traces`. The same files give the
    same bytes. Raises TableError for a file that is missing or has changed its form, and for a name nobody reviewed.
    """
    names = out / "benchmarks" / "names.csv"
    calibration = folder / "benchmarks" / "calibration"
    found = recordings(folder)
    tables = [
        inferencemax(calibration / "inferencemax_raw_calibration.csv", names_of("inferencemax", names)),
        mlperf(calibration / "mlperf_v4.1_v5.1_llm_runs.csv", names_of("mlperf", names)),
        argonne(calibration / "argonne_static_batch.csv", names_of("argonne", names)),
        arrivals(found),
        days(folder),
    ]
    for table in tables:
        (out / "benchmarks" / table.name).write_text(rows_text(table.columns, table.rows), encoding="utf-8")
    by_length = lengths(found)
    (out / by_length.name).write_text(rows_text(by_length.columns, by_length.rows), encoding="utf-8")
    return [*tables, by_length]


def import_report(tables: Sequence[Imported]) -> str:
    """A line per table: rows read and kept; below it, what was left out and why."""
    lines = []
    for table in tables:
        lines.append(f"{table.name:26}{table.read:8,} read {len(table.rows):6,} kept")
        lines += [f"{'':26}{n:8,} left out: {why}" for why, n in sorted(table.left_out.items()) if n]
    return "\n".join(lines)
