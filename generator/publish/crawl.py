"""A crawl of a built site in a real Chromium: what a reader's browser would complain about, page by page."""

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from generator.failure import Failure
from generator.publish.server import site_server

if TYPE_CHECKING:
    from playwright.async_api import ConsoleMessage, Page, Request, Response

CHROMIUM = "/usr/bin/chromium"
SETTLE_MS = 50  # what a page does right after it has loaded
PATIENCE_MS = 20_000
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")  # small /dev/shm: tabs would crash


class CrawlError(Failure):
    """A crawl that cannot begin; the message says what is missing."""


def crawled(site: Path, paths: Sequence[str], tabs: int, step: Callable[[str], None]) -> list[str]:
    """A sentence for each console error, policy violation, failed request and foreign request of these pages.

    The site is served below a sub-path, as many hosts do. `tabs` pages are open at once; `step` hears of each page.
    """
    program = Path(os.environ.get("CHROMIUM", CHROMIUM))
    if not program.is_file():
        raise CrawlError(f"no Chromium at {program}: install it or set CHROMIUM")
    server = site_server(site, "127.0.0.1", 0, "/atlas/")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        base = f"http://127.0.0.1:{server.server_address[1]}/atlas/"
        return sorted(asyncio.run(_crawl(program, base, paths, tabs, step)))
    finally:
        server.shutdown()
        server.server_close()


async def _crawl(program: Path, base: str, paths: Sequence[str], tabs: int, step: Callable[[str], None]) -> list[str]:
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        raise CrawlError("the Python package playwright is needed: run `make install`") from None
    waiting = list(reversed(paths))
    faults: list[str] = []

    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=program, args=ARGUMENTS)

        async def work() -> None:
            page = await browser.new_page()
            told, open_requests = _listen(page, base)
            while waiting:
                path = waiting.pop()
                try:
                    await page.goto(base + path, wait_until="load", timeout=PATIENCE_MS)
                    await page.wait_for_timeout(SETTLE_MS)
                    await _answered(page, open_requests)
                except Exception as error:  # a page that does not open is a fault of the page, not of the crawl
                    told.append(str(error).splitlines()[0])
                faults.extend(f"{path or 'home'}: {text}" for text in told)
                told.clear()
                open_requests.clear()
                step(path)
            await page.close()

        await asyncio.gather(*(work() for _ in range(tabs)))
        await browser.close()
    return faults


async def _answered(page: "Page", open_requests: "set[Request]") -> None:
    """Waits for what the page has asked for: on a busy machine an answer comes long after the page has loaded."""
    for _ in range(PATIENCE_MS // SETTLE_MS):
        if not open_requests:
            return
        await page.wait_for_timeout(SETTLE_MS)


def _listen(page: "Page", base: str) -> "tuple[list[str], set[Request]]":
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
