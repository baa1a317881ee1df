"""How far the planner's analytic times are from a simulation: p95 of TTFT and E2E of real plans. Run it as a script.

One replica at its share of the peak is simulated for 20,000 requests, the first tenth left out. `model` is the analytic
open-loop model at that very rate, `plan` what the plan promises; both over the simulated figure.
"""

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from generator import nightly
from generator.places import checkout
from generator.precompute.catalogue import planner_catalogue
from tests.bench.figures import figure
from wasm_tools.performance.lengths import Lengths, TokenSpread
from wasm_tools.performance.open_loop import in_flight_at, latency
from wasm_tools.planner import Limits, Question, Wishes, answer
from wasm_tools.uncertainty.arrivals import Rates
from wasm_tools.uncertainty.chosen_plan import chosen_plan
from wasm_tools.uncertainty.simulated_plan import simulated
from wasm_tools.uncertainty.simulated_run import spread
from wasm_tools.uncertainty.simulation import Simulation, Traffic
from wasm_tools.workload.traffic import Workload, class_slo

REQUESTS = 20_000
LENGTHS = ((512, 256), (1024, 1024), (4096, 512), (10_240, 1536))
CLASSES = {"conversational": (300, 30), "interactive": (500, 35), "deferred": (1000, 40)}
CASES = ((1, "medium", False), (10, "large", False), (10, "medium", True))  # requests/s, least class, spread lengths


def exponential(mean: float) -> TokenSpread:
    """Lengths as spread as those of the recorded traces."""
    return TokenSpread(mean, 1.0, (mean * 0.693, mean * 2.303, mean * 2.996, mean * 4.605))


def main() -> None:
    at = nightly.inputs(checkout(), None, offline=True)
    catalogue = planner_catalogue(at.registry, at.state, at.places.registry, at.as_of)
    seen, ratios = set(), []
    print("| Plan | Lengths | Load | TTFT model | TTFT plan | E2E model | E2E plan |\n|---|---|---|---|---|---|---|")
    for prompt, output in LENGTHS:
        for ttft, itl in CLASSES.values():
            for qps, least, spreads in CASES:
                lengths = Lengths(exponential(prompt), exponential(output)) if spreads else None
                workload = Workload(prompt, output, qps, 2 * qps, least, lengths=lengths)
                wishes = Wishes(limits=Limits(kinds=("rented",)))
                found = answer(Question(workload, class_slo(ttft, itl, 1.1, output), wishes), catalogue)
                if found.winner is None:
                    continue
                of = chosen_plan(found, found.winner)
                d, r = of.sized.deployable, of.sized.served.replica
                name = f"{d.model} {d.precision}, {d.tensor_parallel} × {d.gpu}, {d.engine}"
                if (name, prompt, spreads) in seen:
                    continue
                seen.add((name, prompt, spreads))
                rate = workload.peak_qps / of.sized.carrying
                _, first, _, whole = latency(r, in_flight_at(r, rate), 2, 2)
                plan = simulated(of)
                alone = replace(plan, scaling=replace(plan.scaling, least=1, most=1))
                run = Simulation(alone, Traffic(Rates((rate,)), 1.0, REQUESTS / rate), 1)
                run.run()
                skip = len(run.e2e) // 10
                ttft_ms, e2e_ms = (1000 * float(spread(v[skip:])["p95"] or 0) for v in (run.ttft, run.e2e))
                found_ratios = (first / ttft_ms, of.load.ttft_ms / ttft_ms, whole / e2e_ms, of.load.e2e_ms / e2e_ms)
                ratios.append(found_ratios)
                kind = "spread" if spreads else "alike"
                cells = " | ".join(f"{ratio:.2f}" for ratio in found_ratios)
                print(f"| {name} | {prompt:,} → {output:,}, {kind} | {100 * rate / r.saturation:.0f} % | {cells} |")
    for place, name in enumerate(("TTFT model", "TTFT plan", "E2E model", "E2E plan")):
        values = sorted(found_ratios[place] for found_ratios in ratios)
        figure(f"{name} ÷ simulated, median of {len(values)} plans", values[len(values) // 2], "")
        print(
            f"{name}: {values[0]:.2f} to {values[-1]:.2f}, median {values[len(values) // 2]:.2f} of {len(values)} plans"
        )


if __name__ == "__main__":
    main()
