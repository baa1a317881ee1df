"""The command line: help that helps, one sentence for a fault, exit codes and JSON for programs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.sync.source_registry import load_sources

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "sync", "precompute", "bundle", "render", "nightly", "serve", "plan", "health", "diff", "history", "check-site",
)  # fmt: skip


def atlas(*words: str, cwd: Path = ROOT, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ATLAS_")}
    env = {**kept, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "160", **more}
    command = [sys.executable, "-m", "generator.cli", *words]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A checkout without state: code and registries only."""
    for name in ("generator", "wasm_tools"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "data" / "registry", tmp_path / "data" / "registry")
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_for_newcomers(command: str) -> None:
    shown = atlas(command, "--help")
    assert shown.returncode == 0
    assert len(shown.stdout.split("Options")[0].split()) > 8
    assert command in atlas("--help").stdout


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("plan", "--qps", "0"), "qps"),
        (("plan", "--qps", "1e300"), "qps"),
        (("plan", "--qps", "nan"), "qps"),
        (("plan", "--prompt", "0"), "prompt_tokens"),
        (("plan", "--output", "999999999"), "output_tokens"),
        (("plan", "--qps", "5", "--peak", "1"), "peak_qps"),
        (("plan", "--slo", "telepathic"), "telepathic"),
        (("plan", "--class", "gigantic"), "gigantic"),
        (("plan", "--as-of", "yesterday"), "yesterday"),
        (("sync", "--source", "nobody", "--mirror", "/nowhere"), "nobody"),
        (("serve", "--site", "/nowhere"), "make site"),
        (("serve", "--base", "atlas", "--port", "0"), "base"),
    ],
)
def test_fault_is_one_sentence_that_names_the_thing(words: tuple[str, ...], named: str) -> None:
    failed = atlas(*words)
    assert failed.returncode == 2, failed
    assert named in failed.stderr.replace("\n", " ")
    assert "Traceback" not in failed.stderr


def test_plan_answers_programs_and_people_alike() -> None:
    words = ("plan", "--prompt", "1024", "--output", "1024", "--qps", "10", "--slo", "deferred", "--class", "medium")
    answer = json.loads(atlas(*words, "--json").stdout)
    shown = atlas(*words)
    assert shown.returncode == 0
    first = answer["plans"][0]
    assert first["model"] in shown.stdout
    assert f"{float(first['usd_per_month']):,.2f}" in shown.stdout
    assert [p["rank"] for p in answer["plans"]] == sorted(p["rank"] for p in answer["plans"])


def test_impossible_workload_has_its_own_exit_code() -> None:
    words = ("plan", "--prompt", "9999999", "--output", "9999999", "--class", "frontier", "--json")
    failed = atlas(*words)
    assert failed.returncode == 4
    assert "context window too short" in json.loads(failed.stdout)["excluded"]


def test_health_names_every_source() -> None:
    rows = json.loads(atlas("health", "--json").stdout)["sources"]
    known = {s.id for s in load_sources(ROOT / "data" / "registry" / "sources.toml")}
    assert {r["source"] for r in rows} == known
    assert all(r["state"] in ("fresh", "late", "never read", "no key", "not read yet") for r in rows)


def test_late_source_is_an_exit_code() -> None:
    assert atlas("health", "--as-of", "2031-01-01", "--json").returncode == 3


def test_build_without_state_says_what_to_run(small: Path) -> None:
    failed = atlas("precompute", cwd=small)
    assert failed.returncode == 2
    assert "atlas sync" in failed.stderr


def test_sync_that_reaches_nothing_leaves_nothing(small: Path, tmp_path: Path) -> None:
    empty = tmp_path / "mirror"
    empty.mkdir()
    failed = atlas("sync", "--mirror", str(empty), cwd=small)
    assert failed.returncode == 2
    assert "no source could be reached" in failed.stderr
    assert not (small / "data" / "state").exists()


def test_two_runs_at_a_time_are_refused(small: Path) -> None:
    (small / "build").mkdir()
    (small / "build" / "run.lock").write_text(str(os.getpid()))
    failed = atlas("sync", "--mirror", "/nowhere", cwd=small)
    assert failed.returncode == 2
    assert "another run" in failed.stderr
    (small / "build" / "run.lock").write_text("999999999")  # its owner died: the lock is taken over
    assert "another run" not in atlas("sync", "--mirror", "/nowhere", cwd=small).stderr


@pytest.mark.mirror
def test_sync_from_a_mirror_twice_changes_nothing_the_second_time(small: Path, mirror: Path) -> None:
    words = ("sync", "--mirror", str(mirror), "--as-of", "2026-11-20", "--json")
    first, second = (json.loads(atlas(*words, cwd=small).stdout) for _ in range(2))
    assert first["changed"] and not second["changed"]
    assert first["offers"] == second["offers"] > 25_000
    sampled = {s.id for s in load_sources(ROOT / "data" / "registry" / "sources.toml") if s.sampled}
    assert {o["source"] for o in second["outcomes"] if o["state"] == "unchanged"} == sampled
    assert {o["state"] for o in second["outcomes"]} == {"unchanged", "not read"}
