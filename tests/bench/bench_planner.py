"""Milliseconds of one recommendation by the planner, beside the earlier systems' algorithms, restated. Run as a script.

The planner ranks all configurations of the committed data and all API offers of language models; nothing of an answer
is kept from one run to the next. The earlier systems' restatements come from `bench_earlier_algorithms`; the original
of Compass took 30.6 ms over 157 configurations, most of it in its database. Compare what one run prints.
"""

import sys
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))

from generator import nightly
from generator.places import checkout
from generator.precompute.catalogue import planner_catalogue
from tests.bench.bench_earlier_algorithms import main as earlier
from wasm_tools.planner import Question, answer, ranking_of
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.sizing import sized
from wasm_tools.workload.traffic import Workload, class_slo

LIMIT_MS, REPEATS = 60, 15


def main() -> None:
    at = nightly.inputs(checkout(), None, offline=True)
    catalogue = planner_catalogue(at.registry, at.state, at.places.registry, at.as_of)
    slo = class_slo(500, 35, 1.1, 1024)
    for minimum in ("medium", "small"):
        question = Question(Workload(1024, 1024, 1, 2, minimum), slo)
        tried = sum(1 for d in catalogue.deployables if not question.unfit(catalogue.models[d.model]))
        held = sum(1 for _ in sized(question, catalogue, Exclusions({}), []))
        times = []
        for _ in range(REPEATS):
            catalogue.forget()
            start = perf_counter()
            found = answer(question, catalogue)
            middle = perf_counter()
            ranking = ranking_of(found)
            times.append((middle - start, perf_counter() - middle))
        total = 1000 * median(a + b for a, b in times)
        print(
            f"planner, {minimum} models or better: {tried:,} configurations tried, {held:,} within the target,"
            f" {len(catalogue.rates):,} API offers, {ranking.possible:,} possible plans: {total:.1f} ms,"
            f" {1000 * median(b for _, b in times):.1f} ms of it to describe {len(ranking.plans)} plans"
            f" (limit {LIMIT_MS})"
        )
    earlier()


if __name__ == "__main__":
    main()
