"""How long a page that reads files takes for one, and for how long it cannot react meanwhile."""

import time
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.bill_pages import begin_anew, finished

LONG_TASKS = """window.longest = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
}).observe({ type: "longtask" });"""


def reading_seconds(page: Page, path: Path) -> float:
    """Seconds from the choice of a file to the drawn report; `longest_stall` counts from here on."""
    begin_anew(page)
    page.evaluate(LONG_TASKS)
    began = time.perf_counter()
    page.set_input_files("[data-choose]", path)
    page.wait_for_selector("#bill-status[data-running]")
    page.wait_for_selector("#bill-status:not([data-running])", timeout=600_000)
    finished(page)
    return time.perf_counter() - began


def longest_stall(page: Page) -> float:
    """The longest time in milliseconds for which the page could not react; 0 where none reached 50."""
    longest: float = page.evaluate("window.longest")
    return longest
