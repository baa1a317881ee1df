"""Milliseconds of one answer by the earlier systems' algorithms, restated. Run it as a script.

What is timed is our restatement of their ranking (`wasm_tools.compat`), without their database, web framework and model
lookups, so it is a lower bound of what they took. Compass runs on its own rows, read from the file given (or from
$ATLAS_MIRROR/../benchmarks), first as its loader kept them, then with GPU counts repeated until 2,000 candidates match.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))

from generator.compat_compass_tables import compass_benchmarks, compass_tables
from generator.compat_tables import inference_atlas_plan_tables
from generator.places import checkout
from tests.bench.figures import figure
from wasm_tools.compat.compass_search import Specification, dataset, recommend
from wasm_tools.compat.inference_atlas_plans import PlanRequest, configurations, rank_configs
from wasm_tools.compat.inference_atlas_tables import PlanTables

CANDIDATES, REPEATS = 2_000, 9
STORED = "../benchmarks/compass_simulated/benchmarks_BLIS.json"
USE_CASE, QPS = "chatbot_conversational", 6.0


def milliseconds(answer: Callable[[], object]) -> float:
    """Median of several runs."""
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        answer()
        times.append(perf_counter() - start)
    return 1000 * median(times)


def compass_runs(path: Path) -> list[tuple[int, int, float]]:
    """Rows searched, candidates found, milliseconds: as shipped and scaled."""
    tables = compass_tables(checkout().registry)
    preset = tables.preset("compass-ui", USE_CASE)
    targets = {"ttft": preset.ttft_ms, "itl": preset.itl_ms, "e2e": preset.e2e_ms or 0.0}
    spec = Specification(
        USE_CASE, preset.prompt_tokens or 0, preset.output_tokens or 0, QPS, targets, tables.weights["scenario"],
        tables.minimum_accuracy, tables.listed,
    )  # fmt: skip
    shipped = dataset(compass_benchmarks(path), by_rate=False)
    copies = -(-CANDIDATES // len(recommend(shipped, spec, tables).candidates))
    scaled = [replace(r, count=r.count + 8 * k) for k in range(copies) for r in shipped]
    found = []
    for rows in (shipped, scaled):
        candidates = len(recommend(rows, spec, tables).candidates)
        found.append((len(rows), candidates, milliseconds(lambda rows=rows: recommend(rows, spec, tables))))
    return found


def inference_atlas_runs() -> list[tuple[int, int, float]]:
    """Offerings, configurations, milliseconds: its own list and copies of it."""
    own = inference_atlas_plan_tables(checkout().registry)
    request = PlanRequest(5e6, "7b")
    copies = -(-CANDIDATES // len(list(configurations("7b", 0.3, own))))
    offerings = [replace(o, offering=f"{k}_{o.offering}") for k in range(copies) for o in own.offerings]
    found = []
    for tables in (own, replace(own, offerings=offerings)):
        count = len(list(configurations("7b", 0.3, tables)))
        found.append((len(tables.offerings), count, milliseconds(lambda tables=tables: _rank(request, tables))))
    return found


def _rank(request: PlanRequest, tables: PlanTables) -> object:
    return rank_configs(request, tables)


def main() -> dict[str, tuple[int, float]]:
    """Print; candidates and milliseconds of the largest run of each system."""
    mirror = os.environ.get("ATLAS_MIRROR")
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(mirror) / STORED if mirror else None
    runs = [("InferenceAtlas, restated", run) for run in inference_atlas_runs()]
    if path:
        runs += [("Compass, restated", run) for run in compass_runs(path)]
    else:
        print("Compass is left out: give the path of its benchmarks_BLIS.json or set ATLAS_MIRROR")
    for name, (rows, candidates, ms) in runs:
        figure(f"{name}: one answer, {rows:,} rows, {candidates:,} candidates", ms, "ms")
        print(f"{name:26} {rows:6,} rows {candidates:6,} candidates {ms:8.2f} ms")
    return {name: (candidates, ms) for name, (_, candidates, ms) in runs}


if __name__ == "__main__":
    main()
