"""Seconds, stalls and memory of the invoice page in Chromium for long bills. Run it as a script.

    python -m tests.bench.bench_invoice_page [--site site] [--lines 100000] [--memory 1000000]

For each format that must be fast: from the choice of a file to the drawn report, the longest time for which the page
could not react, and the rows of its table. Then bills of `--memory` lines of OpenAI and Anthropic, each in a fresh
browser: the same, with the most memory of the whole browser beyond what it held before the choice, and of the process
that the page and its worker run in: resident pages, shared ones by their share.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).parents[2]))

from generator.publish.server import site_server
from tests.bench.figures import figure
from tests.bench.file_reading import longest_stall, reading_seconds
from tests.browser.bill_pages import invoice_page
from tests.browser.chromium import chromium
from tests.wasm_tools.long_bills import LONG_BILLS

SECONDS, BLOCKED_MS, MEGABYTES = 6, 50, 600


def resident(pid: int) -> int:
    """Bytes of a process in memory, its part of what it shares with others; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def children(root: int) -> list[int]:
    """All processes below one, without it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])
            except OSError:
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


class Watch:
    """The most that the processes below this one hold, all together and the largest of them."""

    def __init__(self) -> None:
        self.whole = self.largest = 0
        self._ended = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(0.2):
            held = [resident(pid) for pid in children(os.getpid())]
            self.whole, self.largest = max(self.whole, sum(held)), max(self.largest, *held, 0)

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()


def read(page: Page, path: Path) -> tuple[float, float, str]:
    """Seconds to the drawn report, the longest stall in milliseconds, and the rows of the table."""
    taken = reading_seconds(page, path)
    return taken, longest_stall(page), page.get_attribute("#cells-table", "aria-rowcount") or "?"


def written(folder: Path, made: Callable[[int], bytes], lines: int) -> Path:
    """The bill on disk."""
    path = folder / "bill.csv"
    path.write_bytes(made(lines))
    return path


def speed(address: str, folder: Path, lines: int) -> None:
    """Print the times of all formats; the first report of a visit, which imports its modules, is not counted."""
    with chromium() as browser, invoice_page(browser, address) as page:
        read(page, written(folder, LONG_BILLS["five-column"], 50))
        for name, made in LONG_BILLS.items():
            path = written(folder, made, lines)
            found = [read(page, path) for _ in range(3)]
            taken, longest = min(f[0] for f in found), max(f[1] for f in found)
            stall = f"longest stall {longest:.0f} ms" if longest else "no stall of 50 ms"
            figure(f"{name}: {lines:,} lines in the browser", taken, "s", at_most=SECONDS)
            figure(f"{name}: longest stall", longest, "ms", at_most=BLOCKED_MS)
            print(f"{name:16} {taken:5.1f} s (limit {SECONDS}), {stall} (limit {BLOCKED_MS}), {found[0][2]} rows")


def memory(address: str, folder: Path, lines: int) -> None:
    """Print the memory of a browser that reads a long bill."""
    for name, made in LONG_BILLS.items():
        if not name.startswith(("OpenAI", "Anthropic")):
            continue
        path = written(folder, made, lines)
        with chromium() as browser, invoice_page(browser, address) as page:
            page.wait_for_timeout(3_000)
            before = [resident(pid) for pid in children(os.getpid())]
            watch = Watch()
            taken, longest, rows = read(page, path)
            watch.end()
        grown = (watch.whole - sum(before)) / 1e6
        figure(f"{name}: {lines:,} lines, memory of the browser beyond before", grown, "MB", at_most=MEGABYTES)
        print(
            f"{name:16} {lines:,} lines, {path.stat().st_size / 1e6:.0f} MB: {taken:.0f} s, stall {longest:.0f} ms, "
            f"{rows} rows; browser +{grown:.0f} MB on {sum(before) / 1e6:.0f} MB (limit {MEGABYTES}), page's process "
            f"{watch.largest / 1e6:.0f} MB after {max(before) / 1e6:.0f} MB"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, default=Path("site"))
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--memory", type=int, default=1_000_000, help="0: do not measure it")
    options = parser.parse_args()
    server = site_server(options.site, "127.0.0.1", 0, "/atlas/")
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/atlas/"
    try:
        with tempfile.TemporaryDirectory() as folder:
            speed(address, Path(folder), options.lines)
            if options.memory:
                memory(address, Path(folder), options.memory)
    finally:
        server.shutdown()


if __name__ == "__main__":
    main()
