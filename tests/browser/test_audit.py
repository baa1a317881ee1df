"""The page of the audit in Chromium: an example, wrong fields, the address, files, German, a phone, pictures."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.own_scripts import but_own_scripts
from tests.browser.test_pages import AXE, RUN

pytestmark = [pytest.mark.browser, pytest.mark.site]

SETUP = "deployment=api&model=gpt-4o&provider=openai&input_tokens=4000000000&output_tokens=1000000000&requests=4000000"


def test_an_audit_is_made_kept_in_the_address_and_saved(page: Page, site_address: str) -> None:
    asked: list[str] = []
    page.add_init_script(AXE)
    page.goto(f"{site_address}tools/audit/")
    page.click("[data-example]")
    page.wait_for_selector("#levers tbody tr")
    page.on("request", lambda request: asked.append(request.url))
    assert page.evaluate(RUN, None) == []
    assert "$20,000" in page.inner_text("#now")
    assert "model=gpt-4o" in page.evaluate("location.hash")
    assert not page.locator("fieldset[data-group=gpus]").is_visible()
    page.fill("[name=cacheable_share]", "0.5")
    page.click("#audit-form button[type=submit]")
    page.wait_for_selector("#levers .saves")
    assert "Cache" in page.inner_text("#levers tr:has(.saves)")
    with page.expect_download() as saved:
        page.click("[data-save=json]")
    record = json.loads(Path(saved.value.path()).read_text(encoding="utf-8"))
    assert len(record["levers"]) == page.locator("#levers tbody tr").count()
    with page.expect_download() as saved:
        page.click("[data-save=md]")
    assert Path(saved.value.path()).read_text(encoding="utf-8").startswith("# Cost audit")
    page.fill("[name=model]", "<img src=x onerror=alert(1)>")
    page.click("#audit-form button[type=submit]")
    page.wait_for_selector("#audit-status.field-error")
    assert page.inner_text("#audit-status").startswith("model: '<img")
    assert page.locator("#audit-status img").count() == 0
    assert but_own_scripts(asked) == []  # what was entered is sent nowhere


def test_a_link_is_audited_in_german_and_fits_a_phone(page: Page, site_address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site_address}de/tools/audit/#{SETUP}")
    page.wait_for_selector("#levers tbody tr")
    assert "Nach dem Katalog" in page.inner_text("#now")
    assert "unbekannt" in page.inner_text("#levers")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelectorAll('*').length") <= 1_500
    page.select_option("[name=workload]", "image")
    page.fill("[name=model]", "flux-pro-1.1")
    page.fill("[name=provider]", "azure")
    page.fill("[name=usage]", "100000")
    page.fill("[name=unit]", "images")
    page.click("#audit-form button[type=submit]")
    page.locator("#now", has_text="4.000").wait_for()
    page.emulate_media(media="print")
    assert not page.locator("#audit-form").is_visible()
    assert page.locator("#levers").is_visible()
