"""The examples of the API page run as they stand against the built site, over loopback."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "content" / "api.md"
FENCE = re.compile(r"^```(bash|python|js)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMANDS = {
    "bash": ["bash", "-eu"],
    "python": [sys.executable, "-"],
    "js": ["node", "--input-type=module", "-"],
}


def examples() -> list[tuple[str, str]]:
    """The fenced blocks that are programs: language and text."""
    return FENCE.findall(PAGE.read_text(encoding="utf-8"))


def ran(kind: str, program: str, address: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        COMMANDS[kind],
        input=program,
        env={**os.environ, "ATLAS": address},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_every_kind_of_file_has_an_example() -> None:
    text = "".join(program for _, program in examples())
    for part in (
        "models/", "gpus/", "offers.csv", "gpu_offers.json", "models.csv", "models.json", "plans.json", "SHA256SUMS",
        "schemas/", "datapackage.json", "index.md", "llms.txt", "embed/",
        "history/", "charts/", "workloads/", "health.csv",
    ):  # fmt: skip
        assert part in text, part
    assert {kind for kind, _ in examples()} == set(COMMANDS)


@pytest.mark.site
@pytest.mark.parametrize(("kind", "program"), examples(), ids=[f"{n}-{kind}" for n, (kind, _) in enumerate(examples())])
def test_an_example_runs_and_says_something(kind: str, program: str, site_address: str) -> None:
    needed = "curl" if kind == "bash" else COMMANDS[kind][0]
    if shutil.which(needed) is None:
        pytest.skip(f"{needed} is not installed here")
    run = ran(kind, program, site_address)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    # Every call of curl has an answer: the last of a pipe would hide that an earlier one failed.
    assert len(run.stdout) > 20 * max(1, program.count("curl "))


@pytest.mark.site
def test_an_example_with_a_wrong_address_fails(site_address: str) -> None:
    first = dict(reversed(examples()))
    for kind in ("python", "js"):
        assert ran(kind, first[kind], f"{site_address}nowhere/").returncode
    assert ran("bash", first["bash"], f"{site_address}nowhere/").stdout == ""
