"""The invoice page in Chromium: bills stay there, every cent is accounted for, the answers are those of CPython."""

import gzip
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.bill_pages import begin_anew, finished, give, in_cpython, invoice_page, saved
from tests.wasm_tools.invoices import fixture
from wasm_tools.invoice.exports import FORMS, export
from wasm_tools.invoice.report import to_record

pytestmark = [pytest.mark.browser, pytest.mark.site]

HEADER = "provider,workload_type,usage_qty,usage_unit,amount_usd,model\n"
COST, TOKENS = "claude_api_cost_2026_09_01_to_2026_09_02.csv", "claude_api_tokens_2026_09.csv"


@pytest.fixture(scope="module")
def opened(browser: BrowserContext, site_address: str) -> Iterator[Page]:
    with invoice_page(browser, site_address) as page:
        yield page


@pytest.fixture
def page(opened: Page, browser: BrowserContext) -> Iterator[Page]:
    """The one page of these tests, begun anew."""
    begin_anew(opened)
    yield opened
    browser.set_offline(False)


def sample(site: Path, name: str = "sample-bill.csv") -> str:
    return (site / "tools/invoice" / name).read_text(encoding="utf-8")


def test_no_request_is_made_from_the_choice_of_a_file_to_the_export(page: Page, browser: BrowserContext) -> None:
    """Chromium's own log of the page and its worker: it sees what no script could hide."""
    asked: list[str] = []
    for target in ("page", "context"):
        (page if target == "page" else browser).on("request", lambda r: asked.append(r.url))
    log = browser.new_cdp_session(page)
    log.send("Network.enable")
    log.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    page.wait_for_load_state("networkidle")  # what is fetched after the start for later visits is no answer to a file
    asked.clear()
    give(page, bill__csv=HEADER + "openai,llm,1000000,tokens,2.00,gpt-5\n", other__csv="When,Cost\n2026-10-01,2.00\n")
    page.fill("#cells input[type=search]", "gpt")
    page.click("#cells-table tbody tr:nth-child(2) td:nth-child(3)")
    for form in FORMS:
        assert saved(page, form)
    assert [url for url in asked if not url.startswith("blob:")] == []


def test_a_bill_is_read_without_any_network(page: Page, browser: BrowserContext) -> None:
    browser.set_offline(True)
    page.click("#bill-sample")
    finished(page)
    assert "in the files" in page.inner_text("#cover")
    assert page.workers[0].evaluate("[typeof fetch, typeof XMLHttpRequest, typeof WebSocket]") == ["undefined"] * 3


def test_nothing_is_stored_unless_the_reader_asks(page: Page, site: Path) -> None:
    stored = "[localStorage.length, sessionStorage.length, document.cookie]"
    before = page.evaluate(stored)
    give(page, bill__csv=sample(site))
    assert page.evaluate(stored) == before


def test_the_report_and_its_files_are_those_of_cpython(page: Page, site: Path) -> None:
    page.click("#bill-sample")
    finished(page)
    files = {name.replace(".", "__"): sample(site, name) for name in ("sample-month.csv", "sample-bill.csv")}
    record = to_record(in_cpython(site, **files))
    totals = record["totals"]["USD"]
    assert Decimal(totals["parsed"]) == Decimal(totals["analysed"]) + Decimal(totals["excluded"])
    said = page.inner_text("#cover")
    for amount in map(Decimal, totals.values()):
        assert f"{'−' if amount < 0 else ''}${abs(amount):,.2f}" in said
    for form in FORMS:
        assert saved(page, form).decode() == export(record, form).text, form


def test_a_share_claims_at_once_what_cpython_claims(page: Page, site: Path) -> None:
    page.click("#bill-sample")
    finished(page)
    assert "nothing claimed" in page.inner_text(".tier-card >> nth=0")
    page.focus("input[name=share-batch]")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    files = {name.replace(".", "__"): sample(site, name) for name in ("sample-month.csv", "sample-bill.csv")}
    report = in_cpython(site, {"shares": {"batch": "0.3"}}, **files)
    claimed = Decimal(to_record(report)["opportunities"]["A"]["claimed_usd"])
    assert claimed > 0
    page.wait_for_selector(f".tier-card:has-text('${claimed:,.2f}')", timeout=10_000)
    assert page.evaluate("document.activeElement.name") == "share-batch"
    assert export(to_record(report), "json").text == saved(page, "json").decode()


def test_each_model_leads_to_its_audit_with_a_month_of_the_bill(page: Page, site: Path) -> None:
    files = {"b__csv": fixture("openai_cost_2026-09-01_2026-09-02.csv")}
    give(page, **files)
    finished(page)
    (use,) = to_record(in_cpython(site, **files))["uses"]
    address = page.get_attribute("#uses a", "href") or ""
    assert address.startswith("../audit/#")
    fields = parse_qsl(address.partition("#")[2])
    assert {name: type(use["setup"][name])(value) for name, value in fields} == use["setup"]


def test_several_files_are_joined_and_the_same_one_counts_once(page: Page) -> None:
    cost = fixture(COST)
    give(page, cost__csv=cost, usage__csv=fixture(TOKENS), again__csv=cost)
    assert "$24.85 of $24.85 (100\u00a0%)" in page.inner_text("#joins")
    assert "again.csv" in page.inner_text("#bill-refused")
    page.click(".chosen button[aria-label*='usage.csv']")
    finished(page)
    assert page.inner_text("#joins") == ""


def test_the_known_broken_example_is_called_so_and_an_answer_mends_it(page: Page) -> None:
    give(page, seed__csv=fixture("seed_inferenceatlas.csv"))
    assert "unit contradicts price" in page.inner_text("#audit")
    page.select_option("#line-questions select", label="token (fits the price)")
    page.click("#line-questions button[type=submit]")
    finished(page)
    page.wait_for_selector("#audit:not(:has-text('unit contradicts price'))")
    assert "Take back" in page.inner_text("#line-questions")


def test_an_unknown_table_is_mapped_and_the_mapping_can_be_kept(page: Page) -> None:
    table = "When;What;How much;Paid\n2026-10-01;gpt-5;1000000;1,25\n2026-10-02;gpt-5;2000000;2,50\n"
    give(page, table__csv=table)
    for role, column in (("date", "When"), ("model", "What"), ("quantity", "How much"), ("cost", "Paid")):
        page.select_option(f".mapping select[name$='-{role}']", column)
    page.click(".mapping summary")
    for role, said in (("unit", "tokens"), ("provider", "openai")):
        select = page.locator(f".mapping select[name$='-{role}']")
        select.select_option("=")
        select.locator("xpath=following-sibling::input").fill(said)
    with page.expect_download() as download:
        page.click(".mapping button:has-text('Save')")
    mapping = Path(download.value.path()).read_text(encoding="utf-8")
    assert 'provider: "=openai"\n' in mapping
    page.check(".mapping .check input")
    page.click(".mapping button[type=submit]")
    finished(page)
    assert "$3.75" in page.inner_text("#cover")
    assert page.evaluate("localStorage.length") >= 1
    page.reload()
    page.wait_for_selector("html[data-engine=ready]", timeout=90_000)
    give(page, table__csv=table)
    assert page.input_value(".mapping select[name$='-cost']") == "Paid"
    page.set_input_files(
        ".mapping input[type=file]", {"name": "m.yaml", "mimeType": "text/yaml", "buffer": mapping.encode()}
    )
    page.wait_for_selector("#cover:has-text('$3.75')", timeout=30_000)


def test_texts_of_a_bill_are_shown_as_text_and_never_run(page: Page) -> None:
    give(page, evil__csv=HEADER + "<img src=x onerror=alert(1)>,llm,1000,tokens,1.00,\"=cmd|' /C calc'!A0\"\n")
    assert "<img src=x" in page.inner_text("#cells-table")
    assert page.locator("#bill-result img").count() == 0
    assert b",'=cmd" in saved(page, "cells_csv")


def test_keys_and_addresses_are_masked_until_the_reader_asks(page: Page) -> None:
    give(page, bill__csv=fixture("openai_cost_2026-09-01_2026-09-02.csv"), me__example__com=b"x@example.com,1\n")
    assert b"dev@example.com" not in saved(page, "json")


def test_lines_are_searched_filtered_sorted_and_told_apart(page: Page, site: Path) -> None:
    page.click("#bill-sample")
    finished(page)
    page.click("#audit button[data-verdict='above list']")
    assert page.inner_text("#cells [data-count]").startswith("1 of")
    page.select_option("#cells select[name=verdict]", "")
    page.fill("#cells input[type=search]", "gpt-5-mini output")
    page.click("#cells-table th button[data-sort=day]")
    days = page.locator("#cells-table tr[data-place] td:nth-child(1)").all_inner_texts()
    assert days == sorted(days)
    page.focus("#cells-table")
    page.keyboard.press("Enter")
    assert "1M tokens" in page.inner_text("#cells [data-detail]")


def test_files_are_dropped_and_pasted(page: Page, site: Path) -> None:
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          for (const name of ["a.csv", "b.csv"]) data.items.add(new File([text + `# ${name}`], name));
          const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true });
          document.querySelector("#invoice-form").dispatchEvent(drop);
        }""",
        sample(site),
    )
    finished(page)
    page.wait_for_selector("#bill-files:has-text('b.csv')")
    page.click(".drop summary >> nth=0")
    page.click("#invoice-form button[type=submit]")
    assert "nothing to read" in page.inner_text("#bill-status")
    page.fill("[data-paste]", HEADER + "acme,llm,1,tokens,7.77,x\n")
    page.click("#invoice-form button[type=submit]")
    page.wait_for_selector("#bill-files:has-text('$7.77')", timeout=30_000)


def test_a_packed_file_is_read_like_the_file_inside(page: Page, site: Path) -> None:
    packed = gzip.compress(sample(site).encode())
    give(page, b__csv__gz=packed)
    assert "$109.35" in page.inner_text("#cover") or "in the files" in page.inner_text("#cover")
    page.click(".chosen li:last-child button")
    page.set_input_files("[data-choose]", {"name": "bad.csv.gz", "mimeType": "application/gzip", "buffer": packed[:40]})
    page.wait_for_selector("#bill-refused:has-text('bad.csv.gz')", timeout=30_000)


def test_german_words_and_no_sideways_scroll_on_a_phone(browser: BrowserContext, site_address: str) -> None:
    with invoice_page(browser, site_address + "de/", 320) as page:
        page.click("#bill-sample")
        finished(page)
        assert "Einheit widerspricht Preis" in page.inner_text("#audit")
        assert page.evaluate("document.documentElement.scrollWidth") == 320
