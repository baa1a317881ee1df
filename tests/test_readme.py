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
from tests.fresh_clone import plain, run

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
RUN_HERE = {
    "make site",
    "make serve",
    'atlas ask "a chatbot for 5k users in the EU, low latency is critical"',
    'atlas audit "gpt-4o at openai, 2 requests per second, 1000 tokens in and 250 out" --set spend_usd=20000',
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


def test_make_site_builds_everything_and_leaves_the_tree_clean(built_clone: Path) -> None:
    for page in ("index.html", "tools/planner/index.html", "build.json", "api/v1/SHA256SUMS", "_headers"):
        assert (built_clone / "site" / page).exists(), page
    assert run("git status --porcelain", built_clone).stdout == ""


def test_commands_of_the_readme_work_in_the_clone(built_clone: Path) -> None:
    activate = "source .venv/bin/activate && "
    plan = "atlas plan --prompt 512 --output 256 --qps 10 --slo conversational --class medium"
    shown = run(activate + plan, built_clone)
    assert shown.returncode == 0, shown.stderr
    assert "$/month" in shown.stdout
    answer = json.loads(run(activate + plan + " --json", built_clone).stdout)
    assert answer["plans"][0]["rank"] == 1
    asked = run(activate + 'atlas ask "a chatbot for 5k users in the EU, low latency is critical"', built_clone)
    assert "“5k users”" in asked.stdout
    spent = 'atlas audit "gpt-4o at openai, 2 requests per second, 1000 tokens in and 250 out" --set spend_usd=20000'
    assert "You pay: $20,000.00" in run(activate + spent, built_clone).stdout
    same = "--use-case chatbot --users 5000 --pattern business-hours"
    assert "Recommended" in run(activate + f"atlas plan {same}", built_clone).stdout
    assert "What binds it" in run(activate + f"atlas explain 1 {same}", built_clone).stdout
    assert "months that could come" in run(activate + f"atlas simulate 1 {same}", built_clone).stdout
    assert (
        "17 requests"
        in run(activate + "atlas memory qwen3-32b --gpu h100-sxm --tp 2 --max-model-len 16000", built_clone).stdout
    )
    assert "USD a month" in run(activate + "atlas rank speech-to-text", built_clone).stdout
    health = run(activate + "atlas health --json", built_clone)
    assert health.returncode in (0, 3)
    assert {s["source"] for s in json.loads(health.stdout)["sources"]} >= {"litellm", "genai-prices", "models-dev"}
    assert "input.text.token" in run(activate + "atlas history o3", built_clone).stdout
    assert "%" in run(activate + "atlas diff 2026-10-01 2026-11-20 --kind repriced", built_clone).stdout
    assert "nightly" in run(activate + "atlas --help", built_clone).stdout


def test_make_serve_shows_the_site(built_clone: Path) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 8000)) == 0:
            pytest.skip("port 8000 is taken on this machine")
    process = subprocess.Popen(
        ["make", "serve"], cwd=built_clone, env=plain(), start_new_session=True, stdout=subprocess.DEVNULL
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


def test_make_nightly_syncs_and_builds(built_clone: Path) -> None:
    """Hosts that cannot be reached keep their last good rows; the site is built all the same."""
    made = run("make nightly", built_clone)
    assert made.returncode == 0, made.stderr[-3000:]
    for source in ("litellm", "genai-prices", "models-dev", "openrouter", "tardellirs", "aiconfigurator"):
        assert source in made.stderr
    changed = run("git status --porcelain", built_clone).stdout.split("\n")
    assert all(line[3:].startswith("data/state/") for line in changed if line)


def test_missing_tools_give_one_sentence(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "make", "touch", "grep", "cat", "ls"):
        (tools / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    old = tools / "python3"
    old.write_text("#!/bin/bash\nexit 1\n")
    old.chmod(0o755)
    made = subprocess.run(
        ["make", "-B", "VENV=elsewhere", "elsewhere/ready"],
        cwd=ROOT,
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
    )
    assert made.returncode != 0
    assert "Python 3.12 or newer is needed" in made.stderr
    assert "Traceback" not in made.stderr
