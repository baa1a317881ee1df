"""The spend page in Chromium: ledgers stay there, figures and files are those of CPython, nothing is stored unasked."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.bill_pages import READ, begin_anew, finished, give, invoice_page, saved, stop_at
from tests.browser.test_pages import AXE, RUN
from wasm_tools.invoice.pack import read_price_book
from wasm_tools.spend.estimates import estimate
from wasm_tools.spend.exports import FORMS, export
from wasm_tools.spend.options import SpendOptions, options_from
from wasm_tools.spend.sample import sample_budgets
from wasm_tools.spend.spend_record import call_page, query_from, to_record
from wasm_tools.spend.spent import Spend, read_spend

pytestmark = [pytest.mark.browser, pytest.mark.site]

PATH = "tools/spend/"
NAME = "sample-ledger.jsonl"
LINE = (
    '{"v":1,"ts":"2026-11-02T10:00:00.000Z","provider":"%s","model":"%s","endpoint":"responses","tier":"standard",'
    '"tokens":{"input_uncached":1000000},"requests":1,"latency_ms":900,"tags":{"team":"%s"},"request_id":"%s",'
    '"status":"ok"}\n'
)


@pytest.fixture(scope="module")
def opened(browser: BrowserContext, site_address: str) -> Iterator[Page]:
    browser.add_init_script(AXE)
    with invoice_page(browser, site_address, path=PATH) as page:
        yield page


@pytest.fixture
def page(opened: Page) -> Page:
    """The one page of these tests, begun anew."""
    begin_anew(opened)
    opened.click("[data-erase]")
    opened.evaluate("history.replaceState(null, '', location.pathname)")
    opened.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
    return opened


@pytest.fixture
def sample(page: Page) -> Page:
    """The page with its sample."""
    page.click("#spend-sample")
    finished(page)
    return page


@pytest.fixture(scope="module")
def spend(site: Path) -> Spend:
    """The sample as CPython reads it, from the prices of the page."""
    (pack,) = (site / "assets" / "engine").glob("invoice-*.json.gz")
    book = read_price_book(json.loads(gzip.decompress(pack.read_bytes()))).dated
    return read_spend([(NAME, (site / PATH / NAME).read_bytes())], book)


def options(page: Page, **more: Any) -> SpendOptions:
    """What the page asks for when the sample is shown."""
    settings = json.loads(page.inner_text("#spend-data") or page.text_content("#spend-data") or "")
    wanted = {"today": settings["sample"]["day"], "budgets": sample_budgets(), **more}
    return options_from({**wanted, "offset_minutes": page.evaluate("0 - new Date().getTimezoneOffset()")})


def dollars(amount: str) -> str:
    return f"${Decimal(amount):,.2f}"


def test_no_request_is_made_from_the_choice_of_a_file_to_the_export(page: Page, browser: BrowserContext) -> None:
    asked: list[str] = []
    log = browser.new_cdp_session(page)
    log.send("Network.enable")
    log.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    page.wait_for_load_state("networkidle")
    asked.clear()
    give(page, calls__jsonl=LINE % ("openai", "gpt-5-mini", "a", "1"), bill__csv=_bill())
    page.click("#groups button:has-text('team')")
    page.click("#calls th button:has-text('Cost')")
    for form in FORMS:
        assert saved(page, form)
    assert [url for url in asked if not url.startswith(("blob:", "data:"))] == []
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")[0] == 0


def _bill() -> str:
    return "provider,workload_type,usage_qty,usage_unit,amount_usd,model\nopenai,llm,1000000,tokens,2.00,gpt-5\n"


def test_the_figures_and_the_files_are_those_of_cpython(sample: Page, spend: Spend) -> None:
    wanted = options(sample)
    record = to_record(spend, wanted)
    assert dollars(record["total"]["usd"]) in sample.inner_text("#cover")
    assert f"{record['total']['calls']:,}" in sample.inner_text("#cover")
    assert sample.is_visible("#is-sample")
    models = {row["name"]: row["usd"] for row in record["by"]["model"]}
    shown = sample.locator("#groups tbody tr").all_inner_texts()
    assert len(shown) == len(models)
    for name, usd in models.items():
        (line,) = [words for words in shown if words.startswith(name)]
        assert (dollars(usd) if Decimal(usd) else "—") in line
    for form in FORMS:
        assert saved(sample, form).decode() == export(spend, wanted, form).text


def test_a_filter_narrows_everything_and_stands_in_the_address_as_a_word(sample: Page, spend: Spend) -> None:
    record = to_record(spend, options(sample, view={"provider": "openai"}))
    sample.select_option("#filters select[name=provider]", "openai")
    expect(sample.locator("#cover")).to_contain_text(dollars(record["total"]["usd"]))
    assert sample.evaluate("location.hash") == "#provider=openai"
    matching = call_page(spend, options(sample, view={"provider": "openai"}))["matching"]
    expect(sample.locator("#calls .pages output")).to_contain_text(f"of {matching:,}")
    narrow = options(sample, view={"provider": "openai"})
    assert saved(sample, "calls").decode() == export(spend, narrow, "calls").text
    sample.click("#savings a[href='#tier-A']")
    assert sample.evaluate("location.hash") == "#provider=openai"  # links in the page leave it alone
    sample.go_back()
    expect(sample.locator("#groups")).to_contain_text("anthropic")
    assert sample.evaluate("location.hash") == ""


def test_pages_of_calls_are_those_of_cpython(sample: Page, spend: Spend) -> None:
    shown = sample.locator("#calls .pages output")
    while sample.get_attribute("#calls th.c-cost", "aria-sort") != "descending":
        sample.click("#calls th.c-cost button")
        sample.wait_for_selector("#calls th.c-cost[aria-sort]")
    sample.click("#calls .pages button:has-text('Next')")
    expect(shown).to_contain_text("26–50")
    page = call_page(spend, options(sample), query_from({"sort": "cost", "start": 25, "count": 25}))
    at = page["columns"].index("ts")
    wanted = [row[at][:19].replace("T", " ") for row in page["rows"]]
    assert sample.locator("#calls tbody th").all_inner_texts() == wanted
    sample.fill("#calls input[name=min_usd]", "1000000")
    expect(shown).to_have_text("No call matches.")
    sample.fill("#calls input[name=min_usd]", "")
    expect(shown).to_contain_text("1–25")


def test_the_order_of_calls_stands_in_the_address(sample: Page, spend: Spend) -> None:
    def shown() -> list[str]:
        return sample.locator("#calls tbody th").all_inner_texts()

    def wanted(**query: object) -> list[str]:
        page = call_page(spend, options(sample), query_from({"count": 25, **query}))
        at = page["columns"].index("ts")
        return [row[at][:19].replace("T", " ") for row in page["rows"]]

    start = sample.evaluate("location.hash")
    for column, sort, descending, word in (
        ("input_uncached", "input", True, "#order=input"),
        ("output", "output", True, "#order=output"),
        ("output", "output", False, "#order=-output"),
        ("provider", "provider", False, "#order=provider"),
        ("model", "model", False, "#order=model"),
    ):
        sample.click(f"#calls th.c-{column} button")
        way = "descending" if descending else "ascending"
        expect(sample.locator(f"#calls th.c-{column}")).to_have_attribute("aria-sort", way)
        assert sample.evaluate("location.hash") == word
        assert shown() == wanted(sort=sort, descending=descending)
    sample.go_back()
    expect(sample.locator("#calls th.c-provider")).to_have_attribute("aria-sort", "ascending")
    assert shown() == wanted(sort="provider", descending=False)
    sample.click("#calls th.c-time button")
    expect(sample.locator("#calls thead th.c-time")).to_have_attribute("aria-sort", "descending")
    assert sample.evaluate("location.hash") == start == ""


def test_a_described_project_is_priced_from_the_offers(page: Page, site: Path) -> None:
    (pack,) = (site / "assets" / "engine").glob("invoice-*.json.gz")
    rate = page.evaluate("JSON.parse(document.querySelector('#spend-data').textContent).sample.models")[0]
    entry = {
        "provider": rate[0],
        "model": rate[1],
        "calls_per_day": "200",
        "input_tokens": "1500",
        "output_tokens": "300",
    }
    book = read_price_book(json.loads(gzip.decompress(pack.read_bytes())))
    wanted = estimate({"days": 21, "entries": [entry]}, book)
    page.click("#estimate summary")
    for name, value in entry.items():
        page.fill(f"#estimate-form [name={name}]", value)
    page.fill("#estimate-form [name=days]", "21")
    page.click("#estimate-form button[type=submit]")
    sums = page.locator("#estimate-form .estimate-sums")
    expect(sums).to_contain_text("in 21 days", timeout=60_000)
    for name in ("per_day_usd", "per_month_usd", "total_usd"):
        assert dollars(wanted[name]) in sums.inner_text()
    page.click("#estimate-form [data-add]")
    page.locator("#estimate-form [name=provider]").nth(1).fill(rate[0])
    page.locator("#estimate-form [name=model]").nth(1).fill("nobody-sells-it")
    page.locator("#estimate-form [name=calls_per_day]").nth(1).fill("1")
    page.locator("#estimate-form [name=input_tokens]").nth(1).fill("1")
    page.click("#estimate-form button[type=submit]")
    expect(page.locator("#estimate-form [data-result]")).to_contain_text("a price is missing")


def test_budgets_warn_are_exceeded_and_kept_only_when_the_reader_says_so(page: Page) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    give(page, calls__jsonl=(LINE % ("openai", "gpt-5-mini", "a", "1")).replace("2026-11-02T10:00:00.000Z", now))
    month = Decimal(json.loads(saved(page, "json"))["total"]["month_usd"])
    assert month > 0
    for name, share in (("Wide", 100), ("Near", Decimal("1.1")), ("Past", Decimal("0.5"))):
        page.click("#budgets summary")
        page.fill("#budgets [name=name]", name)
        page.fill("#budgets [name=amount]", str(round(month * share, 4)))
        page.click("#budgets button[type=submit]")
        page.wait_for_selector(f".budget:has-text('{name}')")
        page.wait_for_selector(READ)
    assert page.locator(".budget .chip").all_inner_texts() == ["within", "near its end", "exceeded"]
    assert page.evaluate("localStorage.length") == 0
    page.check("[data-keep]")
    kept = json.loads(page.evaluate("localStorage.getItem('atlas.spend')"))
    assert [b["name"] for b in kept["budgets"]] == ["Wide", "Near", "Past"]
    assert set(kept) == {"version", "budgets", "view"}  # and nothing of the ledger
    page.click("#budgets summary")
    page.select_option("#budgets [name=per]", "project")
    page.fill("#budgets [name=amount]", "5")
    page.fill("#budgets [name=start]", "2026-11-02")
    page.fill("#budgets [name=end]", "2026-11-01")
    page.click("#budgets button[type=submit]")
    expect(page.locator("#budgets [role=alert]")).to_contain_text("before it starts")
    page.click("#budgets summary")
    expect(page.locator(".budget")).to_have_count(3)
    with page.expect_download() as download:
        page.click("[data-save]")
    file = Path(download.value.path())
    assert json.loads(file.read_text()) == kept
    page.click("[data-erase]")
    expect(page.locator(".budget")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0
    page.set_input_files("[data-load]", file)
    page.wait_for_selector(".budget:has-text('Past')")
    assert page.evaluate("localStorage.length") == 0


def test_a_long_reading_tells_how_far_it_is_and_can_be_stopped(page: Page) -> None:
    _stop_a_long_reading(page, "long.jsonl (1 of 1)")
    assert not page.is_visible("#bill-result")
    begin_anew(page)
    give(page, short__jsonl=LINE % ("openai", "gpt-5-mini", "a", "1"))
    assert "$0.25" in page.inner_text("#cover")


def test_what_was_shown_before_a_stop_can_still_be_filtered(sample: Page, spend: Spend) -> None:
    """Python was replaced and keeps nothing any more: the sample is read again."""
    _stop_a_long_reading(sample, "long.jsonl (2 of 2)")
    sample.select_option("#filters select[name=provider]", "openai")
    record = to_record(spend, options(sample, view={"provider": "openai"}))
    expect(sample.locator("#cover")).to_contain_text(dollars(record["total"]["usd"]), timeout=60_000)
    sample.wait_for_selector(READ)


def _stop_a_long_reading(page: Page, told: str) -> None:
    lines = "".join(LINE % ("openai", "gpt-5-mini", "a", n) for n in range(60_000))
    stop_at(page, told)
    page.set_input_files("[data-choose]", {"name": "long.jsonl", "mimeType": "", "buffer": lines.encode()})
    expect(page.locator("#bill-status")).to_contain_text("Stopped", timeout=30_000)


def test_texts_of_a_ledger_are_text_and_what_is_torn_or_unpriced_is_told(page: Page) -> None:
    torn = '{"v":1,"ts":"2026-11-02T10:'
    lines = LINE % ("openai", "gpt-5-mini", "<img src=x>", "1") + LINE % ("nobody", "no-model", "b", "2")
    give(page, calls__jsonl=lines + torn)
    page.click("#groups button:has-text('team')")
    assert "<img src=x>" in page.inner_text("#groups")
    assert page.locator("#bill-result img").count() == 0
    assert "no-model" in page.inner_text("#unpriced")
    assert "1 call is not or only partly in these amounts" in page.inner_text("#cover")
    assert "1" in page.locator("#files tbody td").last.inner_text()
    give(page, other__csv="When,Cost\n2026-11-02,2.00\n")
    page.click("#refused a")  # to the question that it asks
    assert page.is_visible("#bill-questions select")
    give(page, other__jsonl="{}\n")
    assert "other.jsonl" in page.inner_text("#refused") + page.inner_text("#files")


def test_the_filled_page_is_accessible_in_both_schemes_and_fits_a_phone(sample: Page) -> None:
    for scheme in ("light", "dark"):
        sample.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert sample.evaluate(RUN) == []
    sample.emulate_media(color_scheme="light")
    for width in (390, 320):
        sample.set_viewport_size({"width": width, "height": 800})
        assert sample.evaluate("document.documentElement.scrollWidth") <= width
    sample.set_viewport_size({"width": 1280, "height": 900})


FOLDER = """
window.ledger = "";
window.showDirectoryPicker = async () => ({
  name: "calls",
  async *values() {
    yield { kind: "file", name: "calls.jsonl", getFile: async () => new File([window.ledger], "calls.jsonl") };
    yield { kind: "file", name: "notes.doc", getFile: async () => new File(["no"], "notes.doc") };
  },
});
"""


def test_a_folder_that_is_watched_is_read_again_when_a_file_changes(browser: BrowserContext, site_address: str) -> None:
    look = "lines => { window.ledger = lines; document.dispatchEvent(new Event('visibilitychange')); }"
    with invoice_page(browser, site_address, path=PATH) as page:
        page.evaluate(FOLDER)
        first = LINE % ("openai", "gpt-5-mini", "a", "1")
        page.evaluate(look, first)
        page.click("[data-watch]")
        calls = page.locator("#cover p:has-text('Call') b").first
        expect(calls).to_have_text("1")
        assert page.locator(".chosen li").all_inner_texts()[0].startswith("calls.jsonl")
        page.evaluate(look, first + LINE % ("openai", "gpt-5-mini", "a", "2"))
        expect(calls).to_have_text("2")
        page.click("[data-watch]")
        expect(page.locator("[data-watch]")).to_have_text("Watch a folder")


def test_it_speaks_german(browser: BrowserContext, site_address: str) -> None:
    with invoice_page(browser, site_address + "de/", path=PATH) as page:
        page.click("#spend-sample")
        finished(page)
        said = page.inner_text("#bill-result")
        assert "Ausgegeben" in said
        assert "spend.script" not in said
        assert "invoice." not in said
