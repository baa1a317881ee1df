"""Promises of the worker that hosts Python and of the page's end of it, in a real Chromium under a strict policy.

Each kind of file fails to load once; with ATLAS_FULL=1 (`make test-full`) in every way.
"""

import json
import os
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.loopback import TOOL_PAGE_POLICY, Loopback, loopback
from tests.browser.tiny_engine import PACK, tiny_engine
from wasm_tools.bundle.assemble import assemble
from wasm_tools.bundle.manifest import BundleManifest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parent.parent.parent
FULL = bool(os.environ.get("ATLAS_FULL"))
UNREADABLE = "The data in core.json could not be read."
STILL_WORKS = "Tables, precomputed plans and downloads on this site work without it."
# Opens the page's end and keeps what it tells. `ask` settles every promise into {ok} or {error}.
OPEN = """async ([script, options]) => {
  const { startEngine } = await import(script);
  window.states = []; window.progress = []; window.reports = []; window.violations = [];
  document.addEventListener("securitypolicyviolation", (e) => violations.push(e.violatedDirective));
  const tooLate = () => new Promise((_, reject) => setTimeout(reject, 30000, new Error("no answer in 30 seconds")));
  window.settled = (promise) => Promise.race([promise, tooLate()]).then(
    (ok) => ({ ok }),
    (e) => ({ error: { name: e.name, message: e.message, field: e.field ?? null, technical: e.technical ?? "" } }));
  window.engine = startEngine({ ...options,
    onState: (state, failure) => states.push([state, failure && failure.message]),
    onProgress: (p) => progress.push(p) });
  window.reached = async (state) => {
    for (let waited = 0; engine.state !== state; waited += 20) {
      if (waited > 20000) throw new Error(`still ${engine.state}, not ${state}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  window.ask = (method, params, how) => settled(engine.call(method, params, how));
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BundleManifest]:
    """A site with one page and the bundle of the tiny engine under a sub-path."""
    folder = tmp_path_factory.mktemp("site")
    engine = tiny_engine(tmp_path_factory.mktemp("engine"))
    cache = ROOT / ".cache" / "bundle"
    manifest = assemble(
        engine, ROOT / "node_modules" / "pyodide", folder / "atlas" / "bundle", {"core": PACK}, "node", cache
    )
    (folder / "atlas" / "tools").mkdir()
    (folder / "atlas" / "tools" / "index.html").write_text("<!doctype html><html lang='en'><title>tool</title>")
    (folder / "atlas" / "meta").mkdir()
    (folder / "atlas" / "meta" / "index.html").write_text(
        f'<!doctype html><html lang="en"><meta http-equiv="Content-Security-Policy" content="{TOOL_PAGE_POLICY}">'
        "<title>tool on a host without headers</title>"
    )
    return folder, manifest


@pytest.fixture
def host(site: tuple[Path, BundleManifest]) -> Iterator[Loopback]:
    """The site on a host of its own, with the policy of a tool page as a header."""
    with loopback(site[0], {"Content-Security-Policy": TOOL_PAGE_POLICY}) as served:
        yield served


@pytest.fixture
def opened(site: tuple[Path, BundleManifest], browser: BrowserContext, host: Loopback) -> Iterator[Callable[..., Page]]:
    """A function that opens the tool page and starts the engine there."""
    pages: list[Page] = []

    def open_page(path: str = "/atlas/tools/", **options: object) -> Page:
        page = browser.new_page()
        pages.append(page)
        page.goto(host.origin + path)
        script = f"{host.origin}/atlas/bundle/{site[1].files['engine.mjs'].file}"
        page.evaluate(OPEN, [script, options])
        return page

    yield open_page
    for page in pages:
        page.close()


@pytest.fixture(scope="module")
def running(site: tuple[Path, BundleManifest], browser: BrowserContext) -> Iterator[Page]:
    """A page whose engine runs, for questions that leave it as it was: starting it takes longer than they do."""
    with loopback(site[0], {"Content-Security-Policy": TOOL_PAGE_POLICY}) as served:
        page = browser.new_page()
        page.goto(f"{served.origin}/atlas/tools/")
        page.evaluate(OPEN, [f"{served.origin}/atlas/bundle/{site[1].files['engine.mjs'].file}", {}])
        page.evaluate("engine.ready")
        yield page
        page.close()


def states(page: Page) -> list[str]:
    """The states of the engine since the last time."""
    told: list[str] = page.evaluate("states.splice(0).map(([state]) => state)")
    return told


def ask(page: Page, method: str, params: object = None) -> dict[str, Any]:
    """What the engine answers: {"ok": result} or {"error": {...}}."""
    return page.evaluate("([method, params]) => ask(method, params)", [method, params])


def failure(page: Page) -> dict[str, str]:
    """Wait for the failed state and return its error."""
    page.evaluate("reached('failed')")
    return page.evaluate("({ message: engine.failure.message, technical: engine.failure.technical })")


def test_python_starts_under_a_sub_path_and_has_its_data(running):
    answer = ask(running, "platform", {})
    assert answer["ok"]["platform"] == "emscripten"
    assert answer["ok"]["version"] == [3, 14]
    assert answer["ok"]["doc"] is None  # the bytecode is stripped
    assert answer["ok"]["pack"] == json.loads(PACK)


def test_data_come_back_as_they_were_sent(running):
    sent = {"text": "€ 3,50 “ü” \U0001f30d", "numbers": [0, -1.5, 1e-9, 2**53], "nothing": None, "flag": True}
    assert ask(running, "echo", sent) == {"ok": sent}


def test_states_tell_starting_ready_busy_ready(opened):
    page = opened()
    assert page.evaluate("engine.state") == "starting"
    page.evaluate("engine.ready")
    ask(page, "echo", 1)
    assert page.evaluate("states.map(([state]) => state)") == ["ready", "busy", "ready"]


@pytest.mark.parametrize("compress", [False, True])
def test_progress_counts_the_bytes_that_arrived(opened, host, site, compress):
    host.compress = compress
    page = opened()
    page.evaluate("engine.ready")
    progress = page.evaluate("progress")
    parts = ["pyodide.mjs", "pyodide.asm.mjs", *site[1].starts["used"].values(), "core.json"]
    total = sum(site[1].files[name].bytes for name in parts)
    fractions = [message["fraction"] for message in progress]
    assert {message["total"] for message in progress} == {total}
    assert all(earlier <= later for earlier, later in pairwise(fractions))
    assert (fractions[0], fractions[-1]) == (0, 1)
    assert len({f for f in fractions if 0 < f < 1}) >= 4
    stages = list(dict.fromkeys(message["stage"] for message in progress))
    assert stages == ["loading", "starting", "reading data", "ready"]


def test_the_worker_has_no_way_to_the_network_once_it_is_ready(running):
    names = ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "importScripts", "Worker", "WebTransport", "caches"]
    assert ask(running, "globals", [*names, "JSON"]) == {"ok": {**dict.fromkeys(names, False), "JSON": True}}


def test_work_makes_no_request_and_nothing_goes_to_another_origin(opened, host, browser):
    requests: list[str] = []
    browser.on("request", lambda request: requests.append(request.url))
    page = opened()
    page.evaluate("engine.ready")
    assert {urlsplit(url.removeprefix("blob:")).netloc for url in requests} == {urlsplit(host.origin).netloc}
    before = len(host.asked)
    assert any(path.endswith(".wasm.gz") for path in host.asked)
    for method in ("echo", "platform", "raise", "report"):
        ask(page, method, {})
    page.wait_for_timeout(300)
    assert host.asked[before:] == []


def test_nothing_violates_the_policy(opened, browser):
    said: list[str] = []
    browser.on("console", lambda message: said.append(message.text))
    page = opened()
    assert "ok" in ask(page, "platform", {})
    page.wait_for_timeout(200)
    assert page.evaluate("violations") == []
    assert [text for text in said if "Content Security Policy" in text or "refused" in text.lower()] == []


def test_a_policy_in_a_meta_tag_reaches_the_worker(opened, host):
    host.headers.clear()
    page = opened("/atlas/meta/")
    answer = ask(page, "eval", "1 + 1")["ok"]
    assert "EvalError" in answer
    assert "unsafe-eval" in answer


def test_a_refused_input_names_its_field(running):
    assert ask(running, "refuse") == {
        "error": {"name": "EngineError", "message": "The rate must be above 0.", "field": "rate", "technical": ""}
    }


def test_an_exception_of_python_comes_back_in_words(running):
    states(running)
    error = ask(running, "raise")["error"]
    assert error["message"] == "The calculation stopped at something it did not expect. ValueError: the rate is 0"
    assert "/lib/engine.zip/wasm_tools/browser.py" in error["technical"]
    assert ask(running, "echo", 1) == {"ok": 1}
    assert states(running) == ["busy", "ready"] * 2


def test_a_runtime_that_ended_is_replaced(opened):
    page = opened()
    assert ask(page, "abort")["error"]["message"].startswith("Python broke down during the calculation.")
    assert ask(page, "echo", "again") == {"ok": "again"}
    assert "restarting" in page.evaluate("states.map(([state]) => state)")


def test_a_lack_of_memory_is_said_and_python_starts_afresh(opened):
    page = opened()
    error = ask(page, "exhaust")["error"]
    assert error["message"] == "Python ran out of memory. It starts afresh; ask for less at once."
    assert ask(page, "echo", "again") == {"ok": "again"}
    assert page.evaluate("states.map(([state]) => state)").count("restarting") == 1


def test_a_worker_that_was_killed_is_replaced_and_the_question_answered(opened):
    page = opened(watchdogSeconds=1)
    page.evaluate("engine.ready")
    page.evaluate(
        "() => { const start = Worker; window.Worker = class extends start { kept = (window.kept = this); }; }"
    )
    page.evaluate("engine.restart()")
    page.evaluate("kept.terminate()")
    assert ask(page, "echo", "still here") == {"ok": "still here"}
    assert "restarting" in page.evaluate("states.map(([state]) => state)")


UNLOADABLE = [  # each file in one way, for both ways to start
    ("core-", (200, b'{"format": 2}'), f"{UNREADABLE} ValueError: the pack is not in format 1"),
    (".wasm.gz", (200, b"\0asm\1\0\0\0damaged"), "The file pyodide.asm.wasm arrived damaged."),
    ("stdlib-", (404, b""), "The file python_stdlib.zip could not be loaded: this site answered 404."),
    ("engine-", (503, b""), "The file engine.zip could not be loaded: this site answered 503."),
    ("pyodide.asm.mjs", (404, b""), "The file pyodide.asm.mjs could not be loaded."),
    ("worker.mjs", (404, b""), "Python could not start in this browser."),
    ("bundle.json", (200, b"<html>"), "The list of the engine's files could not be loaded."),
]
IN_OTHER_WAYS = [
    ("core-", (404, b""), "The file core.json could not be loaded: this site answered 404."),
    (".wasm.gz", (200, b""), "The file pyodide.asm.wasm arrived damaged."),
    (".wasm.gz", (404, b""), "The file pyodide.asm.wasm could not be loaded: this site answered 404."),
    ("stdlib-", (200, b"\x1f\x8bnot gzip"), "The file python_stdlib.zip arrived damaged."),
]


@pytest.mark.parametrize(("file", "answer", "sentence"), [*UNLOADABLE, *(IN_OTHER_WAYS if FULL else ())])
def test_what_cannot_be_loaded_is_named_and_the_page_says_what_still_works(opened, host, site, file, answer, sentence):
    names = [entry.file for entry in site[1].files.values() if file in entry.file and "web-" not in entry.file]
    host.answers |= dict.fromkeys(names or [file], answer)
    page = opened()
    error = failure(page)
    assert error["message"] == f"{sentence} {STILL_WORKS}"
    assert error["technical"]
    assert ask(page, "echo", 1)["error"]["message"] == error["message"]
    host.answers.clear()
    page.evaluate("engine.restart()")
    assert ask(page, "echo", 1) == {"ok": 1}


WAYS = [  # what may be wrong with the files that only the first way to start needs
    ("memory.bin", (200, b"")),
    ("memory.bin", (200, b"\0" * 4000)),
    ("memory.bin", (404, b"")),
    ("pyodide.used.wasm", (200, b"\0asm\1\0\0\0damaged")),
    ("later_engine.zip", (503, b"")),
]


@pytest.mark.parametrize(("name", "answer"), WAYS if FULL else WAYS[1:4:2])
def test_where_one_way_to_start_fails_the_other_is_taken(opened, host, site, name, answer):
    host.answers[site[1].files[name].file] = answer
    page = opened()
    assert ask(page, "echo", 1) == {"ok": 1}
    assert states(page)[0] == "restarting"
    assert any(path.endswith(site[1].files["pyodide.asm.wasm"].file) for path in host.asked)


def test_what_the_first_runtime_lacks_is_asked_of_the_whole_one(opened, host, site):
    page = opened()
    whole = site[1].files["pyodide.asm.wasm"].file
    assert ask(page, "echo", 1) == {"ok": 1}
    assert not any(path.endswith(whole) for path in host.asked)
    assert ask(page, "imports", "_sqlite3") == {"ok": "_sqlite3"}
    assert any(path.endswith(whole) for path in host.asked)
    assert "restarting" in states(page)
    assert ask(page, "imports", "_zstd") == {"ok": "_zstd"}
    assert states(page) == ["busy", "ready"]


def test_a_page_that_does_not_allow_webassembly_says_so(opened, host):
    host.headers["Content-Security-Policy"] = TOOL_PAGE_POLICY.replace(" 'wasm-unsafe-eval'", "")
    error = failure(opened())
    assert error["message"] == f"This browser does not allow WebAssembly here. {STILL_WORKS}"
    assert "CompileError" in error["technical"]


def test_a_browser_without_workers_is_told_what_still_works(opened, browser):
    page = opened()
    page.evaluate("() => { delete window.Worker; engine.restart().catch(() => {}); }")
    assert failure(page)["message"].startswith("This browser has no WebAssembly, workers or")


def test_a_host_that_declares_archives_a_transport_is_good_enough(opened, host):
    host.unpacks_gz = True
    page = opened()
    assert ask(page, "echo", 1) == {"ok": 1}
    assert page.evaluate("progress.at(-1).fraction") == 1


def test_a_page_of_an_older_build_is_asked_to_load_again(opened, site):
    page = opened(buildId="0123456789abcdef")
    assert failure(page)["message"].startswith("The site was updated since this page was loaded. Load the page again.")
    assert ask(opened(buildId=site[1].build_id), "echo", 1) == {"ok": 1}


def test_restart_gives_up_what_runs_and_works_again(opened):
    page = opened()
    page.evaluate("engine.ready")
    page.evaluate("() => { window.slow = ask('slow', { seconds: 60 }); }")
    page.evaluate("engine.restart()")
    assert page.evaluate("slow")["error"]["message"] == "The calculation was stopped."
    assert ask(page, "echo", 1) == {"ok": 1}


def test_a_hang_is_tried_once_more_and_then_reported_while_others_are_answered(opened):
    page = opened(watchdogSeconds=1)
    page.evaluate("engine.ready")
    hung, other = page.evaluate("Promise.all([ask('slow', { seconds: 3600 }), ask('echo', 'other')])")
    assert hung["error"]["message"].startswith("The calculation gave no sign of life for 1 seconds, twice.")
    assert other == {"ok": "other"}
    assert page.evaluate("states.filter(([state]) => state === 'restarting').length") == 2


def test_a_long_run_that_reports_is_left_alone(opened):
    page = opened(watchdogSeconds=1)
    page.evaluate("engine.ready")
    answer = page.evaluate("ask('slow', { seconds: 3, report: true }, { onReport: (report) => reports.push(report) })")
    assert answer == {"ok": "slept"}
    assert page.evaluate("reports[0]") == {"stage": "working", "done": 1, "total": 2}
    assert page.evaluate("states.map(([state]) => state)") == ["ready", "busy", "ready"]


def test_a_newer_question_makes_the_older_ones_void(running):
    answers = running.evaluate("""() => {
      const latest = engine.latest("echo");
      return Promise.all([1, 2, 3].map((n) => settled(latest(n))));
    }""")
    assert [answer.get("error", {}).get("name") for answer in answers] == ["Superseded", "Superseded", None]
    assert answers[-1] == {"ok": 3}
    running.evaluate("reached('ready')")


def test_an_aborted_question_frees_the_engine(running):
    answer = running.evaluate("""() => {
      const controller = new AbortController();
      const answer = ask("echo", 1, { signal: controller.signal });
      controller.abort(new Error("not wanted"));
      return answer;
    }""")
    assert answer["error"]["message"] == "not wanted"
    running.evaluate("reached('ready')")
    assert ask(running, "echo", 2) == {"ok": 2}


def test_a_stopped_engine_says_so(opened):
    page = opened()
    page.evaluate("engine.stop()")
    assert ask(page, "echo", 1)["error"]["message"] == "The engine was stopped."
    assert page.evaluate("states.at(-1)[0]") == "stopped"
