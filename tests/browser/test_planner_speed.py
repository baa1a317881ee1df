"""A change on the planner's page never blocks it, whatever else the machine does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.bench.bench_planner_page import BLOCKED_MS, CHANGE, changes

pytestmark = [pytest.mark.browser, pytest.mark.site]

CHANGES = 14


@contextmanager
def tasks(page: Page, browser: BrowserContext) -> Iterator[list[float]]:
    """The tasks of the pages' main threads, in milliseconds of processor time: neighbours make none of them longer."""
    session, events, ended = browser.new_cdp_session(page), list[dict[str, Any]](), list[object]()
    session.on("Tracing.dataCollected", lambda part: events.extend(part["value"]))
    session.on("Tracing.tracingComplete", lambda event: ended.append(event))
    session.send("Tracing.start", {"categories": "disabled-by-default-devtools.timeline"})
    found: list[float] = []
    yield found
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    main = {(e["pid"], e["tid"]) for e in events if e["args"].get("name") == "CrRendererMain"}
    whole = [e for e in events if e["name"] == "RunTask" and "tdur" in e]  # without what the trace cut
    found += [e["tdur"] / 1000 for e in whole if (e["pid"], e["tid"]) in main]


def test_no_change_blocks_the_page(page: Page, browser: BrowserContext, site_address: str) -> None:
    page.goto(site_address + "tools/planner/")
    page.wait_for_selector("#answer[data-source=engine]", timeout=90_000)
    page.wait_for_timeout(1_000)
    with tasks(page, browser) as found:
        for _, field, value in changes(CHANGES):
            page.evaluate(CHANGE, [field, value])
            page.wait_for_timeout(300)  # the address and what else comes later
    assert len(found) > 10 * CHANGES
    assert [round(task) for task in found if task > BLOCKED_MS] == []


def test_a_page_that_is_blocked_is_seen(page: Page, browser: BrowserContext, site_address: str) -> None:
    """By work, not by the clock: beside others a page may get little of the processor in any given time."""
    page.goto(site_address + "tools/planner/")
    with tasks(page, browser) as found:
        page.evaluate("() => { let x = 0; for (let n = 0; n < 2e8; n += 1) x = (x * 31 + n) | 0; return x; }")
    assert max(found) > BLOCKED_MS
