"""The nightly over the stored payloads, which the committed state is of, changes no byte of data or site.

It finds the site that is there and has nothing to build; with ATLAS_FULL=1 (`make test-full`) it builds all of it anew.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from generator import build_commands
from generator.cli import app

ROOT = Path(__file__).parent.parent
FULL = bool(os.environ.get("ATLAS_FULL"))
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
    clone = site.parent / "atlas"  # where the site was built: other tests of a full run write a page of this checkout
    sources = clone if (clone / "generator").is_dir() else ROOT
    for name in ROOMS:
        shutil.copytree(sources / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy2(sources / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    if not FULL:
        shutil.copytree(site, tmp_path / "site", copy_function=os.link)
    nightly(tmp_path, mirror, *(("--rebuild",) if FULL else ()))
    assert digests(tmp_path / "data") == digests(ROOT / "data")
    assert digests(tmp_path / "site") == digests(site)
    assert len(digests(site)) > 300


def test_nightly_builds_of_what_it_has_synced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A night of changed prices: what the sync hands over is what is built, with the facts of both in the record."""
    built: list[tuple[object, dict[str, object]]] = []
    kept, after = SimpleNamespace(state="kept"), object()
    monkeypatch.setattr(build_commands, "synced", lambda *_: (after, [kept, kept, SimpleNamespace(state="ok")], None))
    monkeypatch.setattr(build_commands, "_build", lambda at, *more: built.append((at, more[4])))
    run = CliRunner().invoke(app, ["nightly"])
    assert run.exit_code == 0, run.output
    ((at, facts),) = built
    assert at is after
    assert facts["sources kept from before"] == 2
