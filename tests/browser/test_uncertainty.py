"""Months that could come and runs in time: the panels of the planner's page, and the same figures as in CPython."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.shown_plans import site_catalogue
from wasm_tools.methods import monte_carlo, simulate
from wasm_tools.methods.plan import answered
from wasm_tools.planner import Catalogue

pytestmark = [pytest.mark.browser, pytest.mark.site]

QUESTION = "tools/planner/?profile=1024-1024&slo=interactive&load=1&class=medium&kinds=rented"
FORM = {
    "prompt_tokens": 1024, "output_tokens": 512, "qps": 5, "peak_factor": 2, "ttft_ms": 500, "itl_ms": 35,
    "e2e_ms": 20_000, "class": "medium",
}  # fmt: skip
RUNS = [
    ("monte_carlo", {"draws": 2000, "seed": 1}),
    ("monte_carlo", {"draws": 2000, "seed": 2**53 - 1, "load_cv": 0.6, "output_cv": 0.4, "form": {"kinds": "api"}}),
    ("simulate", {"minutes": 2, "seed": 1}),
    ("simulate", {"minutes": 5, "seed": 7, "arrival_cv": 3.3, "availability": 0.9, "start_s": 20, "patience_s": 1}),
    ("simulate", {"minutes": 5, "seed": 5, "arrival_cv": 0, "qps": 8, "min_replicas": 0, "max_replicas": 4,
                  "start_s": 30, "down_delay_s": 30, "target_in_flight": 20}),
    ("simulate", {"minutes": 4, "arrivals": "trace", "rates": [2, 30, 0.5], "bin_s": 40, "arrival_cv": 0.5}),
]  # fmt: skip
METHODS = {"monte_carlo": monte_carlo, "simulate": simulate}
ASK = """async ([engine, calls]) => {
  const { startEngine } = await import(engine);
  const running = startEngine();
  const answers = [];
  for (const [method, params] of calls) answers.push(await running.call(method, params));
  running.stop();
  return answers;
}"""


@pytest.fixture(scope="module")
def catalogue(site: Path) -> Catalogue:
    return site_catalogue(site)


@pytest.fixture
def asked(page: Page, site_address: str) -> Iterator[Page]:
    page.goto(site_address + QUESTION)
    page.wait_for_selector("#answer[data-source=engine] tr", timeout=90_000)
    return page


def differences(a: Any, b: Any, at: str = "") -> Iterator[str]:
    """Where two records differ: numbers by more than 1e-6 of their size, all else at all."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        for key in a:
            yield from differences(a[key], b[key], f"{at}.{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for n, (one, other) in enumerate(zip(a, b, strict=True)):
            yield from differences(one, other, f"{at}[{n}]")
    elif isinstance(a, int | float) and isinstance(b, int | float) and not isinstance(a, bool):
        if abs(a - b) > 1e-6 * max(abs(a), abs(b)):
            yield f"{at}: {a} {b}"
    elif a != b:
        yield f"{at}: {a!r} {b!r}"


def test_chromium_and_cpython_draw_and_simulate_the_same(page: Page, site_address: str, catalogue: Catalogue) -> None:
    calls = [
        (method, {**params, "form": FORM | {"kinds": "rented"} | params.get("form", {})}) for method, params in RUNS
    ]
    found = answer_ids(calls, catalogue)
    page.goto(site_address + QUESTION)
    engine = page.evaluate("document.querySelector('script[src*=\"planner\"]').src").rsplit("/", 1)[0] + "/engine.mjs"
    shown = page.evaluate(ASK, [engine, found])
    for (method, params), record in zip(found, shown, strict=True):
        expected = METHODS[method].answer(params, {"planner": catalogue})
        json.dumps(record, allow_nan=False)
        assert list(differences(expected, record)) == [], params


def answer_ids(calls: list[tuple[str, dict[str, Any]]], catalogue: Catalogue) -> list[tuple[str, dict[str, Any]]]:
    """The calls with a plan each: the cheapest, as not every question has a recommended one."""
    return [
        (method, {**params, "plan": answered(params, {"planner": catalogue}).candidates[0].id})
        for method, params in calls
    ]


def test_a_reader_sees_how_sure_a_plan_is(asked: Page) -> None:
    panel = asked.locator("[data-panel=uncertainty]")
    panel.locator("summary").first.click()
    verdict = panel.locator(".run-verdict")
    verdict.wait_for(timeout=30_000)
    assert "of 100 months that could come, this plan keeps everything you asked for" in verdict.inner_text()
    assert panel.locator("table").first.locator("tbody tr").count() == 5
    assert panel.locator(".chart svg[role=img]").count() >= 2
    assert "assumptions of ours" in panel.inner_text()
    assert "NaN" not in panel.inner_text() and "undefined" not in panel.inner_text()
    before = panel.locator("table").first.inner_text()
    asked.fill("[name=months_seed]", "2")
    asked.press("[name=months_seed]", "Enter")
    asked.wait_for_function(
        "before => document.querySelector('[data-panel=uncertainty] table').innerText !== before", arg=before
    )
    assert "(2)" in panel.inner_text()
    asked.fill("[name=months_load_cv]", "900")
    asked.press("[name=months_load_cv]", "Enter")
    asked.wait_for_selector("[name=months_load_cv][aria-invalid=true]")
    assert "from 0 to 2" in panel.locator("#months-load_cv-error").inner_text()


def test_a_reader_runs_a_plan_in_time_and_stops_it(asked: Page) -> None:
    panel = asked.locator("[data-panel=simulation]")
    panel.locator("summary").first.click()
    panel.locator(".run-verdict").wait_for(timeout=30_000)
    assert "In this run the plan" in panel.inner_text()
    assert "requests arrived" in panel.inner_text()
    assert panel.locator(".chart svg[role=img]").count() >= 2
    assert float(asked.get_attribute("[name=run_max_replicas]", "placeholder") or "nan") >= 1
    asked.fill("[name=run_minutes]", "2880")
    asked.press("[name=run_minutes]", "Enter")
    panel.locator(".run-progress button").click()
    panel.locator("text=Stopped after").wait_for(timeout=30_000)
    assert "of 2,880 minutes" in panel.inner_text()
    assert "NaN" not in panel.inner_text() and "undefined" not in panel.inner_text()


def test_the_panels_speak_german(page: Page, site_address: str) -> None:
    page.goto(f"{site_address}de/{QUESTION}")
    page.wait_for_selector("#answer[data-source=engine] tr", timeout=90_000)
    for name, words in (("uncertainty", "von 100 möglichen Monaten"), ("simulation", "In diesem Lauf")):
        panel = page.locator(f"[data-panel={name}]")
        panel.locator("summary").first.click()
        panel.locator(".run-verdict").wait_for(timeout=30_000)
        assert words in panel.inner_text()
        assert "uncertainty." not in panel.inner_text()
