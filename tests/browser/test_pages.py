"""Every page kind in Chromium: accessible in both colour schemes, quiet, complete in itself, and light.

Kinds are found in the built site (tests/browser/page_samples.py): its heaviest and its lightest page stand for each.
Each of these pages is opened once, in one of the four pairs of width and colour scheme, which take turns from kind to
kind; with ATLAS_FULL=1 (`make test-full`) every kind is opened in all of them, and the lightest pages, too, are checked
with axe.
"""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.chromium import chromium
from tests.browser.page_samples import LIGHTEST, extremes

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
# All rules of WCAG 2.2 AA and the best practices of axe, target size (24 px) among them, which axe leaves off.
# What bars and columns that stick to an edge cover comes free by scrolling, so they are checked in their places.
# Colours that still change, after another scheme was chosen, are looked at when they are there.
RUN = """async (rules) => {
  const changes = document.getAnimations().filter((running) => running instanceof CSSTransition);
  await Promise.all(changes.map((running) => running.finished.catch(() => {})));
  for (const part of document.querySelectorAll("body *")) {
    if (getComputedStyle(part).position === "sticky") part.style.position = "static";
  }
  const { violations } = await axe.run(document, {
    resultTypes: ["violations"],
    ...(rules ? { runOnly: { type: "rule", values: rules } } : { rules: { "target-size": { enabled: true } } }),
  });
  return violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 140)).join(" | ")}`);
}"""
# What scrolls sideways and cannot be reached with the keyboard or has no name.
UNNAMED = """() => [...document.querySelectorAll("main *")].filter((e) =>
  e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX) && e.clientWidth &&
  !(e.tabIndex >= 0 && (e.matches("code, textarea, input, [aria-label], [aria-labelledby]")))
).map((e) => e.outerHTML.slice(0, 120))"""
FULL = bool(os.environ.get("ATLAS_FULL"))
WIDTHS = (1440, 390)
ZOOMED = 320  # WCAG 1.4.10: 1280 px at 400 %; tables scroll in regions of their own
Scheme = Literal["light", "dark"]
LOOKS: tuple[tuple[int, Scheme], ...] = ((1440, "light"), (390, "dark"), (390, "light"), (1440, "dark"))
BROWSE_LIMIT_BYTES, BROWSE_LIMIT_NODES = 60_000, 1_500
TOOLS = "tools/"

pytestmark = [pytest.mark.browser, pytest.mark.site]


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    with chromium() as context:
        context.add_init_script(AXE)
        yield context


@pytest.fixture(scope="module")
def samples(site: Path) -> dict[str, str]:
    return extremes(site)


def opened(browser: BrowserContext, address: str, base: str, width: int, scheme: Scheme) -> tuple[Page, list[str]]:
    page = browser.new_page()
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.on(
        "request", lambda r: None if r.url.startswith((base, "blob:", "data:")) else faults.append(f"foreign {r.url}")
    )
    page.on("response", lambda r: faults.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.goto(address, wait_until="load")
    page.wait_for_timeout(200)
    return page, faults


def faults_of(browser: BrowserContext, base: str, path: str, width: int, scheme: Scheme, axe: bool) -> list[str]:
    """What is wrong with a page at a width in a colour scheme, with `axe` for assistive technology; whether it fits.

    A region that scrolls must be reachable with the keyboard and have a name, on a phone above all.
    """
    page, faults = opened(browser, base + path, base, width, scheme)
    for at in (width, *(w for w in WIDTHS if w != width), ZOOMED):
        page.set_viewport_size({"width": at, "height": 256 if at == ZOOMED else 900})
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"scrolls sideways at {at}")
        if at == WIDTHS[1]:
            faults += [f"no name or no focus: {html}" for html in page.evaluate(UNNAMED)]
    page.set_viewport_size({"width": width, "height": 900})
    if scheme == "dark":
        page.wait_for_selector("body[data-md-color-scheme=slate]", timeout=5_000)
    faults += page.evaluate(RUN, None) if axe else []
    if page.evaluate("document.querySelectorAll('h1').length") != 1:
        faults.append("has not one h1")
    if width == WIDTHS[0] and not path.startswith(TOOLS):  # scripts fold tables on a phone
        nodes = page.evaluate("document.querySelectorAll('*').length")
        faults += [f"{nodes} nodes"] if nodes > BROWSE_LIMIT_NODES else []
    page.close()
    return faults


@pytest.mark.parametrize("place", range(len(LOOKS)), ids=[f"{width} {scheme}" for width, scheme in LOOKS])
def test_page_is_accessible_quiet_and_fits(
    browser: BrowserContext, site_address: str, samples: dict[str, str], place: int
) -> None:
    width, scheme = LOOKS[place]
    kinds = list(samples.items())
    found = [
        f"{kind} ({path}) at {width}, {scheme}: {fault}"
        for kind, path in (kinds if FULL else kinds[place :: len(LOOKS)])
        for fault in faults_of(browser, site_address, path, width, scheme, FULL or not kind.endswith(LIGHTEST))
    ]
    assert found == []


def test_browse_pages_are_light(site: Path) -> None:
    heavy = [
        f"{p.relative_to(site)}: {len(gzip.compress(p.read_bytes(), 9)):,} bytes"
        for p in site.rglob("*.html")
        if p.stat().st_size > BROWSE_LIMIT_BYTES and len(gzip.compress(p.read_bytes(), 6)) > BROWSE_LIMIT_BYTES
    ]
    assert heavy == []
