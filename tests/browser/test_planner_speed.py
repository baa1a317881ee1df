"""The planner's page stays free to react while a change is answered: no task of its own is long."""

import pytest
from playwright.sync_api import Page

from tests.bench.bench_planner_page import BLOCKED_MS, CHANGE, changes

pytestmark = [pytest.mark.browser, pytest.mark.site]

CHANGES = 14
CALM_MS = 10  # what WORK takes where nothing else runs
# Long tasks are told late: those of the change before do not count.
TASKS = """window.tasks = [];
window.since = 0;
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) if (startTime >= since) tasks.push(duration);
}).observe({ type: "longtask" });"""
# A fixed piece of what a page does: elements made, laid out and taken away.
WORK = """() => {
  const began = performance.now();
  const box = document.body.appendChild(document.createElement("div"));
  for (let n = 0; n < 1000; n += 1) box.appendChild(document.createElement("p")).textContent = `${n} of 1000`;
  box.offsetHeight;
  box.remove();
  return performance.now() - began;
}"""


def test_no_change_blocks_the_page(page: Page, site_address: str) -> None:
    page.goto(site_address + "tools/planner/")
    page.wait_for_selector("#answer[data-source=engine]", timeout=90_000)
    page.wait_for_timeout(1_000)
    page.evaluate(TASKS)
    longest, work = [], []
    for _, field, value in changes(CHANGES):
        page.evaluate("tasks.length = 0; since = performance.now()")
        page.evaluate(CHANGE, [field, value])
        page.wait_for_timeout(300)  # the address and what else comes later
        longest.append(max(page.evaluate("window.tasks"), default=0))
        work.append(page.evaluate(WORK))
    slower = max(1, sorted(work)[len(work) // 2] / CALM_MS)
    # Some tasks may be long for reasons that are not the page's: a collection of garbage, neighbours on the machine,
    # which come and go between the change and the fixed piece of work. The benchmark of the page allows none.
    assert sorted(longest)[-5] <= BLOCKED_MS * slower, (longest, work)
