"""Pages under other conditions, each in a browser of its own: dark colours, and no scripts at all."""

from pathlib import Path

import pytest

from tests.browser.chromium import chromium

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
DARK = ("", "plans/1024-1024/conversational/10/", "models/gpt-oss-120b/", "tools/planner/", "health/", "explore/")

pytestmark = [pytest.mark.browser, pytest.mark.site]


def test_pages_are_accessible_in_the_dark(site_address: str) -> None:
    with chromium() as context:
        context.add_init_script(AXE)
        for path in DARK:
            page = context.new_page()
            page.emulate_media(color_scheme="dark")
            page.goto(site_address + path, wait_until="load")
            page.wait_for_selector("body[data-md-color-scheme=slate]", timeout=5_000)
            found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
            assert [(path, v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found] == []
            page.close()


def test_pages_read_well_without_scripts(site_address: str) -> None:
    with chromium() as context:
        context.route("**/*.{js,mjs}", lambda route: route.abort())
        for path in ("", "use-cases/chatbot/", "models/gpt-oss-120b/", "explore/", "tools/planner/"):
            page = context.new_page()
            page.goto(site_address + path)
            assert page.locator("h1").count() == 1
            assert "$" in page.locator("main").inner_text()
            page.close()


def test_start_page_answers_the_chosen_use_case_without_scripts(site_address: str) -> None:
    with chromium() as context:
        context.route("**/*.{js,mjs}", lambda route: route.abort())
        page = context.new_page()
        page.goto(site_address)
        shown = page.locator(".home-answers > section:visible h2")
        assert shown.all_inner_texts() == ["Chatbot"]
        height = page.evaluate("document.documentElement.scrollHeight")
        page.select_option("select[name=use_case]", "translation")
        assert shown.all_inner_texts() == ["Translation"]
        assert page.evaluate("document.documentElement.scrollHeight") == height, "the page jumps"
