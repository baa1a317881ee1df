"""Every page kind in Chromium: accessible, quiet, complete in itself, and light."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.chromium import chromium

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
KINDS = {
    "home": "",
    "use case": "use-cases/chatbot/",
    "use cases": "use-cases/",
    "plan": "plans/1024-1024/conversational/10/",
    "plans": "plans/",
    "model": "models/gpt-oss-120b/",
    "models": "models/",
    "provider": "providers/openai/",
    "providers": "providers/",
    "gpu": "gpus/h100-sxm/",
    "gpus": "gpus/",
    "workloads": "workloads/",
    "workload": "workloads/speech-to-text/",
    "language models": "workloads/llm/",
    "rented gpus": "workloads/gpu/",
    "explorer": "explore/",
    "health": "health/",
    "accuracy": "accuracy/",
    "downloads": "downloads/",
    "sources": "data-sources/",
    "parity": "parity/",
    "methodology": "methodology/",
    "planner": "tools/planner/",
    "invoice": "tools/invoice/",
}
BROWSE_LIMIT_BYTES, BROWSE_LIMIT_NODES = 60_000, 1_500
# Lists of everything are long by nature; they say so and are measured against their own, known size.
LONG = {"models", "parity"}

pytestmark = [pytest.mark.browser, pytest.mark.site]


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    with chromium() as context:
        context.add_init_script(AXE)
        yield context


def opened(browser: BrowserContext, address: str, base: str, **viewport: int) -> tuple[Page, list[str]]:
    page = browser.new_page()
    page.set_viewport_size({"width": 1440, "height": 900, **viewport})
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.on(
        "request", lambda r: None if r.url.startswith((base, "blob:", "data:")) else faults.append(f"foreign {r.url}")
    )
    page.on("response", lambda r: faults.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.goto(address, wait_until="load")
    page.wait_for_timeout(400)
    return page, faults


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [1440, 390])
def test_page_is_accessible_quiet_and_fits(browser: BrowserContext, site_address: str, kind: str, width: int) -> None:
    page, faults = opened(browser, site_address + KINDS[kind], site_address, width=width)
    try:
        assert faults == []
        found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
        assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "scrolls sideways"
        assert page.evaluate("document.querySelectorAll('h1').length") == 1
    finally:
        page.close()


def test_browse_pages_are_light(site: Path) -> None:
    heavy = [
        f"{p.relative_to(site)}: {len(gzip.compress(p.read_bytes(), 9)):,} bytes"
        for p in site.rglob("*.html")
        if len(gzip.compress(p.read_bytes(), 6)) > BROWSE_LIMIT_BYTES
    ]
    assert heavy == []


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in LONG])
def test_page_has_few_nodes(browser: BrowserContext, site_address: str, kind: str) -> None:
    page, _ = opened(browser, site_address + KINDS[kind], site_address)
    try:
        assert page.evaluate("document.querySelectorAll('*').length") <= BROWSE_LIMIT_NODES
    finally:
        page.close()
