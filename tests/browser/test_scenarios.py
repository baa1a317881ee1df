"""Scenarios and the report in the planner's page: kept, compared, taken out and in, shared by a link, printed."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.own_scripts import but_own_scripts
from tests.browser.shown_plans import site_catalogue
from wasm_tools.methods import report
from wasm_tools.planner.scenario import read_scenarios, scenarios_text

pytestmark = [pytest.mark.browser, pytest.mark.site]
THROWS = "Storage.prototype.setItem = () => {{ throw new DOMException('no', '{name}'); }};"
DROP = """(text) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], "a.json", { type: "application/json" }));
  const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
  document.querySelector("#scenarios [data-drop]").dispatchEvent(event);
}"""
FIELDS = ("prompt_tokens", "output_tokens", "qps", "ttft_ms", "itl_ms", "budget", "class")
NOTHING_SAVED = "localStorage.clear(); dispatchEvent(new StorageEvent('storage', { key: null }))"
PLANNER = "tools/planner/?profile=512-256&slo=conversational&load=1&class=medium"


@pytest.fixture
def page(browser: BrowserContext, site_address: str) -> Iterator[Page]:
    """The planner with nothing saved, its panel open."""
    page = browser.new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    opened(page, site_address)
    page.evaluate(NOTHING_SAVED)
    yield page
    page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.close()


@pytest.fixture(scope="module")
def engine_page(browser: BrowserContext, site_address: str) -> Iterator[Page]:
    """A page whose engine runs: starting it takes longer than any of these tests."""
    page = browser.new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    opened(page, site_address)
    page.wait_for_selector("#answer[data-source=engine] tr", timeout=90_000)
    yield page
    page.close()


@pytest.fixture
def running(engine_page: Page) -> Page:
    """The same as a reader finds it: nothing saved, the first question."""
    engine_page.evaluate(NOTHING_SAVED)
    engine_page.fill("#scenarios [name=note]", "")
    engine_page.fill("[name=qps]", "1")
    return engine_page


def opened(page: Page, site_address: str, path: str = PLANNER) -> Page:
    page.goto(site_address + path)
    page.evaluate("document.querySelector('#scenarios').open = true")
    return page


def save(page: Page, name: str) -> None:
    page.fill("#scenarios [name=name]", name)
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#scenario-said", has_text=f"“{name}” is saved.").wait_for()


def names(page: Page) -> list[str]:
    return page.locator(".scenario-list button.plain").all_inner_texts()


def said(page: Page, words: str) -> None:
    page.locator("#scenario-said", has_text=words).wait_for(timeout=60_000)


def action(page: Page, name: str, what: str) -> None:
    page.get_by_role("group", name=f"Actions for {name}", exact=True).get_by_role("button", name=what).click()


def test_a_question_is_saved_changed_renamed_copied_deleted_and_survives_a_reload(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    said(page, "Give it a name first.")
    save(page, "Chat")
    unsaved = page.locator("[data-unsaved]")
    expect(unsaved).to_be_hidden()
    page.fill("[name=output_tokens]", "300")
    expect(unsaved).to_be_visible()
    expect(page.locator(".scenario-list li").first).to_contain_text("300 tokens")
    page.wait_for_timeout(350)
    page.reload()
    page.evaluate("document.querySelector('#scenarios').open = true")
    assert names(page) == ["Chat"]
    expect(unsaved).to_be_visible()  # the address kept what was changed
    page.get_by_role("button", name="Open Chat").click()
    assert page.input_value("[name=output_tokens]") == "256"
    expect(unsaved).to_be_hidden()
    action(page, "Chat", "Duplicate")
    action(page, "Chat (copy)", "Rename")
    field = page.get_by_label("New name of Chat (copy)")
    field.fill("Chat")
    field.press("Enter")
    expect(page.locator(".renaming .field-error")).to_contain_text("is there already")
    field.fill("=Search <b>")
    field.press("Enter")
    assert names(page) == ["Chat", "=Search <b>"]
    action(page, "Chat", "Delete")
    assert names(page) == ["=Search <b>"]
    page.get_by_role("button", name="Put it back").click()
    assert names(page) == ["Chat", "=Search <b>"]


def test_scenarios_are_compared_and_planned_together(running: Page) -> None:
    page = running
    save(page, "Chat")
    page.fill("[name=qps]", "8")
    page.get_by_role("button", name="Save as another").click()
    said(page, "is there already")
    page.fill("#scenarios [name=name]", "Peak season")
    page.get_by_role("button", name="Save as another").click()
    said(page, "is saved")
    page.get_by_role("button", name="Compare").click()
    said(page, "Choose two to six")
    for name in ("Chat", "Peak season"):
        page.get_by_label(f"Choose {name}", exact=True).check()
    page.get_by_role("button", name="Compare").click()
    result = page.locator("[data-result]")
    result.locator("table.compared").first.wait_for(timeout=60_000)
    heads = result.locator("table.compared").first.locator("thead th").all_inner_texts()
    assert heads == ["Chat", "Peak season"]
    cost = result.locator("tr", has_text="Cost, $ a month").first
    assert "best" in cost.locator("td").nth(0).inner_text()
    assert re.search(r"\+\d+ %", cost.locator("td").nth(1).inner_text())
    page.fill("[data-budget]", "1")
    page.get_by_role("button", name="Plan together").click()
    result.locator("table.batch").wait_for(timeout=60_000)
    sums = [
        float(t.replace("$", "").replace(",", ""))
        for t in result.locator("table.batch tbody td:nth-child(3)").all_inner_texts()
    ]
    total = float(result.locator("table.batch tfoot td").first.inner_text().replace("$", "").replace(",", ""))
    assert total == pytest.approx(sum(sums), abs=2)
    assert "is exceeded by" in result.locator(".budget").inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("name,id,usd_per_month")
    assert [line.split(",")[0] for line in lines[1:]] == ["Chat", "Peak season"]


def test_what_is_exported_is_imported_again_byte_by_byte(running: Page, tmp_path: Path) -> None:
    page = running
    save(page, "Chät")
    page.fill("[name=qps]", "2.5")
    page.fill("#scenarios [name=name]", "Second")
    page.fill("#scenarios [name=note]", "for the board")
    page.get_by_role("button", name="Save as another").click()
    page.locator(".scenario-list button.plain", has_text="Second").wait_for()

    def export() -> Path:
        with page.expect_download() as download:
            page.get_by_role("button", name="Export").click()
        assert download.value.suggested_filename == "scenarios.json"
        return download.value.path()

    first = export().read_bytes()
    assert scenarios_text(read_scenarios(first.decode())).encode() == first
    file = tmp_path / "scenarios.json"
    file.write_bytes(first)
    page.set_input_files("[data-import]", str(file))
    said(page, "2 were there already")
    for name in ("Chät", "Second"):
        action(page, name, "Delete")
    page.set_input_files("[data-import]", str(file))
    said(page, "2 scenarios imported")
    assert export().read_bytes() == first
    changed = json.loads(first)
    changed["scenarios"][1]["form"]["qps"] = 9
    file.write_text(json.dumps(changed), encoding="utf-8")
    page.set_input_files("[data-import]", str(file))
    said(page, "“Second” is called “Second (2)” here")
    assert names(page) == ["Chät", "Second", "Second (2)"]


def test_a_hostile_file_is_refused_in_words_and_changes_nothing(running: Page, tmp_path: Path) -> None:
    page = running
    save(page, "Chat")
    for content, words in (
        ("[" * 50_000, "nested"),
        ('{"version": 1, "name": "<img src=x onerror=alert(1)>\\u202e", "form": {}}', "direction characters"),
        ('{"version": 1, "name": "a", "form": {"__proto__": {"x": 1}, "qps": "\\u0000"}}', "visible characters"),
        ("\x00\xff\x00", "not JSON"),
        ('{"version": 3}', "3 is not 1"),
    ):
        file = tmp_path / "hostile.json"
        file.write_text(content, encoding="utf-8")
        page.set_input_files("[data-import]", str(file))
        said(page, words)
    assert names(page) == ["Chat"]
    good = '{"version": 1, "name": "<img src=x onerror=alert(1)>", "form": {"qps": 1}}'
    page.evaluate(DROP, good)
    said(page, "1 scenario imported")
    assert names(page) == ["Chat", "<img src=x onerror=alert(1)>"]
    assert page.locator(".scenario-list img").count() == 0


def test_a_link_opens_the_same_question_elsewhere_and_holds_no_name(page: Page, browser: BrowserContext) -> None:
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.fill("[name=output_tokens]", "321")
    page.fill("[name=budget]", "4000")
    save(page, "Secret project")
    page.get_by_role("button", name="Copy link").click()
    said(page, "inputs and nothing else")
    link = page.evaluate("window.copied")
    assert "Secret" not in link
    page.get_by_label("with its name").check()
    page.get_by_role("button", name="Copy link").click()
    said(page, "inputs and the name")
    named = page.evaluate("window.copied")
    assert named.startswith(link + "#")
    asked = {field: page.input_value(f"[name={field}]") for field in FIELDS}
    page.evaluate("localStorage.clear(); sessionStorage.clear()")  # as a browser that was never here
    other = opened(browser.new_page(), "", named)
    assert {field: other.input_value(f"[name={field}]") for field in FIELDS} == asked
    assert other.input_value("#scenarios [name=name]") == "Secret project"
    assert names(other) == []
    other.close()


def test_two_tabs_see_each_other(page: Page, browser: BrowserContext, site_address: str) -> None:
    other = opened(browser.new_page(), site_address)
    save(page, "Chat")
    said(other, "Changed in another tab.")
    assert names(other) == ["Chat"]
    action(other, "Chat", "Delete")
    said(page, "“Chat” was deleted or renamed in another tab")
    assert names(page) == []
    other.close()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (THROWS.format(name="SecurityError"), "keeps nothing for this site"),
        ("Object.defineProperty(window, 'localStorage', { get() { throw new Error('off'); } });", "keeps nothing"),
        ("localStorage.setItem('a', 'b');" + THROWS.format(name="QuotaExceededError"), "no room left"),
    ],
    ids=["refused", "switched off", "full"],
)
def test_where_the_browser_keeps_nothing_the_page_says_so_and_goes_on(
    script: str, words: str, browser: BrowserContext, site_address: str
) -> None:
    page = browser.new_page()
    page.add_init_script(script)
    opened(page, site_address)
    save(page, "Chat")
    expect(page.locator("[data-refused]")).to_contain_text(words)
    action(page, "Chat", "Duplicate")
    assert names(page) == ["Chat", "Chat (copy)"]
    page.close()


def test_the_report_of_the_page_has_the_bytes_of_the_command(running: Page, site: Path) -> None:
    page = running
    save(page, "Chat")
    page.evaluate("document.querySelector('#report').open = true")
    page.locator("[data-report] h3").wait_for(timeout=60_000)
    made: dict[str, bytes] = {}
    for button, ending in (("Markdown", "md"), ("HTML", "html")):
        with page.expect_download() as download:
            page.locator("#report").get_by_role("button", name=button).click()
        assert re.fullmatch(rf"atlas-plan-[0-9a-f]{{12}}\.{ending}", download.value.suggested_filename)
        made[ending] = download.value.path().read_bytes()
    (scenario,) = json.loads(page.evaluate("localStorage.getItem('atlas.scenarios')"))["scenarios"]
    expected = report.answer({**scenario, **published(site)}, {"planner": site_catalogue(site)})
    assert made["md"].decode() == expected["markdown"]
    assert made["html"].decode() == expected["html"]
    assert page.locator("#report [data-said]").inner_text() == f"Report {expected['id']}"
    shown = [h.strip() for h in page.locator("[data-report] h4").all_inner_texts()]
    assert shown == [s["title"] for s in expected["report"]["sections"]]
    with page.expect_download() as download:
        page.locator("#report").get_by_role("button", name="CSV").click()
    assert download.value.path().read_text(encoding="utf-8").startswith("rank,id,kind,model,")
    with page.expect_download() as download:
        page.locator("#report").get_by_role("button", name="JSON").click()
    assert json.loads(download.value.path().read_text(encoding="utf-8"))["recommended"]


def published(site: Path) -> dict[str, Any]:
    """What the site publishes beside the planner."""
    folder = site / "tools/planner"
    (facts,), (grades,) = folder.glob("report-*.json"), folder.glob("grades-*.json.gz")
    return {
        "facts": json.loads(facts.read_text(encoding="utf-8")),
        "grades": json.loads(gzip.decompress(grades.read_bytes())),
    }


def test_the_report_is_printed_alone(running: Page) -> None:
    page = running
    page.evaluate("document.querySelector('#report').open = true; window.print = () => { window.printed = true; }")
    page.locator("[data-report] h3").wait_for(timeout=60_000)
    page.locator("#report").get_by_role("button", name="Print").click()
    page.wait_for_function("window.printed")
    page.emulate_media(media="print")
    assert page.locator("body > .report-sheet").is_visible()
    assert not page.locator("#planner-form").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("body > .report-sheet").count() == 0
    page.emulate_media(media="screen")


def test_nothing_leaves_the_browser(running: Page) -> None:
    page = running
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    save(page, "Chat")
    page.get_by_label("Choose Chat", exact=True).check()
    page.get_by_role("button", name="Plan together").click()
    page.locator("table.batch").wait_for(timeout=60_000)
    assert [url for url in but_own_scripts(asked) if not url.startswith("blob:")] == []
