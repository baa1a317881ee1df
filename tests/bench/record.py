"""The record of benchmark runs, and the page that shows it. A run replaces the one before of the same script."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure

HEAD = """# Benchmarks

What `make bench` has measured: time, memory, size and accuracy, each with its limit where there is one. A ratio holds a
value against its reference, measured in the same run on the same machine. Where another system is named, its algorithm
was restated and measured here; its own program was not run. Other work on the machine makes times longer.

"""
TABLE = "| figure | value | limit | ratio |\n|---|---:|---:|---|\n"


@dataclass(frozen=True)
class Run:
    """One run of a script: when, on what, of which commit, for how long, with which exit code, and its figures."""

    date: str
    commit: str
    machine: str
    versions: str
    seconds: float
    code: int
    figures: tuple[Figure, ...]
    load: float | None = None  # programs that wanted a processor when it began


def read_record(path: Path) -> dict[str, Run]:
    """The runs by the name of their script; none where there is no record yet."""
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {n: Run(**{**run, "figures": tuple(Figure(**f) for f in run["figures"])}) for n, run in kept.items()}


def write_record(path: Path, runs: Mapping[str, Run]) -> None:
    """Write them, sorted by script."""
    text = json.dumps({name: asdict(runs[name]) for name in sorted(runs)}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def page(runs: Mapping[str, Run]) -> str:
    """The page in Markdown: a section for each script, with the machine and the versions that it ran with."""
    figures = [f for run in runs.values() for f in run.figures]
    limited = [f for f in figures if f.at_most is not None or f.at_least is not None]
    broken = sum(not f.holds() for f in limited)
    parts = [HEAD, f"{len(figures):,} figures of {len(runs)} benchmarks; {len(limited):,} have a limit"]
    parts.append(f", and {broken} of them break it.\n" if broken else ", and all keep it.\n")
    for name in sorted(runs):
        run = runs[name]
        title = name.removeprefix("bench_").replace("_", " ").capitalize()
        parts.append(
            f"\n## {title}\n\n{run.date}, commit {run.commit}, {run.seconds:,.0f} s{_busy(run)}. {run.machine}; "
        )
        parts.append(f"{run.versions}.\n\n")
        if run.code and all(f.holds() for f in run.figures):
            parts.append(f"**The run ended early, with exit code {run.code}.**\n\n")
        if run.figures:
            parts += [TABLE, *(_row(f) for f in run.figures)]
    return "".join(parts)


def _busy(run: Run) -> str:
    return "" if run.load is None else f", with a load of {run.load:.1f} from before"


def _row(of: Figure) -> str:
    limits = [f"{sign} {_number(v)}" for sign, v in (("≤", of.at_most), ("≥", of.at_least)) if v is not None]
    limit = " and ".join(limits) + ("" if of.holds() else ", **broken**")
    value = f"{_number(of.value)} {of.unit}".rstrip()
    ratio = "" if of.ratio is None else f"{_number(of.ratio)} × {of.reference}"
    return f"| {of.name.replace('|', '/')} | {value} | {limit} | {ratio.replace('|', '/')} |\n"


def _number(value: float) -> str:
    """Three significant digits, and whole numbers whole."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def machine() -> str:
    """Processor, number of cores and memory of this machine, as the system names them."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (OSError, ValueError):
        return f"{platform.machine()}, {os.cpu_count()} cores"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB"


def versions(root: Path, chromium: Path | None) -> str:
    """Of the system, Python, Node's Pyodide and Chromium, as far as they are there."""
    found = [f"{platform.system()} {platform.release().partition('-')[0]}", f"CPython {platform.python_version()}"]
    package = root / "node_modules" / "pyodide" / "package.json"
    if package.is_file():
        found.append(f"Pyodide {json.loads(package.read_text(encoding='utf-8'))['version']}")
    if chromium:
        said = subprocess.run([str(chromium), "--version"], capture_output=True, text=True, check=False).stdout.split()
        found += [f"Chromium {word}" for word in said if word[:1].isdigit()][:1]
    return ", ".join(found)


def commit(root: Path) -> str:
    """The commit in short, with a + where files differ from it; unknown outside a checkout."""
    said = subprocess.run(
        ["git", "describe", "--always", "--abbrev=10", "--dirty=+", "--exclude=*"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return said.stdout.strip() or "unknown"
