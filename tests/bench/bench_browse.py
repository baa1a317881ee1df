"""How heavy and how quick a browse page is: the heaviest page of each kind, at 4× CPU slow-down, with an empty cache.

    python -m tests.bench.bench_browse [--site site] [--rounds 5] [--only models]

Transfer is compressed as a usual host does it (gzip 6). Times are medians. Exit code 1: a page breaks a limit.
Tool pages are listed without limits: they load the engine.
"""

import argparse
import gzip
import statistics
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext

from generator.publish.server import site_server
from tests.bench.figures import figure
from tests.browser.chromium import chromium
from tests.browser.page_samples import heaviest

ROOT = Path(__file__).parents[2]
SLOW_DOWN = 4
APART = ("plotly", "/charts/", "/explore/")  # behind a chart, or rows of the explorer, which have budgets of their own
LIMITS = {"html": 60_000, "nodes": 1_500, "all": 150_000, "lcp": 1_500.0, "blocking": 150.0, "shift": 0.02}
WORDS = {
    "html": ("compressed HTML", "B"), "nodes": ("DOM nodes", ""), "all": ("compressed, all files", "B"),
    "lcp": ("LCP", "ms"), "blocking": ("blocking time", "ms"), "shift": ("layout shift", ""),
}  # fmt: skip

OBSERVE = """
window.seen = { lcp: 0, shift: 0, tasks: [], late: [] };
new PerformanceObserver((list) => { for (const e of list.getEntries()) seen.lcp = e.startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) seen.shift += e.value; })
  .observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => { for (const e of list.getEntries()) seen.tasks.push([e.startTime, e.duration]); })
  .observe({ type: "longtask", buffered: true });
"""
READ = """() => ({
  lcp: seen.lcp, shift: seen.shift, nodes: document.querySelectorAll("*").length,
  blocking: seen.tasks.reduce((sum, [start, long]) => {
    const painted = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
    return sum + Math.max(0, start + long - Math.max(start, painted) - 50);
  }, 0),
  parts: performance.getEntriesByType("resource").map((e) => [e.name, e.encodedBodySize])
})"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: bytes of the page and of all it loaded, nodes, milliseconds, layout shift."""

    html: int
    all: int
    nodes: int
    lcp: float
    blocking: float
    shift: float


def visit(browser: BrowserContext, address: str, html: int) -> Visit:
    """Open a page with a cleared cache on a slow processor and read what Chromium saw."""
    page = browser.new_page()
    try:
        page.set_viewport_size({"width": 1440, "height": 900})
        devtools = browser.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.clearBrowserCache")
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
        page.add_init_script(OBSERVE)
        page.goto(address, wait_until="load")
        page.wait_for_timeout(1_200)
        seen = page.evaluate(READ)
    finally:
        page.close()
    parts = sum(size for name, size in seen["parts"] if not any(word in name for word in APART))
    return Visit(html, html + parts, seen["nodes"], seen["lcp"], seen["blocking"], seen["shift"])


def median(visits: list[Visit]) -> Visit:
    """The median of each figure."""
    return Visit(*(statistics.median(getattr(v, name) for v in visits) for name in Visit.__slots__))


def main() -> None:
    """Measure the heaviest page of each kind and print a row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, default=ROOT / "site")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="kinds whose name holds this")
    options = parser.parse_args()
    server = site_server(options.site, "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}/"
    broken = 0
    sys.stdout.write(f"{'page':<46}{'html gz':>9}{'all gz':>9}{'nodes':>7}{'LCP':>8}{'blocked':>9}{'shift':>8}\n")
    with chromium() as browser:
        for kind, path in heaviest(options.site).items():
            if options.only not in kind:
                continue
            html = len(gzip.compress((options.site / path / "index.html").read_bytes(), 6))
            m = median([visit(browser, base + path, html) for _ in range(options.rounds)])
            over = [] if path.startswith("tools/") else [n for n, most in LIMITS.items() if getattr(m, n) > most]
            broken += bool(over)
            for of, most in LIMITS.items():
                limit = None if path.startswith("tools/") else most
                figure(f"/{path}, {WORDS[of][0]}", getattr(m, of), WORDS[of][1], at_most=limit)
            figures = f"{m.html:>9,.0f}{m.all:>9,.0f}{m.nodes:>7,.0f}{m.lcp:>8.0f}{m.blocking:>9.0f}{m.shift:>8.3f}"
            sys.stdout.write(f"{(path or 'home'):<46}{figures}  {'over: ' + ', '.join(over) if over else ''}\n")
            sys.stdout.flush()
    server.shutdown()
    sys.stdout.write(f"limits: {LIMITS}; {broken} pages break one\n")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
