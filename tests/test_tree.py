"""What the checkout holds: the folders that were agreed on, and nothing that somebody left behind."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = {".ci", ".github", "content", "data", "generator", "site_templates", "tests", "wasm_tools"}
FILES = {
    ".gitignore", ".npmrc", ".python-version", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "NOTICE",
    "README.md", "mkdocs.yml", "package-lock.json", "package.json", "pyproject.toml", "requirements.lock",
    "requirements-audit.lock", "requirements-deep.lock", "requirements-node.lock", "requirements-pyodide.lock",
    "requirements-vllm.lock",
}  # fmt: skip
MAX_BYTES = 3_000_000


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """The files of the checkout that Git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_the_top_level_holds_what_was_agreed_on(tracked: list[Path]) -> None:
    tops = {p.relative_to(ROOT).parts[0] for p in tracked}
    assert tops == FOLDERS | FILES


def test_no_file_is_large_and_no_archive_is_kept(tracked: list[Path]) -> None:
    assert [p.name for p in tracked if p.stat().st_size > MAX_BYTES] == []
    assert [p.name for p in tracked if p.suffix in (".zip", ".gz", ".whl", ".wasm") and "payloads" not in p.parts] == []
