"""Pages under other conditions, each in a browser of its own: no scripts, print, less motion."""

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.site]


def test_pages_read_well_without_scripts(site_address: str) -> None:
    with chromium() as context:
        context.route("**/*.{js,mjs}*", lambda route: route.abort())
        for path in ("", "use-cases/chatbot/", "models/gpt-oss-120b/", "explore/", "tools/planner/"):
            page = context.new_page()
            page.goto(site_address + path)
            assert page.locator("h1").count() == 1
            assert "$" in page.locator("main").inner_text()
            page.close()


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
