"""Deployment files in the planner's page: the same bytes as the published archives, and a list to look at."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.site]

CELLS = [("512-256", "conversational", "1", "medium"), ("4096-512", "batch", "10", "large")]


FORGET = """async () => {
  for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
}"""


def asked_for(page: Page, plan: str) -> Page:
    """The page once it shows the files of a plan."""
    row = page.locator(f'tr[data-plan-id="{plan}"]')
    row.locator("summary").click()
    why = page.locator(f'tr[data-plan-id="{plan}"] + tr.why')
    why.get_by_role("button", name="Deployment files").click()
    why.locator("a[download]").wait_for(timeout=60_000)
    return page


def archive(page: Page) -> bytes:
    """What the reader's disk gets."""
    with page.expect_download() as saved:
        page.locator(".plan-files a[download]").click()
    return saved.value.path().read_bytes()


@pytest.mark.parametrize("cell", CELLS, ids="/".join)
def test_the_page_makes_the_bytes_of_the_published_archive(
    cell: tuple[str, str, str, str], browser: BrowserContext, site: Path, site_address: str
) -> None:
    profile, slo, load, minimum = cell
    stored = json.loads((site / f"api/v1/plans/{profile}/{slo}/{load}.json").read_text(encoding="utf-8"))
    plans: list[dict[str, Any]] = stored["classes"][minimum]["plans"]
    published = [p for p in plans if p["bundle"]]
    assert published, "every one of these questions has a plan whose files are published"
    page = browser.new_page()
    requests: list[str] = []
    page.goto(f"{site_address}tools/planner/?profile={profile}&slo={slo}&load={load}&class={minimum}")
    page.wait_for_selector("tr[data-plan-id][data-source=engine]", timeout=90_000)
    page.on("request", lambda r: requests.append(r.url))
    shown = {row.get_attribute("data-plan-id") for row in page.locator("tr[data-plan-id]").all()}
    compared = [p for p in published if p["id"] in shown]
    assert compared
    for plan in compared:
        asked_for(page, plan["id"])
        assert archive(page) == (site / "api/v1" / plan["bundle"]).read_bytes(), plan["id"]
        page.locator(f'tr[data-plan-id="{plan["id"]}"] + tr.why [data-files]').evaluate("box => box.remove()")
    loaded = [u for u in requests if "/assets/engine/manifests-" in u]
    assert len(loaded) == 1, "one file of data, whatever the plan"
    page.close()


def test_files_can_be_read_in_the_page_and_an_api_plan_has_a_proxy(
    browser: BrowserContext, site: Path, site_address: str
) -> None:
    stored = json.loads((site / "api/v1/plans/512-256/conversational/1.json").read_text(encoding="utf-8"))
    plans = stored["classes"]["medium"]["plans"]
    page = browser.new_page()
    page.goto(f"{site_address}tools/planner/?profile=512-256&slo=conversational&load=1&class=medium")
    page.wait_for_selector("tr[data-plan-id][data-source=engine]", timeout=90_000)
    asked_for(page, next(p["id"] for p in plans if p["kind"] == "api"))
    with zipfile.ZipFile(io.BytesIO(archive(page))) as packed:
        assert {n.partition("/")[2] for n in packed.namelist()} == {
            "README.md", "SHA256SUMS", "litellm.yaml", "plan.json",
        }  # fmt: skip
        (name,) = [n for n in packed.namelist() if n.endswith("litellm.yaml")]
        text = packed.read(name).decode()
    file = page.locator(".file-list details", has_text="litellm.yaml")
    assert file.locator("pre").count() == 0, "a text is put into the page when somebody looks at it"
    file.locator("summary").click()
    assert file.locator("pre").text_content() == text
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_names_of_files_stand_below_each_other_and_within_the_page(
    width: int, browser: BrowserContext, site_address: str
) -> None:
    page = browser.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site_address}tools/planner/")
    page.wait_for_selector("tr[data-plan-id][data-source=engine]", timeout=90_000)
    plan = page.locator("tr[data-plan-id*=vllm]").first.get_attribute("data-plan-id")
    assert plan
    asked_for(page, plan)
    boxes = page.evaluate(
        "[...document.querySelectorAll('.file-list summary')].map(s => s.getBoundingClientRect())"
        ".map(r => [r.left, r.right, r.top, r.bottom])"
    )
    assert len(boxes) > 50
    assert all(left >= 0 and right <= width for left, right, _, _ in boxes)
    for n, (left, right, top, bottom) in enumerate(boxes):
        for other in boxes[n + 1 :]:
            apart = other[0] >= right or other[1] <= left or other[2] >= bottom - 0.5 or other[3] <= top + 0.5
            assert apart, (boxes[n], other)
    page.close()


def test_files_that_cannot_be_loaded_are_named_and_come_with_the_next_press(
    browser: BrowserContext, site_address: str
) -> None:
    page = browser.new_page()
    page.goto(f"{site_address}tools/planner/")
    page.evaluate(FORGET)  # visits before this one may have kept the data for visits without a network
    page.add_init_script("delete Navigator.prototype.serviceWorker")
    page.reload()
    page.wait_for_selector("tr[data-plan-id][data-source=engine]", timeout=90_000)
    page.route("**/manifests-*.json.gz", lambda route: route.abort())
    row = page.locator("tr[data-plan-id*=vllm]").first
    plan = row.get_attribute("data-plan-id")
    row.locator("summary").click()
    why = page.locator(f'tr[data-plan-id="{plan}"] + tr.why')
    button = why.get_by_role("button", name="Deployment files")
    button.click()
    said = why.locator(".plan-files", has_text="could not be loaded: there is no connection. Press again to retry.")
    said.wait_for(timeout=10_000)
    page.unroute("**/manifests-*.json.gz")
    button.click()
    why.locator("a[download]").wait_for(timeout=60_000)
    page.close()
