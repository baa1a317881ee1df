"""The command line: help that helps, one sentence for a fault, exit codes and JSON for programs."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_group
from typer.testing import CliRunner

from generator.cli import MODULES, app, main
from generator.nightly import single_run
from generator.options import notes
from generator.places import Places
from generator.sync.source_registry import load_sources

ROOT = Path(__file__).parents[2]
COMMANDS = get_group(app)


def commands_of(group: TyperGroup, *words: str) -> Iterator[tuple[str, ...]]:
    """Every command that there is, as the words that call it, groups too."""
    context = typer.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*words, name)
        if isinstance(command, TyperGroup):
            yield from commands_of(command, *words, name)


@dataclass(frozen=True, slots=True)
class Ended:
    """What a run in this process left behind, in the names of a run in another."""

    returncode: int
    stdout: str
    stderr: str


def atlas(*words: str, cwd: Path = ROOT, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ATLAS_")}
    env = {**kept, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "160", **more}
    command = [sys.executable, "-m", "generator.cli", *words]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run a command on the checkout in this process: loading a program anew would take longer than most commands."""

    def run(*words: str) -> Ended:
        for name in [n for n in os.environ if n.startswith("ATLAS_")]:
            monkeypatch.delenv(name)
        monkeypatch.chdir(ROOT)
        monkeypatch.setattr(notes, "width", 160)
        monkeypatch.setattr(sys, "argv", ["atlas", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(int(ended.value.code or 0), *capsys.readouterr())

    return run


@cache
def helped(*words: str) -> str:
    """The help of a command; each group is looked at for all that it holds, and asked once."""
    shown = CliRunner().invoke(app, [*words, "--help"], env={"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "160"})
    assert shown.exit_code == 0, shown.output
    return shown.stdout


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A checkout without state: code, as compiled as it is here, and registries only."""
    for name in ("generator", "wasm_tools"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "data" / "registry", tmp_path / "data" / "registry")
    return tmp_path


@pytest.mark.parametrize("words", list(commands_of(COMMANDS)), ids=" ".join)
def test_every_command_has_help_for_newcomers_and_its_group_names_it(words: tuple[str, ...]) -> None:
    assert len(helped(*words).split("Options")[0].split()) > 8
    assert words[-1] in helped(*words[:-1])


def test_each_command_of_a_module_is_in_the_table_and_the_others_are_not_loaded() -> None:
    for name in set(MODULES.values()):
        commands = get_group(import_module(f"generator.{name}").commands)
        named = {word for word, module in MODULES.items() if module == name}
        assert named in ({*commands.commands}, {commands.name}), name
    loaded = "import sys, generator.cli; print(*(m for m in sys.modules if m.startswith('generator.')))"
    names = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(names.split()) <= {"generator.cli", "generator.failure", "generator.options", "generator.places"}


def test_all_groups_are_looked_into() -> None:
    assert {("plan",), ("spend", "report"), ("compat", "compass", "simulate")} <= {*commands_of(COMMANDS)}


def test_the_version_is_that_of_the_package(here: Callable[..., Ended]) -> None:
    assert here("--version").stdout.startswith(f"inference-price-atlas {version('inference-price-atlas')}, Python 3.")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("plan", "--qps", "nan"), "--qps: nan"),
        (("plan", "--prompt", "0"), "--prompt: 0"),
        (("plan", "--qps", "5", "--peak", "1"), "--peak: the peak"),
        (("explain", "1", "--model", "gpt-oss-12b"), "did you mean gpt-oss-120b"),
        (("memory", "gpt-oss-12b"), "gpt-oss-12b"),
        (("rank", "knitting"), "knitting"),
        (("benchmarks", "import", "/nowhere"), "benchmarks/calibration"),
        (("compat", "inference-atlas", "plan", "--tokens-per-day", "nan"), "tokens_per_day"),
        (("plan", "--slo", "telepathic"), "telepathic"),
        (("plan", "--class", "gigantic"), "gigantic"),
        (("plan", "--as-of", "yesterday"), "yesterday"),
        (("sync", "--source", "nobody", "--mirror", "/nowhere"), "nobody"),
        (("serve", "--site", "/nowhere"), "make site"),
        (("serve", "--base", "atlas", "--port", "0"), "base"),
    ],
)
def test_fault_is_one_sentence_that_names_the_thing(
    words: tuple[str, ...], named: str, here: Callable[..., Ended]
) -> None:
    failed = here(*words)
    assert failed.returncode == 2, failed
    assert named in failed.stderr.replace("\n", " ")


def test_fault_of_a_started_program_shows_no_traceback() -> None:
    failed = atlas("plan", "--qps", "nan")
    assert failed.returncode == 2, failed
    assert "--qps: nan" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_plan_answers_programs_and_people_alike(here: Callable[..., Ended]) -> None:
    words = ("plan", "--prompt", "1024", "--output", "1024", "--qps", "10", "--slo", "deferred", "--class", "medium")
    answer = json.loads(here(*words, "--json").stdout)
    shown = here(*words)
    assert shown.returncode == 0
    first = answer["plans"][0]
    assert first["model"] in shown.stdout
    assert f"{float(first['usd_per_month']):,.2f}" in shown.stdout
    assert [p["rank"] for p in answer["plans"]] == sorted(p["rank"] for p in answer["plans"])


def test_impossible_workload_has_its_own_exit_code(here: Callable[..., Ended]) -> None:
    words = ("plan", "--prompt", "9999999", "--output", "9999999", "--class", "frontier", "--json")
    failed = here(*words)
    assert failed.returncode == 4
    assert "context window too short" in json.loads(failed.stdout)["excluded"]


def test_health_names_every_source(here: Callable[..., Ended]) -> None:
    rows = json.loads(here("health", "--json").stdout)["sources"]
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
    with single_run(Places(small)):
        failed = atlas("sync", "--mirror", "/nowhere", cwd=small)
    assert failed.returncode == 2
    assert f"another run (process {os.getpid()})" in " ".join(failed.stderr.split())
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


def test_benchmark_tables_are_listed_as_they_are(here: Callable[..., Ended]) -> None:
    listed = {t["table"]: t["rows"] for t in json.loads(here("benchmarks", "list", "--json").stdout)}
    folder = ROOT / "data" / "registry" / "benchmarks"
    assert set(listed) == {p.name for p in folder.glob("*.csv")} - {"names.csv"} | {"length_distributions.csv"}
    assert listed["days.csv"] == 24 and listed["argonne.csv"] > 400
    assert "days.csv" in here("benchmarks", "list").stdout


@pytest.mark.mirror
def test_import_of_the_same_files_gives_the_same_bytes(small: Path, mirror: Path) -> None:
    report = json.loads(atlas("benchmarks", "import", str(mirror.parent), "--json", cwd=small).stdout)
    assert report["inferencemax.csv"]["kept"] < report["inferencemax.csv"]["read"]
    for name in report:
        (now,) = (small / "data" / "registry").rglob(name)
        assert now.read_bytes() == (ROOT / now.relative_to(small)).read_bytes(), name


def test_import_of_another_folder_is_refused_and_changes_nothing(small: Path, tmp_path: Path) -> None:
    before = {p: p.read_bytes() for p in (small / "data").rglob("*.csv")}
    failed = atlas("benchmarks", "import", str(tmp_path / "data"), cwd=small)
    assert failed.returncode == 2 and "folder of upstream files" in failed.stderr.replace("\n", " ")
    assert before == {p: p.read_bytes() for p in (small / "data").rglob("*.csv")}


@pytest.mark.parametrize("name", ["[/x]", "a[red]b", "[dask]", "\\"])
def test_an_error_shows_names_with_brackets_as_they_are(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["atlas", "serve", "--base", name])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert (
        " ".join(capsys.readouterr().err.split())
        == f"atlas: --base {name!r} must start and end with a slash, like /atlas/"
    )


def test_a_contribution_changed_by_hand_ends_a_run_in_one_sentence(small: Path) -> None:
    (small / "data" / "state").symlink_to(ROOT / "data" / "state")
    changed = small / "data" / "benchmarks" / "community" / "changed.json"
    changed.parent.mkdir(parents=True)
    changed.write_text("{}")
    ended = atlas("benchmarks", "check", cwd=small)
    assert ended.returncode == 2
    assert "changed.json" in ended.stderr and "Traceback" not in ended.stderr
