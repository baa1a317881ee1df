"""How long a reader waits for Python: our bundle against plain `loadPyodide` + `import pydantic`, in one run.

    python -m tests.bench.bench_engine_start [--site site] [--rounds 5]      (a built site: `make site`)

Each round drives fresh Chromium profiles and opens the planner with a question of its own in the address. The first
visit is cold, the second and third are warm: between them the page has five seconds to keep its snapshot, its files
and its compiled code, as it has while somebody reads. Every profile shows an empty page for two seconds first, so
that the start of the browser itself counts for none. The variants take turns, so that a busy machine slows all of
them alike. Prints medians in seconds, the ratio to the stock cold start, when the precomputed answer is there with
the inputs live, and the bytes on the way.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from generator.publish.policy import WORKER
from tests.bench.figures import figure
from tests.browser.chromium import chromium
from tests.browser.loopback import Loopback, loopback
from tests.browser.tool_site_copy import BASE, tool_site_copy
from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.runtime import installed_runtime
from wasm_tools.bundle.wheels import wheels

ROOT = Path(__file__).parent.parent.parent
STOCK = ROOT / "node_modules" / "pyodide"
SETTLING_MS = 2000  # a browser that has just come up is busy with itself
VISITS = ("cold", "warm", "warm 2")
QUESTION = f"/{BASE}/tools/planner/?profile=1024-1024&slo=interactive&load=10&class=large&qps=7"
STOCK_WORKER = """
import {{ loadPyodide }} from "/stock/pyodide.mjs";
const python = await loadPyodide({{ indexURL: new URL("/stock/", self.location.origin).href }});
await python.loadPackage({wheels}.map((name) => new URL(`/wheels/${{name}}`, self.location.origin).href));
python.runPython(`
import pydantic
class Model(pydantic.BaseModel):
    rate: float
Model(rate=1.5)
`);
self.postMessage("ready");
"""
ASK_STOCK = """(script) => new Promise((resolve, reject) => {
  const began = performance.now();
  const worker = new Worker(script, { type: "module" });
  worker.onmessage = () => resolve(performance.now() - began);
  worker.onerror = (event) => reject(new Error(event.message));
})"""
# Marks, in milliseconds since the page was asked for: the answer with live inputs, and the engine's answer.
MARKS = """
window.marks = {};
new MutationObserver(() => {
  const shown = document.querySelector("#answer tr[data-plan-id]")?.dataset.source;
  if (shown) marks[shown] ??= performance.now();
  const engine = document.documentElement.dataset.engine;
  if (engine) marks[engine] ??= performance.now();
}).observe(document, { subtree: true, childList: true, attributeFilter: ["data-engine", "data-source"] });
"""
# What is not kept for later visits within a minute.
MISSING = """async () => {
  let missing = [];
  for (let waited = 0; waited < 60000; waited += 100) {
    const names = (await caches.keys()).map((name) => name.split(" ")[0]);
    missing = ["atlas-memory", "atlas-tools"].filter((name) => !names.includes(name));
    if (!missing.length) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await new Promise((resolve) => setTimeout(resolve, 5000));
  return missing;
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, default=Path("site"), help="a built and sealed site")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if not (options.site / "tools" / WORKER).is_file():
        sys.exit(f"{options.site} has no tools/{WORKER}, so nothing is kept for later visits: give a sealed site.")
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        folder = Path(scratch)
        tool_site_copy(options.site, folder)
        stock_files(folder)
        host = stack.enter_context(loopback(folder, {}, compress=True))
        seconds: dict[str, list[list[float]]] = defaultdict(lambda: [[], [], []])
        for turn in range(options.rounds + 1):
            measured = [*stock_round(host), *(r for r in planner_round(host))]
            if turn > 0:  # in the first turn the host is still compressing
                for name, visit, taken in measured:
                    seconds[name][visit].append(taken)
        print_times(seconds, options.rounds)
        for compress in (True, False):
            host.compress = compress
            cold, warm = wire_bytes(host)
            figure(f"bytes of a cold visit, host {'compresses' if compress else 'plain'}", cold, "B")
            figure(f"bytes of a warm visit, host {'compresses' if compress else 'plain'}", warm, "B")
            print(f"bytes, host {'compresses' if compress else 'plain':10} cold {cold:>10,}   warm {warm:>8,}")


def stock_files(folder: Path) -> None:
    """The yardstick beside the site, without its headers."""
    try:
        downloaded = wheels(ROOT / "requirements-pyodide.lock", installed_runtime(STOCK), ROOT / ".cache" / "bundle")
    except BundleError as reason:
        sys.exit(f"The yardstick needs pydantic for the browser. {reason}")
    (folder / "stock").symlink_to(STOCK)
    (folder / "wheels").symlink_to(downloaded[0].parent)
    names = json.dumps([path.name for path in downloaded])
    (folder / "stock.mjs").write_text(STOCK_WORKER.format(wheels=names))
    (folder / "index.html").write_text("<!doctype html><title>stock</title>")


def stock_round(host: Loopback) -> Iterator[tuple[str, int, float]]:
    """Plain `loadPyodide` with pydantic: three visits of one profile."""
    with started(host) as browser:
        for visit in range(len(VISITS)):
            page = browser.new_page()
            page.goto(host.origin)
            yield "stock + pydantic", visit, page.evaluate(ASK_STOCK, "/stock.mjs") / 1000
            page.close()


def planner_round(host: Loopback) -> Iterator[tuple[str, int, float]]:
    """The planner's page: three visits of one profile, counted from the request of the page."""
    with started(host) as browser:
        browser.add_init_script(MARKS)
        for visit in range(len(VISITS)):
            page = visited(browser, host)
            marks = page.evaluate("marks")
            yield "planner, own answer", visit, marks["engine"] / 1000
            yield "of it: start of Python", visit, (marks["ready"] - marks["loading"]) / 1000
            yield "page usable", visit, marks.get("precomputed", marks["engine"]) / 1000  # the own answer may be first
            wait_until_kept(page)
            page.close()


@contextmanager
def started(host: Loopback) -> Iterator[BrowserContext]:
    """A browser with an empty profile that has shown a page already."""
    with chromium() as browser:
        page = browser.new_page()
        page.goto(host.origin)
        page.wait_for_timeout(SETTLING_MS)
        page.close()
        yield browser


def visited(browser: BrowserContext, host: Loopback) -> Page:
    """The planner with the engine's answer to the question in the address."""
    page = browser.new_page()
    page.goto(host.origin + QUESTION)
    page.wait_for_selector("#answer[data-source=engine] tr[data-plan-id]", timeout=120_000)
    return page


def wait_until_kept(page: Page) -> None:
    """Give the page the time to keep itself and its snapshot."""
    if missing := page.evaluate(MISSING):
        sys.exit(f"The page kept no {' and no '.join(missing)} within a minute: its later visits would not be warm.")


def wire_bytes(host: Loopback) -> tuple[int, int]:
    """Bytes that the host sent for a first and a second visit, headers and all that is kept for later included."""
    found = []
    with chromium() as browser:
        for _ in range(2):
            before = host.sent
            page = visited(browser, host)
            wait_until_kept(page)
            page.close()
            found.append(host.sent - before)
    return found[0], found[1]


def print_times(seconds: dict[str, list[list[float]]], rounds: int) -> None:
    """The table of medians."""
    medians = {name: [statistics.median(runs) for runs in visits] for name, visits in seconds.items()}
    yardstick = medians["stock + pydantic"][0]
    print(f"{'median of ' + str(rounds):24}" + "".join(f"{visit:>16}" for visit in VISITS))
    for name, values in medians.items():
        for visit, value, most in zip(VISITS, values, (0.4, 0.3, 0.3), strict=True):
            limit = most * yardstick if name == "planner, own answer" else 1.0 if name == "page usable" else None
            reference = (yardstick, "plain loadPyodide with pydantic, cold")
            figure(f"{name}, {visit.strip()} visit", value, "s", at_most=limit, against=reference)
        print(f"{name:24}" + "".join(f"{value:8.2f} s {value / yardstick:4.2f}x" for value in values))


if __name__ == "__main__":
    main()
