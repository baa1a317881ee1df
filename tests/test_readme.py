"""Every command of the README is run here, in a fresh clone, except the one that runs this test."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator.cli import app

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
RUN_HERE = {
    "make site",
    "make serve",
    'atlas audit "gpt-4o at openai, 2 requests per second, 1000 tokens in and 250 out" --set spend_usd=20000',
    'atlas ask "a chatbot for 5k users in the EU, low latency is critical"',
    "make nightly",
    "source .venv/bin/activate",
    "atlas plan --prompt 512 --output 256 --qps 10 --slo conversational --class medium",
    "atlas plan --use-case chatbot --users 5000 --pattern business-hours",
    "atlas explain 1 --use-case chatbot --users 5000 --pattern business-hours",
    "atlas simulate 1 --use-case chatbot --users 5000 --pattern business-hours",
    "atlas memory qwen3-32b --gpu h100-sxm --tp 2 --max-model-len 16000",
    "atlas rank speech-to-text",
    "atlas health",
    "atlas history o3",
    "atlas diff 2026-10-01 2026-11-20 --kind repriced",
    "atlas --help",
}


def commands() -> set[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return {line.split("#")[0].strip() for block in BLOCK.findall(text) for line in block.splitlines() if line.strip()}


def test_every_command_of_the_readme_is_run_by_a_test() -> None:
    assert commands() == RUN_HERE


def test_paths_and_links_of_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / target).exists(), target
    for folder in re.findall(r"^\| `([^`]+)`", text, re.MULTILINE):
        assert (ROOT / folder).is_dir(), folder


def test_options_named_in_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    options = (
        ("plan", "--json"), ("health", "--json"), ("sync", "--mirror"), ("sync", "--source"), ("plan", "--overlay"),
        ("plan", "--csv"), ("plan", "--diagnostics"),
    )  # fmt: skip
    for command, option in options:
        assert option in text
        shown = CliRunner().invoke(app, [command, "--help"], env={"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"})
        assert option in shown.stdout


def plain(**more: str) -> dict[str, str]:
    """The environment without a mirror, without colours, wide enough for help texts."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ATLAS_", "PYTHONPATH", "VIRTUAL_ENV", "MAKE"))}
    return {**kept, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200", **more}


def run(command: str, clone: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command], cwd=clone, capture_output=True, text=True, env=plain(**more), timeout=900, check=False
    )


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone, alone in its folder: no stored payloads beside it, no environment in it."""
    folder = tmp_path_factory.mktemp("alone") / "atlas"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for line in changed.splitlines():  # while developing: what is not committed yet is part of what is tested
        path = line[3:].split(" -> ")[-1].strip('"')
        source, target = ROOT / path, folder / path
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    if changed:
        subprocess.run(
            "git add -A && git -c user.name=t -c user.email=t@t commit -qm t", shell=True, cwd=folder, check=True
        )
    return folder


@pytest.fixture(scope="module")
def built(clone: Path) -> Path:
    made = run("make site", clone)
    assert made.returncode == 0, made.stderr[-3000:]
    return clone


def test_make_site_builds_everything_and_leaves_the_tree_clean(built: Path) -> None:
    for page in ("index.html", "tools/planner/index.html", "build.json", "api/v1/SHA256SUMS", "_headers"):
        assert (built / "site" / page).exists(), page
    assert run("git status --porcelain", built).stdout == ""


def test_commands_of_the_readme_work_in_the_clone(built: Path) -> None:
    activate = "source .venv/bin/activate && "
    plan = "atlas plan --prompt 512 --output 256 --qps 10 --slo conversational --class medium"
    shown = run(activate + plan, built)
    assert shown.returncode == 0, shown.stderr
    assert "$/month" in shown.stdout
    answer = json.loads(run(activate + plan + " --json", built).stdout)
    assert answer["plans"][0]["rank"] == 1
    asked = run(activate + 'atlas ask "a chatbot for 5k users in the EU, low latency is critical"', built)
    assert "“5k users”" in asked.stdout
    today = '"gpt-4o at openai, 2 requests per second, 1000 tokens in and 250 out" --set spend_usd=20000'
    assert "20,000" in run(activate + f"atlas audit {today}", built).stdout
    same = "--use-case chatbot --users 5000 --pattern business-hours"
    assert "Recommended" in run(activate + f"atlas plan {same}", built).stdout
    assert "What binds it" in run(activate + f"atlas explain 1 {same}", built).stdout
    assert "months that could come" in run(activate + f"atlas simulate 1 {same}", built).stdout
    assert (
        "17 requests"
        in run(activate + "atlas memory qwen3-32b --gpu h100-sxm --tp 2 --max-model-len 16000", built).stdout
    )
    assert "USD a month" in run(activate + "atlas rank speech-to-text", built).stdout
    health = run(activate + "atlas health --json", built)
    assert health.returncode in (0, 3)
    assert {s["source"] for s in json.loads(health.stdout)["sources"]} >= {"litellm", "genai-prices", "models-dev"}
    assert "input.text.token" in run(activate + "atlas history o3", built).stdout
    assert "%" in run(activate + "atlas diff 2026-10-01 2026-11-20 --kind repriced", built).stdout
    assert "nightly" in run(activate + "atlas --help", built).stdout


def test_make_serve_shows_the_site(built: Path) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 8000)) == 0:
            pytest.skip("port 8000 is taken on this machine")
    process = subprocess.Popen(
        ["make", "serve"], cwd=built, env=plain(), start_new_session=True, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                page = urllib.request.urlopen("http://127.0.0.1:8000/", timeout=2)
                break
            except OSError:
                assert time.monotonic() < deadline, "the server did not answer"
                time.sleep(0.2)
        assert b"<h1" in page.read()
        assert page.headers["X-Content-Type-Options"] == "nosniff"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=10)


def test_make_nightly_syncs_and_builds(built: Path) -> None:
    """Hosts that cannot be reached keep their last good rows; the site is built all the same."""
    made = run("make nightly", built)
    assert made.returncode == 0, made.stderr[-3000:]
    for source in ("litellm", "genai-prices", "models-dev", "openrouter", "tardellirs", "aiconfigurator"):
        assert source in made.stderr
    changed = run("git status --porcelain", built).stdout.split("\n")
    assert all(line[3:].startswith("data/state/") for line in changed if line)


def test_missing_tools_give_one_sentence(clone: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "make", "touch", "grep", "cat", "ls"):
        (tools / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    old = tools / "python3"
    old.write_text("#!/bin/bash\nexit 1\n")
    old.chmod(0o755)
    made = subprocess.run(
        ["make", "-B", "VENV=elsewhere", "elsewhere/ready"],
        cwd=clone,
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
    )
    assert made.returncode != 0
    assert "Python 3.12 or newer is needed" in made.stderr
    assert "Traceback" not in made.stderr
