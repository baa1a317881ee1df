"""The palette, the menu and the colours in Chromium: with the keyboard alone, and with single keys turned off."""

import pytest
from playwright.sync_api import BrowserContext, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.site]


@pytest.fixture
def page(browser: BrowserContext, site_address: str):
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(site_address + "providers/")
    yield page
    page.close()
    assert faults == []


def options(page: Page) -> list[str]:
    page.wait_for_selector(".find [role=option]")
    return page.locator(".find [role=option]").all_inner_texts()


def test_id_of_a_provider_finds_the_model(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.wait_for_selector(".find[open]")
    with page.expect_response("**/assets/ids.json"):
        page.keyboard.type("workers-ai/@cf/openai/gpt-oss-120b")
    page.wait_for_selector(".find [role=option] >> text=called workers-ai")
    assert "gpt-oss-120b" in options(page)[0]
    page.keyboard.press("Enter")
    page.wait_for_url("**/models/gpt-oss-120b/")


def test_no_key_pressed_after_the_slash_is_lost(browser: BrowserContext, site_address: str) -> None:
    page = browser.new_page()
    held: list[Route] = []
    # The palette's script is still on its way when the first keys come.
    page.route("**/palette.mjs*", lambda route: held.append(route))
    page.goto(site_address + "providers/")
    for key in ["/", *"gpt-x", "Backspace", "Control+k", "o"]:
        page.keyboard.press(key)
    assert page.locator(".find").count() == 0
    for _ in range(3000):
        if held:
            break
        page.wait_for_timeout(10)
    for route in held:
        route.continue_()
    for letter in "ss-120b":  # no waiting for anything in between
        page.keyboard.press(letter)
    page.wait_for_selector(".find[open]")
    assert page.input_value(".find input") == "gpt-oss-120b"
    page.wait_for_selector(".find [role=option] >> text=gpt-oss-120b")
    page.close()


def test_palette_is_a_combobox_that_gives_the_focus_back(page: Page) -> None:
    page.focus("#colours")
    page.keyboard.press("/")
    page.wait_for_selector(".find[open]")
    page.keyboard.type("llama")
    page.wait_for_selector(".find [role=option]")
    box = page.locator(".find [role=combobox]")
    assert box.get_attribute("aria-expanded") == "true"
    assert page.locator(f"#{box.get_attribute('aria-activedescendant')}").get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == "found-1"
    page.keyboard.press("Escape")
    page.wait_for_selector(".find", state="hidden")
    assert page.evaluate("document.activeElement.id") == "colours"


def test_colours_are_switched_from_the_palette_and_kept(page: Page) -> None:
    def scheme() -> str | None:
        return page.get_attribute("body", "data-md-color-scheme")

    before = scheme()
    page.keyboard.press("Control+k")
    page.wait_for_selector(".find[open]")
    page.keyboard.type("switch col")
    page.wait_for_selector(".find [role=option] >> text=Switch colours")
    page.keyboard.press("Enter")
    after = scheme()
    assert after != before
    page.reload()
    assert scheme() == after
    page.click("#colours")
    assert scheme() == before
    page.evaluate("localStorage.clear()")


def test_single_keys_can_be_turned_off(page: Page) -> None:
    page.keyboard.press("?")
    page.wait_for_selector(".find-keys >> text=Copy its id")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.wait_for_selector(".find[open]")
    page.keyboard.type("single-key")
    page.wait_for_selector(".find [role=option] >> text=Turn single-key shortcuts off")
    page.keyboard.press("Enter")
    page.keyboard.press("/")
    assert not page.locator(".find").is_visible()
    page.keyboard.press("Control+k")
    page.wait_for_selector(".find[open]")
    page.evaluate("localStorage.clear()")


def test_menu_of_small_screens_opens_with_the_keyboard_and_without_scripts(
    browser: BrowserContext, site_address: str
) -> None:
    page = browser.new_page()
    page.route("**/*.mjs*", lambda route: route.abort())
    page.set_viewport_size({"width": 360, "height": 700})  # also 1440 px at 400 %
    page.goto(site_address + "models/")
    page.focus("#menu-open")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#menu') !== null")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "menu-open"
    page.close()


def test_menus_of_the_header_open_with_the_keyboard_and_without_scripts_or_a_shift(
    browser: BrowserContext, site_address: str
) -> None:
    page = browser.new_page()
    page.route("**/*.mjs*", lambda route: route.abort())
    page.set_viewport_size({"width": 1280, "height": 700})
    page.goto(site_address + "models/")
    button = page.locator("[popovertarget=menu-browse]")
    heading = page.locator("h1").bounding_box()
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.section") == "use-cases/"
    under, opened = button.bounding_box(), page.locator("#menu-browse").bounding_box()
    assert under is not None and opened is not None
    assert abs(opened["x"] - under["x"]) < 2 and abs(opened["y"] - under["y"] - under["height"]) < 2
    assert page.locator("h1").bounding_box() == heading
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('popovertarget')") == "menu-browse"
    page.click("[popovertarget=menu-docs]")
    page.mouse.click(400, 500)
    assert not page.locator("#menu-docs").is_visible()
    page.set_viewport_size({"width": 780, "height": 600})
    page.click("[popovertarget=menu-docs]")
    assert page.locator("#menu-docs a").last.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


def test_pages_are_fetched_before_the_click_but_not_to_save_data(browser: BrowserContext, site_address: str) -> None:
    for sparing, hints in ((False, ["providers/"]), (True, [])):
        page = browser.new_page()
        if sparing:
            page.add_init_script("Object.defineProperty(navigator, 'connection', {value: {saveData: true}})")
        page.goto(site_address + "models/")
        page.click("[popovertarget=menu-browse]")
        page.hover(".atlas-sections a[data-section='providers/']")
        page.wait_for_timeout(300)
        page.click("[popovertarget=menu-tools]")
        page.hover(".atlas-sections a[data-section='tools/planner/']")
        page.wait_for_timeout(300)
        asked = page.locator("link[rel=prefetch]").evaluate_all("links => links.map((link) => link.href)")
        assert asked == [site_address + hint for hint in hints]
        page.close()
