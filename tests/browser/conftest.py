"""What browser tests share unless they have their own: a browser that counts layout shifts, and a page in it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Request

from tests.browser.chromium import chromium

WHOLE_RUNTIME = re.compile(r"/assets/engine/pyodide-[0-9a-f]{12}\.wasm")
SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    """A browser that fails the tests of a module where the site's runtime lacked a function: see `make functions`."""
    whole: list[str] = []

    def note(request: Request) -> None:
        if WHOLE_RUNTIME.search(request.url):
            whole.append(request.url)

    with chromium() as context:
        context.add_init_script(SHIFTS)
        context.on("requestfinished", note)  # some tests let none through
        yield context
    assert not whole, "Python was started with the whole runtime: run `make functions`, or find out why it failed"


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    page = browser.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    yield page
    page.close()
