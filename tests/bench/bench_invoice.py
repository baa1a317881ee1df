"""Seconds to read and audit bills of 100,000 lines in the formats that must be fast. Run it as a script.

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
from tests.wasm_tools.priced import book, tariff
from wasm_tools.invoice import analyse, read, to_record
from wasm_tools.invoice.cells import audited
from wasm_tools.invoice.report import report
from wasm_tools.invoice.report import to_record as to_record_of

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


def auditing(name: str, made: Callable[[int], bytes], lines: int) -> None:
    """Print how long one bill takes from bytes to audited cells; then the whole report.

    All lines of OpenAI's bill are at list; of the other bills a third of the models is known, at prices that are not
    those of the lines, which takes longest.
    """
    tariffs = [
        tariff(provider, model, f"{meter}.text.token{more}", price)
        for provider, models in (
            ("openai", [f"gpt-{n}" for n in range(30)]),
            ("anthropic", [f"claude example {n}" for n in range(0, 12, 3)]),
            *((f"host{p}", [f"model-{m}" for m in range(0, 20, 3)]) for p in range(10)),
        )
        for model in models
        for meter, more, price in (
            ("input", "", "3.413"), ("output", "", "3.413"), ("input", ";cache=read", "3.413"),
        )
    ]  # fmt: skip
    prices, data = book(tariffs), made(lines)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    best = []
    for _ in range(3 if lines <= LINES else 1):
        cpu = process_time()
        found = audited(opened(data), prices)
        best.append(process_time() - cpu)
    cpu = process_time()
    to_record_of(report([(f"{name}.csv", data)], prices))
    whole = process_time() - cpu
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    sizes = f"{len(found.cells)} cells, {len(found.groups)} groups, memory +{grown} MB"
    print(f"{name:16} {min(best):6.2f} s of processor read and audited, {whole:6.2f} s the whole report, {sizes}")


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
    for name, made in LONG_BILLS.items():
        auditing(name, made, lines)
    if lines == LINES:
        analysing()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES)
