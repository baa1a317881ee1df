"""Promises of the lock for the browser's packages: the versions of the build, exact files, nothing else."""

import hashlib
import re
from pathlib import Path

import pytest

from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.runtime import Runtime, installed_runtime
from wasm_tools.bundle.wheels import wheels

ROOT = Path(__file__).parent.parent.parent
LOCK = ROOT / "requirements-pyodide.lock"
RUNTIME = ROOT / "node_modules" / "pyodide"
UNREACHABLE = re.compile(r"No matching distribution|did not answer within")


def locked(path: Path) -> dict[str, tuple[str, list[str]]]:
    """Version and hashes by package of a lock file."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^([a-z0-9._-]+)==(\S+) \\\n((?: +--hash=\S+(?: \\)?\n)+)", text, flags=re.MULTILINE)
    return {package: (version, re.findall(r"sha256:([0-9a-f]{64})", hashes)) for package, version, hashes in blocks}


def test_the_browsers_packages_have_the_versions_of_the_build():
    browser, build = locked(LOCK), locked(ROOT / "requirements.lock")
    assert set(browser) == {"annotated-types", "pydantic", "pydantic-core", "typing-extensions", "typing-inspection"}
    assert {name: version for name, (version, _) in browser.items()} == {name: build[name][0] for name in browser}
    assert {len(hashes) for _, hashes in browser.values()} == {1}


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    """The installed runtime."""
    if not RUNTIME.is_dir():
        pytest.skip("no node_modules: run `make install`")
    return installed_runtime(RUNTIME)


@pytest.fixture(scope="module")
def downloaded(runtime: Runtime, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Path, ...]]:
    """A cache and the wheels in it, downloaded now."""
    cache = tmp_path_factory.mktemp("wheels")
    try:
        return cache, wheels(LOCK, runtime, cache)
    except BundleError as error:
        if UNREACHABLE.search(str(error)):
            pytest.skip(f"the package index cannot be reached: {error}")
        raise


@pytest.mark.native("starts another process")
def test_wheels_are_exactly_those_of_the_lock(downloaded):
    checksums = {hashlib.sha256(path.read_bytes()).hexdigest() for path in downloaded[1]}
    assert checksums == {digest for _, hashes in locked(LOCK).values() for digest in hashes}
    version = locked(LOCK)["pydantic-core"][0]
    name = f"pydantic_core-{version}-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
    assert name in {path.name for path in downloaded[1]}


@pytest.mark.native("starts another process")
def test_a_wheel_that_was_changed_in_the_cache_is_replaced(downloaded, runtime):
    cache, found = downloaded
    good = found[0].read_bytes()
    found[0].write_bytes(b"changed")
    assert wheels(LOCK, runtime, cache) == found
    assert found[0].read_bytes() == good


@pytest.mark.native("starts another process")
def test_a_wheel_with_another_hash_is_refused(downloaded, runtime, tmp_path):
    lock = tmp_path / "requirements-pyodide.lock"
    [digest] = locked(LOCK)["annotated-types"][1]
    lock.write_text(LOCK.read_text().replace(digest, "0" * 64))
    with pytest.raises(BundleError, match="could not download the wheels"):
        wheels(lock, runtime, tmp_path)
