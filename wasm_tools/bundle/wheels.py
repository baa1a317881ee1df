"""Python packages for the browser, by a hash lock of their own: the machine that builds has another platform.

The bundle does not ship them. No tool page needs pydantic for its first answer, and it would cost the reader 2 MB.
"""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.runtime import Runtime

HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
TIMEOUT_S = 180


def wheels(lock: Path, runtime: Runtime, cache: Path) -> tuple[Path, ...]:
    """The wheels that `lock` names, downloaded once and then kept in `cache` under the lock's own hash; sorted.

    Uses pip with the reader's own configuration. Raises BundleError when the index cannot be reached or a wheel is
    not the one that the lock names.
    """
    text = lock.read_bytes()
    folder = cache / "wheels" / hashlib.sha256(text).hexdigest()
    expected = set(HASH.findall(text.decode()))
    if _checksums(folder) != expected:
        folder.mkdir(parents=True, exist_ok=True)
        _download(lock, runtime, folder)
        if _checksums(folder) != expected:
            raise BundleError(f"{folder} does not hold exactly the wheels of {lock.name}: remove it and try again.")
    return tuple(sorted(folder.glob("*.whl")))


def _checksums(folder: Path) -> set[str]:
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.whl")}


def _download(lock: Path, runtime: Runtime, folder: Path) -> None:
    major, minor, *_ = runtime.python.split(".")
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"),
        *("--only-binary=:all:", "--platform", f"pyemscripten_{runtime.abi}_wasm32"),
        *("--python-version", f"{major}.{minor}", "--implementation", "cp", "--abi", f"cp{major}{minor}"),
        *("--requirement", str(lock), "--dest", str(folder)),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise BundleError(f"The package index did not answer within {TIMEOUT_S} seconds: try again later.") from None
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise BundleError(
            f"pip could not download the wheels of {lock.name}: {(errors or ['ERROR: no reason given'])[-1]}"
        )
