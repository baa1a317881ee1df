"""The page on the engine's tests in several Pythons, that a run writes for the readers of the documentation."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from tests.differential.compared import counts, planted
from tests.differential.runs import Record

HEAD = """# The engine in three Pythons

The pages compute with the same engine as the command, in another Python: {name}, which is CPython
{python} compiled to WebAssembly. `make test-engines` runs the engine's whole test suite in both kinds and compares
test by test what became of it. Pyodide runs under Node with its whole standard library, and assertions count: the
{planted} planted tests, which have to fail, failed in every Python. Random examples are the same everywhere.

The run of {day} found no difference.

| Python | passed | skipped | seconds |
|---|---:|---:|---:|
"""
MARKED = """
A test that is skipped in one Python is skipped in all, for the same reason (a package that is not installed), except
for these. They need something that a page does not have, and say so by a mark:

| why they are left out in Pyodide | tests |
|---|---:|
"""


def write_page(page: Path, records: Mapping[str, Record], day: date) -> None:
    """The page of records that are alike, by the name of the Python; the last one is Pyodide's."""
    name, browser = list(records.items())[-1]
    lines = [HEAD.format(name=name, python=browser["python"], planted=len(planted(browser)), day=day)]
    for name, record in records.items():
        count = counts(record)
        lines.append(f"| {name} | {count['passed']:,} | {count['skipped']:,} | {record['seconds']:,} |\n")
    reasons = Counter(browser["native"].values())
    lines += [MARKED, *(f"| {reason} | {count} |\n" for reason, count in sorted(reasons.items()))]
    page.write_text("".join(lines), encoding="utf-8")
