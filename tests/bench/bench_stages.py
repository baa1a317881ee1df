"""Seconds of each stage of an offline build, from the committed data: medians of three runs."""

import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from generator import nightly, stages
from generator.places import Places
from tests.bench.figures import figure

ROOT = Path(__file__).parents[2]


def main(runs: int = 3) -> None:
    seconds: dict[str, list[float]] = {}
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            marks = [("", time.perf_counter())]
            at = nightly.inputs(Places(ROOT, Path(folder) / "work"), None, offline=True)
            marks.append(("inputs", time.perf_counter()))
            with nightly.single_run(at.places):
                results = stages.precompute_stage(at, nightly.silent)
                marks.append(("precompute", time.perf_counter()))
                bundle = stages.bundle_stage(at, results)
                marks.append(("bundle", time.perf_counter()))
                stages.render_stage(at, results, bundle, nightly.silent)
                marks.append(("render", time.perf_counter()))
                stages.publish_stage(at, Path(folder) / "site")
                marks.append(("seal and publish", time.perf_counter()))
            for (_, start), (name, end) in pairwise(marks):
                seconds.setdefault(name, []).append(end - start)
    for name, values in seconds.items():
        figure(f"stage {name}, median", statistics.median(values), "s")
        sys.stdout.write(f"{name:<18} {statistics.median(values):6.2f} s  ({min(values):.2f}–{max(values):.2f})\n")

    whole = sum(statistics.median(values) for values in seconds.values())
    figure("all stages of an offline build", whole, "s", at_most=240)


if __name__ == "__main__":
    main()
