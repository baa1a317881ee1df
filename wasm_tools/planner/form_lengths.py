"""Lengths of one side of a stream of requests, as a form states them: a mean, measured quantiles, or p50 and p95."""

import math
from collections.abc import Mapping
from typing import Any

from wasm_tools.performance.lengths import TokenSpread, fixed
from wasm_tools.performance.open_loop import NORMAL
from wasm_tools.planner.presets import spread_of_row
from wasm_tools.workload.traffic import MAX_TOKENS, InputError

Z90, Z95, Z99 = NORMAL[1:]


def side_lengths(
    side: str, stated: Mapping[str, Any], recorded: TokenSpread | None, standard: int | None
) -> TokenSpread:
    """The lengths of one side: measured quantiles around a stated mean, those of p50 and p95, or one fixed length."""
    mean_name = f"{side}_tokens"
    median, high = stated.get(f"{side}_p50"), stated.get(f"{side}_p95")
    mean = stated.get(mean_name)
    if median is not None and high is not None:
        return _log_normal(side, median, high)
    own = stated.get(f"{side}_spread")
    measured = recorded if own is None else _own_spread(side, own)
    if measured is not None:
        return measured if mean is None else measured.scaled_to(mean)
    if mean is None:
        mean = standard
    if mean is None:
        raise InputError(mean_name, "enter a number of tokens")
    return fixed(mean)


def _own_spread(side: str, row: tuple[float, ...]) -> TokenSpread:
    try:
        return spread_of_row(row)
    except InputError as error:
        raise InputError(f"{side}_spread", error.message) from None


def _log_normal(side: str, median: float, high: float) -> TokenSpread:
    """Lengths whose logarithm is normal, through p50 and p95: σ = ln(p95 / p50) / 1.645, mean = p50 · exp(σ² / 2)."""
    if high < median:
        raise InputError(f"{side}_p95", f"{high:g} is below the median of {median:g}; p95 is the larger of the two")
    sigma = math.log(high / median) / Z95
    mean = median * math.exp(sigma * sigma / 2)
    if mean > MAX_TOKENS or median < 1:
        name, wrong = (f"{side}_p50", median) if median < 1 else (f"{side}_p95", high)
        raise InputError(name, f"{wrong:g} does not go with lengths from 1 to {MAX_TOKENS:,} tokens")
    p90, p99 = (median * math.exp(sigma * z) for z in (Z90, Z99))
    return TokenSpread(mean, math.sqrt(math.expm1(sigma * sigma)), (median, p90, high, p99))
