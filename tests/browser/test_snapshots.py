"""Promises of Python's snapshots: later visits start from one, and whatever is wrong with it they start plainly."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.chromium import chromium
from tests.browser.loopback import TOOL_PAGE_POLICY, Loopback, loopback
from tests.browser.tiny_engine import ENTRY, PACK, tiny_engine
from wasm_tools.bundle.assemble import assemble
from wasm_tools.bundle.manifest import BundleManifest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parent.parent.parent
# A Python that holds more than the memory that the runtime starts with, and has set more aside.
LARGE = (
    ENTRY + "\n_ballast = [bytes(1_000_000) for _ in range(40)]\n\n\ndef rehearse():\n    _pack['rehearsed'] = True\n"
)
CACHE = "atlas-memory /bundle/"
REMEMBER = "(script) => import(script).then(({ remember }) => remember({}))"
START = """async ([scripts, options]) => {
  const { startEngine } = await import(scripts.engine);
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (e) => violations.push(e.violatedDirective));
  window.engine = startEngine(options);
  await engine.ready;
  return engine.restored;
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BundleManifest]:
    folder = tmp_path_factory.mktemp("site")
    engine = tiny_engine(tmp_path_factory.mktemp("engine"), LARGE)
    packs = {"core": PACK}
    cache = ROOT / ".cache" / "bundle"
    manifest = assemble(engine, ROOT / "node_modules" / "pyodide", folder / "bundle", packs, "node", cache)
    (folder / "index.html").write_text("<!doctype html><html lang='en'><title>tool</title>")
    return folder, manifest


@pytest.fixture(scope="module")
def host(site: tuple[Path, BundleManifest]) -> Iterator[Loopback]:
    with loopback(site[0], {"Content-Security-Policy": TOOL_PAGE_POLICY}) as served:
        yield served


@pytest.fixture(scope="module")
def visited(site: tuple[Path, BundleManifest], host: Loopback) -> Iterator[BrowserContext]:
    """A browser whose storage holds a snapshot of the first visit."""
    with chromium() as browser:
        with tab(browser, host) as page:
            assert started(page, site) is False
            assert page.evaluate(REMEMBER, script(site, "remember.mjs")) is True
            assert page.evaluate("violations") == []
        yield browser


def script(site: tuple[Path, BundleManifest], name: str) -> str:
    return f"/bundle/{site[1].files[name].file}"


@contextmanager
def tab(browser: BrowserContext, host: Loopback) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(host.origin + "/")
    yield page
    page.close()


def started(page: Page, site: tuple[Path, BundleManifest], **options: Any) -> bool:
    """Start the engine; whether it came from a snapshot."""
    return page.evaluate(START, [{"engine": script(site, "engine.mjs")}, options])


def test_a_later_visit_starts_from_the_snapshot_with_data_read_and_a_first_question_asked(visited, host, site):
    with tab(visited, host) as page:
        before = len(host.asked)
        assert started(page, site) is True
        assert [path for path in host.asked[before:] if "core-" in path] == []
        answer = page.evaluate("engine.call('platform', {})")
        assert answer["pack"] == {**json.loads(PACK), "rehearsed": True}
        assert page.evaluate("engine.call('globals', ['fetch', 'caches', 'Worker'])") == dict.fromkeys(
            ("fetch", "caches", "Worker"), False
        )
        assert page.evaluate("engine.call('imports', 'statistics')") == "statistics"  # files are there, too
        assert page.evaluate("violations") == []


def test_the_snapshot_holds_more_than_the_memory_that_python_starts_with(visited, host):
    with tab(visited, host) as page:
        sizes = page.evaluate(
            f"""async () => {{
              const cache = await caches.open("{CACHE}");
              const kept = await Promise.all((await cache.keys()).map((key) => cache.match(key)));
              const files = await Promise.all(kept.map((answer) => answer.arrayBuffer()));
              return files.map((file) => [new Uint32Array(file, 0, 2)[1], file.byteLength]);
            }}"""
        )
    [[memory, file]] = sizes
    assert memory > 31_457_280 + 20_000_000
    assert file < memory / 2  # empty pages are left out


def test_other_packs_or_another_build_do_not_get_this_snapshot(visited, host, site):
    manifest = json.loads((site[0] / "bundle" / "bundle.json").read_text())
    with tab(visited, host) as page:
        assert started(page, site, packs=[]) is False
        assert started(page, site, manifest=manifest | {"build_id": "0" * 16}, base="/bundle/") is False


def test_after_python_broke_down_it_starts_plainly(visited, host, site):
    with tab(visited, host) as page:
        assert started(page, site) is True
        error = page.evaluate("engine.call('abort', {}).catch((e) => e.message)")
        assert error.startswith("Python broke down")
        assert page.evaluate("engine.call('echo', 1)") == 1
        assert page.evaluate("engine.restored") is False


@pytest.mark.parametrize("damage", ["bytes.fill(0, 0, 64)", "bytes = bytes.slice(0, 1e6)"])
def test_a_damaged_snapshot_means_a_plain_start_and_is_thrown_away(visited, host, site, damage):
    with tab(visited, host) as page:
        whole = f"""async () => {{
          const cache = await caches.open("{CACHE}"), [key] = await cache.keys(), kept = await cache.match(key);
          let bytes = new Uint8Array(await kept.arrayBuffer());
          window.whole = [key, bytes.slice(), kept.headers];
          {damage};
          await cache.put(key, new Response(bytes, {{ headers: kept.headers }}));
        }}"""
        page.evaluate(whole)
        assert started(page, site) is False
        assert page.evaluate("engine.call('echo', 1)") == 1
        assert page.evaluate(f"caches.has('{CACHE}')") is False
        page.evaluate(  # for the other tests
            f"async () => (await caches.open('{CACHE}')).put(whole[0], new Response(whole[1], {{ headers: whole[2] }}))"
        )
        assert started(page, site) is True


def test_without_storage_nothing_is_kept_and_nothing_fails(visited, host, site):
    with tab(visited, host) as page:
        page.evaluate("() => { CacheStorage.prototype.open = () => Promise.reject(new Error('refused')); }")
        page.evaluate("() => { delete CacheStorage.prototype.match; delete window.caches; }")
        assert page.evaluate("'caches' in window") is False
        assert (
            page.evaluate("(s) => import(s).then(({ remember }) => remember({}))", script(site, "remember.mjs"))
            is False
        )
