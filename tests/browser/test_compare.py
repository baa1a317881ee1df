"""The comparison in Chromium: chosen by address or by search, differences and best values marked, the link shared."""

import pytest
from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.site]


def ready(page: Page, things: int) -> Page:
    page.wait_for_selector(f"[data-comparison][data-things='{things}']", timeout=15_000, state="attached")
    return page


def heads(page: Page) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('[data-table] thead th a')].map(a => a.textContent)")


def rows(page: Page, table: str) -> list[list[str]]:
    return page.evaluate(
        """(table) => [...document.querySelectorAll(`${table} tbody tr:not(.group)`)].map(
          row => [...row.cells].map(cell => cell.textContent.trim().replace(/\\s+/g, ' ')))""",
        table,
    )


def test_the_script_shows_what_the_ready_page_shows(page: Page, site_address: str) -> None:
    page.goto(site_address + "compare/h100-h200-b200/")
    plain = rows(page, "#comparison")
    page.click("a[href*='?gpus=']")
    ready(page, 3)
    assert rows(page, "[data-table]") == plain
    assert len(plain) > 12
    assert page.evaluate("window.shifts") <= 0.02


def test_things_are_added_by_search_and_taken_out(page: Page, site_address: str) -> None:
    page.goto(site_address + "compare/?models=gpt-5")
    ready(page, 1)
    page.fill("#thing", "claud sonnet 4.5")
    page.wait_for_selector("#things li")
    page.keyboard.press("Enter")
    ready(page, 2)
    assert heads(page) == ["GPT-5", "Claude Sonnet 4.5"]
    assert page.url.endswith("?models=gpt-5,claude-sonnet-4-5")
    page.click("[data-table] thead button >> nth=0")
    ready(page, 1)
    assert heads(page) == ["Claude Sonnet 4.5"]
    page.go_back()
    ready(page, 2)
    assert heads(page) == ["GPT-5", "Claude Sonnet 4.5"]


def test_only_differences_can_be_shown_and_best_values_are_said(page: Page, site_address: str) -> None:
    page.goto(site_address + "compare/?models=gpt-5,claude-sonnet-4-5")
    ready(page, 2)
    every = rows(page, "[data-table]")
    page.check("[data-only]")
    page.wait_for_timeout(300)
    some = rows(page, "[data-table]")
    assert 0 < len(some) < len(every)
    assert all(r[0].startswith("≠ differs:") for r in some)
    (price,) = [r for r in some if "Input, verified" in r[0]]
    assert sum(cell.endswith("best") for cell in price[1:]) == 1


def test_plans_of_a_use_case_can_be_compared(page: Page, site_address: str) -> None:
    page.goto(site_address + "compare/")
    page.click("[data-kind=plans]")
    page.select_option("[data-cases]", "use-cases/chatbot")
    for number in (1, 2):
        if page.locator("#things").is_hidden():
            page.press("#thing", "ArrowDown")
        page.wait_for_selector("#things li")
        page.keyboard.press("Enter")
        ready(page, number)
    assert "plans=use-cases/chatbot~" in page.url
    months = [r for r in rows(page, "[data-table]") if "Month" in r[0]]
    assert len(months) == 1
    assert all("$" in cell for cell in months[0][1:])


def test_what_is_not_known_is_said_and_the_rest_shown(page: Page, site_address: str) -> None:
    page.goto(site_address + "compare/?providers=openai,nobody-knows-it")
    ready(page, 1)
    assert "“nobody-knows-it”: it is not known here." in page.inner_text("[data-note]")
    assert heads(page) == ["OpenAI"]


def test_the_explorer_leads_here_with_what_is_marked(page: Page, site_address: str) -> None:
    page.goto(site_address + "explore/?data=rentals&q=c:on_demand+sort:gpu")
    page.wait_for_selector("#sheet-rentals[data-live=all]")
    page.fill("#query-rentals", "gpu:=h100-sxm,h200-sxm c:on_demand sort:gpu")
    page.focus("#grid-rentals")
    page.keyboard.press("Space")
    page.keyboard.press("Control+End")
    page.keyboard.press("Space")
    page.click(".tray a.button")
    ready(page, 2)
    assert len(heads(page)) == 2


def test_without_javascript_there_are_ready_comparisons(browser: BrowserContext, site_address: str) -> None:
    page = browser.new_page()
    browser.new_cdp_session(page).send("Emulation.setScriptExecutionDisabled", {"value": True})
    page.goto(site_address + "compare/")
    assert page.locator("[data-ready] a").count() >= 10
    page.close()


@pytest.mark.parametrize("path", ["plans/512-256/interactive/10/", "use-cases/chatbot/"])
def test_plans_of_a_ranking_are_marked_and_compared(page: Page, site_address: str, path: str) -> None:
    page.goto(site_address + path)
    assert page.locator("tr[data-plan-id] input").count() == 0
    page.click("text=Mark plans to compare")
    named = page.evaluate("[...document.querySelectorAll('tr[data-plan-id]')].slice(0, 7).map(r => r.dataset.planId)")
    for number in range(2):
        page.check(f"tr[data-plan-id] input >> nth={number}")
    page.click(".tray a.button")
    ready(page, 2)
    page.wait_for_selector("[data-table] tbody tr")
    assert [page.url.count(plan.split(":")[0]) > 0 for plan in named[:2]] == [True, True]
    assert len(rows(page, "[data-table]")) > 8


def test_six_plans_are_the_most_and_a_plan_in_two_rankings_is_one(page: Page, site_address: str) -> None:
    page.goto(site_address + "plans/512-256/interactive/10/")
    page.click("text=Mark plans to compare")
    ids = page.evaluate("[...document.querySelectorAll('tr[data-plan-id]')].map(r => r.dataset.planId)")
    first = list(dict.fromkeys(ids))[:6]
    for plan in first:
        page.locator(f'tr[data-plan-id="{plan}"] input').first.check()
    boxes = page.locator("tr[data-plan-id] input")
    assert [boxes.nth(n).is_checked() for n in range(len(ids))] == [plan in first for plan in ids]
    assert [boxes.nth(n).is_enabled() for n in range(len(ids))] == [plan in first for plan in ids]
    assert page.locator(".tray button").count() == 6
