"""The nightly over the stored payloads, which the committed state is of, changes no byte of data or site."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = ("mkdocs.yml", "LICENSE", "NOTICE", "package-lock.json", "requirements.lock")
ROOMS = ("generator", "wasm_tools", "site_templates", "content", "data")


def digests(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def nightly(checkout: Path, mirror: Path, *more: str) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith("ATLAS_")}
    words = ("nightly", "--mirror", str(mirror), "--as-of", "2026-11-20", "--json", *more)
    run = subprocess.run(
        [sys.executable, "-m", "generator.cli", *words],
        cwd=checkout, env=env, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]


@pytest.mark.mirror
@pytest.mark.site
def test_second_nightly_changes_no_byte(tmp_path: Path, mirror: Path, site: Path) -> None:
    """The committed state is that of a nightly over these payloads, and `site` was built of it in another folder."""
    for name in ROOMS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy2(ROOT / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    nightly(tmp_path, mirror, "--rebuild")
    assert digests(tmp_path / "data") == digests(ROOT / "data")
    assert digests(tmp_path / "site") == digests(site)
    assert len(digests(site)) > 300
