"""Milliseconds of one recommendation by the planner, beside the earlier systems' algorithms, restated. Run as a script.

The planner ranks all configurations of the committed data and all API offers of language models; nothing of an answer
is kept from one run to the next. Then one input after another is changed, as on the planner's page, where what the
question shares with the latest ones is kept. Processor time is printed beside the time that passed.

The earlier systems' restatements come from `bench_earlier_algorithms`; the original of Compass took 30.6 ms over 157
configurations, most of it in its database. Compare what one run prints.
"""

import random
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[2]))

from generator import nightly
from generator.places import checkout
from generator.precompute.catalogue import planner_catalogue
from tests.bench.bench_earlier_algorithms import main as earlier
from tests.bench.figures import figure
from wasm_tools.planner import Catalogue, Limits, Question, Wishes, answer, ranking_of
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.sizing import sized
from wasm_tools.workload.traffic import Workload, class_slo

LIMIT_MS, REPEATS, CHANGES = 60, 15, 60


def changes(catalogue: Catalogue) -> None:
    """Print the processor time of answers that follow one another, by what has changed."""
    chance, taken = random.Random(7), defaultdict[str, list[float]](list)
    workload, slo, wishes = Workload(1024, 1024, 1, 2, "medium"), class_slo(500, 35, 1.1, 1024), Wishes()
    catalogue.forget()
    for n in range(CHANGES):
        kind = ("lengths", "bounds", "load", "class", "limits")[n % 5]
        if kind == "lengths":
            workload = replace(
                workload, prompt_tokens=chance.randrange(200, 8000), output_tokens=chance.randrange(100, 2000)
            )
        elif kind == "bounds":
            slo = class_slo(chance.uniform(200, 3000), chance.uniform(15, 120), 1.1, workload.output_tokens)
        elif kind == "load":
            qps = chance.uniform(0.1, 100)
            workload = replace(workload, qps=qps, peak_qps=2 * qps)
        elif kind == "class":
            workload = replace(workload, minimum_class=chance.choice(("small", "medium", "large")))
        else:
            wishes = Wishes(
                limits=Limits(max_gpus=chance.choice((None, 4, 64)), usd_per_month=chance.choice((None, 1e5)))
            )
        start = process_time()
        ranking_of(answer(Question(workload, slo, wishes), catalogue))
        taken[kind].append(1000 * (process_time() - start))
    every = sorted(ms for of_kind in taken.values() for ms in of_kind)
    figure(f"planner, {CHANGES} changes of one input, processor time, median", median(every), "ms")
    figure("the same, 95th percentile", every[int(0.95 * CHANGES)], "ms")
    print(
        f"planner, {CHANGES} changes of one input: processor time {median(every):.1f} ms at the median,"
        f" {every[int(0.95 * CHANGES)]:.1f} ms at p95; by input "
        + ", ".join(f"{kind} {median(of_kind):.1f}" for kind, of_kind in taken.items())
    )


def main() -> None:
    at = nightly.inputs(checkout(), None, offline=True)
    catalogue = planner_catalogue(at.registry, at.state, at.places.registry, at.as_of)
    slo = class_slo(500, 35, 1.1, 1024)
    for minimum in ("medium", "small"):
        question = Question(Workload(1024, 1024, 1, 2, minimum), slo)
        tried = sum(1 for d in catalogue.deployables if not question.unfit(catalogue.models[d.model]))
        held = sum(1 for _ in sized(question, catalogue, Exclusions({}), []))
        times, worked = [], []
        for _ in range(REPEATS):
            catalogue.forget()
            start, busy = perf_counter(), process_time()
            found = answer(question, catalogue)
            middle = perf_counter()
            ranking = ranking_of(found)
            times.append((middle - start, perf_counter() - middle))
            worked.append(process_time() - busy)
        total = 1000 * median(a + b for a, b in times)
        asked = f"{minimum} models or better, {tried:,} configurations, {len(catalogue.rates):,} API offers"
        figure(f"planner, {asked}: one answer", total, "ms", at_most=LIMIT_MS)
        figure(f"planner, {asked}: processor time", 1000 * median(worked), "ms")
        print(
            f"planner, {minimum} models or better: {tried:,} configurations tried, {held:,} within the target,"
            f" {len(catalogue.rates):,} API offers, {ranking.possible:,} possible plans: {total:.1f} ms,"
            f" {1000 * median(b for _, b in times):.1f} ms of it to describe {len(ranking.plans)} plans"
            f" (limit {LIMIT_MS}); processor time {1000 * median(worked):.1f} ms, {1000 * min(worked):.1f} at least"
        )
    changes(catalogue)
    for name, (candidates, ms) in earlier().items():
        figure(f"planner, {asked}: one answer", total, "ms", against=(ms, f"{name}, {candidates:,} candidates"))


if __name__ == "__main__":
    main()
