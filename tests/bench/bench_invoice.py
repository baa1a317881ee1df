"""Seconds to read and audit bills of 100,000 lines in the formats that must be fast, and what the earlier system's
algorithm takes for the same count. Run it as a script, with another count of lines as argument if wanted.
"""

import csv
import io
import sys
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.figures import figure
from tests.wasm_tools.invoices import opened
from tests.wasm_tools.long_bills import LONG_BILLS, five_column
from tests.wasm_tools.priced import book, tariff
from wasm_tools.compat.inference_atlas_tables import CatalogueRow
from wasm_tools.invoice.cells import audited
from wasm_tools.invoice.report import report, to_record

LINES, CATALOGUE_ROWS = 100_000, 761


def reading(name: str, made: Callable[[int], bytes], lines: int) -> None:
    """Print how long one bill takes to pass through: recognised, read, normalised, added up."""
    data = made(lines)
    best = []
    for _ in range(3 if lines <= LINES else 1):
        wall, cpu = perf_counter(), process_time()
        bill = opened(data)
        count = sum(1 for _ in bill.entries())
        best.append((process_time() - cpu, perf_counter() - wall))
    cpu, wall = min(best)
    figure(f"{name}: {count:,} lines read, processor time", cpu, "s")
    print(f"{name:16} {cpu:6.2f} s of processor, {wall:6.2f} s in all, {count} lines, {len(data) / 1e6:.1f} MB")


def auditing(name: str, made: Callable[[int], bytes], lines: int) -> float:
    """Print how long one bill takes from bytes to audited cells, in seconds; then the whole report.

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
    best = []
    for _ in range(3 if lines <= LINES else 1):
        cpu = process_time()
        found = audited(opened(data), prices)
        best.append(process_time() - cpu)
    cpu = process_time()
    to_record(report([(f"{name}.csv", data)], prices))
    whole = process_time() - cpu
    sizes = f"{len(found.cells)} cells, {len(found.groups)} groups"
    limit = 1.0 if lines == LINES else None
    figure(f"{name}: {lines:,} lines read and audited, processor time", min(best), "s", at_most=limit)
    figure(f"{name}: the whole report, processor time", whole, "s")
    print(f"{name:16} {min(best):6.2f} s of processor read and audited, {whole:6.2f} s the whole report, {sizes}")
    return min(best)


def earlier() -> float:
    """Print how many seconds the earlier system's algorithm takes for the same count: restated, not its own program.

    It looked through the whole catalogue for every line, for the lowest price of the same workload and unit.
    """
    rows = [
        CatalogueRow(f"host{n % 20}", "llm", f"row-{n}", "per_token", 0.01 + n % 97 / 100, unit, "official")
        for n, unit in zip(range(CATALOGUE_ROWS), cycle(("1k_tokens", "1m_tokens")), strict=False)
    ]
    data, started = five_column(LINES), process_time()
    suggestions = []
    for record in csv.DictReader(io.StringIO(data.decode())):
        quantity, amount = float(record["usage_qty"]), float(record["amount_usd"])
        workload, unit = record["workload_type"].strip().lower(), record["usage_unit"].strip()
        pool = [row for row in rows if row.workload == workload and row.unit_name == unit]
        best = min(pool, key=lambda row: row.unit_price_usd)
        saving = max(0.0, amount / quantity - best.unit_price_usd) * quantity
        if saving > 0:
            suggestions.append((saving, best.provider, best.sku_name))
    suggestions.sort(key=lambda s: -s[0])
    spent = process_time() - started
    figure(f"the earlier system's algorithm, restated, {LINES:,} lines, processor time", spent, "s")
    print(f"{'earlier system':16} {spent:6.2f} s of processor, its algorithm restated, {CATALOGUE_ROWS} rows of prices")
    return spent


def main(lines: int) -> None:
    for name, made in LONG_BILLS.items():
        reading(name, made, lines)
    taken = {name: auditing(name, made, lines) for name, made in LONG_BILLS.items()}
    if lines == LINES:
        theirs = earlier()
        for name, ours in taken.items():
            figure(f"{name}: read and audited", ours, "s", against=(theirs, "earlier system's algorithm, restated"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES)
