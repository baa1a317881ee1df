"""Every command of the README is run here, except the one that runs this test.

Each kind is a process of its own in a fresh clone once; the other questions to `atlas` are asked in this process.
`make nightly` builds a second site there: with stored payloads only with ATLAS_FULL=1 (`make test-full`), as
tests/test_nightly.py then runs `atlas nightly` over them.
"""

import json
import os
import re
import shlex
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
from tests.conftest import mirror_path
from tests.fresh_clone import plain, run

ROOT = Path(__file__).parent.parent
FULL = bool(os.environ.get("ATLAS_FULL"))
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
    "atlas regions --gpu h100-sxm",
    "atlas history o3",
    "atlas diff 2026-10-01 2026-11-20 --kind repriced",
    "atlas --help",
}
IN_A_PIPE = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"}


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
        shown = CliRunner().invoke(app, [command, "--help"], env=IN_A_PIPE)
        assert option in shown.stdout


def test_make_site_builds_everything_and_leaves_the_tree_clean(built_clone: Path) -> None:
    for page in ("index.html", "tools/planner/index.html", "build.json", "api/v1/SHA256SUMS", "_headers"):
        assert (built_clone / "site" / page).exists(), page
    assert run("git status --porcelain", built_clone).stdout == ""


ACTIVATE = "source .venv/bin/activate && "
PLAN = "atlas plan --prompt 512 --output 256 --qps 10 --slo conversational --class medium"


def test_commands_of_the_readme_work_in_the_clone(built_clone: Path) -> None:
    """The first question of the README in a shell, as a newcomer asks it."""
    shown = run(ACTIVATE + PLAN, built_clone)
    assert shown.returncode == 0, shown.stderr
    assert "$/month" in shown.stdout
    answer = json.loads(run(ACTIVATE + PLAN + " --json", built_clone).stdout)
    assert answer["plans"][0]["rank"] == 1
    assert "nightly" in run(ACTIVATE + "atlas --help", built_clone).stdout


SAME = "--use-case chatbot --users 5000 --pattern business-hours"
ANSWERS = {
    'atlas ask "a chatbot for 5k users in the EU, low latency is critical"': "“5k users”",
    'atlas audit "gpt-4o at openai, 2 requests per second, 1000 tokens in and 250 out" --set spend_usd=20000': (
        "You pay: $20,000.00"
    ),
    f"atlas plan {SAME}": "Recommended",
    f"atlas explain 1 {SAME}": "What binds it",
    f"atlas simulate 1 {SAME}": "months that could come",
    "atlas memory qwen3-32b --gpu h100-sxm --tp 2 --max-model-len 16000": "17 requests",
    "atlas rank speech-to-text": "USD a month",
    "atlas regions --gpu h100-sxm": "products in several regions",
    "atlas history o3": "input.text.token",
    "atlas diff 2026-10-01 2026-11-20 --kind repriced": "%",
}


@pytest.mark.parametrize("command", ANSWERS)
def test_a_command_of_the_readme_answers(command: str, request: pytest.FixtureRequest) -> None:
    """In the shell of a fresh clone with ATLAS_FULL=1, else in this process, over the same data."""
    assert command in RUN_HERE
    if FULL:
        said = run(ACTIVATE + command, request.getfixturevalue("built_clone"))
        assert said.returncode == 0, said.stderr
        assert ANSWERS[command] in said.stdout
    else:
        shown = CliRunner().invoke(app, shlex.split(command)[1:], env=IN_A_PIPE)
        assert shown.exit_code == 0, shown.output
        assert ANSWERS[command] in shown.stdout


def test_health_of_the_readme_names_the_sources() -> None:
    health = CliRunner().invoke(app, ["health", "--json"], env=IN_A_PIPE)
    assert health.exit_code in (0, 3)
    assert {s["source"] for s in json.loads(health.stdout)["sources"]} >= {"litellm", "genai-prices", "models-dev"}


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


def test_make_nightly_runs_the_nightly(built_clone: Path) -> None:
    said = run("make -n nightly", built_clone)
    assert said.returncode == 0, said.stderr
    assert [line for line in said.stdout.splitlines() if line.startswith("atlas")] == ["atlas nightly"]


@pytest.mark.skipif(
    not FULL and mirror_path() is not None,
    reason="tests/test_nightly.py runs `atlas nightly` over the stored payloads; `make test-full` runs this as well",
)
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
