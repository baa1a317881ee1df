"""Largest memory that a report on a bill of a million lines takes beyond the file itself. Run it as a script.

Every format is read in a process of its own, from a file that another process wrote: what making the file takes must
not count. `python tests/bench/bench_invoice_memory.py [lines]`.
"""

import multiprocessing
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.figures import figure
from tests.wasm_tools.long_bills import LONG_BILLS, LONG_PAGES
from tests.wasm_tools.priced import book
from wasm_tools.invoice.report import report, to_record

LINES = 1_000_000


def _peak() -> int:
    """MB that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _write(path: Path, made: Callable[[int], bytes], lines: int) -> None:
    path.write_bytes(made(lines))


def _report(name: str, path: Path) -> None:
    prices, data = book(), path.read_bytes()
    before, started = _peak(), process_time()
    record = to_record(report([(path.name, data)], prices))
    size, seconds = len(data) / 1e6, process_time() - started
    lines = record["coverage"]["lines"] or record["files"][0]["lines"]
    figure(f"{name}: {lines:,} lines, memory beyond the file", _peak() - before, "MB")
    print(f"{name:22} {lines:9,} lines, {size:5.0f} MB, memory beyond it +{_peak() - before:4} MB, {seconds:5.1f} s")


def main(lines: int) -> None:
    apart = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        for name, made in {**LONG_BILLS, **LONG_PAGES}.items():
            path = Path(folder) / ("bill.json" if name in LONG_PAGES else "bill.csv")
            for target, given in ((_write, (path, made, lines)), (_report, (name, path))):
                process = apart.Process(target=target, args=given)
                process.start()
                process.join()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES)
