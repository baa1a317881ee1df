"""The recommender that InferenceAtlas had before `rank_configs` and still exported (IA-12); frozen, for comparison.

Its penalties for utilisation above 0.9 and for a high band under a tight latency can never apply, since the number of
GPUs keeps utilisation at 0.75 or below; so they, and the latency, are not here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from wasm_tools.workload.traffic import InputError

TOP = 3


@dataclass(frozen=True, slots=True)
class Pattern:
    """A traffic pattern: active share of the month, efficiency, burst factor, gain by batching."""

    active_ratio: float
    efficiency: float
    burst: float
    batch_multiplier: float


@dataclass(frozen=True, slots=True)
class LegacyRules:
    """Constants of the recommender; money in USD a month."""

    patterns: dict[str, Pattern]
    target_utilisation: float
    hours_per_month: float
    low_up_to: float
    many_gpus_above: int
    many_gpus_usd: float


@dataclass(frozen=True, slots=True)
class GpuOption:
    """A rented GPU: tokens per second, GB, USD per hour; `autoscaling` bills active hours only."""

    name: str
    tokens_per_second: float
    memory_gb: float
    usd_hour: float
    autoscaling: bool = False


@dataclass(frozen=True, slots=True)
class TokenOption:
    """A token price in USD per million tokens."""

    name: str
    usd_per_million: float


@dataclass(frozen=True, slots=True)
class LegacyPlan:
    """A recommendation: money in USD a month, shares in per cent; `gpus` 0 is a token price."""

    name: str
    gpus: int
    monthly_usd: float
    usd_per_million: float
    utilisation_pct: float
    idle_waste_usd: float
    idle_waste_pct: float
    band: str
    penalty_usd: float


def legacy_recommendations(
    tokens_per_day: float,
    pattern: str,
    options: Sequence[GpuOption | TokenOption],
    rules: LegacyRules,
    model_memory_gb: float = 0.0,
) -> list[LegacyPlan]:
    """The three options of lowest cost plus penalties. Raises InputError for an unknown pattern or no load."""
    if not tokens_per_day > 0 or not math.isfinite(tokens_per_day):
        raise InputError("tokens_per_day", f"{tokens_per_day!r} is not a number above 0")
    if pattern not in rules.patterns:
        raise InputError("pattern", f"{pattern!r} is not one of {', '.join(rules.patterns)}")
    tokens = 30 * tokens_per_day
    plans = []
    for option in options:
        if isinstance(option, TokenOption):
            cost = tokens / 1e6 * option.usd_per_million
            plans.append(LegacyPlan(option.name, 0, cost, option.usd_per_million, 0.0, 0.0, 0.0, "low", 0.0))
        elif model_memory_gb <= option.memory_gb:
            plans.append(_gpu_plan(option, tokens_per_day, rules.patterns[pattern], rules))
    return sorted(plans, key=lambda p: p.monthly_usd + p.penalty_usd)[:TOP]


def _gpu_plan(o: GpuOption, tokens_per_day: float, p: Pattern, rules: LegacyRules) -> LegacyPlan:
    peak = tokens_per_day / 86_400 / p.active_ratio * p.burst
    load = peak / (o.tokens_per_second * p.efficiency * p.batch_multiplier)
    gpus = max(1, math.ceil(load / rules.target_utilisation))
    utilisation = load / gpus
    band = "low" if utilisation <= rules.low_up_to else "medium"
    active = rules.hours_per_month * p.active_ratio
    idle = 0.0 if o.autoscaling else (rules.hours_per_month - active) * o.usd_hour * gpus
    cost = (active if o.autoscaling else rules.hours_per_month) * o.usd_hour * gpus
    penalty = rules.many_gpus_usd * max(0, gpus - rules.many_gpus_above)
    per_million = cost / (30 * tokens_per_day / 1e6)
    waste = 100 * idle / cost if cost else 0.0
    return LegacyPlan(o.name, gpus, cost, per_million, 100 * utilisation, idle, waste, band, penalty)
