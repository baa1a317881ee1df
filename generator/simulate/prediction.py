"""What a load is expected to show, by the engine's open-loop model; written to disk before anything runs."""

from typing import Any

from wasm_tools.performance.lengths import fixed_lengths
from wasm_tools.performance.open_loop import LEVELS, Replica, Saturated, behaviour, replica, traffic
from wasm_tools.planner.plan import significant
from wasm_tools.uncertainty.chosen_plan import ChosenPlan
from wasm_tools.workload.traffic import InputError


def simulated_replica(of: ChosenPlan, arrival_cv: float) -> Replica:
    """One replica of a plan at the mean lengths of its question, every request alike."""
    w = of.question.workload
    planned = of.sized.served
    arriving = traffic(fixed_lengths(w.prompt_tokens, w.output_tokens), planned.replica.traffic.tails, arrival_cv)
    return replica(planned.curve, arriving, planned.slots)


def prediction(of: ChosenPlan, rate: float, arrival_cv: float) -> dict[str, Any]:
    """Percentiles of the first token and of the mean gap of a request, in ms; InputError near saturation."""
    found = behaviour(simulated_replica(of, arrival_cv), rate)
    if isinstance(found, Saturated):
        raise InputError(
            "qps", f"{rate:g} requests/s are above {found.cap:g} of the {found.saturation:.3g} that one replica carries"
        )
    w = of.question.workload
    return {
        "plan": of.plan.id,
        "requests_per_second": rate,
        "arrival_cv": arrival_cv,
        "prompt_tokens": w.prompt_tokens,
        "output_tokens": w.output_tokens,
        "in_flight": significant(found.in_flight),
        "utilisation": significant(found.utilisation),
        **{
            name: {f"p{round(100 * level)}": significant(ms) for level, ms in zip(LEVELS, times, strict=True)}
            for name, times in (("ttft_ms", found.ttft_ms), ("itl_ms", found.tpot_ms), ("e2e_ms", found.e2e_ms))
        },
    }
