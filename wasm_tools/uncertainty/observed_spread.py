"""What one window of observation says of the spread of an API's first token: no confidence, but a fact."""

import math
from itertools import pairwise
from typing import Any

from wasm_tools.performance.observations import TTFT, ApiObservation
from wasm_tools.planner.plan import significant
from wasm_tools.uncertainty.chosen_plan import ChosenPlan


def observed_spread(of: ChosenPlan) -> dict[str, Any] | None:
    """The published percentiles of the first token, the share of requests within the bound, and the window."""
    seen: ApiObservation | None = of.candidate.of.seen if of.is_api else None
    if seen is None:
        return None
    known = {p: ms for p in TTFT if (ms := seen.ttft_ms(p)) is not None}
    if not known:
        return None
    return {
        "ttft_ms": {f"p{p}": significant(ms) for p, ms in known.items()},
        "within_bound": share_within(known, of.question.slo.ttft_ms),
        "requests": seen.requests,
        "window_minutes": seen.window_minutes,
        "observed": seen.observed,
        "source": seen.source,
    }


def share_within(known: dict[int, float], bound: float) -> dict[str, float | None]:
    """The share of requests within a bound by percentiles that enclose it: `about` between two, else one end only.

    Between two percentiles the share rises straight with the logarithm of the time.
    """
    points = sorted(known.items())
    if bound < points[0][1]:
        return {"about": None, "least": 0.0, "most": points[0][0] / 100}
    if bound >= points[-1][1]:
        return {"about": None, "least": points[-1][0] / 100, "most": 1.0}
    for (low, low_ms), (high, high_ms) in pairwise(points):
        if low_ms <= bound < high_ms:
            part = math.log(bound / low_ms) / math.log(high_ms / low_ms)
            return {"about": significant((low + (high - low) * part) / 100), "least": low / 100, "most": high / 100}
    return {"about": None, "least": 0.0, "most": 1.0}
