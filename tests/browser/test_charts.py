"""Charts in Chromium: the still picture without scripts, the interactive one on a press, under the published policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.chromium import chromium

PAGES = {"model": "models/gpt-oss-120b/", "gpu": "gpus/h100-sxm/", "providers": "providers/", "accuracy": "accuracy/"}
CHART_LIBRARY = "plotly-basic.min.js"

pytestmark = [pytest.mark.browser, pytest.mark.site]


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    with chromium() as context:
        context.add_init_script(
            "window.refused = []; document.addEventListener('securitypolicyviolation',"
            " e => window.refused.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample))"
        )
        yield context


def watched(browser: BrowserContext) -> tuple[Page, list[str], list[str]]:
    """A page, what it complained about, and what it asked for."""
    page = browser.new_page()
    page.set_viewport_size({"width": 1200, "height": 900})
    faults: list[str] = []
    asked: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.on("request", lambda r: asked.append(r.url))
    page.on("response", lambda r: faults.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    return page, faults, asked


def foreign(asked: list[str], base: str) -> list[str]:
    return [url for url in asked if not url.startswith((base, "blob:", "data:"))]


@pytest.mark.parametrize("kind", PAGES)
def test_interactive_charts_draw_without_a_violation_an_error_or_a_foreign_request(
    browser: BrowserContext, site_address: str, kind: str
) -> None:
    page, faults, asked = watched(browser)
    try:
        page.goto(site_address + PAGES[kind], wait_until="load")
        assert not any(CHART_LIBRARY in url for url in asked), "the library is loaded on a press"
        buttons = page.query_selector_all("[data-live]")
        assert buttons
        before = page.evaluate("document.documentElement.scrollHeight")
        for button in buttons:
            button.click()
            page.wait_for_function("b => b.textContent === 'Still picture'", arg=button)
        assert len(page.query_selector_all(".chart-live .main-svg")) >= len(buttons)
        assert page.evaluate("document.documentElement.scrollHeight") == before, "nothing moved"
        assert sum(CHART_LIBRARY in url for url in asked) == 1
        page.evaluate("document.body.setAttribute('data-md-color-scheme', 'slate')")
        page.wait_for_timeout(400)
        ink = page.evaluate("getComputedStyle(document.body).getPropertyValue('--soft').trim()")
        tick = page.evaluate("getComputedStyle(document.querySelector('.chart-live .xtick text')).fill")
        assert tick == rgb(ink), "the chart takes the colours of the new scheme"
        buttons[0].click()
        assert page.evaluate("document.querySelector('.plot').checkVisibility()"), "the picture is back"
        assert (faults, foreign(asked, site_address), page.evaluate("window.refused")) == ([], [], [])
    finally:
        page.close()


def rgb(colour: str) -> str:
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def test_a_chart_that_cannot_be_loaded_says_so_and_leaves_the_picture(
    browser: BrowserContext, site_address: str
) -> None:
    page, _, _ = watched(browser)
    try:
        page.route("**/api/v1/charts/**", lambda route: route.abort())
        page.goto(site_address + PAGES["model"], wait_until="load")
        page.click("[data-live]")
        page.wait_for_selector(".chart-status:has-text('could not be loaded')")
        assert page.evaluate("document.querySelector('.plot').checkVisibility()")
    finally:
        page.close()


def test_only_pages_with_charts_allow_the_styles_of_the_library(browser: BrowserContext, site_address: str) -> None:
    page, _, _ = watched(browser)
    try:
        policies = {}
        for path in (PAGES["model"], "methodology/"):
            page.goto(site_address + path, wait_until="load")
            policies[path] = page.get_attribute("meta[http-equiv='Content-Security-Policy']", "content") or ""
        assert "'unsafe-hashes'" in policies[PAGES["model"]]
        assert "'unsafe-hashes'" not in policies["methodology/"]
        assert all("'unsafe-inline'" not in text and "'unsafe-eval'" not in text for text in policies.values())
    finally:
        page.close()


def test_pictures_fit_a_phone_and_stand_without_scripts(browser: BrowserContext, site_address: str) -> None:
    page, _, _ = watched(browser)
    try:
        page.route("**/*.mjs", lambda route: route.abort())
        page.set_viewport_size({"width": 390, "height": 800})
        for path in PAGES.values():
            page.goto(site_address + path, wait_until="load")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            sizes = page.evaluate("[...document.querySelectorAll('.plot')].map(p => p.getBoundingClientRect().width)")
            assert sizes and all(width > 150 for width in sizes), path
    finally:
        page.close()
