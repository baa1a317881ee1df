"""German in a reader's browser: the switch keeps the page and is remembered, scripts speak it, and it is accessible."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import chromium
from tests.browser.test_pages import AXE, RUN

pytestmark = [pytest.mark.browser, pytest.mark.site]


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as context:
        context.add_init_script(AXE)
        yield context.new_page()


def language(page: Page) -> str:
    return str(page.evaluate("document.documentElement.lang"))


def test_switch_keeps_the_page_and_is_remembered(page: Page, site_address: str) -> None:
    page.goto(f"{site_address}use-cases/chatbot/")
    page.click("#language")
    page.wait_for_url("**/de/use-cases/chatbot/")
    assert language(page) == "de"
    page.goto(f"{site_address}glossary/")  # in English alone: no redirect, but its header leads back
    assert language(page) == "en"
    assert page.get_attribute('.atlas-sections a[data-section="plans/"]', "href").endswith("/de/plans/")  # type: ignore[union-attr]
    assert page.get_attribute('.atlas-sections a[data-section="health/"]', "href") == "../health/"
    page.goto(f"{site_address}de/plans/")
    page.click("#language")
    page.wait_for_url("**/plans/")
    assert language(page) == "en"
    page.goto(f"{site_address}glossary/")
    assert page.get_attribute('.atlas-sections a[data-section="plans/"]', "href") == "../plans/"


def test_a_page_that_exists_in_english_alone_switches_to_the_nearest_german_one(page: Page, site_address: str) -> None:
    page.goto(f"{site_address}models/")
    page.goto(page.eval_on_selector("main th a, article th a", "link => link.href"))
    page.click("#language")
    page.wait_for_url("**/de/models/")


def test_tools_speak_german(page: Page, site_address: str) -> None:
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.goto(f"{site_address}de/tools/planner/?profile=1024-1024&slo=deferred&load=10&class=large")
    page.wait_for_selector("#answer[data-source=engine]", timeout=90_000)
    assert "Anfragen/s im Mittel" in page.inner_text("#question")
    assert "möglichen Plänen" in page.inner_text("#answer-status")
    assert page.inner_text("#plans tbody td.key").endswith("$")
    page.locator("#plans summary").first.click()
    assert page.get_attribute("#plans tr.why span", "lang") == "en"
    page.goto(f"{site_address}de/explore/?data=rentals&q=c:spot+sort:price&cur=EUR")
    page.wait_for_selector("section.is-open[data-live=all]")
    assert "Mietpreise" in page.inner_text("#sheet-rentals [data-count]")
    assert "Umgerechnet mit" in page.inner_text("#sheet-rentals [data-note]")
    assert page.inner_text("#sheet-rentals tbody td.c-price").endswith("€")
    page.goto(f"{site_address}de/compare/?models=gpt-oss-120b,gpt-oss-20b")
    page.wait_for_selector("[data-table] tbody")
    assert "Entwickler" in page.inner_text("[data-table]")
    page.goto(f"{site_address}de/")
    assert "vor" in page.inner_text("footer time") or "gestern" in page.inner_text("footer time")
    assert faults == []


def test_palette_speaks_german_and_leads_to_german_pages(page: Page, site_address: str) -> None:
    page.goto(f"{site_address}de/models/")
    page.keyboard.press("Control+k")
    page.wait_for_selector(".find[open]")
    assert page.get_attribute(".find input", "placeholder") == "Modell, Id, Anbieter, GPU, Seite oder Aktion"
    page.keyboard.type("übersetzung")
    page.wait_for_selector(".find [role=option] >> text=Anwendungsfall")
    assert "Ergebnis" in page.inner_text(".find [role=status]")
    assert page.evaluate(RUN, None) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/de/use-cases/translation/")
    page.keyboard.press("?")
    page.wait_for_selector(".find-keys >> text=Diese Tasten zeigen")


@pytest.mark.parametrize("path", ["de/", "de/use-cases/chatbot/", "de/tools/planner/", "de/explore/"])
def test_german_pages_are_accessible_and_fit_a_phone(page: Page, site_address: str, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site_address}{path}")
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(RUN, None) == []
