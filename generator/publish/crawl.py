"""A crawl of a built site in a real Chromium: what a reader's browser would complain about, page by page."""

import asyncio
import os
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from generator.failure import Failure
from generator.publish.server import site_server

if TYPE_CHECKING:
    from playwright.async_api import ConsoleMessage, Page, Request, Response

CHROMIUM = "/usr/bin/chromium"
SETTLE_MS = 50  # what a page does right after it has loaded
PATIENCE_MS = 20_000
PYTHON_MS = 120_000  # until the engine has started, on a busy machine
TOOL = "tools/"  # what follows it in a path is a page that runs the engine
# What a reader presses first on a tool page, where the engine does not begin by itself.
FIRST_PRESS = "[data-say], #bill-sample, #spend-sample, button[data-example]"
REPORTED = """document.addEventListener("securitypolicyviolation", (e) =>
  atlasRefused(`${e.effectiveDirective} ${e.blockedURI} ${e.sample}`.trim()));"""
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")  # small /dev/shm: tabs would crash


class CrawlError(Failure):
    """A crawl that cannot begin; the message says what is missing."""


@dataclass
class Crawled:
    """What a crawl found: sentences for all faults, and how many of them are of the two kinds that must never be."""

    faults: list[str] = field(default_factory=list)
    refused: int = 0  # reports of the Content-Security-Policy
    foreign: int = 0  # requests to another origin
    charts: int = 0  # pressed and drawn
    engines: int = 0  # pages on which Python started


def crawled(
    site: Path, paths: Sequence[str], tabs: int, step: Callable[[str], None], used: Collection[str] = ()
) -> Crawled:
    """Each console error, report of the policy, failed request and foreign request of these pages, as a sentence.

    The site is served below a sub-path, as many hosts do. `tabs` pages are open at once; `step` hears of each page. The
    pages of `used` are also used: every chart is pressed, and a tool starts Python and answers its first press.
    """
    program = Path(os.environ.get("CHROMIUM", CHROMIUM))
    if not program.is_file():
        raise CrawlError(f"no Chromium at {program}: install it or set CHROMIUM")
    server = site_server(site, "127.0.0.1", 0, "/atlas/")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        base = f"http://127.0.0.1:{server.server_address[1]}/atlas/"
        found = asyncio.run(_crawl(program, base, paths, tabs, step, used))
        found.faults.sort()
        return found
    finally:
        server.shutdown()
        server.server_close()


def used_pages(paths: Sequence[str]) -> set[str]:
    """The pages that a whole crawl also uses: every tool, and of each section the first page of each depth."""
    tools = {path for path in paths if path.startswith(TOOL) or f"/{TOOL}" in path}
    kinds: dict[tuple[str, int], str] = {}
    for path in sorted(paths):
        kinds.setdefault((path.partition("/")[0], path.count("/")), path)
    return tools | set(kinds.values())


async def _crawl(
    program: Path, base: str, paths: Sequence[str], tabs: int, step: Callable[[str], None], used: Collection[str]
) -> Crawled:
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        raise CrawlError("the Python package playwright is needed: run `make install`") from None
    waiting = list(reversed(paths))
    found = Crawled()

    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=program, args=ARGUMENTS)

        async def work() -> None:
            page = await browser.new_page()
            told, open_requests = _listen(page, base, found)
            await page.expose_function("atlasRefused", lambda what: _refused(what, told, found))
            await page.add_init_script(REPORTED)
            while waiting:
                path = waiting.pop()
                try:
                    await page.goto(base + path, wait_until="load", timeout=PATIENCE_MS)
                    await page.wait_for_timeout(SETTLE_MS)
                    if path in used:
                        await _use(page, path, found)
                    await _answered(page, open_requests)
                except Exception as error:  # a page that does not open is a fault of the page, not of the crawl
                    told.append(str(error).splitlines()[0])
                found.faults.extend(f"{path or 'home'}: {text}" for text in told)
                told.clear()
                open_requests.clear()
                step(path)
            await page.close()

        await asyncio.gather(*(work() for _ in range(tabs)))
        await browser.close()
    return found


async def _use(page: "Page", path: str, found: Crawled) -> None:
    """Press every chart until it is drawn; on a tool page let Python start and press what a reader presses first."""
    for chart in await page.query_selector_all("[data-chart]"):
        button = await chart.query_selector("[data-live]")
        if button and await button.is_visible():
            await button.click()
            await chart.wait_for_selector(".main-svg", timeout=PATIENCE_MS)
            found.charts += 1
    if path.startswith(TOOL) or f"/{TOOL}" in path:
        if first := await page.query_selector(f"main :is({FIRST_PRESS}):visible"):
            await first.click()
        await page.wait_for_selector("html[data-engine=ready]", timeout=PYTHON_MS)
        await page.wait_for_timeout(SETTLE_MS)
        found.engines += 1


def _refused(what: str, told: list[str], found: Crawled) -> None:
    found.refused += 1
    told.append(f"refused by the policy: {what}")


async def _answered(page: "Page", open_requests: "set[Request]") -> None:
    """Waits for what the page has asked for: on a busy machine an answer comes long after the page has loaded."""
    for _ in range(PATIENCE_MS // SETTLE_MS):
        if not open_requests:
            return
        await page.wait_for_timeout(SETTLE_MS)


def _listen(page: "Page", base: str, found: Crawled) -> "tuple[list[str], set[Request]]":
    """What the page's browser complains about, as it happens, and the requests that wait for their answer."""
    told: list[str] = []
    open_requests: set[Request] = set()

    def console(message: "ConsoleMessage") -> None:
        if message.type in ("error", "warning"):
            told.append(message.text)

    def response(answer: "Response") -> None:
        if answer.status >= 400:
            told.append(f"{answer.status} {answer.url}")

    def request(asked: "Request") -> None:
        if _own(asked.url, base):
            open_requests.add(asked)
        else:
            found.foreign += 1
            told.append(f"foreign {asked.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("response", response)
    page.on("request", request)
    page.on("requestfinished", lambda asked: open_requests.discard(asked))
    page.on("requestfailed", lambda asked: open_requests.discard(asked))
    return told, open_requests


def _own(url: str, base: str) -> bool:
    return url.startswith((base, "blob:", "data:"))
