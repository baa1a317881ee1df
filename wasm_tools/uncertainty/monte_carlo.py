"""Monte Carlo over months that could come: how surely a plan keeps its target and the budget, and what breaks it."""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wasm_tools.planner.plan import significant
from wasm_tools.uncertainty.assumptions import MONTE_CARLO, assumed
from wasm_tools.uncertainty.chosen_plan import ChosenPlan
from wasm_tools.uncertainty.months import BOUNDS, INPUTS, Month, Months
from wasm_tools.uncertainty.observed_spread import observed_spread
from wasm_tools.uncertainty.randomness import generator
from wasm_tools.workload.traffic import Slo

QUANTILES = (5, 25, 50, 75, 95)
BINS = 30
FENCE = 4  # distances of the quartiles
UNIFORM = math.sqrt(3)  # of a uniform number from -1 to 1 the standard score
UNKNOWN = "nobody has measured this API under this load, so nothing can be said about its times"

Report = Callable[[str, int, int], None]


class MonteCarlo:
    """Draws of one plan and seed; `run` goes on where it stopped, so that a page can give up between two slices."""

    def __init__(self, of: ChosenPlan, seed: int, given: Mapping[str, Any]) -> None:
        """Raises InputError for a seed or an assumption that cannot be."""
        self.of, self.seed = of, seed
        self.assumptions = assumed(MONTE_CARLO, given)
        self.stated = sorted(name for name in given if given[name] is not None)
        self.draws = int(self.assumptions["draws"] or 0)
        spreads = {name: float(value or 0.0) for name, value in self.assumptions.items() if name != "draws"}
        self.months, self.drawn = Months(of, **spreads), list[Month]()
        self.rng = generator(seed)

    def run(self, until: int | None = None, report: Report | None = None) -> None:
        """Draw until there are `until` months, at most all; `report` hears of every thousandth."""
        most = self.draws if until is None else min(until, self.draws)
        while len(self.drawn) < most:
            self.drawn.append(self.months.draw(self.rng))
            if report is not None and len(self.drawn) % 1000 == 0:
                report("drawing months", len(self.drawn), self.draws)

    def record(self) -> dict[str, Any]:
        """A JSON-safe record of what was drawn so far; times and confidences of an API are None."""
        drawn, question = self.drawn, self.of.question
        usd = [m.usd for m in drawn]
        times = [m.times for m in drawn if m.times is not None]
        budget = question.budget if question.has_budget else None
        met = [_met(m, question.slo, budget) for m in drawn]
        first, gap, whole = (
            p or question.slo.percentile
            for p in (question.slo.ttft_percentile, question.slo.itl_percentile, question.slo.e2e_percentile)
        )
        series: dict[str, list[float]] = {"usd_per_month": usd}
        if times:
            series["ttft_ms"] = [t.ttft_ms for t in times]
            series["itl_ms"] = [t.itl_ms for t in times]
            series["e2e_ms"] = [t.e2e_ms for t in times]
        return {
            "plan": self.of.plan.id,
            "seed": self.seed,
            "draws": self.draws,
            "drawn": len(drawn),
            "assumptions": self.assumptions,
            "stated": self.stated,
            "evidence": self.of.load.evidence if times else "unknown",
            "band": {"first_token": _few(self.of.load.bands.first_token), "tpot": _few(self.of.load.bands.tpot)}
            if times
            else None,
            "price_error": significant(self.months.price_error),
            "cost_follows": self.months.cost.follows,
            "unknown": UNKNOWN if self.of.is_api else "",
            "observed": observed_spread(self.of),
            "percentiles": {"ttft": first, "itl": gap, "e2e": whole},
            "bounds": {
                "ttft": question.slo.ttft_ms,
                "itl": question.slo.itl_ms,
                "e2e": question.slo.e2e_ms,
                "budget": budget,
            },
            "confidence": {name: _share(met, name) for name in (*BOUNDS, "all", "budget")},
            "distribution": {name: quantiles(values) for name, values in series.items()},
            "histogram": {name: histogram(values) for name, values in series.items()},
            "misses": _misses(drawn),
            "drivers": _drivers(drawn, met),
        }


def _met(month: Month, slo: Slo, budget: float | None) -> dict[str, bool | None]:
    """Which bounds a month keeps; None where nothing is known or nothing is asked."""
    t, affordable = month.times, None if budget is None else month.usd <= budget
    if t is None:
        return {**dict.fromkeys(BOUNDS), "all": None, "budget": affordable}
    kept: dict[str, bool | None] = {name: share <= 1 for name, share in zip(BOUNDS, t.used, strict=True)}
    if slo.tokens_per_s is None:
        kept["speed"] = None
    kept["all"] = max(t.used) <= 1 and affordable is not False
    return {**kept, "budget": affordable}


def _share(met: Sequence[Mapping[str, bool | None]], name: str) -> float | None:
    """The share of months that keep a bound; None where it is not known of any."""
    if not met or met[0][name] is None:
        return None
    return significant(sum(1 for kept in met if kept[name]) / len(met))


def quantiles(values: Sequence[float]) -> dict[str, float | None]:
    """The values that 5, 25, 50, 75 and 95 % do not exceed; None where that is in overload."""
    ordered = sorted(values)
    found = {f"p{q}": ordered[max(0, math.ceil(q / 100 * len(ordered)) - 1)] for q in QUANTILES} if ordered else {}
    return {name: significant(value) if math.isfinite(value) else None for name, value in found.items()}


def histogram(values: Sequence[float]) -> dict[str, Any]:
    """Counts in equal steps over where most finite values lie, how many lie beyond, and how many are overloaded.

    The steps go from the 1 % to the 99 % quantile, and not beyond four times the distance of the quartiles from the
    upper one: near overload times have a long tail that would leave the rest in one step.
    """
    ordered = sorted(v for v in values if math.isfinite(v))
    if not ordered:
        return {"edges": [], "counts": [], "below": 0, "above": 0, "overloaded": len(values)}
    low, lower, upper, high = (ordered[place * (len(ordered) - 1) // 100] for place in (1, 25, 75, 99))
    high = min(high, upper + FENCE * (upper - lower))
    if high - low <= 1e-9 * abs(high):
        low, high = low - abs(low) * 0.005 - 1e-9, high + abs(high) * 0.005 + 1e-9
    edges = [low + (high - low) * k / BINS for k in range(BINS + 1)]
    counts = [0] * BINS
    below = above = 0
    for value in ordered:
        if value < low:
            below += 1
        elif value > high:
            above += 1
        else:
            counts[min(bisect_right(edges, value) - 1, BINS - 1)] += 1
    return {
        "edges": [significant(e) for e in edges],
        "counts": counts,
        "below": below,
        "above": above,
        "overloaded": len(values) - len(ordered),
    }


def _misses(drawn: Sequence[Month]) -> list[dict[str, Any]]:
    """Of the months that miss a bound, the share in which each is the one that is missed most."""
    counted = dict.fromkeys(BOUNDS, 0)
    for month in drawn:
        if month.times is not None and max(month.times.used) > 1:
            overloaded = month.times.used[4] > 1 or not math.isfinite(month.times.ttft_ms)
            worst = 4 if overloaded else month.times.used.index(max(month.times.used))
            counted[BOUNDS[worst]] += 1
    whole = sum(counted.values())
    ordered = sorted(counted.items(), key=lambda item: -item[1])
    return [{"bound": name, "months": n, "share": significant(n / whole)} for name, n in ordered if n]


def _drivers(drawn: Sequence[Month], met: Sequence[Mapping[str, bool | None]]) -> list[dict[str, Any]]:
    """How far each input lies from its middle in the months that miss, in standard deviations; farthest first."""
    missing = [m for m, kept in zip(drawn, met, strict=True) if kept["all"] is False]
    if not missing:
        return []
    found = []
    for place, name in enumerate(INPUTS):
        mean = math.fsum(m.scores[place] for m in missing) / len(missing)
        found.append({"input": name, "score": significant(mean * (UNIFORM if name == "price" else 1.0))})
    return sorted(found, key=lambda f: -abs(float(str(f["score"]))))


def _few(band: tuple[float, float]) -> list[float]:
    return [significant(end) for end in band]
