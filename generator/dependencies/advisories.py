"""Known advisories about the locked packages: pip-audit and `npm audit`, and what of them really was answered.

Both tools can end well without having looked at anything: pip-audit skips a package that the index does not know, npm
may find no advisory service. What was not looked at is told and is no success.
"""

import json
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from generator.dependencies.licences import Accepted

SEVERE = ("high", "critical")
Run = Callable[[Sequence[str], Path], str]


@dataclass(frozen=True, slots=True)
class Advisories:
    """What one tool told: packages that were looked at, those that were not, and findings in words."""

    tool: str
    checked: int
    unchecked: int
    findings: tuple[str, ...]
    failure: str = ""


def output(command: Sequence[str], folder: Path) -> str:
    """The standard output of a tool; its exit code says what its JSON says, too. Raises OSError and TimeoutExpired."""
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False).stdout


def python_advisories(
    lock: Path, tool: str, accepted: Sequence[Accepted], today: date, run: Run = output
) -> Advisories:
    """The advisories about one lock of Python packages."""
    name = f"pip-audit of {lock.name}"
    command = (tool, "--requirement", str(lock), "--disable-pip", "--require-hashes", "--format", "json")
    record = _json(name, command, lock.parent, run)
    if isinstance(record, Advisories):
        return record
    rows = record.get("dependencies", [])
    checked = [r for r in rows if "skip_reason" not in r]
    findings = [
        f"{r['name']} {r['version']}: {v['id']}"
        + (f", fixed in {', '.join(v['fix_versions'])}" if v.get("fix_versions") else "")
        for r in checked
        for v in r.get("vulns", [])
        if not _is_accepted({v["id"], *v.get("aliases", [])}, r["name"], accepted, today)
    ]
    return Advisories(name, len(checked), len(rows) - len(checked), tuple(findings))


def npm_advisories(
    folder: Path, packages: int, accepted: Sequence[Accepted], today: date, run: Run = output
) -> Advisories:
    """The advisories about a lock of npm that are high or critical; `packages` is how many the lock has."""
    name = f"npm audit of {folder.name or 'the project'}"
    record = _json(name, ("npm", "audit", "--json", "--package-lock-only"), folder, run)
    if isinstance(record, Advisories):
        return record
    if "vulnerabilities" not in record:
        return Advisories(name, 0, packages, (), str(record.get("message", "no answer")))
    findings = []
    for package, found in record["vulnerabilities"].items():
        told = [v for v in found["via"] if isinstance(v, dict) and v["severity"] in SEVERE]
        findings += [
            f"{package}: {v['title']} ({v['url']})"
            for v in told
            if not _is_accepted({v["url"].rpartition("/")[2]}, package, accepted, today)
        ]
    return Advisories(name, packages, 0, tuple(findings))


def _json(name: str, command: Sequence[str], folder: Path, run: Run) -> Advisories | dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads(run(command, folder))
        return record
    except (OSError, subprocess.TimeoutExpired) as error:
        return Advisories(name, 0, 0, (), f"{command[0]} does not run: {type(error).__name__}")
    except ValueError:
        return Advisories(name, 0, 0, (), "the tool gave no JSON: it has no connection, or it failed")


def _is_accepted(ids: set[str], package: str, accepted: Iterable[Accepted], today: date) -> bool:
    return any(a.id in ids and a.package == package and today <= a.until for a in accepted)
