"""The explorer in Chromium: it takes over without moving anything, finds fast, and never ranks unlike prices."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from generator.render.pages import explore
from tests.browser.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.site]

SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
ROWS = """() => [...document.querySelectorAll('#grid-offers tbody tr:not(.sheet-gap)')].map(
  row => [...row.cells].map(cell => cell.textContent))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    with chromium() as context:
        context.add_init_script(SHIFTS)
        yield context


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    page = browser.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    yield page
    page.close()


def live(page: Page, address: str, sheet: str = "offers") -> Page:
    page.goto(address)
    page.wait_for_selector(f"#sheet-{sheet}[data-live]", timeout=20_000)
    return page


def offers(site: Path) -> dict[str, Any]:
    (file,) = (site / "explore").glob("offers-*.json")
    return json.loads(file.read_text(encoding="utf-8"))


def exported(page: Page, sheet: str = "offers") -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.click(f"#sheet-{sheet} [data-export]")
    return list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))


def count(page: Page, sheet: str = "offers") -> int:
    return int(page.inner_text(f"#status-{sheet}").split()[0].replace(",", ""))


def active_row(page: Page) -> int:
    return page.evaluate("+document.querySelector('td.is-active').closest('tr').getAttribute('aria-rowindex')")


def test_rows_become_live_in_place(page: Page, site_address: str) -> None:
    held: list[Route] = []
    page.route("**/explore/offers-*.json", lambda route: held.append(route))
    page.goto(site_address + "explore/")
    page.wait_for_timeout(500)
    before, box = page.evaluate(ROWS), page.locator("#sheet-offers .sheet").bounding_box()
    assert len(before) == explore.OFFERS_SHOWN
    held[0].continue_()
    page.wait_for_selector("#sheet-offers[data-live]")
    page.wait_for_timeout(300)
    assert page.evaluate(ROWS)[:20] == before[:20], "the first rows are the same before and after"
    assert page.locator("#sheet-offers .sheet").bounding_box() == box
    assert page.evaluate("window.shifts") <= 0.02


def test_every_offer_can_be_reached_with_few_lines_in_the_document(page: Page, site: Path, site_address: str) -> None:
    live(page, site_address + "explore/")
    total = offers(site)["rows"]
    assert count(page) == total
    assert page.get_attribute("#grid-offers", "aria-rowcount") == str(total + 1)
    page.focus("#grid-offers")
    page.keyboard.press("Control+End")
    assert active_row(page) == total + 1
    assert page.evaluate("document.querySelectorAll('#grid-offers tbody tr').length") <= 60
    page.keyboard.press("Control+Home")
    assert active_row(page) == 2


def test_arrows_and_pages_move_one_active_cell(page: Page, site_address: str) -> None:
    live(page, site_address + "explore/")
    page.focus("#grid-offers")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    assert active_row(page) == 5
    page.keyboard.press("PageDown")
    moved = active_row(page)
    assert moved > 10
    page.keyboard.press("PageUp")
    assert active_row(page) == 5
    page.keyboard.press("End")
    name = page.get_attribute("#grid-offers", "aria-activedescendant")
    assert page.locator("td.is-active").get_attribute("id") == name
    assert page.evaluate("document.querySelector('td.is-active').cellIndex") == 10
    assert page.evaluate("document.activeElement.id") == "grid-offers"


def test_enter_shows_all_that_is_known_of_a_row(page: Page, site_address: str) -> None:
    live(page, site_address + "explore/?q=openai+gpt")
    page.focus("#grid-offers")
    page.keyboard.press("ArrowDown")
    row = page.evaluate("[...document.querySelector('td.is-active').closest('tr').cells].map(c => c.textContent)")
    page.keyboard.press("Enter")
    detail = page.inner_text("#sheet-offers [data-detail]")
    assert row[10] in detail
    assert "Stated by" in detail
    assert "input." in detail or "output." in detail, "the exact meter stands there"


def test_each_keystroke_is_answered_within_a_tenth_of_a_second(page: Page, site_address: str) -> None:
    live(page, site_address + "explore/")
    took = []
    for letter in "llama 3.3 70b":
        page.type("#sheet-offers input[type=search]", letter)
        took.append(float(page.get_attribute("#sheet-offers", "data-milliseconds") or "nan"))
    assert max(took) <= 100, took
    assert 0 < count(page) < 5000
    assert all("70b" in " ".join(r.values()).lower() for r in exported(page))


def test_prices_are_ranked_inside_one_meter_only(page: Page, site_address: str) -> None:
    live(page, site_address + "explore/")
    page.click("#sheet-offers [data-sort=price]")
    rows = exported(page)
    assert {r["meter"] for r in rows} == {"input.text.token"}
    assert {r["workload"] for r in rows} == {"llm"}
    prices = [float(r["price"]) for r in rows]
    assert prices == sorted(prices)
    assert len(prices) > 1000
    assert "text input" in page.inner_text("#sheet-offers [data-note]")
    assert page.get_attribute("#grid-offers th.c-price", "aria-sort") == "ascending"
    page.click("#sheet-offers [data-sort=price]")
    assert page.get_attribute("#grid-offers th.c-price", "aria-sort") == "descending"
    page.select_option("#sheet-offers select[name=meter]", "")
    assert page.get_attribute("#grid-offers th.c-price", "aria-sort") == "none", "all meters at once are not ranked"


def test_a_view_of_other_workloads_ranks_its_own_most_frequent_meter(page: Page, site_address: str) -> None:
    live(page, site_address + "explore/?workload=speech-to-text&sort=price")
    rows = exported(page)
    assert {r["workload"] for r in rows} == {"speech-to-text"}
    assert len({r["meter"] for r in rows}) == 1


def test_facets_and_addresses_describe_the_same_view(page: Page, site: Path, site_address: str) -> None:
    live(page, site_address + "explore/")
    assert "?" not in page.url
    page.select_option("#sheet-offers select[name=workload]", "embeddings")
    page.select_option("#sheet-offers select[name=tier]", "standard")
    page.fill("#sheet-offers input[type=search]", "cohere")
    page.click("#sheet-offers [data-sort=provider]")
    page.wait_for_timeout(400)
    rows = page.evaluate(ROWS)
    number = count(page)
    assert number > 0
    assert page.url.endswith("?q=cohere&workload=embeddings&tier=standard&sort=provider")
    page.reload()
    page.wait_for_selector("#sheet-offers[data-live]")
    assert (page.evaluate(ROWS), count(page)) == (rows, number)
    page.click("#sheet-offers [data-clear]")
    page.wait_for_timeout(400)
    assert "?" not in page.url
    assert count(page) == offers(site)["rows"]


def test_the_export_holds_the_view_with_exact_prices_and_no_formulas(page: Page, site: Path, site_address: str) -> None:
    live(page, site_address + "explore/?q=cloudflare")
    rows = exported(page)
    assert len(rows) == count(page) > 0
    whole = offers(site)["columns"]
    prices = set(whole["price"]["values"])
    assert {r["price"] for r in rows} <= prices
    at_signs = [r["sku"] for r in rows if r["sku"].lstrip("'").startswith("@")]
    assert at_signs
    assert all(sku.startswith("'@") for sku in at_signs)


def test_rentals_are_a_second_sheet(page: Page, site_address: str) -> None:
    live(page, site_address + "explore/")
    page.click("[data-sheet=rentals]")
    page.wait_for_selector("#sheet-rentals[data-live]")
    assert page.locator("#sheet-offers").is_hidden()
    page.click("#sheet-rentals [data-sort=price]")
    page.wait_for_timeout(400)
    prices = [float(r["price"]) for r in exported(page, "rentals")]
    assert prices == sorted(prices)
    assert len(prices) == count(page, "rentals") > 100
    assert "data=rentals" in page.url
    live(page, page.url, "rentals")
    assert page.get_attribute("#grid-rentals th.c-price", "aria-sort") == "ascending"


def test_no_match_is_said_in_words(page: Page, site_address: str) -> None:
    live(page, site_address + "explore/?q=qqqqxyz")
    assert "No offer matches" in page.inner_text("#grid-offers tbody")
    assert count(page) == 0


def test_without_the_file_the_first_rows_stay_and_loading_can_be_tried_again(page: Page, site_address: str) -> None:
    page.route("**/explore/offers-*.json", lambda route: route.abort())
    page.goto(site_address + "explore/")
    page.wait_for_selector("#status-offers button")
    assert len(page.evaluate(ROWS)) == explore.OFFERS_SHOWN
    page.unroute("**/explore/offers-*.json")
    page.click("#status-offers button")
    page.wait_for_selector("#sheet-offers[data-live]")


def test_without_javascript_the_first_rows_and_all_as_csv_are_there(browser: BrowserContext, site_address: str) -> None:
    page = browser.new_page()
    browser.new_cdp_session(page).send("Emulation.setScriptExecutionDisabled", {"value": True})
    page.goto(site_address + "explore/")
    assert page.locator("#grid-offers tbody tr").count() == explore.OFFERS_SHOWN
    assert page.locator("#sheet-rentals").is_visible()
    assert page.locator("#sheet-offers a[href$='offers.csv']").is_visible()
    page.close()


def test_a_phone_gets_three_columns_and_nothing_scrolls_sideways(page: Page, site_address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    live(page, site_address + "explore/")
    shown = page.evaluate(
        "[...document.querySelectorAll('#grid-offers th')].filter(t => t.offsetWidth).map(t => t.className)"
    )
    assert shown == ["c-model", "c-meter", "c-price"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.focus("#grid-offers")
    page.keyboard.press("Control+End")
    assert page.locator("td.is-active").is_visible()
