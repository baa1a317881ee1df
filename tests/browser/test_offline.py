"""Promises of the tool pages between visits: without a network, in two tabs, across builds, and after mishaps."""

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.chromium import chromium
from tests.browser.loopback import Loopback, loopback
from tests.browser.tool_site_copy import BASE, LATER, later_build, tool_site_copy

pytestmark = [pytest.mark.browser, pytest.mark.site]
PLANNER = f"/{BASE}/tools/planner/"
OWN = PLANNER + "?profile=1024-1024&slo=batch&load=10&class=large"
ANSWERED = "#answer[data-source=engine] tr[data-plan-id]"
SETTLED = """async () => {
  const registration = await navigator.serviceWorker.ready;
  for (let waited = 0; registration.active?.state !== "activated"; waited += 50) {
    if (waited > 60000) throw new Error("the service worker is not active");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await new Promise((resolve) => setTimeout(resolve, 300)); // what was shown is being kept
  return (await caches.keys()).filter((name) => name.startsWith("atlas-tools"));
}"""
BUILD = "JSON.parse(document.getElementById('planner-data').textContent).build_id"

ENGINE_KEPT = """async () => {
  const found = {};
  for (const name of (await caches.keys()).filter((name) => name.startsWith("atlas-tools"))) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const [, file] = request.url.split("/assets/engine/");
      if (!file?.endsWith(".gz")) continue;
      const answer = await cache.match(request);
      const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await answer.arrayBuffer()));
      const digest = Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
      found[file] = [answer.headers.get("Content-Type"), answer.headers.get("X-Unpacked"), digest];
    }
  }
  return found;
}"""
# Damages the copies of files of a kind, and gives up the snapshot, which would do without some of them.
DAMAGE = """async (kind) => {
  let damaged = 0;
  for (const name of await caches.keys()) {
    if (name.startsWith("atlas-memory")) await caches.delete(name);
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      if (!RegExp(kind).test(request.url)) continue;
      const { headers } = await cache.match(request);
      await cache.put(request, new Response("damaged", { headers }));
      damaged += 1;
    }
  }
  return damaged;
}"""
# The first characters of all copies of a kind.
COPIES = """async (kind) => {
  const found = [];
  for (const name of (await caches.keys()).filter((name) => name.startsWith("atlas-tools"))) {
    const cache = await caches.open(name);
    const asked = (await cache.keys()).filter(({ url }) => RegExp(kind).test(url));
    found.push(...(await Promise.all(asked.map((request) => cache.match(request)))));
  }
  return Promise.all(found.map(async (answer) => (await answer.text()).slice(0, 7)));
}"""
KEPT = "async (url) => Boolean(await caches.match(url))"  # a page is written when all that it needs is
# Not for `wait_for_function`, which takes the promise of an answer for a yes.
KEPT_AT_LAST = f"""async (url) => {{
  for (let waited = 0; !(await ({KEPT})(url)); waited += 50) {{
    if (waited > 60000) throw new Error(`${{url}} is not kept`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }}
}}"""


@pytest.fixture(scope="module")
def host(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    folder = tmp_path_factory.mktemp("host")
    tool_site_copy(site, folder)
    with loopback(folder) as served:
        yield served


@pytest.fixture(scope="module")
def visited(host: Loopback) -> Iterator[BrowserContext]:
    """A browser that was on the planner once."""
    with chromium() as browser:
        page = answered(browser.new_page(), host.origin + OWN)
        assert len(page.evaluate(SETTLED)) == 1
        page.close()
        yield browser


@pytest.fixture
def page(visited: BrowserContext) -> Iterator[Page]:
    page = visited.new_page()
    yield page
    page.close()


def answered(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_selector(ANSWERED, timeout=90_000)
    return page


def test_a_second_visit_costs_a_few_kilobytes(page: Page, host: Loopback) -> None:
    before, asked = host.sent, len(host.asked)
    answered(page, host.origin + OWN)
    page.evaluate(SETTLED)
    assert host.sent - before < 50_000
    assert {path for path in host.asked[asked:] if "/assets/" in path} == set()


def test_what_the_engine_loads_packed_is_kept_unpacked(page: Page, host: Loopback, site: Path) -> None:
    """Compiled code is kept for a response of this type alone; a copy that is packed once more would have none."""
    page.goto(host.origin + OWN)
    found = page.evaluate(ENGINE_KEPT)
    packed = {p.name: p.read_bytes() for p in (site / "assets" / "engine").glob("*.gz")}
    assert len(found) >= 4
    for name, (kind, mark, digest) in found.items():
        assert digest == hashlib.sha256(gzip.decompress(packed[name])).hexdigest()
        assert mark == "gzip"
        assert (kind == "application/wasm") == name.endswith(".wasm.gz")
    assert any(name.endswith(".wasm.gz") for name in found)


@pytest.mark.parametrize("kind", ["used-.*wasm.gz", "memory-.*gz", "planner-.*json.gz"])
def test_a_damaged_copy_comes_from_the_host_at_once(page: Page, host: Loopback, kind: str) -> None:
    answered(page, host.origin + OWN)
    assert page.evaluate(DAMAGE, kind) > 0
    page.reload()
    page.wait_for_selector(ANSWERED, timeout=90_000)
    assert "damaged" not in page.evaluate(COPIES, kind)


def test_without_a_network_a_press_costs_no_copy(page: Page, host: Loopback) -> None:
    """With it what was damaged is replaced."""
    answered(page, host.origin + OWN)
    assert page.evaluate(DAMAGE, ".zip.gz") > 0
    kept = page.evaluate(COPIES, ".gz")
    host.down = True
    try:
        page.reload()
        page.wait_for_selector("html[data-engine=failed]", timeout=90_000)
        page.click("[data-runtime-action]")
        page.wait_for_selector("html[data-engine=loading]")
        page.wait_for_selector("html[data-engine=failed]", timeout=90_000)
        assert page.evaluate(COPIES, ".gz") == kept
    finally:
        host.down = False
    page.click("[data-runtime-action]")
    page.wait_for_selector(ANSWERED, timeout=90_000)
    assert page.evaluate(COPIES, ".zip.gz").count("damaged") == 0


def test_without_a_network_the_visited_tools_work_and_what_was_entered_is_there(page: Page, host: Loopback) -> None:
    invoice = f"{host.origin}/{BASE}/tools/invoice/"
    page.goto(host.origin + OWN)
    assert not page.evaluate(KEPT, invoice)  # it costs nothing before somebody opens it
    page.goto(invoice)
    page.wait_for_selector("html[data-engine=ready]", timeout=90_000)
    page.evaluate(KEPT_AT_LAST, invoice)
    host.down = True
    try:
        page.goto(host.origin + OWN)
        page.wait_for_selector("tr[data-plan-id]")
        assert page.evaluate("document.querySelector('#answer-status').textContent").strip()
        page.wait_for_selector(ANSWERED, timeout=90_000)
        assert page.input_value("[name=class]") == "large"
        assert page.evaluate("document.styleSheets.length") >= 3
        page.goto(invoice)
        page.wait_for_selector("html[data-engine=ready]", timeout=90_000)
        page.click("#bill-sample")
        page.wait_for_selector("#bill-result:not([hidden])", timeout=60_000)
    finally:
        host.down = False


def test_two_tabs_answer_their_own_questions(visited: BrowserContext, host: Loopback) -> None:
    first, second = visited.new_page(), visited.new_page()
    first.goto(host.origin + OWN)
    second.goto(host.origin + PLANNER + "?profile=512-256&slo=conversational&load=1&class=small")
    for tab in (first, second):
        tab.wait_for_selector(ANSWERED, timeout=90_000)
    assert first.inner_text("#question") != second.inner_text("#question")
    first.close()
    second.fill("[name=qps]", "3")
    second.locator("#question", has_text="3 ").wait_for()
    second.wait_for_selector("#answer:not([aria-busy])", timeout=30_000)
    assert second.get_attribute("#answer", "data-source") == "engine"
    second.close()


def test_a_reload_in_the_middle_of_a_start_starts_again_with_the_same_inputs(page: Page, host: Loopback) -> None:
    page.goto(host.origin + OWN, wait_until="commit")  # when all is loaded, Python may be there
    page.wait_for_selector("html[data-engine=loading]", timeout=30_000)
    page.reload()
    page.wait_for_selector(ANSWERED, timeout=90_000)
    assert page.input_value("[name=class]") == "large"


def test_a_new_build_is_announced_and_loaded_when_the_reader_says_so(visited: BrowserContext, host: Loopback) -> None:
    open_tab = answered(visited.new_page(), host.origin + OWN)
    old = open_tab.evaluate(BUILD)
    later_build(host.folder / BASE)
    # A visit gets the new page and its own files, while the tab goes on with the files of its build, which are gone.
    visit = answered(visited.new_page(), host.origin + OWN)
    assert visit.evaluate(BUILD) == LATER
    scripts = "performance.getEntriesByType('resource').map((e) => e.name).filter((n) => n.includes('/web-'))"
    assert {"web-feedfacefeed" in name for name in visit.evaluate(scripts)} == {True}
    visit.close()
    open_tab.bring_to_front()
    open_tab.evaluate("navigator.serviceWorker.getRegistration().then((r) => r.update())")
    newer = open_tab.locator("[data-runtime-newer] button")
    newer.wait_for(timeout=60_000)
    assert open_tab.evaluate(BUILD) == old
    script = open_tab.evaluate("document.querySelector('script[src*=\"/planner.mjs\"]').src")
    assert open_tab.evaluate("(script) => import(script).then(Boolean)", script.replace("/planner.", "/remember."))
    with open_tab.expect_navigation(timeout=60_000):
        newer.click()
    assert open_tab.evaluate(BUILD) == LATER
    open_tab.wait_for_selector(ANSWERED, timeout=90_000)
    assert open_tab.input_value("[name=class]") == "large"
    assert open_tab.locator("[data-runtime-newer]").is_hidden()
    open_tab.close()
