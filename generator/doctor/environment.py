"""The programs and packages that a run needs, held against the lock files."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from generator.doctor.finding import Finding, fail, ok, warn

INSTALL = "run `make install`"
OLDEST_PYTHON = (3, 12)
OLDEST_NODE = 18
SHOWN = 5
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(\s*;)?", re.MULTILINE)

Installed = Callable[[str], str | None]


def environment_findings(root: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Python, Node.js, Chromium, promtool, and the packages of both lock files."""
    yield python_finding(sys.version_info[:3])
    yield node_finding(program_version("node"))
    yield program("Chromium", environ.get("CHROMIUM", "/usr/bin/chromium"), "browser tests and `atlas check-site`")
    yield program("promtool", "promtool", "the tests of alert rules", "install the package prometheus of your system")
    yield python_packages(root / "requirements.lock", installed_version)
    yield node_packages(root)


def python_finding(found: tuple[int, ...]) -> Finding:
    """Whether the running Python is new enough."""
    words = ".".join(map(str, found))
    if found < OLDEST_PYTHON:
        return fail("Python", f"{words} is too old", "install Python 3.12 or newer, then " + INSTALL)
    return ok("Python", words)


def node_finding(said: str | None) -> Finding:
    """Whether Node.js, which compiles the browser bundle, is there and new enough; `said` is like `v24.1.0`."""
    if said is None:
        return fail("Node.js", "not found: the browser bundle cannot be compiled", INSTALL)
    major = re.match(r"v?(\d+)\.", said)
    if major is None or int(major[1]) < OLDEST_NODE:
        return fail("Node.js", f"{said} is too old", f"install Node.js {OLDEST_NODE} or newer")
    return ok("Node.js", said)


def program_version(name: str) -> str | None:
    """What a program says to `--version`; None when it is not there or does not run."""
    path = shutil.which(name)
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20) if path else None
    except (OSError, subprocess.TimeoutExpired):
        return None
    return said.stdout.strip() if said and said.returncode == 0 else None


def program(title: str, name: str, used_for: str, remedy: str = "") -> Finding:
    """Whether a program that tests and checks use is there; a nightly run does without it."""
    path = shutil.which(name)
    if path is None:
        return warn(
            title, f"not found; without it {used_for} do not run", remedy or f"install it, or set ${title.upper()}"
        )
    return ok(title, path)


def installed_version(name: str) -> str | None:
    """The version of an installed Python package."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def python_packages(lock: Path, installed: Installed) -> Finding:
    """Whether what is installed is what the lock file says. A package for other systems only may be absent."""
    part = "Python packages"
    try:
        text = lock.read_text(encoding="utf-8")
    except OSError:
        return warn(part, f"{lock.name} is not there: nothing to hold them against", "restore it from git")
    locked = LOCKED.findall(text)
    odd = []
    for name, wanted, conditional in locked:
        found = installed(name)
        if found != wanted and not (found is None and conditional):
            odd.append(f"{name} {found or 'missing'} instead of {wanted}")
    return _packages(part, lock.name, len(locked), odd)


def node_packages(root: Path) -> Finding:
    """The same for node_modules and package-lock.json."""
    part = "npm packages"
    try:
        locked = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    except (OSError, ValueError, KeyError):
        return warn(part, "package-lock.json cannot be read: nothing to hold them against", "restore it from git")
    wanted = {path: record for path, record in locked.items() if path}
    odd = []
    for path, record in wanted.items():
        try:
            found = json.loads((root / path / "package.json").read_text(encoding="utf-8")).get("version")
        except (OSError, ValueError):
            found = None
        if found != record["version"] and not (found is None and record.get("optional")):
            odd.append(f"{path.removeprefix('node_modules/')} {found or 'missing'} instead of {record['version']}")
    return _packages(part, "package-lock.json", len(wanted), odd)


def _packages(part: str, lock: str, count: int, odd: list[str]) -> Finding:
    if odd:
        more = f" and {len(odd) - SHOWN} more" if len(odd) > SHOWN else ""
        return fail(part, f"not what {lock} says: {', '.join(odd[:SHOWN])}{more}", INSTALL)
    return ok(part, f"{count} as {lock} says")
