"""`python -m tests.bench [NAME…]`: run the benchmarks, all or those whose name holds a word, and write their page.

Each prints as it does by itself. What it hands over goes to tests/bench/figures.json, and from there to
content/project/benchmarks.md; benchmarks that are not run keep their last figures. Ends with 1 if one of them does.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.figures import read_figures
from tests.bench.record import Run, commit, machine, page, read_record, versions, write_record
from tests.browser.chromium import chromium_path

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "tests" / "bench" / "figures.json"
PAGE = ROOT / "content" / "project" / "benchmarks.md"


def run(script: Path, of: str) -> Run:
    """One script in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.jsonl"
        load = round(os.getloadavg()[0], 1)
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, str(script)], env={**os.environ, "ATLAS_FIGURES": str(figures)}, check=False
        )
        seconds = round(time.monotonic() - started, 1)
        day = datetime.now(UTC).date().isoformat()
        found = tuple(read_figures(figures))
    return Run(day, of, machine(), versions(ROOT, chromium_path()), seconds, done.returncode, found, load)


def main(words: Sequence[str], folder: Path = Path(__file__).parent) -> int:
    """Run, record after each, and write the page; the exit code."""
    scripts = [p for p in sorted(folder.glob("bench_*.py")) if not words or any(w in p.stem for w in words)]
    if not scripts:
        sys.exit(f"no benchmark is called like {' or '.join(words)}")
    runs, failed, of = read_record(RECORD), False, commit(ROOT)
    runs = {name: r for name, r in runs.items() if (folder / f"{name}.py").is_file()}
    for script in scripts:
        print(f"== {script.stem}", flush=True)
        runs[script.stem] = found = run(script, of)
        failed |= bool(found.code)
        write_record(RECORD, runs)
        PAGE.write_text(page(runs), encoding="utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
