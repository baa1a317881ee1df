"""Seconds to read bills of 100,000 lines in the formats that must be fast, and to analyse one. Run it as a script.

With a number as argument, bills of that many lines are read only, and the largest memory of Python is told.
"""

import resource
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.wasm_tools.bills import SPELLINGS, UNITS, WORKLOADS, offer
from tests.wasm_tools.invoices import opened
from tests.wasm_tools.long_bills import LONG_BILLS, five_column
from wasm_tools.invoice import analyse, read, to_record

LINES, PROVIDERS, MODELS = 100_000, 20, 500


def reading(name: str, made: Callable[[int], bytes], lines: int) -> None:
    """Print how long one bill takes to pass through: recognised, read, normalised, added up."""
    data = made(lines)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    best = []
    for _ in range(3 if lines <= LINES else 1):
        wall, cpu = perf_counter(), process_time()
        bill = opened(data)
        count = sum(1 for _ in bill.entries())
        best.append((process_time() - cpu, perf_counter() - wall))
    cpu, wall = min(best)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    size = f"{len(data) / 1e6:.1f} MB"
    print(f"{name:16} {cpu:6.2f} s of processor, {wall:6.2f} s in all, {count} lines, {size}, memory +{grown} MB")


def analysing() -> None:
    """Print how long the steps of an analysis take."""
    offers = [
        offer(f"host{p}", f"model-{m}", f"{d}.text.token{tier}", str(Decimal(1 + m) / 100 + p % 7))
        for p in range(PROVIDERS)
        for m in range(MODELS)
        for d in ("input", "output")
        for tier in ("", ";tier=batch")
    ]
    data = five_column(LINES)
    times = [perf_counter()]
    found = read(data)
    times.append(perf_counter())
    analysis = analyse(found, offers, UNITS, SPELLINGS, WORKLOADS, {}, {})
    times.append(perf_counter())
    record = to_record(analysis)
    times.append(perf_counter())
    for name, start, end in zip(("read", "analyse", "record"), times, times[1:], strict=False):
        print(f"{name:16} {end - start:6.2f} s")
    print(f"{'all':16} {times[-1] - times[0]:6.2f} s for {LINES} lines, {len(offers)} offers")
    print(f"{record['totals']['compared_lines']} lines compared, {len(record['comparisons'])} comparisons")


def main(lines: int) -> None:
    for name, made in LONG_BILLS.items():
        reading(name, made, lines)
    if lines == LINES:
        analysing()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES)
