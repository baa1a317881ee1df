"""How Compass turns users into requests per second, and ranges into default targets."""

import math
from dataclasses import dataclass
from typing import Any

from wasm_tools.compat.compass_tables import CompassTables, Preset, UseCase
from wasm_tools.workload.traffic import InputError

PRIORITIES = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class PageLoad:
    """Requests per second as its page shows them (mean and peak) and as it plans with them (whole)."""

    qps: float
    peak_qps: float
    planned_qps: int


def load_by_page(users: int, use_case: UseCase) -> PageLoad:
    """CO-10: active users, at least one request per second, and the fraction cut off for planning."""
    if users < 1:
        raise InputError("users", f"{users!r} is not a number of users from 1 up")
    active = math.floor(users * use_case.active_fraction)
    qps = max(1.0, round(active * use_case.requests_per_user_minute / 60, 2))
    return PageLoad(qps, qps * use_case.peak_factor, math.floor(qps))


def default_target(least: float, most: float) -> int:
    """CO-07: three quarters up the range, to the nearest 5 ms, halves to even."""
    return 5 * round((least + 0.75 * (most - least)) / 5)


def specification_by_message(
    users: int, use_case: str, latency_priority: str, tables: CompassTables
) -> tuple[float, Preset]:
    """CO-11: requests per second and targets of the message path; the use case may be one that has no template."""
    if latency_priority not in PRIORITIES:
        raise InputError("latency_priority", f"{latency_priority!r} is not one of {', '.join(PRIORITIES)}")
    if users < 1:
        raise InputError("users", f"{users!r} is not a number of users from 1 up")
    rules: Any = tables.by_message
    template = tables.presets.get(("compass-template", use_case))
    if template is None:
        prompt, output = rules["unknown_tokens"]
        ttft, itl, e2e = rules["unknown_targets"][latency_priority]
        return users * rules["unknown_qps_per_user"], Preset(prompt, output, ttft, itl, e2e, 95)
    per_second = users * rules["requests_per_user_day"] / (rules["hours"] * 3600)
    qps = max(rules["least_qps"], round(per_second * rules["ratio"][latency_priority], 2))
    factor = rules["target_factor"][latency_priority]
    ttft, itl, e2e = (int(x * factor) for x in (template.ttft_ms, template.itl_ms, template.e2e_ms or 0))
    return qps, Preset(template.prompt_tokens, template.output_tokens, ttft, itl, e2e, template.percentile)


def priority_weights(priorities: dict[str, str], tables: CompassTables) -> dict[str, float]:
    """CO-12: the weights of priorities by criterion; a criterion that is not named is medium."""
    return {
        name: steps[PRIORITIES.index(priorities.get(name, "medium"))] for name, steps in tables.priority_weights.items()
    }
