"""Pages under other conditions, each in a browser of its own: no scripts, 400 % zoom, print, less motion."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.chromium import chromium
from tests.browser.page_samples import heaviest

pytestmark = [pytest.mark.browser, pytest.mark.site]
# What scrolls sideways and cannot be reached with the keyboard or has no name.
UNNAMED = """() => [...document.querySelectorAll("main *")].filter((e) =>
  e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX) && e.clientWidth &&
  !(e.tabIndex >= 0 && (e.matches("code, textarea, input, [aria-label], [aria-labelledby]")))
).map((e) => e.outerHTML.slice(0, 120))"""


def test_pages_read_well_without_scripts(site_address: str) -> None:
    with chromium() as context:
        context.route("**/*.{js,mjs}*", lambda route: route.abort())
        for path in ("", "use-cases/chatbot/", "models/gpt-oss-120b/", "explore/", "tools/planner/"):
            page = context.new_page()
            page.goto(site_address + path)
            assert page.locator("h1").count() == 1
            assert "$" in page.locator("main").inner_text()
            page.close()


@pytest.fixture(scope="module")
def narrow(site: Path, site_address: str) -> tuple[list[str], list[str]]:
    """The heaviest page of each kind, opened once on a phone and then at 400 %: its unnamed regions, and which scroll
    in two directions."""
    unnamed, wide = [], []
    with chromium() as context:
        for path in heaviest(site).values():
            page = context.new_page()
            page.set_viewport_size({"width": 390, "height": 800})
            page.goto(site_address + path)
            unnamed += [f"{path}: {html}" for html in page.evaluate(UNNAMED)]
            page.set_viewport_size({"width": 320, "height": 256})
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wide.append(path)
            page.close()
    return unnamed, wide


def test_pages_at_400_percent_scroll_in_one_direction_only(narrow: tuple[list[str], list[str]]) -> None:
    """WCAG 1.4.10: 1280 px at 400 % are 320 px. Tables scroll in regions of their own."""
    assert narrow[1] == []


def test_every_region_that_scrolls_can_be_focused_and_has_a_name(narrow: tuple[list[str], list[str]]) -> None:
    assert narrow[0] == []


def test_print_has_no_controls_and_keeps_reasons_and_sources(site_address: str) -> None:
    with chromium() as context:
        page = context.new_page()
        page.emulate_media(media="print")
        page.goto(site_address + "models/gpt-oss-120b/")
        for selector in (".atlas-header", ".atlas-nav", "a.wrong", ".say a[href*='report/']"):
            assert page.locator(selector).evaluate_all("all => all.every((e) => !e.checkVisibility())"), selector
        assert page.locator("tr.why").first.is_visible()
        assert page.locator("#sources").is_visible()
        assert page.locator(".atlas-footer time").is_visible()  # the date of the prices is on paper, too
        page.close()


def test_nothing_moves_for_readers_who_want_less_motion(site_address: str) -> None:
    def moving(page: Page) -> int:
        return page.evaluate("""() => [...document.querySelectorAll("*")].filter((e) => {
          const { transitionDuration, animationName } = getComputedStyle(e);
          return transitionDuration.split(", ").some((d) => parseFloat(d) > 0) || animationName !== "none";
        }).length""")

    with chromium() as context:
        assert moved(context, site_address + "methodology/", moving) == 0


def moved(context: BrowserContext, address: str, count) -> int:
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    return count(page)
