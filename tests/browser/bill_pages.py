"""The invoice page as tests use it: opened with Python running, given files, waited for."""

import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from wasm_tools.invoice.options import read_options
from wasm_tools.invoice.pack import OfferBook, read_price_book
from wasm_tools.invoice.prepared import prepare
from wasm_tools.invoice.report import Report, assessed
from wasm_tools.planner import Catalogue, read_catalogue

PATH = "tools/invoice/"
READ = "#bill-result:not([hidden]):not([aria-busy])"


@contextmanager
def invoice_page(browser: BrowserContext, address: str, width: int = 1280, path: str = PATH) -> Iterator[Page]:
    """The page with Python running, or another one for files; `address` is that of the site or of its German half."""
    page = browser.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address + path)
    page.wait_for_selector("html[data-engine=ready]", timeout=90_000)
    try:
        yield page
    finally:
        page.close()


def give(page: Page, **files: str | bytes) -> None:
    """Choose files, by name without their ending, and wait for the report."""
    given = [
        {"name": name.replace("__", "."), "mimeType": "text/csv", "buffer": c if isinstance(c, bytes) else c.encode()}
        for name, c in files.items()
    ]
    page.set_input_files("[data-choose]", given)
    finished(page)


def finished(page: Page) -> None:
    """Wait until nothing is being read any more."""
    page.wait_for_selector("#bill-status:not([data-running])", timeout=60_000)
    page.wait_for_selector(READ, timeout=60_000)


def begin_anew(page: Page) -> None:
    """Take all files away."""
    if page.locator(".chosen li").count():
        page.click(".chosen li:last-child button")
    page.wait_for_selector("#bill-result", state="hidden")


def saved(page: Page, form: str) -> bytes:
    """The file that an export button saves."""
    with page.expect_download() as download:
        page.click(f"[data-export={form}]")
    return Path(download.value.path()).read_bytes()


def packs(site: Path) -> tuple[OfferBook, Catalogue]:
    """The data that the page works with."""

    def pack(name: str) -> Any:
        (file,) = (site / "assets" / "engine").glob(f"{name}-*.json.gz")
        return json.loads(gzip.decompress(file.read_bytes()))

    return read_price_book(pack("invoice")), read_catalogue(pack("planner"))


def in_cpython(site: Path, options: Mapping[str, Any] | None = None, **files: str | bytes) -> Report:
    """The report on the same files from the same data without a browser."""
    book, catalogue = packs(site)
    wanted = read_options(options or {})
    given = [(name.replace("__", "."), c if isinstance(c, bytes) else c.encode()) for name, c in files.items()]
    return assessed(prepare(given, book.dated, wanted.choices), wanted, catalogue)


STOP_AT = """words => {
  const status = document.getElementById("bill-status");
  const button = status.querySelector("button");
  const said = new MutationObserver(() => {
    if (button.hidden || !status.textContent.includes(words)) return;
    said.disconnect();
    button.click();
  });
  said.observe(status, { subtree: true, childList: true, characterData: true, attributes: true });
}"""


def stop_at(page: Page, words: str) -> None:
    """Press the button that stops as soon as the page says these words: from outside it may come after the end."""
    page.evaluate(STOP_AT, words)
