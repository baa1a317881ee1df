"""The recipes for running an atlas: every command, option, target and limit in them exists, and they stay safe."""

import configparser
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.core import TyperGroup

from generator.cli import app
from generator.sync.source_registry import load_sources
from wasm_tools.bundle.manifest import FORMAT
from wasm_tools.invoice.pack import PACK_VERSION as BILLS
from wasm_tools.manifests.manifest_pack import PACK_VERSION as MANIFESTS
from wasm_tools.planner.pack import PACK_VERSION as PLANNER
from wasm_tools.planner.scenario import VERSION as SCENARIOS
from wasm_tools.spend.ledger import VERSION as LEDGER

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GUIDE = ROOT / "content" / "project" / "operating.md"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
ATLAS = re.compile(r"(?:^|[\s/(])atlas ((?:[a-z][a-z-]*)(?: .*)?)$")
RELEASE = re.compile(r"^actions/([a-z-]+)@v(\d+)\.\d+\.\d+$")
ON_NODE_24 = {  # the first release of each action that does not need Node.js 20, which runners have no more
    "checkout": 5, "setup-python": 6, "setup-node": 5, "cache": 5, "upload-artifact": 6,
    "configure-pages": 6, "upload-pages-artifact": 5, "deploy-pages": 5,
}  # fmt: skip


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def workflow(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    record["on"] = record.pop(True)  # YAML 1.1 reads the key `on` as a truth value
    return record


def steps(path: Path) -> Iterator[dict[str, Any]]:
    for job in workflow(path)["jobs"].values():
        yield from job["steps"]


def lines(script: str) -> list[str]:
    joined = script.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.strip().startswith("#")]


def faults_of(line: str) -> list[str]:
    """What of a shell line does not exist here: targets of make, commands of atlas, their options."""
    found = [f"make {name}" for name in re.findall(r"(?:^|\s)make ([a-z-]+)", line) if name not in targets()]
    for part in re.split(r"&&|\|\||;|\s>>?\s", line):
        called = ATLAS.search(part.strip())
        if called:
            found += unknown(shlex.split(called[1]))
    return found


def unknown(words: list[str]) -> list[str]:
    command: Any = typer.main.get_command(app)
    while words and isinstance(command, TyperGroup):
        name = words.pop(0)
        inner = command.get_command(typer.Context(command), name)
        if inner is None:
            return [f"atlas {name}"]
        command = inner
    known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
    return [f"{command.name} {w}" for w in words if w.startswith("--") and w.partition("=")[0] not in known]


def test_a_wrong_line_would_be_seen() -> None:
    assert faults_of("make nowhere") == ["make nowhere"]
    assert faults_of(".venv/bin/atlas nightly --log x && atlas fly") == ["atlas fly"]
    assert faults_of("x/atlas verify site --deep") == ["verify --deep"]
    assert faults_of(".venv/bin/atlas check-site --no-browser || test 1") == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.stem)
def test_every_line_of_a_workflow_names_what_exists(path: Path) -> None:
    scripts = [step["run"] for step in steps(path) if "run" in step]
    assert scripts
    assert [f for script in scripts for line in lines(script) for f in faults_of(line)] == []
    for script in scripts:
        checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.stem)
def test_workflows_are_pinned_limited_and_take_no_words_from_outside(path: Path) -> None:
    record = workflow(path)
    assert record["permissions"] in ({}, {"contents": "read"})
    assert "concurrency" in record
    for job in record["jobs"].values():
        assert job["timeout-minutes"] <= 60
        assert re.fullmatch(r"ubuntu-\d+\.\d+", job["runs-on"])
    for step in steps(path):
        assert ("uses" in step) != ("run" in step)
        if "uses" in step:
            action = RELEASE.match(step["uses"])
            assert action and int(action[2]) >= ON_NODE_24[action[1]], step
        assert "${{" not in step.get("run", ""), "values reach a script by its environment only"
    assert "pull_request_target" not in record["on"]


def test_nightly_runs_every_night_checks_before_it_publishes_and_tells_failures() -> None:
    record = workflow(ROOT / ".github" / "workflows" / "nightly.yml")
    assert re.fullmatch(r"\d+ \d+ \* \* \*", record["on"]["schedule"][0]["cron"])
    build, publish, report = (record["jobs"][name] for name in ("build", "publish", "report"))
    order = [step.get("run", step.get("uses", "")) for step in build["steps"]]

    def place(word: str) -> int:
        return next(i for i, text in enumerate(order) if word in text)

    assert place("atlas doctor") < place("atlas nightly") < place("atlas verify") < place("atlas health")
    assert place("atlas health") < place("upload-pages-artifact")
    assert next(s["with"] for s in build["steps"] if "pages-artifact" in s.get("uses", "")) == {
        "path": "site", "include-hidden-files": True,
    }  # fmt: skip
    assert publish["needs"] == "build"
    assert set(report["needs"]) == {"build", "publish"} and "failure" in report["if"]
    assert report["permissions"] == {"issues": "write"}
    cached = next(step["with"]["path"] for step in build["steps"] if "cache@" in step.get("uses", ""))
    assert cached.split() == [".cache", "build/pages.sqlite"]


def test_nightly_hands_over_every_key_that_a_source_asks_for() -> None:
    wanted = {s.key.variable for s in load_sources(ROOT / "data" / "registry" / "sources.toml") if s.key}
    run = next(s for s in steps(ROOT / ".github" / "workflows" / "nightly.yml") if "atlas nightly" in s.get("run", ""))
    assert {name: f"${{{{ secrets.{name} }}}}" for name in wanted}.items() <= run["env"].items()


def blocks(kind: str) -> list[str]:
    return [text for name, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")) if name == kind]


def test_every_command_of_the_guide_exists() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    shell = [line.split("#")[0].strip() for block in blocks("sh") for line in lines(block)]
    units = [line.partition("=")[2] for block in blocks("ini") for line in lines(block) if line.startswith("Exec")]
    cron = [line for block in blocks("cron") for line in lines(block)]
    prose = [c for c in re.findall(r"`((?:atlas|make) [^`]+)`", text) if "SITE" not in c and "FILE" not in c]
    assert len(shell) == 4 and len(units) == 3 and len(cron) == 1 and len(prose) > 8
    assert [f for line in (*shell, *units, *cron, *prose) for f in faults_of(line)] == []


def test_units_of_systemd_fit_together() -> None:
    service, timer = (configparser.ConfigParser(strict=True, interpolation=None) for _ in range(2))
    for parser, text in zip((service, timer), blocks("ini"), strict=True):
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read_string(text)
    run = service["Service"]
    assert run["Type"] == "oneshot"
    site = shlex.split(run["ExecStart"])[shlex.split(run["ExecStart"]).index("--site") + 1]
    assert run["ExecStartPost"].endswith(f"verify {site}")
    assert str(Path(site).parent) in run["ReadWritePaths"].split(), "the site is replaced by a rename in its folder"
    assert run["WorkingDirectory"] in run["ReadWritePaths"].split()
    assert timer["Timer"]["Persistent"] == "true" and timer["Install"]["WantedBy"] == "timers.target"


def test_upgrade_notes_name_the_versions_that_the_code_has() -> None:
    text = (ROOT / "content" / "project" / "upgrading.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| ([^|]+?) \| (\d+) \|", text, re.MULTILINE))
    assert told == {
        "planner's pack": str(PLANNER),
        "pack of the bill tool": str(BILLS),
        "pack of deployment files": str(MANIFESTS),
        "asset map of the engine": str(FORMAT),
        "saved scenarios": str(SCENARIOS),
        "ledger of your calls": str(LEDGER),
    }


def test_upgrade_notes_quote_what_a_reader_says() -> None:
    from wasm_tools.planner.pack import PackError, read_catalogue

    with pytest.raises(PackError, match=f"this engine reads {PLANNER}; reload the page"):
        read_catalogue({"version": PLANNER - 1})
