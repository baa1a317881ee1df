"""The Python runtime for the browser, as npm installed it: which files we publish, its versions, its lock text."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from pyodide_lock import PyodideLockSpec
from pyodide_lock.spec import InfoSpec

from wasm_tools.bundle.failure import BundleError

STARTER, SCRIPT, WASM = PUBLISHED = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
STANDARD_LIBRARY = "python_stdlib.zip"
LOCK_FILE = "pyodide-lock.json"


@dataclass(frozen=True, slots=True)
class Runtime:
    """An installed runtime: its folder, npm version, Python version, the platform its wheels name, its lock text.

    `sha256` covers the published files.
    """

    folder: Path
    version: str
    python: str
    abi: str
    sha256: str
    lock: str


def installed_runtime(folder: Path) -> Runtime:
    """The runtime in `node_modules/pyodide`. Raises BundleError when it is missing or incomplete."""
    needed = ("package.json", *PUBLISHED, STANDARD_LIBRARY, LOCK_FILE)
    missing = [name for name in needed if not (folder / name).is_file()]
    if missing:
        raise BundleError(f"The Python runtime in {folder} lacks {', '.join(missing)}: run `make install`.")
    version = str(json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"])
    info = PyodideLockSpec.from_json(folder / LOCK_FILE).info
    digest = hashlib.sha256()
    for name in PUBLISHED:
        digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return Runtime(
        folder, version, info.python, info.abi_version or "", digest.hexdigest(), lock_without_packages(info)
    )


def lock_without_packages(info: InfoSpec) -> str:
    """The lock text of a runtime that installs nothing: 0.2 kB instead of the 119 kB that name every package.

    Given to `loadPyodide` as `lockFileContents` it also saves a request.
    """
    spec = PyodideLockSpec(info=info, packages={})
    spec.check_wheel_filenames()
    return json.dumps(spec.to_dict(), sort_keys=True)
