"""How fast the explorer is on the built site: time to live rows, and what a keystroke, an order and a facet cost.

    python -m tests.bench.bench_explore [--site site] [--rounds 3]

Prints, for the usual speed and for a processor four times as slow, milliseconds in Chromium on the real data: until
all rows are live, the longest and median keystroke by the clock and by the work of the page's own thread, the median
of orders, the choices of a facet; and the compressed bytes of the data.
"""

import argparse
import gzip
import statistics
import sys
import threading
from pathlib import Path

from playwright.sync_api import BrowserContext, CDPSession, Page

from generator.publish.server import site_server
from tests.bench.figures import figure
from tests.browser.chromium import chromium

ROOT = Path(__file__).parents[2]
TYPED = "llama 3.3 70b in:<0.5 p:deepinfra,groq"
TYPED_WRONG = "antropic sonnet"
SHEETS = {"offers": ("price", "provider", "model"), "tokens": ("blended", "input", "provider")}
# The answer to a keystroke: filtering, ordering, counting, drawing the lines, and the layout that follows.
KEYSTROKE = """([sheet, text]) => {
  const box = document.querySelector(`#query-${sheet}`);
  const began = performance.now();
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  document.querySelector(`#grid-${sheet}`).getBoundingClientRect();
  return performance.now() - began;
}"""
CLICK = """(what) => {
  const began = performance.now();
  document.querySelector(what).click();
  document.body.getBoundingClientRect();
  return performance.now() - began;
}"""
LIVE = """(sheet) => new Promise((done) => {
  const section = document.querySelector(`#sheet-${sheet}`);
  const look = () => (section.dataset.live === "all" ? done(performance.now()) : requestAnimationFrame(look));
  look();
})"""
BLOCKING = "() => window.blocked"
WATCH = """
window.blocked = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.blocked += Math.max(0, entry.duration - 50);
}).observe({ type: "longtask", buffered: true });
"""


def slowed(page: Page, context: BrowserContext, times: int) -> CDPSession:
    """The page on a processor that many times as slow."""
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": times})
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    return session


def worked(session: CDPSession) -> float:
    """Milliseconds that the page's thread has computed so far: other programs on the machine do not count."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(float(m["value"]) for m in metrics if m["name"] == "TaskDuration")


def measured(context: BrowserContext, base: str, sheet: str, slow: int) -> dict[str, float]:
    """One visit: milliseconds by what was done."""
    page = context.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    session = slowed(page, context, slow)
    page.goto(f"{base}explore/?data={sheet}")
    found = {"live": page.evaluate(LIVE, sheet), "blocked until live": page.evaluate(BLOCKING)}
    page.focus(f"#query-{sheet}")
    texts = [TYPED[: n + 1] for n in range(len(TYPED))] + [TYPED_WRONG[: n + 1] for n in range(len(TYPED_WRONG))]
    keys, work = [], []
    for text in texts:
        before = worked(session)
        keys.append(page.evaluate(KEYSTROKE, [sheet, text]))
        work.append(worked(session) - before)
    found |= {"keystroke, median": statistics.median(keys), "keystroke, longest": max(keys)}
    found |= {"work, median": statistics.median(work), "work, longest": max(work)}
    page.evaluate(KEYSTROKE, [sheet, ""])
    orders = [page.evaluate(CLICK, f"#sheet-{sheet} [data-sort={name}]") for name in SHEETS[sheet]]
    found["order of all rows"] = statistics.median(orders)
    found["choices of a facet"] = page.evaluate(CLICK, f"#sheet-{sheet} [data-facet=provider]")
    page.close()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, default=ROOT / "site")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    files = sorted((given.site / "explore").glob("*.json"))
    if not files:
        sys.exit(f"the explorer is not in {given.site}: run `make site` first")
    sizes = {f.name: len(gzip.compress(f.read_bytes(), 9)) for f in files}
    figure("data of all sheets, compressed", sum(sizes.values()), "B")
    print(f"data of all sheets: {sum(sizes.values()):,} bytes compressed in {len(sizes)} files")
    server = site_server(given.site, "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}/"
    with chromium() as context:
        context.add_init_script(WATCH)
        for sheet in SHEETS:
            for slow in (1, 4):
                rounds = [measured(context, base, sheet, slow) for _ in range(given.rounds)]
                for name in rounds[0]:
                    middle = statistics.median(r[name] for r in rounds)
                    figure(f"explorer, {sheet}, processor {slow} × slower, {name}", middle, "ms")
                    print(f"{sheet:<8} {slow}x  {name:<20} {middle:8.1f} ms")


if __name__ == "__main__":
    main()
