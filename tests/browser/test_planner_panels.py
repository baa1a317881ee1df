"""The panels below the planner's list: each shows what the engine gives in CPython, opens on demand, is accessible."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from generator.render.formats import money, percent
from tests.browser.shown_plans import site_catalogue
from tests.browser.test_pages import AXE, RUN
from wasm_tools.methods import curves, gpus, memory, weights, what_if

pytestmark = [pytest.mark.browser, pytest.mark.site]

PANELS = ("what_if", "charts", "gpus", "memory", "weights")
CELLS = """(panel) => [...document.querySelectorAll(`[data-panel=${panel}] .t tbody tr`)].map(
  row => [...row.cells].map(cell => cell.textContent.trim().replace(/\\s+/g, ' ')))"""
OPEN = "(name) => { document.querySelector(`[data-panel=${name}]`).open = true; }"
FIRST = "() => document.querySelector('tr[data-plan-id]').dataset.usdPerMonth"
TABLE = "(id) => [...document.querySelectorAll(`#${id} tbody tr`)].map(r => [...r.cells].map(c => c.textContent))"


@pytest.fixture(scope="module")
def planner(browser: BrowserContext, site_address: str) -> Iterator[Page]:
    page = browser.new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(site_address + "tools/planner/")
    page.wait_for_selector("#answer[data-source=engine] tr", timeout=90_000)
    yield page
    page.close()


@pytest.fixture(scope="module")
def packs(site: Path) -> dict[str, Any]:
    return {"planner": site_catalogue(site)}


def opened(page: Page, panel: str) -> list[list[str]]:
    """The table of a panel, once it is open and its figures are there."""
    page.evaluate(OPEN, panel)
    return settled(page, panel)


def settled(page: Page, panel: str) -> list[list[str]]:
    page.wait_for_timeout(100)
    page.wait_for_selector(f"[data-panel={panel}]:not([aria-busy])", timeout=60_000)
    assert page.inner_text(f"[data-panel={panel}] > .status") == ""
    cells: list[list[str]] = page.evaluate(CELLS, panel)
    return cells


def chart_table(page: Page, chart: str) -> list[list[str]]:
    """The figures of a chart, which stand in a table that opens below it."""
    if not page.locator(f"#{chart} tbody").count():
        page.click(f"#{chart} summary")
        page.wait_for_selector(f"#{chart} tbody")
    rows: list[list[str]] = page.evaluate(TABLE, chart)
    return rows


def dollars(usd: object) -> str:
    return money(Decimal(str(usd)))


FORM: dict[str, Any] = {}  # the question that the page starts with


def test_what_if_shows_every_change_and_makes_it(planner: Page, packs: dict[str, Any]) -> None:
    rows = opened(planner, "what_if")
    found = what_if.answer({"form": FORM}, packs)
    assert rows[0][1] == dollars(found["plan"]["usd_per_month"])
    assert len(rows) == 1 + len(found["changes"])
    for place, cells in enumerate(rows[1:]):
        after = what_if.answer({"form": FORM, "change": place}, packs)
        assert cells[1] == (dollars(after["plan"]["usd_per_month"]) if after["plan"] else "—")
    assert "replicas" in rows[1][3]  # of twice the traffic, where two carry what one did
    assert rows[2][3] == "the same plan"
    before = planner.evaluate(FIRST)
    planner.click("[data-panel=what_if] tbody tr:nth-child(4) button")  # ten times the traffic
    planner.wait_for_selector(".what-if-done:not([hidden])", timeout=30_000)
    assert "Ten times the traffic" in planner.inner_text(".what-if-done")
    assert settled(planner, "what_if")[0][1] == rows[3][1]
    assert planner.evaluate(FIRST) != before
    assert "qps=10" in planner.url
    planner.click(".what-if-done button")
    planner.wait_for_timeout(300)
    assert settled(planner, "what_if") == rows
    assert planner.evaluate(FIRST) == before


def test_charts_draw_the_series_of_the_engine(planner: Page, packs: dict[str, Any]) -> None:
    opened(planner, "charts")

    def part(name: str, **given: Any) -> dict[str, Any]:
        return curves.answer({"form": FORM, "part": name, **given}, packs)

    points = [part("cost", factor=f) for f in part("cost")["factors"]]
    rows = chart_table(planner, "chart-cost")
    assert [r[2] for r in rows if r[0] == "API"] == [dollars(p["ways"]["api"]["usd_per_month"]) for p in points]
    assert [r[2] for r in rows if r[0] == "rented"] == [dollars(p["ways"]["rented"]["usd_per_month"]) for p in points]
    said = planner.inner_text("#chart-cost figcaption")
    for crossing in part("crossings", points=points)["crossings"]:
        assert f"From about {crossing['qps']:.4g} requests/s on: {crossing['after']}" in said
    pareto = chart_table(planner, "chart-pareto")
    front = [p for p in part("pareto")["points"] if p["front"]]
    assert len([r for r in pareto if "unbeaten" in r[0]]) == len(front)
    inside = [p for p in part("breakdown")["parts"] if not p["beside"]]
    assert [r[1] for r in chart_table(planner, "chart-parts")] == [dollars(p["usd_per_month"]) for p in inside]
    times = [r for r in chart_table(planner, "chart-latency") if r[0] == "E2E"]
    assert len(times) == len(part("latency")["points"])
    months = chart_table(planner, "chart-months")
    assert [r[2] for r in months if r[0] == "recommended"] == [dollars(usd) for usd in part("months")["paid"]]


def test_a_chart_is_read_with_the_arrow_keys(planner: Page) -> None:
    opened(planner, "charts")
    planner.focus("#chart-cost .chart-stage")
    planner.keyboard.press("ArrowRight")
    first = planner.inner_text("#chart-cost .chart-said")
    assert first.startswith("0.1 requests/s: API $")
    planner.keyboard.press("End")
    assert planner.inner_text("#chart-cost .chart-said").startswith("30 requests/s: API $")
    planner.keyboard.press("Escape")
    assert "arrow keys" in planner.inner_text("#chart-cost .chart-said")


def test_weights_reorder_the_plans_as_they_move(planner: Page, packs: dict[str, Any]) -> None:
    def expected(**given: Any) -> list[tuple[str, str]]:
        found = weights.answer({"form": FORM, **given}, packs)
        return [(dollars(p["usd_per_month"]), percent(p["first"])) for p in found["plans"]]

    def shown(rows: list[list[str]]) -> list[tuple[str, str]]:
        return [(r[1], r[5]) for r in rows]

    assert shown(opened(planner, "weights")) == expected()
    planner.click("[data-panel=weights] .presets button >> nth=2")
    fast = {"cost": 0.5, "latency": 2.0, "quality": 0.3, "simplicity": 0.1}
    assert shown(settled(planner, "weights")) == expected(weights=fast)
    planner.focus("[name=weight_cost]")
    for _ in range(3):
        planner.keyboard.press("ArrowRight")
    assert shown(settled(planner, "weights")) == expected(weights=fast | {"cost": 0.8})


def test_every_gpu_is_shown_with_its_plan_or_its_reason(planner: Page, packs: dict[str, Any]) -> None:
    rows = opened(planner, "gpus")
    found = gpus.answer({"form": FORM}, packs)
    able = [r for r in found["rows"] if r["plan"] or r["smallest"]]
    assert len(rows) == len(able)
    for cells, row in zip(rows, able, strict=True):
        assert cells[2].split(" ")[0] == (dollars(row["plan"]["usd_per_month"]) if row["plan"] else "—")
        assert (row["relaxation"] or row["missing"]) in cells[6]
    other = next(m for m in found["models"] if m != found["model"])
    planner.select_option("[data-panel=gpus] select", other)
    rows = settled(planner, "gpus")
    again = gpus.answer({"form": FORM, "model": other}, packs)
    assert len(rows) == len([r for r in again["rows"] if r["plan"] or r["smallest"]])


def test_the_memory_of_a_plan_adds_up(planner: Page, packs: dict[str, Any]) -> None:
    opened(planner, "memory")
    split = memory.answer({"form": FORM}, packs)["split"]
    rows = {r[0]: r[1] for r in chart_table(planner, "memory-chart")}
    parts = {"weights": "weights", "KV cache": "kv_pool", "activations": "activation"}
    for shown, name in parts.items():
        assert float(rows[shown].removesuffix(" GiB")) == pytest.approx(split[name] / 2**30, rel=0.006)
    assert f"{split['max_concurrency']:,.0f} requests" in planner.inner_text("#memory-chart figcaption")


@pytest.mark.parametrize("width", [1280, 390])
def test_open_panels_are_accessible_and_fit(planner: Page, width: int) -> None:
    planner.set_viewport_size({"width": width, "height": 900})
    for panel in PANELS:
        opened(planner, panel)
    assert planner.evaluate("document.documentElement.scrollWidth") <= width
    planner.evaluate(AXE)
    assert planner.evaluate(RUN, None) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_whole_page_is_accessible_with_everything_open(planner: Page, width: int) -> None:
    planner.set_viewport_size({"width": width, "height": 900})
    planner.evaluate(
        "document.querySelectorAll('#answer .tool-panel, #planner-form details').forEach((d) => { d.open = true; })"
    )
    planner.locator("#plans summary").first.click()
    for name in (f"one {width}", f"two {width}"):
        planner.fill("#scenarios [name=name]", name)
        planner.press("#scenarios [name=name]", "Enter")
        planner.wait_for_selector(f".scenario-list >> text={name}")
    planner.wait_for_selector("#answer .tool-panel[aria-busy]", state="detached", timeout=60_000)
    planner.wait_for_selector("#report [data-report]:not([hidden])", timeout=60_000)
    assert planner.evaluate("document.documentElement.scrollWidth") <= width
    planner.evaluate(AXE)
    assert planner.evaluate(RUN, None) == []


def test_panels_speak_german(planner: Page, site_address: str) -> None:
    page = planner.context.new_page()
    page.goto(site_address + "de/tools/planner/")
    page.wait_for_selector("#answer[data-source=engine] tr", timeout=90_000)
    for panel in PANELS[1:]:  # the first has many changes to compute, and its texts are held against each other
        opened(page, panel)
    said = "".join(page.inner_text(f"[data-panel={panel}]") for panel in PANELS[1:])
    assert "Ihre Last" in said
    assert "Einfachheit" in said
    assert "panels." not in said
    assert "undefined" not in said
    assert "NaN" not in said
    page.close()
