"""The invoice page in Chromium: the bill stays there, every cent is accounted for, the answer is that of CPython."""

import csv
import gzip
import io
import json
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from wasm_tools.invoice.pack import bill_record, read_price_book

pytestmark = [pytest.mark.browser, pytest.mark.site]

HEADER = "provider,workload_type,usage_qty,usage_unit,amount_usd,model\n"


@pytest.fixture
def page(browser: BrowserContext, site_address: str) -> Iterator[Page]:
    """The page with Python running; `requests` counts what it asks for from then on."""
    page = browser.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(site_address + "tools/invoice/")
    page.wait_for_selector("html[data-engine=ready]", timeout=90_000)
    yield page
    browser.set_offline(False)
    page.close()


def read(page: Page, text: str) -> None:
    """Give a bill as a file and wait for its report."""
    page.set_input_files("#bill-file", {"name": "bill.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.wait_for_selector("#bill-result:not([hidden]):not([aria-busy])", timeout=60_000)


def exported(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.click("#bill-export")
    return list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))


def expected(site: Path, text: str) -> dict[str, Any]:
    (pack,) = (site / "assets" / "engine").glob("invoice-*.json.gz")
    return bill_record(text.encode(), read_price_book(json.loads(gzip.decompress(pack.read_bytes()))))


def sample(site: Path) -> str:
    return (site / "tools/invoice/sample-bill.csv").read_text(encoding="utf-8")


def test_no_request_is_made_while_a_bill_is_read_shown_and_exported(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.click("#bill-sample")
    page.wait_for_selector("#bill-result:not([hidden])", timeout=60_000)
    page.click("#lines tbody tr:nth-child(2) td:nth-child(3)")
    page.select_option("#lines-filter", index=1)
    assert exported(page)
    assert [url for url in asked if not url.startswith("blob:")] == []


def test_a_bill_is_read_without_any_network(page: Page, browser: BrowserContext, site: Path) -> None:
    browser.set_offline(True)
    read(page, sample(site))
    assert "in the file" in page.inner_text("#coverage")


def test_the_worker_cannot_send_anything_any_more(page: Page) -> None:
    worker = page.workers[0]
    assert worker.evaluate("[typeof fetch, typeof XMLHttpRequest, typeof WebSocket]") == ["undefined"] * 3


def test_the_report_is_that_of_cpython_and_every_cent_is_in_it(page: Page, site: Path) -> None:
    text = sample(site)
    read(page, text)
    record = expected(site, text)
    totals = record["totals"]
    assert Decimal(totals["file_usd"]) == Decimal(totals["analysed_usd"]) + Decimal(totals["excluded_usd"])
    said = page.inner_text("#coverage")
    for key in ("file_usd", "analysed_usd", "excluded_usd"):
        amount = Decimal(totals[key])
        assert f"{'−' if amount < 0 else ''}${abs(amount):,.2f}" in said
    rows = exported(page)
    assert len(rows) == totals["rows"]
    columns = record["lines"]["columns"]
    verdicts = [dict(zip(columns, row, strict=True))["verdict"] for row in record["lines"]["rows"]]
    assert [r["verdict"] for r in rows if r["status"] == "analysed"] == verdicts
    assert [r["reason"] for r in rows if r["status"] == "excluded"] == [e["reason"] for e in record["excluded_rows"]]
    shown = sum(Decimal(r["amount_usd"] or 0) for r in rows)
    assert shown == Decimal(totals["file_usd"])
    for reason in record["excluded"]:
        assert reason["reason"] in page.inner_text("#excluded-part")


def test_texts_of_a_bill_are_shown_as_text_and_never_run(page: Page) -> None:
    read(page, HEADER + "<img src=x onerror=alert(1)>,llm,1000,tokens,1.00,\"=cmd|' /C calc'!A0\"\n")
    assert "<img src=x" in page.inner_text("#lines")
    assert page.locator("#bill-result img").count() == 0
    (row,) = exported(page)
    assert row["model"].startswith("'=cmd")


def test_a_bill_of_another_shape_is_refused_in_words_and_the_old_report_stays(page: Page, site: Path) -> None:
    read(page, sample(site))
    page.fill("#bill-text", "name,age\nada,36\n")
    page.click("#invoice-form button[type=submit]")
    page.wait_for_selector("#bill-status:has-text('was not read')", timeout=30_000)
    said = page.inner_text("#bill-status")
    assert "amount_usd" in said
    assert "the bill read before" in said


def test_nothing_pasted_is_said_in_words(page: Page) -> None:
    page.click("#invoice-form button[type=submit]")
    assert "nothing to read" in page.inner_text("#bill-status")


def test_a_line_shows_the_prices_it_was_held_against(page: Page, site: Path) -> None:
    read(page, sample(site))
    page.focus("#lines")
    page.keyboard.press("Enter")
    detail = page.inner_text("#line-detail")
    assert "List prices of" in detail
    assert "1M tokens" in detail


def test_twenty_thousand_lines_stay_usable(page: Page, site: Path) -> None:
    first = sample(site).splitlines()[1]
    lines = 20_000
    began = time.monotonic()
    read(page, HEADER + "\n".join([first] * lines) + "\n")
    assert time.monotonic() - began < 60
    assert page.get_attribute("#lines", "aria-rowcount") == str(lines + 1)
    assert page.evaluate("document.querySelectorAll('#lines tbody tr').length") <= 60
    page.focus("#lines")
    page.keyboard.press("Control+End")
    assert page.evaluate("document.querySelector('#lines td.is-active').closest('tr').cells[0].textContent") == str(
        lines + 1
    )


def test_a_compressed_file_is_read_like_the_file_inside(page: Page, site: Path) -> None:
    read(page, sample(site))
    plain = page.inner_text("#coverage")
    packed = gzip.compress(sample(site).encode())
    page.set_input_files("#bill-file", {"name": "b.csv.gz", "mimeType": "application/gzip", "buffer": packed})
    page.wait_for_selector("#bill-status:has-text('Read b.csv.gz')", timeout=30_000)
    assert page.inner_text("#coverage") == plain
    damaged = {"name": "bad.csv.gz", "mimeType": "application/gzip", "buffer": packed[:40]}
    page.set_input_files("#bill-file", damaged)
    page.wait_for_selector("#bill-status:has-text('bad.csv.gz was not read')", timeout=30_000)


def test_a_file_can_be_dropped(page: Page, site: Path) -> None:
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
          const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true });
          document.querySelector("[data-drop]").dispatchEvent(drop);
        }""",
        sample(site),
    )
    page.wait_for_selector("#bill-status:has-text('dropped.csv')", timeout=30_000)
    page.wait_for_selector("#bill-result:not([hidden])", timeout=60_000)
