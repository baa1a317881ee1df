"""Seconds to read, analyse and record a bill of 100,000 lines against 40,000 offers. Run it as a script."""

import sys
from decimal import Decimal
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.wasm_tools.bills import HEADER, SPELLINGS, UNITS, WORKLOADS, offer
from wasm_tools.invoice import analyse, read, to_record

LINES, PROVIDERS, MODELS = 100_000, 20, 500


def main() -> None:
    offers = [
        offer(f"host{p}", f"model-{m}", f"{d}.text.token{tier}", str(Decimal(1 + m) / 100 + p % 7))
        for p in range(PROVIDERS)
        for m in range(MODELS)
        for d in ("input", "output")
        for tier in ("", ";tier=batch")
    ]
    rows = [
        f"host{i % 10},llm,{1_000 + i},1k_tokens,{(i % 977 + 1) / 100:.2f},model-{i // 10 % 20}" for i in range(LINES)
    ]
    data = "\n".join((HEADER + ",model", *rows)).encode()
    times = [perf_counter()]
    reading = read(data)
    times.append(perf_counter())
    analysis = analyse(reading, offers, UNITS, SPELLINGS, WORKLOADS, {}, {})
    times.append(perf_counter())
    record = to_record(analysis)
    times.append(perf_counter())
    names = ("read", "analyse", "record")
    for name, start, end in zip(names, times, times[1:], strict=False):
        print(f"{name:8} {end - start:6.2f} s")
    print(f"{'all':8} {times[-1] - times[0]:6.2f} s for {LINES} lines, {len(data) / 1e6:.1f} MB, {len(offers)} offers")
    print(f"{record['totals']['compared_lines']} lines compared, {len(record['comparisons'])} comparisons")


if __name__ == "__main__":
    main()
