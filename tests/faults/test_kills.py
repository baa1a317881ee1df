"""Runs that are killed, that meet, or that cannot write: data and site are the old or the new whole.

Work is done in a forked child that kills itself before its n-th change of a file, for every n.
"""

import errno
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from generator import cli, nightly, sync_commands
from generator.places import Places
from generator.publish.seal import sealed
from generator.publish.swap import published, recover
from generator.sync.source_registry import load_sources
from generator.sync.state import State, load_state, save_state, state_files
from tests.faults.stored import PAYLOADS, SMALL
from tests.generator.small_site import state as small_state

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.move", "sqlite3.connect"}
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # threads of other tests, if any
FULL = bool(os.environ.get("ATLAS_FULL"))
Act = Callable[[str], None]


def at_change(number: int, below: Path, act: Act) -> None:
    """From now on, let this process `act` before its n-th change of a file below a folder (0: before each)."""
    left = [number]

    def hook(event: str, words: tuple[object, ...]) -> None:
        writes = event == "open" and isinstance(words[2], int) and words[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        relative = event in CHANGES and not str(words[0]).startswith("/")  # within a folder that is being removed
        if relative or ((event in CHANGES or writes) and str(words[0]).startswith(str(below))):
            left[0] -= 1
            if left[0] == 0 or number == 0:
                act(str(words[0]))

    sys.addaudithook(hook)


def die(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def forked(work: Callable[[], None]) -> int:
    """The wait status of a child that does the work."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        work()
        os._exit(0)
    except SystemExit as end:
        os._exit(int(end.code or 0))
    except BaseException as error:
        print(repr(error), file=sys.stderr)
        os._exit(99)


def kills(below: Path, work: Callable[[], None], step: int = 1) -> Iterator[int]:
    """Kill the work before its changes 1, 1 + step … and hand over after each death, until it comes to its end."""
    for number in range(1, 100_000, step):

        def child(at: int = number) -> None:
            at_change(at, below, die)
            work()

        status = forked(child)
        if not os.WIFSIGNALED(status):
            assert status == 0, f"the work failed by itself ({os.waitstatus_to_exitcode(status)})"
            return
        yield number


def tree(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def other(state: State) -> State:
    """The state of another day: every price another one, half of the offers gone."""
    return replace(state, offers=[replace(o, price=o.price + Decimal(1)) for o in state.offers[::2]], gpu_offers=[])


def test_a_kill_at_any_point_leaves_the_old_or_the_new_state(tmp_path: Path) -> None:
    old, folder = small_state(), tmp_path / "state"
    new = other(old)
    texts = [state_files(old), state_files(new)]
    seen = []
    save_state(old, folder)
    for _ in kills(tmp_path, lambda: save_state(new, folder)):
        assert folder.is_dir()
        now = tree(folder)
        assert now in texts
        seen.append(texts.index(now))
        assert state_files(load_state(folder)) == now
        save_state(new, folder)
        assert tree(folder) == texts[1] and [p.name for p in tmp_path.iterdir()] == ["state"]
        save_state(old, folder)
    assert len(seen) > 20 and seen == sorted(seen) and set(seen) == {0, 1}


def site(folder: Path, text: str, pages: int) -> Path:
    for number in range(pages):
        page = folder / (f"p{number}" if number else ".") / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"<!doctype html><html><head><title>{text}</title></head><body>{text}</body></html>")
    return folder


def test_a_kill_at_any_point_of_seal_and_publish_leaves_the_old_or_the_new_site(tmp_path: Path) -> None:
    built, target = tmp_path / "build" / "site", tmp_path / "www"

    def build(text: str, pages: int) -> None:
        shutil.rmtree(built, ignore_errors=True)
        sealed(site(built, text, pages), {"as_of": text})

    def publish(text: str, pages: int) -> dict[str, str]:
        build(text, pages)
        published(built, target)
        return tree(target)

    wholes = [publish("old", 4), publish("new", 3)]
    publish("old", 4)
    seen = []
    for _ in kills(tmp_path, lambda: (publish("new", 3), None)[1]):
        assert target.is_dir()
        seen.append(wholes.index(tree(target)))
        assert publish("new", 3) == wholes[1]
        assert sorted(p.name for p in tmp_path.iterdir()) == ["build", "www"]
        publish("old", 4)
    assert len(seen) > 20 and seen == sorted(seen) and set(seen) == {0, 1}


def test_without_an_exchange_of_folders_the_next_run_puts_the_old_one_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generator.folder_swap._exchanged", lambda *_: False)
    target = tmp_path / "www"
    site(target, "old", 2)
    site(tmp_path / "b", "new", 2)
    (target / "build.json").write_text("{}")
    for _ in kills(tmp_path, lambda: published(tmp_path / "b", target)):
        recover(target)
        assert tree(target)["index.html"] == tree(target)["p1/index.html"]
        shutil.rmtree(target)
        shutil.rmtree(tmp_path / "www.old", ignore_errors=True)
        site(target, "old", 2)
        (target / "build.json").write_text("{}")
        shutil.rmtree(tmp_path / "b", ignore_errors=True)
        site(tmp_path / "b", "new", 2)


@pytest.fixture
def folder(tmp_path: Path, root: Path) -> Path:
    """A checkout with the registry and a mirror of four small lists."""
    shutil.copytree(root / "data" / "registry", tmp_path / "data" / "registry")
    sources = {s.id: s for s in load_sources(root / "data" / "registry" / "sources.toml")}
    for name in ("litellm", "langfuse", "sooddvs", "tardellirs"):
        path = tmp_path / "mirror" / sources[name].url.removeprefix("https://")
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PAYLOADS / SMALL[name], path)
    return tmp_path


def sync(folder: Path, day: str) -> None:
    """`atlas sync` as the command line runs it; exit code 3: most sources are not in the mirror."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sync_commands, "checkout", lambda: Places(folder))
        patch.setattr(sys, "argv", ["atlas", "sync", "--mirror", str(folder / "mirror"), *_day(day), "--json"])
        with _quiet():
            cli.main()


def _day(day: str) -> tuple[str, ...]:
    return ("--as-of", day) if day else ()


@contextmanager
def _quiet() -> Iterator[None]:
    saved = os.dup(1)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    try:
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(null)


def code(work: Callable[[], None]) -> int:
    return os.waitstatus_to_exitcode(forked(work))


def test_a_sync_that_is_killed_needs_no_cleaning(folder: Path) -> None:
    assert code(lambda: sync(folder, "2026-11-18")) == 3
    state = folder / "data" / "state"
    old = tree(state)
    lists = folder / "mirror" / "raw.githubusercontent.com"
    (langfuse,) = lists.glob("langfuse/**/*.json")
    langfuse.write_text(langfuse.read_text().replace("2.5e-06", "2.6e-06").replace("0.0000025", "0.0000026"))
    shutil.copytree(folder / "data", folder / "before")
    assert code(lambda: sync(folder, "2026-11-19")) == 3
    new = tree(state)
    assert new != old
    for number in (2, 8, 21, 40, 60) if not FULL else range(1, 200):
        shutil.rmtree(folder / "data")
        shutil.copytree(folder / "before", folder / "data")
        shutil.rmtree(folder / ".cache", ignore_errors=True)

        def child(at: int = number) -> None:
            at_change(at, folder, die)
            sync(folder, "2026-11-19")

        if not os.WIFSIGNALED(forked(child)):
            break
        assert tree(state) in (old, new)
        assert code(lambda: sync(folder, "2026-11-19")) == 3
        assert tree(state) == new
        assert sorted(p.name for p in (folder / "data").iterdir()) == ["registry", "state"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_is_full_or_read_only_is_one_sentence_and_the_old_state_stands(
    folder: Path, number: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert code(lambda: sync(folder, "2026-11-18")) == 3
    old = tree(folder / "data" / "state")

    def refuse(path: str) -> None:
        raise OSError(number, os.strerror(number), path)

    def child() -> None:
        at_change(0, folder / "data", refuse)
        sync(folder, "2026-11-20")

    capfd.readouterr()
    assert code(child) == 2
    said = " ".join(capfd.readouterr().err.split())
    assert "cannot write" in said and os.strerror(number) in said and "run again" in said
    assert "Traceback" not in said
    assert tree(folder / "data" / "state") == old


def test_a_clock_that_is_behind_is_refused_before_anything_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert code(lambda: sync(folder, "2026-11-18")) == 3

    class Past(date):
        @classmethod
        def today(cls) -> "Past":
            return cls(2020, 1, 1)

    monkeypatch.setattr(nightly, "date", Past)
    with pytest.raises(nightly.RunError, match="the clock says 2020-01-01, but prices of 2026"):
        nightly.inputs(Places(folder), None, offline=False)
    assert nightly.inputs(Places(folder), None, offline=True).as_of.startswith("2026")


def test_two_runs_at_once_and_the_lock_of_a_killed_one(tmp_path: Path) -> None:
    """The lock goes with its process, also when a worker of that process lives on."""
    places, ready = Places(tmp_path), tmp_path / "ready"
    child = os.fork()
    if not child:
        with nightly.single_run(places):
            worker = os.fork()
            if worker:
                ready.write_text(str(worker))
            time.sleep(60)
            os._exit(0)
    while not (ready.exists() and ready.read_text()):
        time.sleep(0.01)
    try:
        with (
            pytest.raises(nightly.RunError, match=rf"another run \(process {child}\) is at work"),
            nightly.single_run(places),
        ):
            pytest.fail("two runs at once")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with nightly.single_run(places):
            assert (places.build / "run.lock").read_text() == str(os.getpid())
    finally:
        os.kill(int(ready.read_text()), signal.SIGKILL)
    assert json.dumps((places.build / "run.lock").read_text()) == '""'
