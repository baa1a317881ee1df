"""`atlas doctor`: each thing that can be wrong is told in its own line, with what to do about it."""

import json
import os
import socket
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator.cli import app
from generator.doctor import data, environment, machine
from generator.doctor.finding import Finding
from generator.places import Places
from tests.generator.small_site import AS_OF, registry, state

ROOT = Path(__file__).parents[2]
SECRET = "sk-never-shown"


def test_whole_examination_has_a_line_a_part_and_names_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAL_KEY", SECRET)
    shown = CliRunner().invoke(app, ["doctor", "--json"])
    found = {f["part"]: f for f in json.loads(shown.stdout)}
    assert {
        "Python",
        "Node.js",
        "Chromium",
        "promtool",
        "Python packages",
        "npm packages",
        "disk space",
        "port",
    } <= set(found)
    assert {"registry", "state", "consistency", "planner data", "clock", "sources", "other runs"} <= set(found)
    assert found["key: FAL_KEY"]["level"] == "ok"
    assert SECRET not in shown.output
    assert shown.exit_code == any(f["level"] == "fail" for f in found.values())
    assert all(f["remedy"] or f["level"] == "ok" for f in found.values())
    assert [found[part]["level"] for part in ("registry", "state", "consistency", "planner data")] == ["ok"] * 4


@pytest.mark.parametrize(("found", "level"), [((3, 11, 9), "fail"), ((3, 12, 0), "ok"), ((3, 13, 5), "ok")])
def test_python(found: tuple[int, ...], level: str) -> None:
    assert environment.python_finding(found).level == level


@pytest.mark.parametrize(("said", "level"), [(None, "fail"), ("v16.2.0", "fail"), ("odd", "fail"), ("v20.1.0", "ok")])
def test_node(said: str | None, level: str) -> None:
    assert environment.node_finding(said).level == level


def test_missing_chromium_is_a_warning_with_its_variable() -> None:
    found = environment.program("Chromium", "/nowhere/chromium", "browser tests")
    assert found.level == "warn" and "$CHROMIUM" in found.remedy


def test_python_packages_are_held_against_the_lock_file(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "one==1.0 \\\n    --hash=sha256:00\n\ntwo==2.0 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
    )
    there: dict[str, str] = {"one": "1.0"}
    assert environment.python_packages(lock, there.get) == Finding(
        "Python packages", "ok", "2 as requirements.lock says"
    )
    there["two"] = "1.9"
    assert "two 1.9 instead of 2.0" in environment.python_packages(lock, there.get).said
    found = environment.python_packages(lock, {}.get)
    assert found.level == "fail" and "one missing instead of 1.0" in found.said and "two" not in found.said
    assert environment.python_packages(tmp_path / "none.lock", there.get).level == "warn"


def test_every_locked_package_is_read() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert len(environment.LOCKED.findall(text)) == sum(
        "==" in line and line[0].isalnum() for line in text.splitlines()
    )


def test_npm_packages_are_held_against_the_lock_file(tmp_path: Path) -> None:
    packages = {
        "": {},
        "node_modules/a": {"version": "1.0.0"},
        "node_modules/b": {"version": "2.0.0", "optional": True},
    }
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}))
    assert "a missing instead of 1.0.0" in environment.node_packages(tmp_path).said
    (tmp_path / "node_modules" / "a").mkdir(parents=True)
    (tmp_path / "node_modules" / "a" / "package.json").write_text('{"version": "1.0.0"}')
    assert environment.node_packages(tmp_path).level == "ok"
    (tmp_path / "node_modules" / "a" / "package.json").write_text('{"version": "0.9.0"}')
    assert "a 0.9.0 instead of 1.0.0" in environment.node_packages(tmp_path).said


@pytest.mark.parametrize(("free", "level"), [(1_000_000_000, "fail"), (3_000_000_000, "warn"), (9_000_000_000, "ok")])
def test_disk_space(free: int, level: str) -> None:
    assert machine.disk_finding(free).level == level


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    assert machine.write_finding(tmp_path / "build" / "deep", tmp_path).level == "ok"
    assert list(tmp_path.iterdir()) == []
    if Path("/proc/self").exists():
        found = machine.write_finding(Path("/proc/self/none"), tmp_path)
        assert found.level == "fail" and "/proc/self" in found.said


def test_busy_port_is_a_warning() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert machine.port_finding(taken.getsockname()[1]).level == "warn"


def test_lock_of_a_living_and_of_a_dead_run(tmp_path: Path) -> None:
    lock = tmp_path / "run.lock"
    assert machine.lock_finding(lock).said == "none at work"
    lock.write_text(str(os.getpid()))
    assert machine.lock_finding(lock).level == "warn"
    lock.write_text("999999999")
    found = machine.lock_finding(lock)
    assert found.level == "ok" and "died" in found.said


@pytest.mark.parametrize(("today", "level"), [("2026-11-19", "fail"), ("2026-11-20", "ok"), ("2026-12-24", "ok")])
def test_clock_behind_the_newest_observation_fails(today: str, level: str) -> None:
    assert data.clock_finding(date.fromisoformat(today), AS_OF).level == level


def test_late_sources_are_named_with_their_age() -> None:
    found = data.sources_finding(registry(), state(), date.fromisoformat("2026-12-20"))
    assert found.level == "warn" and "litellm (30 days old)" in found.said
    fresh = replace(registry(), sources=tuple(s for s in registry().sources if s.id == "litellm"))
    assert data.sources_finding(fresh, state(), date.fromisoformat(AS_OF)).level == "ok"


def test_price_without_a_reading_of_its_source_is_inconsistent() -> None:
    assert data.consistency(registry(), state()).level == "ok"
    st = state()
    del st.snapshots["tardellirs"]
    st.snapshots["nobody"] = st.snapshots["litellm"]
    found = data.consistency(registry(), st)
    assert found.level == "warn"
    assert "5 prices name tardellirs" in found.said and "nobody was read" in found.said


def test_broken_registry_and_state_are_named_by_file(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "registry").symlink_to(ROOT / "data" / "registry")
    today = date.fromisoformat(AS_OF)
    (empty,) = (f for f in data.data_findings(Places(tmp_path), today, {}) if f.level == "fail")
    assert empty.remedy == "run `atlas sync`"
    (tmp_path / "data" / "state" / "offers").mkdir(parents=True)
    (tmp_path / "data" / "state" / "offers" / "acme.csv").write_text("a,b\n")
    (broken,) = (f for f in data.data_findings(Places(tmp_path), today, {}) if f.level == "fail")
    assert "acme.csv" in broken.said and "git checkout" in broken.remedy
    (tmp_path / "data" / "registry").unlink()
    (gone,) = data.data_findings(Places(tmp_path), today, {})
    assert gone.part == "registry" and gone.level == "fail"
