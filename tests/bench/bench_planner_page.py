"""Milliseconds from a change on the planner's page to the new ranked list, in Chromium. Run as a script.

    python -m tests.bench.bench_planner_page [--site site] [--changes 60] [--rounds 3]

Each round opens the page in a fresh browser, waits for Python and makes the same changes: lengths, bounds, load, class,
limits and cacheable share in turn, each at random from a seed. A time ends when the list is drawn, and includes the
pause in which the page waits for further typing. Printed beside it are the engine's own share, what the page took to
draw, and the longest time for which the page could not react. `--site` measures the site of another checkout too.
"""

import argparse
import random
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median
from threading import Thread

sys.path.insert(0, str(Path(__file__).parents[2]))

from generator.publish.server import site_server
from tests.bench.figures import figure
from tests.browser.chromium import chromium

MEDIAN_MS, P95_MS, BLOCKED_MS = 150, 400, 50
CHANGES: dict[str, dict[str, tuple[str, ...]]] = {
    "lengths": {
        "prompt_tokens": ("256", "512", "800", "1500", "2048", "4096", "8000"),
        "output_tokens": ("128", "256", "400", "700", "1024", "2048"),
    },
    "bounds": {
        "ttft_ms": ("200", "300", "500", "800", "1500", "3000"),
        "itl_ms": ("15", "25", "35", "50", "80", "120"),
        "percentile": ("50", "90", "", "99"),
    },
    "load": {"qps": ("0.1", "1", "5", "20", "100"), "peak_factor": ("1", "1.5", "2", "3")},
    "class": {"class": ("small", "medium", "large", "frontier")},
    "limits": {"budget": ("", "500", "5000", "50000"), "max_gpus": ("", "4", "8", "64")},
    "cached share": {"cacheable_share": ("", "0.2", "0.5")},
}
# Set one field, and wait until the list has been drawn anew; null where the field has that value already.
CHANGE = """([name, value]) => new Promise((resolve) => {
  const answer = document.getElementById("answer");
  const control = document.getElementById("planner-form").elements.namedItem(name);
  if (control.value === value) return resolve(null); // nothing would be asked
  let asked = 0;
  const began = performance.now();
  const watch = new MutationObserver(() => {
    if (answer.hasAttribute("aria-busy")) asked ||= performance.now();
    else if (asked) {
      watch.disconnect();
      const answered = performance.now();
      requestAnimationFrame(() => setTimeout(() => {
        const now = performance.now();
        resolve({ whole: now - began, waited: asked - began, engine: answered - asked, drawing: now - answered });
      }));
    }
  });
  watch.observe(answer, { attributes: true, attributeFilter: ["aria-busy"] });
  control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
})"""
LONG_TASKS = """window.longest = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
}).observe({ type: "longtask" });"""


def changes(number: int) -> list[tuple[str, str, str]]:
    """Kind, field and value of each change."""
    chance, kinds, made = random.Random(7), list(CHANGES), []
    for n in range(number):
        kind = kinds[n % len(kinds)]
        field = chance.choice(list(CHANGES[kind]))
        made.append((kind, field, chance.choice(CHANGES[kind][field])))
    return made


def quantile(values: list[float], share: float) -> float:
    """The value that a share of all does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, default=Path("site"))
    parser.add_argument("--changes", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    times: dict[str, list[float]] = defaultdict(list)
    parts: dict[str, list[float]] = defaultdict(list)
    blocked = []
    server = site_server(options.site, "127.0.0.1", 0, "/atlas/")
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/atlas/"
    try:
        for _ in range(options.rounds):
            with chromium() as browser:
                page = browser.new_page()
                page.goto(f"{address}tools/planner/")
                page.wait_for_selector("#answer[data-source=engine]", timeout=120_000)
                page.wait_for_timeout(1_000)
                page.evaluate(LONG_TASKS)
                for kind, field, value in changes(options.changes):
                    taken = page.evaluate(CHANGE, [field, value])
                    if taken is None:
                        continue
                    times[kind].append(taken["whole"])
                    for part, ms in taken.items():
                        parts[part].append(ms)
                blocked.append(page.evaluate("window.longest"))
    finally:
        server.shutdown()
    every = parts["whole"]
    print(
        f"{len(every)} changes: median {median(every):.0f} ms (limit {MEDIAN_MS}),"
        f" p95 {quantile(every, 0.95):.0f} ms (limit {P95_MS}), longest {max(every):.0f} ms"
    )
    figure(f"{len(every)} changes on the planner's page, median", median(every), "ms", at_most=MEDIAN_MS)
    figure("the same, 95th percentile", quantile(every, 0.95), "ms", at_most=P95_MS)
    figure("longest block of the page", max(blocked), "ms", at_most=BLOCKED_MS)
    for kind, of_kind in times.items():
        figure(f"changes of {kind}, median", median(of_kind), "ms")
        print(f"  {kind:13} median {median(of_kind):4.0f} ms, p95 {quantile(of_kind, 0.95):4.0f} ms")
    for part in ("waited", "engine", "drawing"):
        print(f"  {part:13} median {median(parts[part]):4.0f} ms, p95 {quantile(parts[part], 0.95):4.0f} ms")
    print(f"  the page never blocked longer than {max(blocked):.0f} ms (limit {BLOCKED_MS}; 0: never longer than 50)")


if __name__ == "__main__":
    main()
