"""Seconds and stalls of the spend page in Chromium for a long ledger. Run it as a script.

    python -m tests.bench.bench_spend_page [--site site] [--lines 100000]

From the choice of the file to the drawn report, then for a filter, and the longest time for which the page could not
react meanwhile.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread

from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).parents[2]))

from generator.publish.server import site_server
from tests.bench.bench_spend import ledger
from tests.bench.figures import figure
from tests.bench.file_reading import longest_stall, reading_seconds
from tests.browser.bill_pages import finished, invoice_page
from tests.browser.chromium import chromium

SECONDS, BLOCKED_MS, TIMES = 6, 50, 3
MODELS = (  # with prices, as their providers call them
    ("openai", "gpt-5"), ("openai", "gpt-5-mini"), ("anthropic", "claude-haiku-4-5"),
    ("anthropic", "claude-sonnet-4-5"),
    ("google", "gemini-2.5-flash"),
)  # fmt: skip


def read(page: Page, path: Path) -> tuple[float, float, float]:
    """Seconds to the drawn report and to that of one provider, and the longest stall in milliseconds."""
    taken = reading_seconds(page, path)
    began = time.perf_counter()
    page.select_option("#filters select[name=provider]", index=1)
    page.wait_for_selector("#bill-result[aria-busy]")
    page.wait_for_selector("#bill-result:not([aria-busy])", timeout=60_000)
    filtered = time.perf_counter() - began
    page.select_option("#filters select[name=provider]", "")
    finished(page)
    return taken, filtered, longest_stall(page)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, default=Path("site"))
    parser.add_argument("--lines", type=int, default=100_000)
    options = parser.parse_args()
    server = site_server(options.site, "127.0.0.1", 0, "/atlas/")
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/atlas/"
    try:
        with tempfile.TemporaryDirectory() as folder, chromium() as browser:
            path = Path(folder) / "calls.jsonl"
            path.write_bytes(ledger(options.lines, MODELS))
            with invoice_page(browser, address, path="tools/spend/") as page:
                found = [read(page, path) for _ in range(TIMES)]
    finally:
        server.shutdown()
        server.server_close()
    first, best, filtered = found[0][0], min(f[0] for f in found), min(f[1] for f in found)
    stall = max(f[2] for f in found)
    figure(f"spend page, {options.lines:,} calls, best of {TIMES}", best, "s", at_most=SECONDS)
    figure("spend page, a filter", filtered, "s")
    figure("spend page, longest stall", stall, "ms", at_most=BLOCKED_MS)
    print(
        f"{options.lines:,} lines: first {first:.1f} s, best of {TIMES} {best:.1f} s (limit {SECONDS}), a filter "
        f"{filtered:.2f} s, longest stall {stall:.0f} ms (limit {BLOCKED_MS}; 0 is below 50)"
    )


if __name__ == "__main__":
    main()
