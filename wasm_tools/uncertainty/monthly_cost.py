"""What a chosen plan costs in a month that turns out differently from the planned one, at its listed price."""

from dataclasses import replace
from math import exp, log

from wasm_tools.planner.holding import Holding, rented, serverless
from wasm_tools.planner.mixed_question import mean_cost
from wasm_tools.planner.rentals import Rental
from wasm_tools.uncertainty.chosen_plan import ChosenPlan
from wasm_tools.workload.traffic import SECONDS_PER_MONTH

STEP = 0.05  # of log work: machines come in whole numbers anyway
NOTHING, LOAD, TOKENS = "nothing", "load", "tokens"  # what a cost follows


class MonthlyCost:
    """The cost of one plan by what a month brings; `follows` says what moves it: machines that are kept cost
    the same whatever comes, others follow the load, an API its tokens. What was worked out is kept."""

    def __init__(self, of: ChosenPlan) -> None:
        held = of.candidate.of[1] if not of.is_api else None
        fixed = isinstance(held, Rental) or (
            held is not None and held.kind != "serverless" and "following" not in held.variant
        )
        self.of, self.held = of, held
        self.fixed = float(of.plan.usd_per_month) if fixed else None
        self.follows = TOKENS if of.is_api else NOTHING if fixed else LOAD
        self.requests = of.question.workload.qps * SECONDS_PER_MONTH
        self.of_request: dict[tuple[float, float], float] = {}
        self.of_work: dict[int, float] = {}

    def usd(self, volume: float, prompt: float, answer: float, work: float) -> float:
        """USD a month by requests, prompt and answer lengths and work, each as a factor on the plan.

        `work` is the load on the replicas, in which longer answers and slower machines count. No month has more
        replicas than the plan.
        """
        if self.fixed is not None:
            return self.fixed
        if self.held is None:
            if (prompt, answer) not in self.of_request:
                self.of_request[prompt, answer] = self._request(prompt, answer)
            return self.requests * volume * self.of_request[prompt, answer]
        step = round(log(work) / STEP)
        if step not in self.of_work:
            self.of_work[step] = float(self._held(self.held, exp(step * STEP)).usd_per_month)
        return self.of_work[step]

    def _request(self, prompt: float, answer: float) -> float:
        """US dollars of one answered request, of a mix on average; lengths in whole tokens."""
        drawn = []
        for share, mix in self.of.question.mixes:
            tokens = (max(1, round(mix.prompt_tokens * prompt)), max(1, round(mix.output_tokens * answer)))
            drawn.append((share, replace(mix, prompt_tokens=tokens[0], output_tokens=tokens[1])))
        return float(mean_cost(self.of.candidate.of.rate.prices, drawn)[0])

    def _held(self, held: Holding, work: float) -> Holding:
        """The same way to have the machines under `work` times the load."""
        of, w = self.of, self.of.question.workload
        heavier = replace(of.question, workload=replace(w, qps=w.qps * work, peak_qps=w.peak_qps * work))
        if held.kind == "serverless":
            ways = serverless(heavier, of.catalogue, of.sized, of.load, of.rental)
        else:
            ways = rented(heavier, of.catalogue, of.sized, of.rental)
        return next((way for way in ways if way.variant == held.variant), held)
