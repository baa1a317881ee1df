"""The lock files read as they are: names, exact versions, who asks for what."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.failure import Failure

PROJECT = "inference-price-atlas (pyproject.toml)"  # how a lock names what the project itself asks for
PYTHON_LOCKS = "requirements*.lock"
NPM_LOCKS = ("package-lock.json", "tests/bench/lighthouse/package-lock.json")

_NAMED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
_VIA = re.compile(r"^    # (?:via |  )(\S.*)$")


class LockError(Failure, ValueError):
    """A lock file that cannot be used; the message names it and the remedy."""


@dataclass(frozen=True, slots=True)
class PythonPackage:
    """A package of the Python index. `via` are those that ask for it, PROJECT among them."""

    name: str
    version: str
    via: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NpmPackage:
    """A package of npm. `integrity` is base64 of its digest, `direct` whether the project asks for it by name.

    `licence` is what the package says, an SPDX expression; empty when it says nothing.
    """

    name: str
    version: str
    licence: str
    integrity: str
    direct: bool
    asks_for: tuple[str, ...]


def python_packages(lock: Path) -> tuple[PythonPackage, ...]:
    """The packages of a lock of Python packages, in its order."""
    found: list[tuple[str, str, list[str]]] = []
    for line in _text(lock).splitlines():
        if named := _NAMED.match(line):
            found.append((named[1], named[2], []))
        elif (via := _VIA.match(line)) and found:
            found[-1][2].append(via[1])
    if not found:
        raise LockError(f"{lock} names no package: run `make lock`")
    return tuple(PythonPackage(name, version, tuple(via)) for name, version, via in found)


def npm_packages(lock: Path) -> tuple[NpmPackage, ...]:
    """The packages of a lock of npm, sorted by name."""
    try:
        records: dict[str, dict[str, Any]] = json.loads(_text(lock))["packages"]
        wanted = records[""].get("dependencies", {})
        return tuple(sorted(_npm(records, set(wanted)), key=lambda p: (p.name, p.version)))
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise LockError(f"{lock} cannot be read ({error}): run `make lock`") from None


def _npm(records: dict[str, dict[str, Any]], direct: set[str]) -> Iterator[NpmPackage]:
    for path, record in records.items():
        if path:
            name = path.rpartition("node_modules/")[2]
            asks = tuple(sorted(record.get("dependencies", {})))
            licence, integrity = record.get("license", ""), record.get("integrity", "")
            yield NpmPackage(name, record["version"], licence, integrity, name in direct, asks)


def needed(packages: tuple[PythonPackage, ...]) -> frozenset[str]:
    """The names of those that the project needs at run time: what it asks for, and what these ask for."""
    found = {p.name for p in packages if PROJECT in p.via}
    while more := {p.name for p in packages if p.name not in found and found & set(p.via)}:
        found |= more
    return frozenset(found)


def _text(lock: Path) -> str:
    try:
        return lock.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise LockError(f"{lock} cannot be read: restore it from git") from None
