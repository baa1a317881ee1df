"""A fresh clone of the checkout with the site that `make site` builds in it, as a newcomer would make it."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
ARCHIVES = ("bytecode", "gzip", "imports", "wasm")  # folders of the bundle's cache


def plain(**more: str) -> dict[str, str]:
    """The environment without a mirror, without colours, wide enough for help texts.

    Packages are installed as they are: Python compiles what a run imports when it imports it.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ATLAS_", "PYTHONPATH", "VIRTUAL_ENV", "MAKE"))}
    return {**kept, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200", "PIP_NO_COMPILE": "1", **more}


def run(command: str, clone: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A command line of the shell in the clone, as it ended."""
    return subprocess.run(
        ["bash", "-c", command], cwd=clone, capture_output=True, text=True, env=plain(**more), timeout=900, check=False
    )


def fresh_clone(folder: Path, cache: Path | None = None) -> None:
    """Clone the checkout to `folder`: no stored payloads beside it, no environment in it.

    Of `cache`, where other tests keep compiled archives under a hash of what they are made of, it takes those.
    """
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    if cache:
        (folder / ".cache").mkdir()
        for part in ARCHIVES:
            (cache / part).mkdir(parents=True, exist_ok=True)
            (folder / ".cache" / part).symlink_to(cache / part)
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
        else:
            target.unlink(missing_ok=True)
    if changed:
        subprocess.run(
            "git add -A && git -c user.name=t -c user.email=t@t commit -qm t", shell=True, cwd=folder, check=True
        )
