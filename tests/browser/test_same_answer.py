"""The planner page computes, in Chromium, the same ranked plans as the precomputed files: to the cent.

Every third cell of the list, in which each profile and class of it occurs; with ATLAS_FULL=1 (`make test-full`) all.
"""

import json
import os
from pathlib import Path

import pytest

from tests.browser.chromium import chromium
from tests.browser.shown_plans import expected_rows, site_catalogue

FULL = bool(os.environ.get("ATLAS_FULL"))
CELLS = [
    ("512-256", "instant", "0.1", "small"),
    ("512-256", "conversational", "10", "medium"),
    ("512-256", "batch", "100", "frontier"),
    ("1024-1024", "instant", "1", "medium"),
    ("1024-1024", "conversational", "10", "large"),
    ("1024-1024", "interactive", "100", "medium"),
    ("1024-1024", "deferred", "0.1", "frontier"),
    ("1024-1024", "batch", "100", "large"),
    ("4096-512", "interactive", "1", "medium"),
    ("4096-512", "deferred", "10", "large"),
    ("4096-512", "batch", "100", "small"),
    ("10240-1536", "interactive", "1", "large"),
    ("10240-1536", "batch", "10", "frontier"),
]
ASKED = CELLS if FULL else CELLS[::3]

ROWS = """() => [...document.querySelectorAll('tr[data-plan-id]')].map(row => [
  row.dataset.planId, row.dataset.usdPerMonth, row.dataset.source])"""


@pytest.mark.browser
@pytest.mark.site
def test_planner_page_gives_the_precomputed_plans(site: Path, site_address: str) -> None:
    compared, catalogue = 0, site_catalogue(site)
    with chromium() as browser:
        page = browser.new_page()
        foreign: list[str] = []
        page.on(
            "request", lambda r: None if r.url.startswith((site_address, "blob:", "data:")) else foreign.append(r.url)
        )
        for profile, slo, load, minimum in ASKED:
            page.goto(f"{site_address}tools/planner/?profile={profile}&slo={slo}&load={load}&class={minimum}")
            page.wait_for_selector("html[data-engine=ready]", timeout=90_000)
            page.wait_for_selector("tr[data-plan-id][data-source=engine]", timeout=30_000)
            shown = page.evaluate(ROWS)
            stored = json.loads((site / f"api/v1/plans/{profile}/{slo}/{load}.json").read_text(encoding="utf-8"))
            expected = expected_rows(stored["classes"][minimum], catalogue)
            assert {source for *_, source in shown} == {"engine"}
            assert [row[:2] for row in shown] == expected, f"{profile} {slo} {load} {minimum}"
            compared += len(expected)
    assert compared > 9 * len(ASKED)
    assert foreign == []
