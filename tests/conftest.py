"""Shared fixtures: where the stored upstream payloads are, whether there is a browser, one built site a session."""

import fcntl
import gc
import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import committed_state

ROOT = Path(__file__).parent.parent
STARTED = pytest.StashKey[tuple[float, float]]()
committed_state.install()  # before a test module imports the function
STORED = ROOT.parent / "shared" / "upstream"  # ../shared/upstream, beside the checkout on the build machines


def mirror_path() -> Path | None:
    """The mirror of stored payloads: $ATLAS_MIRROR, else ../shared/upstream/mirror, else none."""
    given = os.environ.get("ATLAS_MIRROR")
    candidates = [Path(given)] if given else [STORED / "mirror"]
    return next((p for p in candidates if p.is_dir()), None)


def browser_path() -> Path | None:
    """The Chromium to drive: $CHROMIUM, else Debian's."""
    path = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    return path if path.exists() else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: tests of the browser wait half of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files; skip with the reason, or fail where the environment says that nothing may be missing.

    The processes of a parallel run take whole files in this order: first the one that builds the site, then what needs
    neither it nor a browser, so that nobody waits for it or measures beside it; the many small ones come last, so
    that all processes end together.
    """
    waiting = {i.path for i in items if i.get_closest_marker("site") or i.get_closest_marker("browser")}

    def place(item: pytest.Item) -> int:
        if item.path.name == "test_readme.py":
            return 0
        return 2 if item.path in waiting else 3 if item.path.parent.name == "wasm_tools" else 1

    items.sort(key=place)
    for item in items:
        if "mirror" in getattr(item, "fixturenames", ()):  # asked for, itself or through another fixture
            item.add_marker("mirror")
        if item.get_closest_marker("mirror") and mirror_path() is None and not os.environ.get("REQUIRE_MIRROR"):
            item.add_marker(pytest.mark.skip(reason="no stored payloads: set ATLAS_MIRROR to a mirror folder"))
        if item.get_closest_marker("browser") and browser_path() is None and not os.environ.get("REQUIRE_BROWSER"):
            item.add_marker(pytest.mark.skip(reason="no Chromium at /usr/bin/chromium: install it or set CHROMIUM"))


def pytest_collection_finish() -> None:
    """Let the cycle collector look at what a test makes, and not each time at all modules and tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50)


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder of stored payloads, laid out by URL."""
    path = mirror_path()
    if path is None:
        pytest.fail("the stored payloads are required (REQUIRE_MIRROR) and missing: set ATLAS_MIRROR")
    return path


@pytest.fixture(scope="session")
def upstream(mirror: Path) -> Path:
    """The folder above the mirror: originals, history, CRDs."""
    return mirror.parent


@pytest.fixture(scope="session")
def reference_dir(upstream: Path) -> Path:
    """The reference documents that lie beside the stored payloads."""
    path = upstream.parent / "reference"
    if not path.is_dir():
        pytest.skip("the reference documents are not beside the stored payloads")
    return path


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


def processor_seconds() -> float:
    """What this process and its ended children have used, in seconds."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure each test with its fixtures; the last report of a test carries the seconds to the summary."""
    item.stash[STARTED] = time.perf_counter(), processor_seconds()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Note the seconds of a test and of the processor at its end."""
    report = yield
    if call.when == "teardown":
        began, used = item.stash[STARTED]
        report.seconds = time.perf_counter() - began, processor_seconds() - used
    return report


def slowest_files(reports: list[pytest.TestReport]) -> Iterator[str]:
    """Lines that name the slowest test files, and the time of all."""
    seconds: Counter[str] = Counter()
    processor: Counter[str] = Counter()
    for report in reports:
        path = report.nodeid.split("::")[0]
        seconds[path] += report.seconds[0]
        processor[path] += report.seconds[1]
    yield f"{seconds.total():.0f} s of tests, {processor.total():.0f} s of processor time; the slowest files:"
    for path, taken in seconds.most_common(15):
        yield f"{taken:6.0f} s, processor {processor[path]:4.0f} s  {path}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the slowest files; count what was skipped for want of payloads or a browser, in words."""
    reports = [r for rs in terminalreporter.stats.values() for r in rs if hasattr(r, "seconds")]
    if len({r.nodeid.split("::")[0] for r in reports}) > 1:
        terminalreporter.section("slowest files")
        for line in slowest_files(reports):
            terminalreporter.write_line(line)
    skipped = terminalreporter.stats.get("skipped", [])
    for word, what in (("no stored payloads", "need stored payloads"), ("no Chromium", "need a browser")):
        n = sum(1 for report in skipped if word in str(report.longrepr))
        if n:
            terminalreporter.write_line(f"{n} tests skipped: they {what}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With REQUIRE_MIRROR a skipped mirror test is a failure of the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("REQUIRE_MIRROR") and reporter is not None:
        skipped = [r for r in reporter.stats.get("skipped", []) if "mirror" in getattr(r, "keywords", {})]
        if skipped and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def built_clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone in which `make site` has been run, once a session; what it built is also kept as `../site`.

    With ATLAS_FULL=1 it compiles all archives of the engine itself. The processes of a parallel session share it: the
    first one builds, the others wait.
    """
    from tests.fresh_clone import fresh_clone, run

    parallel = "PYTEST_XDIST_WORKER" in os.environ
    folder = tmp_path_factory.getbasetemp().parent / "alone" if parallel else tmp_path_factory.mktemp("alone")
    folder.mkdir(exist_ok=True)
    clone, ended = folder / "atlas", folder / "ended"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ended.exists():
            fresh_clone(clone, None if os.environ.get("ATLAS_FULL") else ROOT / ".cache" / "bundle")
            made = run("make site", clone)
            if made.returncode == 0:
                shutil.copytree(clone / "site", folder / "site", copy_function=os.link)
            ended.write_text(made.stderr[-3000:] if made.returncode else "", encoding="utf-8")
    if said := ended.read_text(encoding="utf-8"):
        pytest.fail(f"`make site` failed in a fresh clone: {said}")
    return clone


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Path:
    """The site that `make site` builds of the committed data; $ATLAS_BUILT_SITE names one that is built already."""
    if given := os.environ.get("ATLAS_BUILT_SITE"):
        return Path(given).resolve()
    clone: Path = request.getfixturevalue("built_clone")
    return clone.parent / "site"


@pytest.fixture(scope="session")
def site_address(site: Path) -> Iterator[str]:
    """The address of the built site, served on loopback below /atlas/ with the published headers."""
    from generator.publish.server import site_server

    server = site_server(site, "127.0.0.1", 0, "/atlas/")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/atlas/"
    server.shutdown()
    server.server_close()
